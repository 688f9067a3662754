"""What comes from the edit keeps its colours and its depth, in the original's own space."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmask import Masker, io
from segmask.compose.matting import Laplacian, solve_alpha
from segmask.core.box import Box
from segmask.io.icc import SRGB_CURVE, profile_of
from segmask.io.png_colour import PRIMARIES
from segmask.register.tone import OUTPUT_LIMIT, apply_tone, match_tone, tone_levels

P3 = profile_of(PRIMARIES[12], SRGB_CURVE, "P3")
WIDE = profile_of(((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001), (0.3457, 0.3585)), (1.8,), "ProPhoto-like")
WHOLE = np.full((48, 64), 255, np.uint8)


def ramp(dtype: Any) -> np.ndarray:
    """Every colour channel runs over its range."""
    top = np.iinfo(dtype).max
    across, down = np.meshgrid(np.linspace(0, top, 64), np.linspace(0, top, 48))
    return np.rint(np.dstack([across, down, top - across])).astype(dtype)


def stored(path: Path, values: np.ndarray, icc: bytes | None = None) -> Path:
    path.write_bytes(io.encode(values, io.Metadata(icc=icc), "PNG")[0])
    return path


def taken(original: Path, edited: Path, **options: Any) -> tuple[np.ndarray, list[str]]:
    """The raster where all comes from the edit, and the codes of what was said."""
    result = Masker(strategy="diff", tone_match=False, **options).apply(original, edited, include=WHOLE)
    assert (result.alpha == 1).all()
    return result.raster, [finding.code for finding in result.report.findings]


@pytest.mark.parametrize("icc", [None, P3, WIDE], ids=["sRGB", "P3", "wide"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_an_edit_in_the_originals_own_space_comes_as_it_is(dtype: Any, icc: bytes | None, tmp_path: Path) -> None:
    original = stored(tmp_path / "o.png", np.full((48, 64, 3), (90, 91, 92), dtype), icc)
    edited = stored(tmp_path / "e.png", ramp(dtype), icc)
    raster, said = taken(original, edited)
    error = np.abs(raster.astype(int) - ramp(dtype))
    assert error.max() <= (0 if icc is None or dtype == np.uint8 else 16)
    assert "edit-clipped" not in said


def test_colours_go_into_a_wider_space_and_back(tmp_path: Path) -> None:
    narrow, wide = ramp(np.uint16), tmp_path / "wide.png"
    as_wide, said = taken(
        stored(tmp_path / "o.png", np.full((48, 64, 3), (90, 91, 92), np.uint16), WIDE),
        stored(tmp_path / "e.png", narrow),
    )
    assert "edit-clipped" not in said
    back, _ = taken(
        stored(tmp_path / "o2.png", np.full((48, 64, 3), (90, 91, 92), np.uint16)), stored(wide, as_wide, WIDE)
    )
    assert np.abs(back.astype(int) - narrow)[narrow > 2000].max() <= 32
    assert len(np.unique(back)) > 256, "16 bits stay 16 bits"


def test_colours_outside_of_the_originals_space_are_clipped_and_said(tmp_path: Path) -> None:
    original = stored(tmp_path / "o.png", np.full((48, 64, 3), (90, 91, 92), np.uint8))
    raster, said = taken(original, stored(tmp_path / "e.png", np.full((48, 64, 3), (255, 0, 0), np.uint8), P3))
    assert raster[0, 0].tolist() == [255, 0, 0]
    assert "edit-clipped" in said


def test_a_black_and_white_photo_stays_neutral(tmp_path: Path) -> None:
    grey = np.repeat(ramp(np.uint8)[..., :1], 3, axis=2)
    for dtype, icc in ((np.uint8, None), (np.uint16, P3)):
        values = grey if dtype == np.uint8 else grey.astype(np.uint16) * 257
        original = stored(tmp_path / "o.png", values, icc)
        raster, said = taken(original, stored(tmp_path / "e.png", ramp(np.uint8)))
        assert (raster == raster[..., :1]).all()
        assert raster.std() > 0
        assert "neutral-original" in said


def test_tone_in_floating_point_is_the_tone_of_8_bits() -> None:
    picture = ramp(np.uint8)
    rng = np.random.default_rng(5)
    photo = np.clip(picture * 0.7 + 30 + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)
    edited = np.clip(photo * 1.05 + 4, 0, 255).astype(np.uint8)
    match, light = match_tone(photo, edited, np.ones(photo.shape[:2], bool))
    eight = apply_tone(edited, match, light, OUTPUT_LIMIT)
    fine = tone_levels(edited.astype(np.float32), match, light, Box(0, 0, 64, 48), (48, 64))
    assert np.abs(np.clip(fine, 0, 255) - eight).max() <= 0.51


def test_hair_of_a_black_and_white_photo_is_matted() -> None:
    """Three equal channels make the covariance singular but for what is taken for noise."""
    rng = np.random.default_rng(3)
    grey = np.clip(rng.normal(0.8, 0.2, (60, 60)), 0, 1).astype(np.float32)
    likely = np.linspace(0, 1, 60, dtype=np.float32)[None].repeat(60, 0)
    alpha = solve_alpha(Laplacian(np.repeat(grey[..., None], 3, 2)), likely, np.full((60, 60), 0.1, np.float32))
    assert np.isfinite(alpha).all()
    assert np.abs(alpha - likely).mean() < 0.2


@pytest.mark.parametrize("invert", [False, True])
def test_a_cutout_keeps_depth_profile_metadata_and_the_photos_own_alpha(invert: bool, tmp_path: Path) -> None:
    photo = np.dstack([ramp(np.uint16), np.full((48, 64), 65535, np.uint16)])
    photo[:10, :, 3] = 0
    path = tmp_path / "photo.png"
    path.write_bytes(io.encode(photo, io.Metadata(icc=P3, text=(("Author", "me"),)), "PNG")[0])
    labels = np.zeros((48, 64), np.uint8)
    labels[5:40, 10:50] = 4
    result = Masker(target="upper", face_detector="none").mask(path, parsing=labels)
    report = tmp_path / "r.json"
    result.save(tmp_path / "cut.png", report=report, mask_format="rgba", invert=invert)
    cut = io.read_picture(tmp_path / "cut.png")
    levels = result.mask if invert else 255 - result.mask
    assert cut.metadata.icc == P3
    assert dict(cut.metadata.text)["Author"] == "me"
    np.testing.assert_array_equal(cut.raster[..., :3], photo[..., :3])
    np.testing.assert_array_equal(cut.raster[..., 3], np.where(photo[..., 3] == 0, 0, levels.astype(np.uint16) * 257))
    assert "transparency-kept" in [entry["code"] for entry in json.loads(report.read_text())["findings"]]
