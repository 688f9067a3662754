from __future__ import annotations

import numpy as np
import pytest

from segmask.compose.composite import composite
from segmask.verdict.finished import Finished
from segmask.verdict.seams import Seam, visible_seam

HW = (400, 300)
SKIN, PALE = (205, 160, 130), (235, 205, 190)


def limb(tone: tuple[int, int, int], top: int = 0, bottom: int = 400) -> np.ndarray:
    """A limb from top to bottom before a grey wall."""
    picture = np.full((*HW, 3), 90, np.uint8)
    picture[top:bottom, 100:200] = tone
    return picture


def skin(from_row: int = 0) -> np.ndarray:
    seen = np.zeros(HW, np.float32)
    seen[from_row:, 100:200] = 1
    return seen


BOTH = skin(), skin()


def find(
    original: np.ndarray, edited: np.ndarray, alpha: np.ndarray, seen: tuple[np.ndarray, np.ndarray]
) -> Seam | None:
    mixed = np.asarray(composite(original, edited, alpha), np.uint8)
    return visible_seam(finished(original, edited, mixed, alpha), seen)


def finished(original: np.ndarray, edited: np.ndarray, mixed: np.ndarray, alpha: np.ndarray) -> Finished:
    nothing = np.zeros(HW, np.float32)
    return Finished(original, edited, mixed, alpha, nothing, nothing + 1, nothing == 0, nothing > 0)


def lower_half(from_row: int = 200, columns: slice = slice(0, 300)) -> np.ndarray:
    alpha = np.zeros(HW, np.float32)
    alpha[from_row:, columns] = 1
    return alpha


def test_a_limb_put_together_of_two_tones_shows() -> None:
    seam = find(limb(SKIN), limb(PALE), lower_half(), BOTH)
    assert seam is not None
    assert seam.step > 15
    assert 0.2 <= seam.length <= 0.27
    assert seam.box.y0 <= 200 <= seam.box.y1
    assert seam.places[200, 110:190].all()
    assert not seam.places[:190].any()


def test_bared_skin_beside_skin_of_another_tone_shows() -> None:
    """A skirt covered the limb in the original: its own step there excuses nothing."""
    original = limb(PALE)
    original[200:, 100:200] = (200, 30, 120)
    was = skin()
    was[200:] = 0
    seam = find(original, limb(SKIN), lower_half(), (was, skin()))
    assert seam is not None
    assert find(original, limb(PALE), lower_half(), (was, skin())) is None


def test_equal_skin_shows_no_seam() -> None:
    assert find(limb(SKIN), limb(SKIN), lower_half(), BOTH) is None


def test_the_limbs_own_outline_is_no_seam() -> None:
    """A hem or a shadow that both pictures have where the outline runs."""
    original, edited = limb(SKIN), limb(PALE)
    original[200:, 100:200] = PALE
    edited[:200, 100:200] = SKIN
    assert find(original, edited, lower_half(), BOTH) is None


@pytest.mark.parametrize("seen", [np.zeros(HW, np.float32), np.pad(skin()[:, 100:106], ((0, 0), (147, 147)))])
def test_without_skin_or_on_a_short_strip_nothing_shows(seen: np.ndarray) -> None:
    assert find(limb(SKIN), limb(PALE), lower_half(), (seen, seen)) is None


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_without_an_outline_nothing_shows(share: float) -> None:
    assert find(limb(SKIN), limb(PALE), np.full(HW, share, np.float32), BOTH) is None


def test_a_soft_passage_shows_less_than_a_hard_edge() -> None:
    alpha = np.clip((np.arange(400) - 180) / 40, 0, 1).astype(np.float32)[:, None].repeat(300, 1)
    soft, hard = (find(limb(SKIN), limb(PALE), edge, BOTH) for edge in (alpha, lower_half()))
    assert hard is not None
    assert soft is None or soft.step < hard.step


@pytest.mark.parametrize("slope", [0.0, 0.5, 1.0])
def test_a_slanting_seam_is_as_long_as_it_is(slope: float) -> None:
    rows, columns = np.mgrid[: HW[0], : HW[1]]
    alpha = (rows > 200 + slope * (columns - 150)).astype(np.float32)
    seam = find(limb(SKIN), limb(PALE), alpha, BOTH)
    assert seam is not None
    assert abs(seam.length * HW[0] - 94 * np.hypot(1, slope)) < 8


def test_in_a_grey_composite_another_hue_is_no_step() -> None:
    grey = np.full((*HW, 3), 140, np.uint8)
    assert visible_seam(finished(grey, limb((160, 130, 140)), grey, lower_half()), BOTH) is None
