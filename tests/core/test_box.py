from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmask.core.types import Box

SIDES = st.integers(1, 40)


def test_around_what_is_set() -> None:
    mask = np.array([[0, 0, 0, 0, 0], [0, 0, 1, 0, 0], [0, 0, 0, 0, 1], [0, 0, 0, 0, 0]], bool)
    assert Box.around(mask) == Box(2, 1, 5, 3)
    assert Box.around(mask.astype(np.float32) / 255) == Box(2, 1, 5, 3)
    assert Box.around(np.ones((2, 3), bool)) == Box(0, 0, 3, 2)
    assert Box.around(np.zeros((2, 3), bool)) is None
    assert Box.around(np.zeros((0, 3), bool)) is None


@given(SIDES, SIDES, st.integers(0, 2**32 - 1))
def test_around_holds_all_of_it_and_nothing_more(height: int, width: int, seed: int) -> None:
    mask = np.random.default_rng(seed).random((height, width)) < 0.03
    box = Box.around(mask)
    if box is None:
        assert not mask.any()
        return
    part = mask[box.slices]
    assert part.sum() == mask.sum()
    assert part[0].any()
    assert part[-1].any()
    assert part[:, 0].any()
    assert part[:, -1].any()


def test_corners_are_plain_numbers() -> None:
    box = Box.around(np.eye(3, dtype=bool))
    assert box is not None
    assert box.corners == (0, 0, 3, 3)
    assert {type(value) for value in box.corners} == {int}


def test_sizes_never_are_negative() -> None:
    assert (Box(5, 5, 2, 9).width, Box(5, 5, 2, 9).height, Box(5, 5, 2, 9).area) == (0, 4, 0)


@pytest.mark.parametrize(
    ("to_hw", "rounded", "outwards"),
    [
        ((10, 10), (1, 2, 4, 5), (1, 2, 4, 5)),
        ((20, 10), (1, 4, 4, 10), (1, 4, 4, 10)),
        ((5, 5), (0, 1, 2, 2), (0, 1, 2, 3)),  # 0.5, 1, 2, 2.5: halves to the even number, or to the whole pixel
        ((14, 13), (1, 3, 5, 7), (1, 2, 6, 7)),
    ],
)
def test_scaled(to_hw: tuple[int, int], rounded: tuple[int, ...], outwards: tuple[int, ...]) -> None:
    box = Box(1, 2, 4, 5)
    assert box.scaled((10, 10), to_hw).corners == rounded
    assert box.scaled((10, 10), to_hw, outwards=True).corners == outwards


@given(SIDES, SIDES, SIDES, SIDES, st.integers(-20, 20), st.integers(-20, 20), SIDES, SIDES)
def test_outwards_covers_the_place(h0: int, w0: int, h1: int, w1: int, x: int, y: int, dx: int, dy: int) -> None:
    wide = Box(x, y, x + dx, y + dy).scaled((h0, w0), (h1, w1), outwards=True)
    assert wide.x0 <= x * (w1 / w0)
    assert wide.y0 <= y * (h1 / h0)
    assert wide.x1 >= (x + dx) * (w1 / w0)
    assert wide.y1 >= (y + dy) * (h1 / h0)


def test_grown_moved_and_clipped() -> None:
    box = Box(2, 3, 6, 5)
    assert box.grown_by(2) == Box(0, 1, 8, 7)
    assert box.grown_by(2).grown_by(-2) == box
    assert box.moved(10, -3) == Box(12, 0, 16, 2)
    assert box.grown_by(5).clip(7, 8) == Box(0, 0, 8, 7)
    assert box.grow(2) == Box(0, 2, 8, 6)
    assert Box(20, 20, 30, 30).clip(7, 8).area == 0


def test_contains_points_and_its_own_edge() -> None:
    box = Box(2, 3, 6, 5)
    assert box.centre == (4, 4)
    assert box.contains(*box.centre)
    assert box.contains(2, 5)
    assert not box.contains(1.9, 4)
    assert not box.contains(4, 5.1)
