"""What comes out can't be changed, can be compared, and is written as a whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmask
from segmask import InputError, Masker, MaskResult, OptionError, OutputError, Result, io
from tests.two_people import DrawnParser, labels, pictures

BOTH: Any = {"parsing": (labels(), labels()), "face_detector": "none"}


@pytest.fixture(scope="module")
def result() -> Result:
    return segmask.apply(*pictures(), **BOTH)


@pytest.fixture(scope="module")
def single() -> MaskResult:
    return segmask.mask(pictures()[0], parsing=labels(), face_detector="none")


def arrays(value: Any, where: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Every array in a value, by its place."""
    if isinstance(value, np.ndarray):
        yield where, value
    elif is_dataclass(value):
        for entry in fields(value):
            yield from arrays(getattr(value, entry.name), f"{where}.{entry.name}")
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from arrays(item, f"{where}[{index}]")


def test_no_array_of_a_result_can_be_written(result: Result, single: MaskResult) -> None:
    found = {**dict(arrays(result)), **dict(arrays(single, "mask")), ".image": result.image}
    assert result.stages.parsing is not None
    found["label_map"] = result.stages.parsing.label_map
    expected = {".alpha", ".raster", ".original.image", ".stages.aligned", ".stages.change.mask", ".stages.protected"}
    assert expected | {".stages.parsing.working_probs", ".stages.trimap", "mask.alpha", "mask.protected"} <= set(found)
    assert {where for where, array in found.items() if array.flags.writeable} == set()


def test_fields_can_not_be_set(result: Result, single: MaskResult) -> None:
    for value in (result, single, result.report, result.stages, result.report.findings[0]):
        with pytest.raises(FrozenInstanceError):
            value.report = None  # type: ignore[misc]


def test_results_can_be_compared_and_kept_in_sets(result: Result, single: MaskResult) -> None:
    """One is equal to itself alone: pictures are compared by their arrays."""
    other = segmask.apply(*pictures(), **BOTH)
    assert result == result
    assert result != other
    assert len({result, other, single, single}) == 3
    assert hash(result.stages) == hash(result.stages)
    np.testing.assert_array_equal(result.raster, other.raster)


def test_the_public_names_are_there() -> None:
    assert set(segmask.__all__) <= set(dir(segmask))
    for name in segmask.__all__:
        assert getattr(segmask, name) is not None
    with pytest.raises(AttributeError):
        segmask.nothing_of_the_kind  # noqa: B018


def test_a_notebook_shows_a_png(result: Result, single: MaskResult) -> None:
    for value in (result, single):
        assert value._repr_png_().startswith(b"\x89PNG")
    from PIL import Image

    large = np.zeros((300, 3000, 3), np.uint8)
    import io as memory

    shown = Image.open(memory.BytesIO(segmask.apply(large, large, strategy="diff")._repr_png_()))
    assert max(shown.size) == 1024


def test_a_mask_is_written_with_its_report(single: MaskResult, tmp_path: Path) -> None:
    report = single.save(tmp_path / "mask.png", report=tmp_path / "r.json")
    assert report == single.report
    np.testing.assert_array_equal(io.read_gray(tmp_path / "mask.png"), single.mask)
    single.save(tmp_path / "black.webp", invert=True)
    np.testing.assert_array_equal(io.read_gray(tmp_path / "black.webp"), 255 - single.mask)
    single.save(tmp_path / "cut.png", mask_format="rgba")
    np.testing.assert_array_equal(io.read_picture(tmp_path / "cut.png").raster[..., 3], 255 - single.mask)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["black.webp", "cut.png", "mask.png", "r.json"]


@pytest.mark.parametrize(
    ("error", "path", "options"),
    [
        (OptionError, "mask.jpg", {}),
        (OptionError, "mask", {}),
        (OptionError, "mask.png", {"mask_format": "cmyk"}),
        (OptionError, "mask.png", {"report": "r.txt"}),
        (OptionError, "mask.png", {"report": "mask.png"}),
        (OutputError, "mask.png", {"report": "nowhere/r.json"}),
        (OutputError, "nowhere/mask.png", {"report": "r.json"}),
    ],
)
def test_a_mask_and_its_report_are_written_both_or_none(
    error: type[Exception], path: str, options: Any, single: MaskResult, result: Result, tmp_path: Path
) -> None:
    others = {name: tmp_path / value if name == "report" else value for name, value in options.items()}
    for save in (single.save, result.save_mask):
        with pytest.raises(error):
            save(tmp_path / path, **others)
        assert not list(tmp_path.iterdir())


def test_a_mask_never_takes_the_place_of_its_picture(tmp_path: Path) -> None:
    photo = tmp_path / "photo.png"
    io.write_png(photo, pictures()[0])
    before = photo.read_bytes()
    made = segmask.mask(photo, parsing=labels(), face_detector="none")
    every: tuple[dict[str, Any], ...] = ({"path": photo}, {"path": tmp_path / "m.png", "report": photo})
    for arguments in every:
        with pytest.raises(OptionError):
            made.save(**arguments)
    assert photo.read_bytes() == before
    assert list(tmp_path.iterdir()) == [photo]


def test_a_mask_knows_nothing_of_an_edit(single: MaskResult) -> None:
    assert (single.report.confidence, single.report.edited_size, single.report.alignment) == (None, None, None)
    assert single.report.strategy == "semantic"
    assert not single.alpha[single.protected].any()


def test_grown_masks_hold_the_ungrown_one(single: MaskResult) -> None:
    grown = segmask.mask(pictures()[0], parsing=labels(), face_detector="none", grow=60)
    assert (grown.alpha >= single.alpha).all()
    assert grown.alpha.sum() > single.alpha.sum()
    assert not grown.alpha[grown.protected].any()


def test_of_edits_that_all_fail_none_is_best() -> None:
    with pytest.raises(InputError):
        Masker(parser=DrawnParser(), face_detector="none").best(pictures()[0], ["nowhere.png", pictures()[0][:4]])


def test_importing_loads_nothing_heavy() -> None:
    """Not even numpy; what a name needs is loaded when the name is asked for."""
    code = "import sys, segmask; dir(segmask); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    heavy = {"numpy", "cv2", "scipy", "onnxruntime", "mediapipe", "PIL", "typer", "rich", "jinja2", "requests"}
    assert not heavy & loaded
    assert {name for name in loaded if name.startswith("segmask")} == {"segmask"}


def test_they_print_in_a_few_lines(result: Result, single: MaskResult) -> None:
    pair = Masker(face_detector="none").open(*pictures(), parsing=BOTH["parsing"])
    for shown in (result, single, pair):
        assert len(repr(shown)) < 4000
