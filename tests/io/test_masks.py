"""Masks: white on black is plain; other ways of marking are taken where they can only mean one thing, else refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pil

from segmask import io
from segmask.core.errors import InputError, OptionError


@pytest.fixture
def marked(photo: np.ndarray) -> np.ndarray:
    mask = np.zeros(photo.shape[:2], bool)
    mask[100:300, 150:250] = True
    return mask


def levels(values: np.ndarray) -> np.ndarray:
    return np.where(values, 255, 0).astype(np.uint8)


def test_white_is_marked_however_it_is_stored(tmp_path: Path, marked: np.ndarray) -> None:
    white = levels(marked)
    Pil.fromarray(white).save(tmp_path / "grey.png")
    Pil.fromarray(np.dstack([white] * 3)).save(tmp_path / "rgb.png")
    Pil.fromarray(np.dstack([white] * 3 + [np.full_like(white, 255)])).save(tmp_path / "opaque.png")
    Pil.fromarray(marked).save(tmp_path / "bits.png")
    Pil.fromarray(white).quantize(2).save(tmp_path / "palette.png")
    Pil.fromarray(white.astype(np.uint16) * 257).save(tmp_path / "deep.png")
    for path in tmp_path.iterdir():
        np.testing.assert_array_equal(io.read_mask(path).levels, white, path.name)


def test_greys_are_shares_and_soft_edges_of_jpeg_are_greys(tmp_path: Path, marked: np.ndarray) -> None:
    ramp = np.tile(np.arange(256, dtype=np.uint8), (4, 1))
    np.testing.assert_array_equal(io.read_mask(ramp).levels, ramp)
    Pil.fromarray(np.dstack([levels(marked)] * 3)).save(tmp_path / "a.jpg", quality=60)
    read = io.read_mask(tmp_path / "a.jpg")
    assert ((read.levels > 127) == marked).mean() > 0.999
    assert read.notes == ()


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_zeros_and_ones_are_black_and_white_and_said(dtype: Any, marked: np.ndarray, tmp_path: Path) -> None:
    Pil.fromarray(marked.astype(dtype)).save(tmp_path / "a.png")
    for source in (marked.astype(dtype), tmp_path / "a.png"):
        read = io.read_mask(source)
        np.testing.assert_array_equal(read.levels, levels(marked))
        assert [note.code for note in read.notes] == ["mask-read-as-binary"]


def test_eight_bit_levels_in_sixteen_bits_are_taken_for_those_and_said(marked: np.ndarray) -> None:
    read = io.read_mask(levels(marked).astype(np.uint16) // 2)
    np.testing.assert_array_equal(read.levels, levels(marked) // 2)
    assert [note.code for note in read.notes] == ["read-as"]


def test_a_photo_with_a_hole_is_marked_in_the_hole_and_said(photo: np.ndarray, marked: np.ndarray) -> None:
    read = io.read_mask(np.dstack([photo, 255 - levels(marked)]))
    np.testing.assert_array_equal(read.levels, levels(marked))
    assert [note.code for note in read.notes] == ["read-as"]


def test_a_layer_in_one_colour_is_marked_where_it_is_opaque_and_said(marked: np.ndarray) -> None:
    layer = Pil.new("RGBA", marked.shape[::-1], (0, 0, 0, 0))
    layer.paste((255, 0, 0, 255), mask=Pil.fromarray(levels(marked)))
    read = io.read_mask(layer)
    np.testing.assert_array_equal(read.levels, levels(marked))
    assert [note.code for note in read.notes] == ["read-as"]


def test_one_colour_on_black_is_marked_and_said(marked: np.ndarray) -> None:
    red = np.dstack([levels(marked) // 2, np.zeros_like(levels(marked)), np.zeros_like(levels(marked))])
    read = io.read_mask(red)
    np.testing.assert_array_equal(read.levels, levels(marked))
    assert [note.code for note in read.notes] == ["read-as"]


def ambiguous(photo: np.ndarray, marked: np.ndarray) -> dict[str, np.ndarray]:
    black = np.zeros_like(photo)
    two = np.where(marked[..., None], np.array([255, 0, 0]), np.array([0, 0, 255])).astype(np.uint8)
    return {
        "a photo": photo,
        "one colour with a hole": np.dstack([black, 255 - levels(marked)]),
        "grey levels with a hole": np.dstack([np.dstack([photo[..., 0]] * 3), levels(marked)]),
        "two colours": two,
        "two colours and transparency": np.dstack([two, 255 - levels(marked)]),
    }


@pytest.mark.parametrize("kind", [
    "a photo", "one colour with a hole", "grey levels with a hole", "two colours", "two colours and transparency"
])  # fmt: skip
def test_what_could_mean_two_things_is_refused(kind: str, photo: np.ndarray, marked: np.ndarray) -> None:
    for reader in (io.read_mask, io.read_gray):
        with pytest.raises(InputError):
            reader(ambiguous(photo, marked)[kind])


def test_a_dialect_that_is_named_settles_it(photo: np.ndarray, marked: np.ndarray) -> None:
    hole = ambiguous(photo, marked)["one colour with a hole"]
    np.testing.assert_array_equal(io.read_mask(hole, dialect="hole").levels, levels(marked))
    np.testing.assert_array_equal(io.read_mask(hole, dialect="layer").levels, levels(~marked))
    two = ambiguous(photo, marked)["two colours"]
    assert (io.read_mask(two, dialect="painted").levels == 255).all()
    np.testing.assert_array_equal(io.read_mask(photo, dialect="gray").levels, np.rint(photo.mean(2)))
    with pytest.raises(InputError, match="no transparency"):
        io.read_mask(photo, dialect="hole")
    with pytest.raises(OptionError, match="dialect"):
        io.read_mask(photo, dialect="comfy")
