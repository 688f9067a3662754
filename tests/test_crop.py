"""A region goes to a service and its answer comes back: only in the region, only what changed, proved as ever."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import segmask
from segmask import io
from segmask.core.geometry import resize_image
from segmask.core.place import Place
from segmask.core.types import Box
from segmask.core.window import window_around
from segmask.io import write_png
from tests.cli.test_cli import segmask as shell
from tests.conftest import codes

PATCH = (slice(120, 180), slice(90, 150))
"""Rows and columns that the service is to change."""


@pytest.fixture
def textured() -> np.ndarray:
    """A picture with corners to align by, uint8 (320, 240, 3)."""
    coarse = np.random.default_rng(5).integers(60, 150, (40, 30, 3)).astype(np.uint8)
    return resize_image(coarse, (320, 240))


@pytest.fixture
def patch() -> np.ndarray:
    mask = np.zeros((320, 240), bool)
    mask[PATCH] = True
    return mask


def answered(cut: segmask.Crop, shift: int = 0) -> np.ndarray:
    """What a service would give back: the patch in another colour, all of it a little off."""
    answer = cut.image.copy()
    answer[cut.mask > 127] = (220, 40, 40)
    return np.clip(np.roll(answer, shift, 1).astype(int) + 2, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("size", [None, (256, 256), (512, 384)])
@pytest.mark.parametrize("multiple", [8, 16, 32, 64])
def test_what_is_sent_has_the_models_sides(
    size: tuple[int, int] | None, multiple: int, textured: np.ndarray, patch: np.ndarray
) -> None:
    cut = segmask.crop(textured, mask_in=patch, multiple=multiple, size=size)
    height, width = cut.image.shape[:2]
    assert (width, height) == (size or (width, height))
    assert width % multiple == height % multiple == 0
    assert cut.mask.shape == (height, width)
    box = cut.box
    assert box.x0 <= 90 < 150 <= box.x1
    assert box.y0 <= 120 < 180 <= box.y1
    if size is None:
        np.testing.assert_array_equal(cut.image, textured[box.slices])
        np.testing.assert_array_equal(cut.mask > 0, patch[box.slices])


def test_the_answer_comes_back_into_its_region_alone(textured: np.ndarray, patch: np.ndarray, tmp_path: Path) -> None:
    cut = segmask.crop(textured, mask_in=patch, context=2)
    result = segmask.stitch(textured, answered(cut, shift=2), cut.place, strategy="diff")
    outside = np.ones(patch.shape, bool)
    outside[cut.box.slices] = False
    assert not result.alpha[outside].any()
    np.testing.assert_array_equal(result.raster[result.alpha == 0], textured[result.alpha == 0])
    taken = result.alpha > 0.5
    assert (taken & patch).sum() > 0.95 * (taken | patch).sum(), "the shift of two pixels was taken out"
    assert result.raster[150, 120, 0] > 200
    report = result.save(tmp_path / "out.png")
    assert report.preserved is not None
    assert report.preserved.is_kept


def test_a_scaled_and_padded_region_finds_its_way_back(textured: np.ndarray) -> None:
    """The target nearly fills the picture, and the model wants a square."""
    mask = np.zeros(textured.shape[:2], bool)
    mask[10:310, 60:180] = True
    cut = segmask.crop(textured, mask_in=mask, size=(512, 512))
    assert {finding.code for finding in cut.findings} == {"region-padded", "region-scaled"}
    result = cut.stitch(answered(cut), strategy="diff")
    taken = result.alpha > 0.5
    assert (taken & mask).sum() > 0.97 * (taken | mask).sum()
    assert abs(result.stages.alignment.matrix[0, 0] - cut.box.width / 512) < 0.003


def test_deep_pictures_stay_deep(textured: np.ndarray, patch: np.ndarray) -> None:
    deep = textured.astype(np.uint16) * 257 + np.uint16(3)
    cut = segmask.crop(deep, mask_in=patch)
    assert cut.image.dtype == np.uint8
    result = cut.stitch(answered(cut), strategy="diff")
    assert result.raster.dtype == np.uint16
    np.testing.assert_array_equal(result.raster[result.alpha == 0], deep[result.alpha == 0])


def test_the_mask_to_paste_by_may_be_another_than_the_one_sent(textured: np.ndarray, patch: np.ndarray) -> None:
    cut = segmask.crop(textured, mask_in=patch)
    answer = answered(cut)
    half = patch.copy()
    half[:, 120:] = False
    of_the_original = cut.stitch(answer, mask_in=half, strategy="diff")
    np.testing.assert_array_equal(of_the_original.alpha > 0, half)
    of_the_crop = cut.stitch(answer, mask_in=half[cut.box.slices], strategy="diff")
    np.testing.assert_array_equal(of_the_crop.alpha, of_the_original.alpha)
    with pytest.raises(segmask.InputError):
        cut.stitch(answer, mask_in=half[:50, :50], strategy="diff")


def test_where_both_sizes_are_the_same_a_mask_is_the_crops_and_that_is_said(textured: np.ndarray) -> None:
    mask = np.zeros(textured.shape[:2], bool)
    mask[100:150, 100:140] = True
    cut = segmask.crop(textured, mask_in=mask, multiple=16, size=(240, 320))
    result = cut.stitch(cut.image, mask_in=np.full((320, 240), 255, np.uint8), strategy="diff")
    assert "read-as" in codes(result)
    assert result.report.mask.box == cut.box.corners


def test_a_face_in_the_region_is_protected(pair: tuple[Path, Path]) -> None:
    cut = segmask.crop(pair[0], target="clothing", multiple=64)
    assert (cut.mask > 0).any()
    result = cut.stitch(np.full_like(cut.image, 200), mask_in=np.full_like(cut.mask, 255))
    protected = result.stages.protected
    assert protected is not None
    assert protected[cut.box.slices].any()
    assert not result.alpha[protected].any()


def test_the_shell_makes_the_round_trip(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """With the sample pair: the service's answer is the same region of the sample edit."""
    crop, mask, place, out = (tmp_path / name for name in ("crop.png", "mask.png", "place.json", "out.png"))
    assert shell("crop", pair[0], "-o", crop, "--mask", mask, "--place", place, "--size", "512x384") == 0
    assert io.read_image(crop).shape == io.read_image(mask).shape == (384, 512, 3)
    edited = resize_image(io.read_image(pair[1]), (512, 512))
    write_png(tmp_path / "answer.png", Place.read(place).window.cut(edited))
    assert shell("stitch", pair[0], tmp_path / "answer.png", place, "-o", out, "--mask", tmp_path / "m.png") == 0
    assert segmask.verify(pair[0], out, tmp_path / "m.png").is_kept
    assert (io.read_picture(tmp_path / "m.png").raster > 0).mean() > 0.15


REFUSED = {
    "no target": (1, ("crop", "flat.png", "-o", "c.png", "--place", "p.json")),
    "a context below the target": (2, ("crop", "flat.png", "-o", "c.png", "--place", "p.json", "--context", "0.5")),
    "no such multiple": (2, ("crop", "flat.png", "-o", "c.png", "--place", "p.json", "--multiple", "10")),
    "no multiple": (2, ("crop", "flat.png", "-o", "c.png", "--place", "p.json", "--size", "500")),
    "no size": (2, ("crop", "flat.png", "-o", "c.png", "--place", "p.json", "--size", "big")),
    "a target beside a mask": (
        2,
        ("crop", "flat.png", "-o", "c.png", "--place", "p.json", "--mask-in", "white.png", "--target", "upper"),
    ),
    "the original as output": (2, ("crop", "flat.png", "-o", "flat.png", "--place", "p.json")),
    "a lossy crop": (2, ("crop", "flat.png", "-o", "c.jpg", "--place", "p.json", "--mask-in", "white.png")),
    "no place": (1, ("stitch", "flat.png", "flat.png", "flat.png", "-o", "o.png")),
    "another original": (1, ("stitch", "white.png", "flat.png", "good.json", "-o", "o.png")),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_cut_or_put_back_is_refused_and_nothing_is_written(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_png("flat.png", np.full((96, 64, 3), 90, np.uint8))
    write_png("white.png", np.full((96, 64), 255, np.uint8))
    segmask.crop("flat.png", mask_in="white.png").save("kept.png", place="good.json")
    before = {path.name: path.read_bytes() for path in Path().iterdir()}
    code, arguments = REFUSED[case]
    assert shell(*arguments) == code
    assert {path.name: path.read_bytes() for path in Path().iterdir()} == before


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"segmask_place": 2}', '{"segmask_place": 1, "box": [1, 2]}'])
def test_a_damaged_place_is_an_input_error(text: str, tmp_path: Path, textured: np.ndarray) -> None:
    (tmp_path / "p.json").write_text(text)
    with pytest.raises(segmask.InputError):
        segmask.stitch(textured, textured, tmp_path / "p.json")


def test_a_window_stays_in_the_picture_where_it_fits() -> None:
    for box in (Box(0, 0, 50, 50), Box(350, 250, 400, 300), Box(100, 0, 300, 300)):
        window = window_around(box, (300, 400), context=1.5, multiple=8)
        assert window.box.clip(300, 400) == window.box or window.box.height > 300
