"""What can be handed in, what is refused, and that nothing handed in is ever changed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pil

import segmask
from segmask import InputError, Masker, OptionError, Parsing, io
from segmask.cli.main import run
from segmask.core.types import Image
from segmask.inputs import softened
from segmask.models.builtin import WEIGHTS
from tests.two_people import SIZE_HW, DrawnParser, labels, pictures

SEMANTIC: Any = {"strategy": "semantic", "face_detector": "none"}
BOTH = {"parsing": (labels(), labels())}


class Tensor:
    """Like a torch tensor on the CPU: not an array, but it turns into one."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        return self.values


class GpuTensor:
    """Like one on a GPU: it doesn't."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        raise TypeError("can't convert cuda:0 device type tensor to numpy")


class Place:
    """A path of another library's."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __fspath__(self) -> str:
        return str(self.path)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """The drawn pair as files."""
    paths = tmp_path / "original.png", tmp_path / "edited.png"
    for path, picture in zip(paths, pictures(), strict=True):
        io.write_png(path, picture)
    return paths


def test_all_kinds_of_sources_give_the_same(files: tuple[Path, Path]) -> None:
    expected = segmask.apply(*pictures(), **BOTH, **SEMANTIC)
    assert expected.alpha.any()
    kinds: dict[str, Any] = {"str": str, "Path": Path, "PathLike": Place, "PIL": Pil.open}
    for kind, made in kinds.items():
        result = segmask.apply(*map(made, files), **BOTH, **SEMANTIC)
        np.testing.assert_array_equal(result.raster, expected.raster, kind)
    tensors = [Tensor(picture) for picture in pictures()]
    maps = Tensor(labels().astype(np.int64)), Tensor(labels())
    result = segmask.apply(*tensors, parsing=maps, include=Tensor(np.zeros(SIZE_HW, bool)), **SEMANTIC)
    np.testing.assert_array_equal(result.raster, expected.raster)


def test_torch_is_never_loaded_for_a_tensor() -> None:
    import sys

    segmask.apply(*map(Tensor, pictures()), strategy="diff")
    assert "torch" not in sys.modules


@pytest.mark.parametrize(
    "picture",
    [
        pictures()[0].transpose(2, 0, 1),
        pictures()[0] / 255,
        pictures()[0].astype(np.float32),
        pictures()[0].astype(np.int64),
        pictures()[0][None],
        pictures()[0][:0],
        pictures()[0][:4],
        pictures()[0].tolist(),
        np.zeros(SIZE_HW, bool),
        GpuTensor(),
        b"bytes",
        None,
        5,
    ],
    ids=lambda value: f"{type(value).__name__} {getattr(value, 'dtype', '')} {getattr(value, 'shape', '')}",
)
def test_what_is_no_picture_is_an_input_error(picture: Any) -> None:
    for sources in ((picture, pictures()[1]), (pictures()[0], picture)):
        with pytest.raises(InputError):
            segmask.apply(*sources, strategy="diff")


@pytest.mark.parametrize(
    "parsing",
    [
        5,
        5.0,
        "nowhere.png",
        {},
        (),
        (labels(), None),
        (labels(),) * 3,
        Pil.fromarray(labels()),
        labels().astype(np.float32),
        labels()[..., None],
        labels().astype(int) - 1,
        labels()[:-1],
        np.full(SIZE_HW, 14, np.uint8),
        Parsing(softened(labels()), (64, 64), "mine"),
        Parsing(softened(labels())[:3], SIZE_HW, "mine"),
        Parsing(softened(labels()) * np.float32(np.nan), SIZE_HW, "mine"),
        GpuTensor(),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_parsing_of_the_picture_is_an_input_error(parsing: Any) -> None:
    with pytest.raises(InputError):
        segmask.apply(*pictures(), parsing=parsing, **SEMANTIC)
    with pytest.raises((InputError, OptionError)):  # of a pair, one picture has no use
        segmask.mask(pictures()[0], parsing=parsing, **SEMANTIC)


@pytest.mark.parametrize("name", ["include", "exclude", "mask_in"])
@pytest.mark.parametrize("mask", [labels()[:64], labels() / 2, pictures()[0].transpose(2, 0, 1), GpuTensor(), 5])
def test_what_is_no_mask_of_the_picture_is_an_input_error(name: str, mask: Any) -> None:
    with pytest.raises(InputError):
        segmask.apply(*pictures(), strategy="diff", **{name: mask})


def test_one_picture_alone_is_no_list_of_edits() -> None:
    for edits in (pictures()[1], "edited.png", 5, []):
        with pytest.raises(OptionError):
            segmask.best(pictures()[0], edits, strategy="diff")  # type: ignore[arg-type]


def test_a_callers_arrays_stay_writable_and_as_they_are() -> None:
    arrays = [*pictures(), labels(), labels(), np.eye(*SIZE_HW) > 0, np.eye(*SIZE_HW, dtype=np.float32)]
    before = [array.copy() for array in arrays]
    original, edited, first, second, include, exclude = arrays
    segmask.apply(original, edited, parsing=(first, second), include=include, exclude=exclude, **SEMANTIC)
    mine = Parsing(softened(labels()), SIZE_HW, "mine")
    segmask.apply(original, edited, parsing=(mine, mine), mask_in=exclude, **SEMANTIC)
    for array, old in zip([*arrays, mine.working_probs], [*before, softened(labels())], strict=True):
        np.testing.assert_array_equal(array, old)
        array[:] = 0  # raises where it is read-only


def test_a_result_keeps_what_it_was_made_from_though_the_caller_writes_on() -> None:
    original, edited = pictures()
    pair = Masker(strategy="diff").open(original, edited)
    first = pair.apply()
    kept, shown = first.original.image.copy(), first.stages.aligned.copy()
    original[:], edited[:] = 0, 255
    np.testing.assert_array_equal(first.original.image, kept)
    np.testing.assert_array_equal(first.stages.aligned, shown)
    np.testing.assert_array_equal(pair.apply().raster, first.raster)


def refused(result: Any, path: Path | str, **others: Path | str) -> None:
    """Saving there is refused, and everything in the folder stays as it is."""
    folder = Path(path).resolve().parent
    before = {file: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    with pytest.raises(OptionError, match="input"):
        result.save(path, **others)
    assert {file: file.read_bytes() for file in folder.iterdir() if file.is_file()} == before


def test_every_file_handed_in_is_an_input(files: tuple[Path, Path], tmp_path: Path) -> None:
    names = ("labels.png", "include.png", "exclude.png", "mask.png")
    label_map, include, exclude, mask = (tmp_path / name for name in names)
    for path, levels in ((label_map, labels()), (include, labels()), (exclude, labels()), (mask, labels())):
        Pil.fromarray(levels).save(path)
    result = segmask.apply(*files, parsing=(label_map, labels()), include=include, exclude=exclude, **SEMANTIC)
    for path in (*files, label_map, include, exclude):
        refused(result, path)
        refused(result, tmp_path / "new.png", mask=path)
    by_mask = segmask.apply(*files, mask_in=mask, strategy="diff")
    refused(by_mask, mask)
    refused(segmask.mask(files[0], parsing=label_map, **SEMANTIC), label_map)
    refused(segmask.mask(files[0], parsing=label_map, **SEMANTIC), files[0])


def test_the_original_of_many_edits_its_parsing_and_all_edits_are_inputs(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    label_map, worse = tmp_path / "labels.png", tmp_path / "same.png"
    Pil.fromarray(labels()).save(label_map)
    shutil.copy(files[0], worse)
    options = {**SEMANTIC, "parser": DrawnParser()}
    for path in (*files, worse, label_map):
        refused(segmask.best(files[0], [worse, files[1]], parsing=label_map, **options), path)
    masker = Masker(**options)
    refused(masker.apply(masker.see(files[0], parsing=label_map), files[1]), label_map)


def test_the_file_behind_a_pil_image_is_an_input(files: tuple[Path, Path]) -> None:
    with Pil.open(files[0]) as original, Pil.open(files[1]) as edited:
        result = segmask.apply(original, edited, strategy="diff")
    for path in files:
        refused(result, path)


@pytest.mark.parametrize("make", [Path.symlink_to, Path.hardlink_to])
def test_a_link_to_an_input_is_an_input(make: Any, files: tuple[Path, Path], tmp_path: Path) -> None:
    make(tmp_path / "link.png", files[1])
    refused(segmask.apply(*files, strategy="diff"), tmp_path / "link.png")


def test_a_relative_input_is_one_from_wherever_it_is_saved(
    files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder may change after reading: after seeing, after opening, and before saving."""
    masker, elsewhere = Masker(strategy="diff"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(tmp_path)
    seen, opened = masker.see(files[0].name), masker.open(files[0].name, files[1].name)
    done = segmask.apply(files[0].name, files[1].name, strategy="diff")
    monkeypatch.chdir(elsewhere)
    for result in (masker.apply(seen, files[1]), opened.apply(), done):
        refused(result, files[0])
        refused(result, files[1])


def command(*arguments: object) -> Any:
    with pytest.raises(SystemExit) as left:
        run([str(argument) for argument in arguments])
    return left.value.code


def test_a_model_is_an_input(files: tuple[Path, Path], tmp_path: Path) -> None:
    model, link, out = tmp_path / "my.onnx", tmp_path / "my.png", tmp_path / "out.png"
    shutil.copy(WEIGHTS, model)
    link.symlink_to(model)
    refused(segmask.apply(*files, parser=model, face_detector="none"), link)
    assert command("apply", *files, "-o", link, "--parser", model) == 2
    assert command("mask", files[0], "-o", link, "--parser", model) == 2
    assert command("mask", files[0], "-o", out, "--parser", model) == 0
    assert model.read_bytes() == WEIGHTS.read_bytes()


def test_a_label_set_is_an_input(files: tuple[Path, Path], tmp_path: Path) -> None:
    model, described = tmp_path / "my.onnx", tmp_path / "set.json"
    shutil.copy(WEIGHTS, model)
    text = '{"classes": "canonical", "input": {"height": 384, "width": 256, "scale": 1}}'
    described.write_text(text)
    options = ("--parser", model, "--labels", described, "--report", described)
    assert command("apply", *files, "-o", tmp_path / "out.png", *options) == 2
    assert command("mask", files[0], "-o", tmp_path / "out.png", *options) == 2
    assert described.read_text() == text
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("name", ["results.csv"])
def test_an_evaluation_never_takes_the_place_of_its_set(
    name: str, files: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mask = tmp_path / "mask.png"
    Pil.fromarray(np.where(labels() == 4, 255, 0).astype(np.uint8)).save(mask)
    row = {"name": "1", "original": files[0].name, "edited": files[1].name, "mask": mask.name}
    as_json = "{" + ", ".join(f'"{key}": "{value}"' for key, value in row.items()) + "}\n"
    text = as_json if name.endswith("jsonl") else ",".join(row) + "\n" + ",".join(row.values()) + "\n"
    (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert command("evaluate", name, "-s", "diff", "-o", ".") == 2
    assert (tmp_path / name).read_text() == text
    assert sorted(tmp_path.iterdir()) == before
    assert command("evaluate", name, "-s", "diff", "-o", "report") == 0


def test_a_picture_of_equal_pixels_is_fine() -> None:
    flat: Image = np.full((64, 64, 3), 90, np.uint8)
    assert not segmask.apply(flat, flat, strategy="diff").alpha.any()
