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


def test_jpegs_noise_near_black_and_white_is_taken_out_and_said(tmp_path: Path) -> None:
    """Beside an edge that no block of eight pixels ends at; greys of soft edges stay."""
    mask = np.zeros((64, 64), np.uint8)
    mask[:, 27:] = 255
    Pil.fromarray(mask).save(tmp_path / "a.jpg", quality=80)
    read = io.read_mask(tmp_path / "a.jpg")
    np.testing.assert_array_equal(read.levels, mask)
    (note,) = read.notes
    assert note.code == "mask-denoised"
    ramp = np.tile(np.arange(256, dtype=np.uint8), (16, 1))
    Pil.fromarray(ramp).save(tmp_path / "b.png")
    np.testing.assert_array_equal(io.read_mask(tmp_path / "b.png").levels, ramp)


def test_a_grey_picture_as_a_mask_is_to_be_looked_at(photo: np.ndarray) -> None:
    (note,) = io.read_mask(photo.mean(2).astype(np.uint8)).notes
    assert (note.code, note.level) == ("mask-unsure", "look")
    assert io.read_mask(np.full((8, 8), 128, np.uint8)).notes == (), "an even opacity is none"


def test_a_try_on_sets_grey_picture_is_told_from_its_mask(photo: np.ndarray, marked: np.ndarray) -> None:
    agnostic = np.where(marked[..., None], np.uint8(128), photo)
    for dialect in ("auto", "vton"):
        with pytest.raises(InputError, match="agnostic"):
            io.read_mask(agnostic, dialect=dialect)
    np.testing.assert_array_equal(io.read_mask(np.dstack([levels(marked)] * 3), dialect="vton").levels, levels(marked))


@pytest.mark.parametrize("mask_format", io.MASK_FORMATS)
def test_what_is_written_in_a_dialect_is_read_back_in_it(mask_format: str, photo: np.ndarray) -> None:
    """Soft edges survive where the dialect knows shares."""
    mask = np.zeros(photo.shape[:2], np.uint8)
    mask[100:300, 150:250], mask[100:300, 250:260] = 255, 100
    data, _ = io.mask_contents(io.read_picture(photo), mask, "PNG", mask_format, False, False)
    hard = mask_format in ("openai", "vton")
    np.testing.assert_array_equal(
        io.read_mask(data, dialect=mask_format).levels, np.where(mask == 255, 255, 0) if hard else mask
    )


def test_each_dialect_is_what_its_tool_reads(photo: np.ndarray, marked: np.ndarray, tmp_path: Path) -> None:
    def written(mask_format: str) -> Pil.Image:
        data, _ = io.mask_contents(io.read_picture(photo), levels(marked), "PNG", mask_format, False, False)
        (tmp_path / "m.png").write_bytes(data)
        with Pil.open(tmp_path / "m.png") as image:
            return image.copy()

    openai, comfy, vton = written("openai"), written("comfy"), written("vton")
    assert (openai.mode, openai.size, vton.mode) == ("RGBA", photo.shape[1::-1], "L")
    np.testing.assert_array_equal(np.asarray(openai)[..., 3] == 0, marked)
    load_image = 1 - np.array(comfy.getchannel("A")).astype(np.float32) / 255  # as ComfyUI's node does it
    np.testing.assert_array_equal(load_image, marked.astype(np.float32))
    np.testing.assert_array_equal(np.asarray(comfy.convert("RGB")), photo)
    np.testing.assert_array_equal(np.asarray(vton) == 255, marked)


@pytest.mark.parametrize(
    ("mask_format", "file_format", "invert", "strip"),
    [
        ("cmyk", "PNG", False, False),
        ("openai", "WEBP", False, False),
        ("comfy", "TIFF", False, False),
        ("vton", "PNG", True, False),
        ("gray", "PNG", False, True),
    ],
)
def test_choices_that_a_dialect_has_not_are_refused(
    mask_format: str, file_format: str, invert: bool, strip: bool, photo: np.ndarray
) -> None:
    with pytest.raises(OptionError):
        io.mask_contents(
            io.read_picture(photo), np.zeros(photo.shape[:2], np.uint8), file_format, mask_format, invert, strip
        )


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
        io.read_mask(photo, dialect="photoshop")
