"""`segmask mask --preset` writes what try-on models read, and `segmask evaluate` reads it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import segmask
from segmask import io
from segmask.core.geometry import resize_image
from segmask.evaluation.datasets import load_example, read_dataset
from segmask.evaluation.tryon_files import tryon_contents
from tests.cli.test_cli import segmask as shell


@pytest.fixture
def portrait(photo: np.ndarray, tmp_path: Path) -> Path:
    """The sample photo in the sets' aspect."""
    io.write_png(tmp_path / "person.png", np.ascontiguousarray(photo[:, 60:444]))
    return tmp_path / "person.png"


@pytest.mark.parametrize(
    ("preset", "files"),
    [
        ("viton-hd", ["agnostic-mask/person_mask.png", "agnostic-v3.2/person.jpg", "image/person.jpg"]),
        ("dresscode", ["agnostic_masks/person_0.png", "images/person_0.jpg"]),
    ],
)
def test_a_set_is_written_and_read(preset: str, files: list[str], portrait: Path, tmp_path: Path) -> None:
    root = tmp_path / "set"
    assert shell("mask", portrait, "-o", root, "--preset", preset, "--target", "upper", "--grow", "8") == 0
    (folder,) = root.iterdir()
    assert folder.name == {"viton-hd": "test", "dresscode": "upper_body"}[preset]
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert sorted(path.relative_to(folder).as_posix() for path in written) == files
    assert {io.read_picture(path).size_wh for path in written} == {(768, 1024)}
    (mask,) = (path for path in written if "mask" in path.parent.name)
    assert set(np.unique(io.read_picture(mask).raster)) == {0, 255}
    dataset = read_dataset(root)
    assert (dataset.layout, dataset.cases) == ("try-on set", ())
    (problem,) = dataset.problems
    assert "edited" in problem.message
    name = problem.name
    (folder / "edited").mkdir()
    io.write_png(folder / "edited" / f"{name}.png", resize_image(io.read_image(portrait), (512, 384)))
    (case,) = read_dataset(root).cases
    assert (case.name, case.target) == (name, "upper")
    example = load_example(case)
    np.testing.assert_array_equal(example.truth.change, io.read_picture(mask).raster[..., 0] == 255)
    assert read_dataset(folder).cases == (case,)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--preset", "viton", "--target", "upper"), 2),
        (("--preset", "viton-hd"), 2),
        (("--preset", "viton-hd", "--target", "lower"), 2),
        (("--preset", "dresscode", "--target", "hair"), 2),
        (("--preset", "viton-hd", "--target", "upper", "--mask-format", "vton"), 2),
        (("--preset", "viton-hd", "--target", "upper", "--invert"), 2),
    ],
)
def test_what_a_set_cannot_hold_is_refused(
    arguments: tuple[str, ...], code: int, portrait: Path, tmp_path: Path
) -> None:
    assert shell("mask", portrait, "-o", tmp_path / "set", *arguments) == code
    assert not (tmp_path / "set").exists()


def test_another_aspect_is_refused_with_what_to_do(pair: tuple[Path, Path], tmp_path: Path) -> None:
    found = segmask.mask(pair[0], target="upper")
    with pytest.raises(segmask.InputError, match="crop"):
        tryon_contents(found, tmp_path, "a", "viton-hd", ("upper",))
