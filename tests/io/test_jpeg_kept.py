"""A JPEG of a JPEG: what the mask doesn't touch keeps its coefficients, as an independent reader sees them."""

from __future__ import annotations

import io as std
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pil
from PIL import ImageOps

from segmask import Masker, io
from segmask.core.errors import InputError
from segmask.io.assemble import picture_of
from segmask.io.jpeg import taken_apart
from segmask.io.jpeg_entropy import Component, code_lengths, scans
from segmask.io.orientation import stored, upright
from segmask.io.read import stored_of_bytes
from tests.io.test_mutations import mutated, seeds

jpeglib: Any = pytest.importorskip("jpeglib")
SIZE = (150, 107)
"""Neither is a multiple of any unit."""
SIDES = {0: (8, 8), 1: (8, 16), 2: (16, 16)}
"""Pillow's subsampling -> pixels of a unit, down and across."""
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def photo(gray: bool = False) -> Pil.Image:
    rng = np.random.default_rng(7)
    small = Pil.fromarray(rng.integers(0, 255, (14, 20, 3), dtype=np.uint8))
    picture = np.asarray(small.resize(SIZE, Pil.Resampling.BICUBIC)).astype(int) + rng.normal(0, 6, (*SIZE[::-1], 3))
    made = Pil.fromarray(np.clip(picture, 0, 255).astype(np.uint8))
    return made.convert("L") if gray else made


def kept(path: Path, edited: Pil.Image, mask: np.ndarray, out: Path) -> Any:
    """The result that was written, with nothing decided but by the mask."""
    result = Masker(strategy="diff", tone_match=False).apply(path, edited, mask_in=mask)
    report = result.save(out)
    assert any("coefficients" in finding.text for finding in report.findings), report.findings
    return result


def coefficients(path: Path) -> list[np.ndarray]:
    read = jpeglib.read_dct(str(path))
    read.load()
    return [values for values in (read.Y, read.Cb, read.Cr) if values is not None]


def soft_mask() -> np.ndarray:
    mask = np.zeros(SIZE[::-1], np.uint8)
    mask[40:90, 50:110] = 255
    mask[90:94, 50:110] = 100
    return mask


def touched_blocks(mask: np.ndarray, shape: tuple[int, ...], pixels: tuple[int, int]) -> np.ndarray:
    """bool (rows, columns): blocks that show a pixel above 0."""
    found = np.zeros(shape[:2], bool)
    for y, x in np.argwhere(mask > 0):
        found[y // pixels[0], x // pixels[1]] = True
    return found


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("subsampling", [0, 1, 2, None], ids=["4:4:4", "4:2:2", "4:2:0", "grey"])
def test_untouched_blocks_are_the_originals(subsampling: int | None, progressive: bool, tmp_path: Path) -> None:
    path, out, picture = tmp_path / "o.jpg", tmp_path / "out.jpg", photo(subsampling is None)
    options: dict[str, Any] = {} if subsampling is None else {"subsampling": subsampling}
    picture.save(path, quality=83, progressive=progressive, comment=b"from a camera", dpi=(240, 240), **options)
    edited = ImageOps.invert(photo())
    result = kept(path, edited, soft_mask(), out)
    for index, (before, after) in enumerate(zip(coefficients(path), coefficients(out), strict=True)):
        assert before.shape == after.shape
        pixels = (8, 8) if index == 0 or subsampling is None else SIDES[subsampling]
        touched = touched_blocks(result.alpha, before.shape, pixels)
        assert touched.any()
        assert not touched.all()
        assert (before == after)[~touched].all()
        assert (before != after)[touched].any()
    first, second = (taken_apart(file.read_bytes()) for file in (path, out))
    for marker in (0xDB, 0xC0, 0xC2):
        assert [s for s in first.core if s[1] == marker] == [s for s in second.core if s[1] == marker]
    with Pil.open(path) as before, Pil.open(out) as after:
        assert (after.info["comment"], after.info["dpi"], bool(after.info.get("progressive"))) == (
            b"from a camera",
            before.info["dpi"],
            progressive,
        )
        shown = np.asarray(after).astype(int).reshape(result.raster.shape)
    inside = result.alpha == 1
    inside[:48] = inside[88:] = inside[:, :56] = inside[:, 104:] = False
    assert np.abs(shown - result.raster)[inside].mean() < 6, "what comes from the edit is coded as the original was"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_stays_stored_as_it_was(orientation: int, tmp_path: Path) -> None:
    path, out = tmp_path / "o.jpg", tmp_path / "out.jpg"
    tags = Pil.Exif()
    tags[274] = orientation
    Pil.fromarray(stored(np.asarray(photo()), orientation)).save(path, quality=90, exif=tags, xmp=XMP)
    result = kept(path, ImageOps.invert(photo()), soft_mask(), out)
    with Pil.open(out) as picture:
        assert picture.getexif()[274] == orientation
        assert f'tiff:Orientation="{orientation}"'.encode() in picture.info["xmp"]
    read = io.read_picture(out)
    assert read.size_wh == SIZE
    far = upright(stored(result.alpha, orientation), orientation) == 0
    far[24:110, 32:128] = False
    np.testing.assert_array_equal(read.raster[far], io.read_picture(path).raster[far])


def test_restart_intervals_stay(tmp_path: Path) -> None:
    path, out = tmp_path / "o.jpg", tmp_path / "out.jpg"
    photo().save(path, quality=80, subsampling=2, restart_marker_blocks=4)
    kept(path, ImageOps.invert(photo()), soft_mask(), out)
    for file in (path, out):
        assert b"\xff\xdd\x00\x04\x00\x04" in file.read_bytes()
    assert (np.asarray(Pil.open(path))[:24] == np.asarray(Pil.open(out))[:24]).all()


def test_an_empty_mask_changes_no_coefficient(tmp_path: Path) -> None:
    path, out = tmp_path / "o.jpg", tmp_path / "out.jpg"
    photo().save(path, quality=75)
    result = kept(path, ImageOps.invert(photo()), np.zeros(SIZE[::-1], np.uint8), out)
    assert not result.alpha.any()
    for before, after in zip(coefficients(path), coefficients(out), strict=True):
        np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(np.asarray(Pil.open(path)), np.asarray(Pil.open(out)))


def test_printing_colours_are_coded_anew_and_said(tmp_path: Path) -> None:
    path = tmp_path / "o.jpg"
    photo().convert("CMYK").save(path, quality=90)
    report = Masker(strategy="diff").apply(path, photo(), mask_in=soft_mask()).save(tmp_path / "out.jpg")
    assert any("not bit for bit" in finding.text for finding in report.findings)


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("factors", [(1, 1), (2, 2), (4, 1), (1, 2)], ids=["4:4:4", "4:2:0", "4:1:1", "4:4:0"])
@pytest.mark.parametrize("restart", [0, 1, 3])
def test_scans_hold_any_coefficients(factors: tuple[int, int], progressive: bool, restart: int, tmp_path: Path) -> None:
    """Extreme and empty blocks, every sampling: written here, read by libjpeg."""
    rng = np.random.default_rng(sum(factors) + restart)
    across, down = factors
    units_hw = 3, 2
    shapes = [(units_hw[0] * down, units_hw[1] * across), units_hw, units_hw]
    parts = []
    for index, shape in enumerate(shapes):
        dense = rng.integers(-1023, 1024, (*shape, 8, 8)) * (rng.random((*shape, 8, 8)) < rng.random((*shape, 1, 1)))
        dense[0, 0] = 0
        factor = factors if index == 0 else (1, 1)
        parts.append(Component(index + 1, *factor, dense.astype(np.int16), min(index, 1)))
    height, width = units_hw[0] * 8 * down, units_hw[1] * 8 * across
    frame = bytes([8, height >> 8, height & 255, width >> 8, width & 255, 3, 1, across << 4 | down, 0])
    frame += bytes([2, 0x11, 0, 3, 0x11, 0])
    marker = 0xC2 if progressive else 0xC0
    path = tmp_path / "made.jpg"
    path.write_bytes(
        b"\xff\xd8\xff\xdb\x00\x43\x00"
        + bytes([1] * 64)
        + bytes([0xFF, marker, 0, len(frame) + 2])
        + frame
        + b"\xff\xdd\x00\x04"
        + restart.to_bytes(2, "big")
        + scans(parts, units_hw, progressive=progressive, restart=restart)
        + b"\xff\xd9"
    )
    for before, after in zip(parts, coefficients(path), strict=True):
        np.testing.assert_array_equal(before.blocks, after)


def test_code_lengths_fit_sixteen_bits() -> None:
    fibonacci = [1, 1]
    while len(fibonacci) < 60:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    lengths = code_lengths(np.array(fibonacci))
    assert lengths.max() <= 16
    assert lengths.min() >= 1
    assert sum(2.0 ** -int(length) for length in lengths) <= 1 - 2.0**-16, "the code of all ones stays free"
    assert code_lengths(np.array([0, 5, 0])).tolist() == [0, 1, 0]


def test_without_the_library_all_is_coded_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("segmask.io.write.is_available", lambda: False)
    path = tmp_path / "o.jpg"
    path.write_bytes(_jpeg(photo()))
    report = Masker(strategy="diff").apply(path, photo(), mask_in=soft_mask()).save(tmp_path / "out.jpg")
    assert any("not bit for bit" in finding.text for finding in report.findings)


@pytest.mark.parametrize("kind", ["jpeg", "progressive jpeg", "cmyk jpeg"])
def test_damaged_originals_are_kept_or_coded_anew(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(kind)
    outcomes = set()
    for _ in range(60):
        try:
            picture = picture_of(stored_of_bytes(mutated(seeds()[kind], rng), "mutated", 1 << 20), None)
        except InputError:
            continue
        alpha = np.zeros(picture.size_hw, np.float32)
        alpha[2:5, 3:9] = 1
        raster = picture.raster.copy()
        raster[2:5, 3:9] = 200
        outcomes.add(io.encode_composite(picture, raster, alpha, "JPEG").notes[0].text)
    assert len(outcomes) >= 1
    assert capfd.readouterr().err == ""


def _jpeg(picture: Pil.Image) -> bytes:
    buffer = std.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
