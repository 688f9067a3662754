from __future__ import annotations

import numpy as np
import pytest

from segmask.compose.alpha import make_alpha
from segmask.compose.outline import Overlaid
from segmask.core.geometry import REFERENCE_SIDE
from segmask.core.types import Image

SIZE = (800, 800)
NOTHING = np.zeros(SIZE, bool)


def disc(radius: float) -> np.ndarray:
    rows, columns = np.indices(SIZE)
    return np.hypot(rows - 400, columns - 400)[..., None] - radius


def shots(radius: float, blur: float = 1.0) -> tuple[Image, Image]:
    """A red disc that the edit made blue, its rim of mixed pixels, on grain that both pictures share."""
    ground = 120 + np.random.default_rng(1).normal(0, 3, (*SIZE, 1))
    cover = np.clip(0.5 - disc(radius) / (2 * blur), 0, 1)
    mixed = [np.rint(ground * (1 - cover) + np.array(colour) * cover) for colour in ((200, 30, 30), (30, 30, 200))]
    original, edited = (np.clip(shot, 0, 255).astype(np.uint8) for shot in mixed)
    return original, edited


def overlaid_of(original: Image, edited: Image) -> Overlaid:
    return Overlaid(original, lambda box: edited[box.slices], np.full((400, 400), 1.5, np.float32))


def decision(radius: float) -> np.ndarray:
    return disc(radius)[::2, ::2, 0] < 0


@pytest.mark.parametrize("off", [-1.0, 0.0, 1.5])
def test_no_rim_of_the_old_garment_shows_though_the_decision_is_off(off: float) -> None:
    original, edited = shots(100)
    alpha = make_alpha(decision(100 + off), SIZE, NOTHING, overlaid=overlaid_of(original, edited))[..., None]
    composite = original * (1 - alpha) + edited * alpha
    red = composite[..., 0] - composite[..., 2] > 25
    assert red.sum() <= 12  # of some 630 pixels on the rim


def test_the_outline_comes_back_to_what_changed_but_not_far() -> None:
    far, near = (make_alpha(decision(100 + off), SIZE, NOTHING, overlaid=overlaid_of(*shots(100))) for off in (20, 2))
    assert abs(np.sqrt((near > 0.5).sum() / np.pi) - 101) < 1.5
    assert np.sqrt((far > 0.5).sum() / np.pi) > 117


def test_what_is_kept_stays_0_and_levels_are_those_of_a_file() -> None:
    keep = NOTHING.copy()
    keep[:200] = True
    alpha = make_alpha(decision(100), SIZE, keep, overlaid=overlaid_of(*shots(100)))
    assert (alpha[keep] == 0).all()
    np.testing.assert_array_equal(np.rint(alpha * 255).astype(np.uint8) / np.float32(255), alpha)


def test_beside_a_replaced_background_the_outline_stays_where_it_was_decided() -> None:
    original, edited = shots(100)
    replaced = overlaid_of(original, np.where(disc(100) < 0, edited, np.uint8(250)))
    alpha = make_alpha(decision(100), SIZE, NOTHING, overlaid=replaced)
    assert abs(np.sqrt((alpha > 0.5).sum() / np.pi) - 100) < 0.7


def test_an_edge_that_is_out_of_focus_before_another_ground_is_blended_as_wide() -> None:
    widths = {}
    for blur in (1.0, 8.0):
        original, _ = shots(100)
        cover = np.clip(0.5 - disc(100) / (2 * blur), 0, 1)
        edited = np.rint(np.array((60, 220, 60)) * (1 - cover) + np.array((30, 30, 90)) * cover).astype(np.uint8)
        alpha = make_alpha(decision(100), SIZE, NOTHING, overlaid=overlaid_of(original, edited))
        widths[blur] = np.count_nonzero((alpha[400] > 0) & (alpha[400] < 1)) / 2
    assert widths[1.0] <= 3
    assert 5 <= widths[8.0] <= 9


def test_a_feather_of_the_users_own_is_the_same_all_around() -> None:
    original, edited = shots(100)
    replaced = overlaid_of(original, np.where(disc(100) < 0, edited, np.uint8(250)))
    alpha = make_alpha(decision(100), SIZE, NOTHING, feather=10, overlaid=replaced)
    soft = np.count_nonzero((alpha[400] > 0) & (alpha[400] < 1)) / 2
    assert abs(soft - 10 * SIZE[0] / REFERENCE_SIDE) <= 2
