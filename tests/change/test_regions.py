from __future__ import annotations

import cv2
import numpy as np

from segmask.change.regions import intended, region_statistics
from segmask.core.regions import connected_regions


def square(left: int, side: int = 40) -> np.ndarray:
    mask = np.zeros((120, 400), bool)
    mask[40 : 40 + side, left : left + side] = True
    return mask


def decided(difference: np.ndarray) -> list[bool]:
    """Which of the regions over 3 ΔE were meant, from left to right."""
    regions = connected_regions(difference > 3)
    wanted = regions.areas > 50
    found = intended(region_statistics(regions, wanted, difference, difference))
    order = sorted(np.nonzero(wanted)[0], key=lambda index: regions.boxes[index].x0)
    return [bool(found[index]) for index in order]


def test_two_strong_sharp_regions_are_both_intended() -> None:
    assert decided((40 * square(20) + 30 * square(200, 15)).astype(np.float32)) == [True, True]


def test_a_weak_soft_patch_beside_a_strong_change_is_redrawn() -> None:
    soft = cv2.GaussianBlur((8 * square(200)).astype(np.float32), (0, 0), 8)
    assert decided((40 * square(20) + soft).astype(np.float32)) == [True, False]


def test_a_faint_change_with_an_outline_is_meant_where_nothing_stronger_is() -> None:
    assert decided((10 * square(20)).astype(np.float32)) == [True]


def test_a_faint_glow_alone_is_not_intended() -> None:
    glow = cv2.GaussianBlur((12 * square(160, 60)).astype(np.float32), (0, 0), 15)
    assert decided(glow) == [False]


def test_unwanted_regions_have_no_statistics() -> None:
    difference = (40 * square(20)).astype(np.float32)
    regions = connected_regions(difference > 3)
    assert not region_statistics(regions, np.zeros(2, bool), difference, difference).any()
