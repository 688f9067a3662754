"""The proof: what is written is read again by another way, and anybody can compare it later."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmask
from segmask import InputError, Masker, OutputError, io
from segmask.cli.main import run
from segmask.io.icc import SRGB_CURVE, profile_of
from segmask.io.png_colour import PRIMARIES
from segmask.preservation import proved

P3 = profile_of(PRIMARIES[12], SRGB_CURVE, "P3")
MASK = np.zeros((40, 56), np.uint8)
MASK[10:20, 10:30] = 255


def photo(channels: int, dtype: Any) -> np.ndarray:
    rng = np.random.default_rng(channels)
    values = rng.integers(1, np.iinfo(dtype).max, (40, 56, channels)).astype(dtype)
    if channels in (2, 4):
        values[:5, :, -1] = 0  # clear, and yet with colours
    return values


def said(*arguments: object) -> int:
    with pytest.raises(SystemExit) as left:
        run(["verify", *map(str, arguments)])
    return int(left.value.code or 0)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".jpg"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_every_output_is_proved_and_verified(channels: int, dtype: Any, suffix: str, tmp_path: Path) -> None:
    original, out, mask = tmp_path / "o.png", tmp_path / f"out{suffix}", tmp_path / "mask.png"
    original.write_bytes(io.encode(photo(channels, dtype), io.Metadata(), "PNG")[0])
    edited = np.full((40, 56, 3), 128, np.uint8)
    result = Masker(strategy="diff").apply(original, edited, mask_in=MASK)
    report = result.save(out, mask=mask)
    found = report.preserved
    assert found is not None
    assert found.pixels == 40 * 56 - 200
    exact = suffix in (".png", ".tif") or (suffix == ".webp" and dtype == np.uint8)
    assert found.is_kept == exact
    assert (found.differing == 0) == (suffix != ".jpg")
    assert found.reduced == (dtype == np.uint16 and suffix in (".webp", ".jpg"))
    assert said(original, out, mask) == (0 if exact else 3)
    later = segmask.verify(original, out, mask)
    assert (later.pixels, later.differing, later.reduced) == (found.pixels, found.differing, found.reduced)
    if suffix == ".jpg":
        assert 0 < found.mean < 64
        assert said(original, out, mask, "--tolerance", 255) == 0
        assert said(original, out, mask, "--tolerance", found.largest / 2) == 3


def test_one_pixel_is_found(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("o.tif", "r.png", "m.png")]
    values = photo(3, np.uint16)
    changed = values.copy()
    changed[30, 40, 2] += 1
    changed[12, 12] = 0
    paths[0].write_bytes(io.encode(values, io.Metadata(), "TIFF")[0])
    paths[1].write_bytes(io.encode(changed, io.Metadata(), "PNG")[0])
    io.write_png(paths[2], MASK)
    report = tmp_path / "r.json"
    assert said(*paths, "--report", report) == 3
    entry = json.loads(report.read_text())
    assert (entry["differing"], entry["largest"], entry["passed"]) == (1, round(1 / 257, 4), False)


def test_another_profile_is_another_picture(tmp_path: Path) -> None:
    values = photo(3, np.uint8)
    for name, icc in (("o.png", P3), ("r.png", None)):
        (tmp_path / name).write_bytes(io.encode(values, io.Metadata(icc=icc), "PNG")[0])
    found = segmask.verify(tmp_path / "o.png", tmp_path / "r.png", MASK)
    assert (found.differing, found.same_colours, found.is_kept) == (0, False, False)


def test_pictures_that_do_not_belong_together_are_refused() -> None:
    one, other = photo(3, np.uint8), np.zeros((41, 56, 3), np.uint8)
    for arguments in ((one, other, MASK), (one, one, np.zeros((20, 28), np.uint8))):
        with pytest.raises(InputError, match="40"):
            segmask.verify(*arguments)


def test_a_file_that_decodes_to_something_else_is_never_written() -> None:
    values = photo(3, np.uint8)
    picture = io.read_picture(values)
    alpha = (MASK / np.float32(255)).astype(np.float32)
    good = io.encode_composite(picture, values, alpha, "PNG")
    assert proved(good, picture, values, alpha).is_kept
    other = values.copy()
    other[0, 0, 0] ^= 1
    wrong = replace(good, data=io.encode(other, io.Metadata(), "PNG")[0])
    with pytest.raises(OutputError, match="decoded again"):
        proved(wrong, picture, values, alpha)
    inside = values.copy()
    inside[15, 15, 0] ^= 1
    with pytest.raises(OutputError, match="decoded again"):
        proved(replace(good, data=io.encode(inside, io.Metadata(), "PNG")[0]), picture, values, alpha)


@pytest.mark.parametrize("suffix", [".png", ".tif", ".webp", ".jpg"])
def test_stripped_metadata_is_gone_and_the_picture_is_not(suffix: str, tmp_path: Path) -> None:
    from PIL import Image as Pil

    tags = Pil.Exif()
    tags[271], tags[274] = "Maker", 6
    tags.get_ifd(0x8825)[1] = "N"
    path, out = tmp_path / "o.jpg", tmp_path / f"out{suffix}"
    picture = Pil.fromarray(photo(3, np.uint8)[:, ::-1])
    picture.save(path, quality=90, exif=tags, comment=b"secret", xmp=b"<x>secret</x>", icc_profile=P3)
    result = Masker(strategy="diff").apply(path, np.zeros((56, 40, 3), np.uint8), mask_in=np.zeros((56, 40), np.uint8))
    report = result.save(out, strip_metadata=True)
    data = out.read_bytes()
    assert b"secret" not in data
    assert b"Maker" not in data
    assert "metadata-stripped" in [finding.code for finding in report.findings]
    again = io.read_picture(out)
    assert again.metadata.icc == P3
    assert again.size_wh == (40, 56), "as it was shown, however it is stored"
    if suffix != ".jpg":
        assert again.metadata.exif is None or suffix == ".webp"
        np.testing.assert_array_equal(again.raster, result.raster)


def test_a_grey_mask_has_no_metadata_to_strip(tmp_path: Path) -> None:
    result = Masker(strategy="diff").apply(photo(3, np.uint8), photo(3, np.uint8))
    with pytest.raises(segmask.OptionError, match="strip_metadata"):
        result.save_mask(tmp_path / "m.png", strip_metadata=True)
