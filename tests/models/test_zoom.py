"""Coarse to fine: which regions get a closer look, and how it is blended in."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmask.core.labels import PART_ID, PARTS
from segmask.core.types import Box, Image, Probs
from segmask.models.zoom import coarse_to_fine, region_boxes, soft_border

SKIN = PART_ID["skin"]


def one_hot(label_map: np.ndarray) -> Probs:
    return (np.arange(len(PARTS))[:, None, None] == label_map).astype(np.float32)


class RedIsSkin:
    """A network that sees a fixed number of pixels; remembers what it was shown."""

    def __init__(self, side: int) -> None:
        self.side, self.shown = side, []

    def __call__(self, image: Image) -> Probs:
        self.shown.append(image.shape[:2])
        step = max(1, max(image.shape[:2]) // self.side)
        small = image[::step, ::step]
        return one_hot(np.where(small[..., 0] > 99, SKIN, 0))


def picture(size_hw: tuple[int, int], *people: Box) -> Image:
    image = np.zeros((*size_hw, 3), np.uint8)
    for person in people:
        image[person.slices] = (200, 0, 0)
    return image


def test_a_person_that_fills_the_frame_is_looked_at_once():
    network = RedIsSkin(64)
    coarse_to_fine(picture((300, 200), Box(20, 10, 180, 290)), network)
    assert network.shown == [(300, 200)]


def test_a_small_person_is_looked_at_closer():
    network = RedIsSkin(64)
    probs = coarse_to_fine(picture((600, 600), Box(300, 300, 340, 400)), network)
    assert len(network.shown) == 2
    assert max(network.shown[1]) < 140
    assert probs[SKIN, 340, 318] == pytest.approx(1)
    assert probs[SKIN, 350, 200] == 0


def test_people_apart_are_looked_at_one_by_one():
    network = RedIsSkin(100)
    coarse_to_fine(picture((600, 1200), Box(100, 200, 160, 400), Box(1000, 200, 1060, 400)), network)
    assert len(network.shown) == 3


@pytest.mark.parametrize("size_hw", [(1, 1), (1, 40), (40, 1), (10, 4000), (5000, 7)])
def test_odd_sizes(size_hw):
    probs = coarse_to_fine(np.full((*size_hw, 3), 200, np.uint8), RedIsSkin(64))
    np.testing.assert_allclose(probs.sum(0), 1, atol=1e-5)
    assert max(probs.shape[1:]) <= 640


def test_a_network_that_sees_nobody_is_asked_once():
    network = RedIsSkin(64)
    coarse_to_fine(np.zeros((100, 100, 3), np.uint8), network)
    assert len(network.shown) == 1


def test_regions_largest_first_and_specks_left_out():
    mask = np.zeros((20, 20), bool)
    mask[0:2, 0:2] = mask[5:15, 5:9] = mask[19, 19] = True
    assert region_boxes(mask, 0.01, 5) == [Box(5, 5, 9, 15), Box(0, 0, 2, 2)]
    assert region_boxes(mask, 0.01, 1) == [Box(5, 5, 9, 15)]


def test_regions_whose_boxes_meet_are_one():
    mask = np.zeros((20, 20), bool)
    mask[2:8, 2:6] = mask[9:15, 3:7] = mask[8, 6] = True
    assert region_boxes(mask, 0.01, 5) == [Box(2, 2, 7, 15)]


def test_a_border_is_soft_inside_the_frame_and_hard_at_its_edge():
    weight = soft_border(Box(0, 5, 10, 15), (20, 10))
    assert weight[5].tolist() == [1] * 10
    assert weight[0, 5] < weight[1, 5] <= 1
    assert weight[-1, 5] < 1


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 5), st.integers(0, 5))
def test_a_borders_weights_are_weights(width, height, x0, y0):
    weight = soft_border(Box(x0, y0, x0 + width, y0 + height), (40, 40))
    assert weight.shape == (height, width)
    assert weight.min() > 0
    assert weight.max() <= 1
