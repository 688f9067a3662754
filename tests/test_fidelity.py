"""The fidelity matrix: every kind of file that independent encoders make, as original and as edit, to every output.

Pillow, tifffile and OpenCV write the files; each reads again with an independent decoder what segmask has written.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image as Pil

from segmask import Masker, io
from segmask.core.colour import lab
from tests.fidelity_kinds import KINDS, P3, SIDE_HW, colours, deep, gray

OUTPUTS = (".png", ".tif", ".webp", ".jpg")
MASK = np.zeros(SIDE_HW, np.uint8)
MASK[16:32, 16:40] = 255


def read_back(path: Path, channels: int) -> np.ndarray:
    """What was written, by a decoder that had no part in writing it."""
    if path.suffix == ".tif":
        values = tifffile.imread(path)
    else:
        values = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        assert values is not None
        if values.ndim == 3:
            values = values[..., [2, 1, 0, 3][: values.shape[2]]]
            values = values[..., [0, 3]] if channels == 2 and values.shape[2] == 4 else values
    return values[..., None] if values.ndim == 2 else values


@pytest.mark.parametrize("kind", KINDS)
def test_as_original(kind: str, tmp_path: Path) -> None:
    """Outside the mask: the size, depth, samples, alpha, profile, upright, EXIF; in every output, or said."""
    facts, path = KINDS[kind], tmp_path / "original"
    path.write_bytes(facts.make())
    result = Masker(strategy="diff", tone_match=False).apply(path, 255 - colours(), mask_in=MASK)
    expected, outside = facts.samples(), MASK == 0
    raster = result.raster
    assert (raster.shape, raster.dtype) == (expected.shape, expected.dtype)
    apart = np.abs(raster.astype(int) - expected)[outside]
    near = 5 if raster.dtype == np.uint8 else 5 * 257
    assert apart.max() <= (0 if facts.exact else near), "as an independent decoder has it"
    told = result.contents(tmp_path / "out.png")[1]
    texts = " ".join(finding.text for finding in told.findings)
    assert all(word in texts for word in facts.notes), texts
    for suffix in OUTPUTS:
        out = tmp_path / f"out{suffix}"
        report = result.save(out)
        found = report.preserved
        assert found is not None
        assert found.pixels == outside.sum()
        lossless = suffix in (".png", ".tif") or (suffix == ".webp" and raster.dtype == np.uint8)
        assert found.is_kept or not lossless, (suffix, found)
        assert found.mean <= (0 if lossless else 12), (suffix, found)
        if lossless:
            values = read_back(out, raster.shape[2])
            if (values.shape[2], raster.shape[2]) == (3, 4):  # WebP leaves out an alpha that says nothing
                values = np.dstack([values, np.full(SIDE_HW, 255, np.uint8)])
            if values.shape[2] != raster.shape[2]:  # WebP has no grey
                values = values[..., [0, 3]] if raster.shape[2] == 2 else values[..., : raster.shape[2]]
            np.testing.assert_array_equal(values[outside], raster[outside], suffix)
        again = io.read_picture(out)
        assert again.size_hw == SIDE_HW
        if facts.profile:
            assert again.metadata.icc == P3, suffix
        if facts.exif:
            with Pil.open(out) as picture:
                assert picture.getexif()[271] == "Maker", suffix


@pytest.mark.parametrize("kind", KINDS)
def test_as_edit(kind: str, tmp_path: Path) -> None:
    """Inside the mask, where the edit is opaque, its colours; in an 8-bit, a 16-bit and a grey original."""
    facts, path = KINDS[kind], tmp_path / "edit"
    path.write_bytes(facts.make())
    shown = io.read_picture(path)
    inside = MASK > 0
    for original in (np.flip(colours(), 1).copy(), np.flip(deep(), 1).copy(), gray()[::-1].copy()):
        masker = Masker(strategy="diff", tone_match=False)
        pair = masker.open(original, path)
        result = pair.apply(include=MASK)
        assert result.raster.shape[:2] == SIDE_HW
        taken = inside & pair.edit.alignment.covered
        assert (result.alpha[taken] == 1).all()
        if not (pair.edit.alignment.matrix == np.eye(3)).all():
            continue  # a low picture without corners: moved by a fraction, and not comparable pixel by pixel
        levels = io.read_picture(result.raster).image.astype(np.float32)
        meant = shown.image if original.ndim == 3 else io.neutral(shown.image)
        apart = np.abs(lab(levels.astype(np.uint8)) - lab(meant))[taken]
        assert apart.max() <= 2.5, "rounding of 8 bits"
