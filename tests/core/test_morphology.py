from __future__ import annotations

import numpy as np
import pytest

from segmask.core.morphology import blurred, disc, distance_to, narrowed, opened, square, widened, within
from segmask.core.regions import connected_regions, filled


def drawn(*rows: str) -> np.ndarray:
    return np.array([[letter == "#" for letter in row] for row in rows])


DOT = drawn(".....", ".....", "..#..", ".....", ".....")
CROSS = drawn(".....", "..#..", ".###.", "..#..", ".....")
BLOCK = drawn(".....", ".###.", ".###.", ".###.", ".....")


def test_a_dot_widens_to_a_block_and_without_corners_to_a_cross() -> None:
    assert (widened(DOT) == BLOCK).all()
    assert (widened(DOT, corners=False) == CROSS).all()
    assert (narrowed(BLOCK) == DOT).all()
    assert (narrowed(CROSS, corners=False) == DOT).all()


def test_a_larger_disc_is_round() -> None:
    assert (disc(2) == drawn("..#..", "#####", "#####", "#####", "..#..")).all()
    assert (disc(2) == disc(2, corners=False)).all()
    assert (disc(0) == [[1]]).all()
    assert square(2).shape == (5, 5)


def test_the_picture_s_border_is_no_outline() -> None:
    everything = np.ones((4, 5), bool)
    assert narrowed(everything).all()
    assert opened(drawn("#....", "#....", "....."), corners=False).sum() == 0
    assert (opened(drawn("##...", "##...", ".....")) == drawn("##...", "##...", ".....")).all()


def test_opening_takes_lines_and_leaves_blocks() -> None:
    block_and_line = drawn(".......", ".###...", ".######", ".###...", ".......")
    assert (opened(block_and_line) == drawn(".......", ".###...", ".###...", ".###...", ".......")).all()


def test_distances() -> None:
    to_dot = distance_to(DOT)
    assert to_dot[2].tolist() == [2, 1, 0, 1, 2]
    assert to_dot[0, 0] == pytest.approx(8**0.5, rel=0.02)
    assert to_dot.dtype == np.float32
    assert distance_to(~BLOCK)[2].tolist() == [0, 1, 2, 1, 0]
    assert (within(DOT, 1) == CROSS).all()


def test_nothing_is_near_nothing() -> None:
    nothing = np.zeros((3, 4), bool)
    assert np.isinf(distance_to(nothing)).all()
    assert not within(nothing, 100).any()
    assert np.isinf(distance_to(~np.ones((3, 4), bool))).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_blur_keeps_the_sum_and_the_dtype(dtype: type) -> None:
    values = np.zeros((9, 9), dtype)
    values[4, 4] = 1
    smooth = blurred(values, 1.0)
    assert smooth.dtype == dtype
    assert smooth.sum() == pytest.approx(1, abs=1e-5)
    assert smooth[4, 4] == smooth.max() == pytest.approx(1 / (2 * np.pi), rel=0.02)


def test_a_blur_s_border_counts_the_outermost_pixel_twice_or_once() -> None:
    step = np.array([[1, 0, 0, 0, 0, 0]] * 6, np.float32)
    assert blurred(step, 1.0)[0, 0] == pytest.approx(0.64, abs=0.01)  # the weights of the pixel and of its mirror image
    assert blurred(step, 1.0, edge_twice=False)[0, 0] == pytest.approx(0.40, abs=0.01)


def test_regions_connect_over_corners_if_asked() -> None:
    mask = drawn("#..", ".#.", "..#")
    assert len(connected_regions(mask)) == 1
    assert len(connected_regions(mask, diagonal=False)) == 3


def test_regions_know_areas_boxes_and_the_border() -> None:
    regions = connected_regions(drawn("##...", ".....", "..##.", "....."))
    assert regions.areas.tolist() == [0, 2, 2]
    assert [box.corners for box in regions.boxes[1:]] == [(0, 0, 2, 1), (2, 2, 4, 3)]
    assert regions.on_border().tolist() == [True, True, False]
    assert regions.total(np.full((4, 5), 2.0)).tolist() == [0, 4, 4]
    assert (regions.select(np.array([True, False, True])) == drawn(".....", ".....", "..##.", ".....")).all()


def test_holes_are_filled_and_bays_are_not() -> None:
    ring = drawn("#####", "#.###", "###..", "#####")
    assert (filled(ring) == drawn("#####", "#####", "###..", "#####")).all()
    assert (filled(ring, largest=0) == ring).all()
