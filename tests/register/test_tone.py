from __future__ import annotations

import numpy as np

from segmask.core.types import Image
from segmask.register.tone import OUTPUT_LIMIT, apply_tone, match_tone

ALL = np.ones((512, 512), bool)


def drifted(image: Image, gain: tuple, offset: tuple) -> Image:
    return np.clip(np.rint(image * np.array(gain) + np.array(offset)), 0, 255).astype(np.uint8)


def unclipped(image: Image) -> np.ndarray:
    return np.asarray(((image > 12) & (image < 243)).all(axis=2))


def test_gain_and_offset_are_taken_out_though_half_is_edited(photo: Image) -> None:
    edited = drifted(photo, (1.08, 1.0, 0.93), (-6, 4, 8))
    edited[256:] = np.array([20, 160, 150], np.uint8)
    tone, light = match_tone(photo, edited, ALL)
    back = apply_tone(edited, tone, light)
    upper = unclipped(photo)[:256]
    assert np.abs(back[:256].astype(int) - photo[:256])[upper].mean() < 2.0
    assert np.abs(edited[:256].astype(int) - photo[:256])[upper].mean() > 5.0


def test_an_edit_is_not_explained_away(photo: Image) -> None:
    edited = photo.copy()
    edited[200:, :300] = np.array([0, 128, 128], np.uint8)
    tone, light = match_tone(photo, edited, ALL)
    back = apply_tone(edited, tone, light)
    assert np.abs(back[250:450, 50:250].astype(int) - [0, 128, 128]).max() <= 16


def test_nothing_to_match_leaves_the_very_same_pixels(photo: Image) -> None:
    tone, light = match_tone(photo, photo, ALL)
    assert apply_tone(photo, tone, light) is photo


def test_smooth_light_is_taken_out(photo: Image) -> None:
    slope = np.linspace(-9, 9, 512)[None, :, None]
    edited = np.clip(np.rint(photo + slope), 0, 255).astype(np.uint8)
    tone, light = match_tone(photo, edited, ALL)
    left = unclipped(photo)
    before = np.abs(edited.astype(int) - photo)[left].mean()
    after = np.abs(apply_tone(edited, tone, light).astype(int) - photo)[left].mean()
    assert after < before / 2


def test_a_picture_without_usable_pixels_is_left_alone(photo: Image) -> None:
    tone, light = match_tone(photo, photo // 2, np.zeros((512, 512), bool))
    assert not tone.applied
    assert apply_tone(photo, tone, light) is photo


def test_the_limit_bounds_how_far_a_colour_moves(photo: Image) -> None:
    edited = drifted(photo, (1.0, 1.0, 1.0), (25, 25, 25))
    tone, light = match_tone(photo, edited, ALL)
    free, bound = apply_tone(edited, tone, light), apply_tone(edited, tone, light, limit=10)
    assert np.abs(free.astype(int) - edited).max() > 20
    assert np.abs(bound.astype(int) - edited).max() <= 10
    dark = edited < 20
    assert np.abs(bound.astype(int) - edited)[dark].max(initial=0) <= 5


def test_a_teal_coat_stays_teal_and_within_the_limit(photo: Image) -> None:
    teal = np.array([0, 128, 128], np.uint8)
    edited = drifted(photo, (1.05, 0.98, 0.95), (3, -4, 2))
    edited[120:, 60:460] = teal
    tone, light = match_tone(photo, edited, ALL)
    coat = apply_tone(edited, tone, light, OUTPUT_LIMIT)[130:, 70:450].astype(int)
    assert np.abs(coat - teal).max() <= OUTPUT_LIMIT
    assert (coat[..., 1] - coat[..., 0]).min() > 90


def flat_lay(ground: tuple[int, int, int], cloth: tuple[int, int, int]) -> Image:
    """A garment on a plain ground."""
    picture = np.full((300, 240, 3), ground, np.uint8)
    weave = np.random.default_rng(0).normal(0, 12, (200, 140, 1))
    picture[50:250, 50:190] = np.clip(np.rint(np.array(cloth) + weave), 0, 255)
    return picture


EVERYWHERE = np.ones((300, 240), bool)


def test_a_garments_new_colour_on_pure_white_is_no_drift() -> None:
    original, edited = flat_lay((255, 255, 255), (120, 150, 200)), flat_lay((255, 255, 255), (50, 110, 60))
    tone, light = match_tone(original, edited, EVERYWHERE)
    back = apply_tone(edited, tone, light)
    assert (back[:40] == 255).all()
    assert np.abs(back.astype(int) - edited).max() <= 1


def test_a_tinted_ground_is_matched_though_the_original_is_pure_white() -> None:
    original, edited = flat_lay((255, 255, 255), (25, 25, 28)), flat_lay((255, 255, 228), (160, 32, 45))
    tone, light = match_tone(original, edited, EVERYWHERE)
    back = apply_tone(edited, tone, light).astype(int)
    assert np.abs(back[:40] - 255).max() <= 3
    assert np.abs(back[60:240, 60:180] - original[60:240, 60:180]).mean() > 40  # the red stays another colour


def test_nothing_is_matched_where_nothing_should_be_equal() -> None:
    original, edited = flat_lay((90, 90, 90), (120, 150, 200)), flat_lay((90, 90, 90), (50, 110, 60))
    tone, _ = match_tone(original, edited, EVERYWHERE, np.zeros((30, 24), np.float32))
    assert not tone.applied
