from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmask import io
from segmask.change.difference import measure_change
from segmask.core.geometry import resize_image, resize_map
from segmask.core.types import Image
from segmask.register.align import align
from segmask.register.tone import apply_tone, match_tone

ALL = np.ones((512, 512), bool)


def jpeg(image: Image, quality: int) -> Any:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def iou(first: np.ndarray, second: np.ndarray) -> float:
    return float((first & second).sum() / (first | second).sum())


@pytest.mark.parametrize("quality", [60, 75, 95])
def test_a_re_encoded_picture_shows_no_change(photo: Image, quality: int) -> None:
    assert not measure_change(photo, jpeg(photo, quality), ALL).mask.any()


def test_a_picture_made_smaller_and_larger_again_shows_no_change(photo: Image) -> None:
    small: Any = cv2.resize(photo, (300, 300), interpolation=cv2.INTER_AREA)
    back: Any = cv2.resize(small, (512, 512), interpolation=cv2.INTER_CUBIC)
    assert not measure_change(photo, back, ALL).mask.any()


def test_two_edits_are_both_found_and_nothing_else(photo: Image) -> None:
    edited = jpeg(photo, 85)
    truth = np.zeros((512, 512), bool)
    truth[260:460, 60:240] = True
    truth[380:440, 330:420] = True
    edited[truth] = edited[truth] // 2 + np.array([10, 70, 60], np.uint8)
    assert iou(measure_change(photo, edited, ALL).mask, truth) > 0.93


def test_what_the_edit_does_not_cover_is_not_changed(photo: Image) -> None:
    covered = ALL.copy()
    covered[:, 400:] = False
    edited = photo.copy()
    edited[:, 300:] = 255 - edited[:, 300:]
    mask = measure_change(photo, edited, covered).mask
    assert mask[:, 300:400].mean() > 0.8
    assert not mask[:, 400:].any()


def test_a_threshold_and_a_least_area_may_be_given(photo: Image) -> None:
    edited = photo.copy()
    edited[100:130, 100:130] = 255 - edited[100:130, 100:130]
    assert measure_change(photo, edited, ALL).mask.any()
    assert not measure_change(photo, edited, ALL, min_area=0.01).mask.any()
    assert not measure_change(photo, edited, ALL, threshold=1000).mask.any()


def ellipse(y: float, x: float, size_y: float, size_x: float) -> np.ndarray:
    rows, columns = np.mgrid[:512, :512]
    return np.asarray(np.hypot((rows - y) / size_y, (columns - x) / size_x) < 1)


def test_a_top_and_a_pair_of_shoes_are_kept_and_ten_redrawn_patches_are_not(photo: Image) -> None:
    edited = photo.astype(np.float32)
    soft: Any = cv2.GaussianBlur(edited, (0, 0), 2)
    for index in range(10):
        patch = ellipse(40 + 45 * index, 30 + 5 * (index % 3), 18, 22).astype(np.float32)
        weight: Any = cv2.GaussianBlur(patch, (0, 0), 5)
        edited += weight[..., None] * (soft * 0.94 - edited)
    top, shoes = ellipse(250, 260, 90, 80), ellipse(455, 210, 22, 40) | ellipse(455, 330, 22, 40)
    edited[top] = edited[top] * 0.4 + np.array([10, 90, 80], np.float32)
    edited[shoes] = edited[shoes] * 0.4 + np.array([20, 30, 110], np.float32)  # blue: the suit is orange
    mask = measure_change(photo, jpeg(np.clip(edited, 0, 255).astype(np.uint8), 85), ALL).mask
    assert mask[top].mean() > 0.97
    assert mask[shoes].mean() > 0.97
    assert not mask[~(ellipse(250, 260, 96, 86) | ellipse(455, 210, 28, 46) | ellipse(455, 330, 28, 46))].any()


def test_cloth_of_the_same_colour_with_another_weave_is_a_change() -> None:
    plain = np.full((512, 512, 3), (70, 90, 130), np.uint8)
    edited = plain.copy()
    stripes = np.where(np.arange(512) // 6 % 2, 28, -28)[:, None, None]
    edited[150:350, 150:350] = np.clip(plain[150:350, 150:350] + stripes[150:350], 0, 255)
    mask = measure_change(plain, edited, ALL).mask
    assert iou(mask, (edited != plain).any(2)) > 0.9


def test_uniform_light_around_the_subject_is_no_change(photo: Image) -> None:
    glow = np.exp(-((np.hypot(*(np.mgrid[:512, :512] - 256)) / 300) ** 2))[..., None]
    lit = np.clip(photo * (1 + 0.08 * glow), 0, 255).astype(np.uint8)
    assert not measure_change(photo, lit, ALL).mask.any()


def test_what_moved_by_half_a_pixel_is_no_change(photo: Image) -> None:
    shift: Any = np.array([[1, 0, 0.5], [0, 1, -0.4]])
    redrawn: Any = cv2.warpAffine(photo, shift, (512, 512), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)
    assert not measure_change(photo, redrawn, ALL).mask.any()


@settings(max_examples=25, deadline=None)
@given(
    quality=st.integers(60, 100),
    size=st.floats(0.6, 1.6),
    gain=st.tuples(*[st.floats(0.97, 1.03)] * 3),
    offset=st.tuples(*[st.integers(-3, 3)] * 3),
)
def test_a_picture_that_only_went_through_coders_has_an_empty_mask(
    photo: Image, quality: int, size: float, gain: tuple, offset: tuple
) -> None:
    side = round(512 * size)
    resized: Any = cv2.resize(photo, (side, side), interpolation=cv2.INTER_AREA if size < 1 else cv2.INTER_CUBIC)
    drifted = np.clip(np.rint(resized * np.array(gain) + np.array(offset)), 0, 255).astype(np.uint8)
    aligned, alignment = align(photo, jpeg(drifted, quality))
    tone, light = match_tone(photo, aligned, alignment.covered)
    change = measure_change(photo, apply_tone(aligned, tone, light), alignment.covered)
    assert not change.mask.any()


@given(noise=st.integers(0, 2**31))
@settings(max_examples=10, deadline=None)
def test_identical_pictures_have_an_empty_mask_and_no_difference(noise: int) -> None:
    picture = np.random.default_rng(noise).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    change = measure_change(picture, picture.copy(), np.ones((60, 80), bool))
    assert not change.mask.any()
    assert not change.score_map.any()


def recoloured(picture: Image) -> Any:
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width]
    inside = np.hypot((y / height - 0.7) / 0.22, (x / width - 0.5) / 0.3) < 1
    edited = picture.copy()
    edited[inside] = picture[inside] // 2 + np.array([10, 80, 70], np.uint8)
    return jpeg(edited, 85)


def masks_at_two_sizes(picture: Image, small_hw: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    masks = []
    edited = recoloured(picture)
    for first, second in ((picture, edited), (resize_image(picture, small_hw), resize_image(edited, small_hw))):
        mask = measure_change(first, second, np.ones(first.shape[:2], bool)).mask
        masks.append(resize_map(mask.astype(np.float32), small_hw) >= 0.5)
    return masks[0], masks[1]


def test_the_mask_is_the_same_at_six_times_the_pixels(photo: Image) -> None:
    large: Any = cv2.resize(photo, (2000, 2000), interpolation=cv2.INTER_CUBIC)
    assert iou(*masks_at_two_sizes(large, (816, 816))) > 0.97


@pytest.mark.shared
def test_the_mask_of_a_large_photo_is_the_same_at_half_a_megapixel(shared: Path) -> None:
    large = io.read_image(shared / "data" / "portraits" / "nasa_mae_jemison_6204.webp")
    scale = np.sqrt(500_000 / (large.shape[0] * large.shape[1]))
    assert large.shape[0] * large.shape[1] > 20_000_000
    assert iou(*masks_at_two_sizes(large, (round(large.shape[0] * scale), round(large.shape[1] * scale)))) > 0.97
