import numpy as np
import pytest

from segmask.evaluation.synth.fields import (
    displaced,
    geodesic,
    mirror_fill,
    signed_distance,
    smooth_noise,
    spread,
    thin,
    within,
)


def test_signed_distance_is_positive_inside_and_half_a_pixel_at_the_rim():
    mask = np.zeros((9, 9), bool)
    mask[3:6, 3:6] = True
    distance = signed_distance(mask)
    assert distance[4, 4] == pytest.approx(1.5, abs=0.01)
    assert distance[4, 3] == pytest.approx(0.5, abs=0.01)
    assert distance[4, 2] == pytest.approx(-0.5, abs=0.01)


def test_signed_distance_without_an_outline_is_far():
    assert (signed_distance(np.zeros((4, 5), bool)) == -9).all()
    assert (signed_distance(np.ones((4, 5), bool)) == 9).all()


def test_an_empty_mask_grows_to_nothing():
    assert not within(np.zeros((4, 5), bool), 100).any()


def test_thin_finds_the_arm_and_not_the_body():
    mask = np.zeros((40, 60), bool)
    mask[5:35, 5:35] = True
    mask[18:22, 35:55] = True
    limb = thin(mask, 6)
    assert limb[20, 50]
    assert not limb[20, 20]


def test_geodesic_goes_round_the_wall():
    inside = np.ones((5, 9), bool)
    inside[:4, 4] = False
    start = np.zeros_like(inside)
    start[0, 3] = True
    way = geodesic(start, inside, 30)
    assert way[0, 3] == 0
    assert way[0, 5] >= 6  # down to the gap and up again, not two steps across
    assert np.isinf(way[0, 4])


def test_geodesic_stops_at_its_limit():
    start = np.zeros((1, 12), bool)
    start[0, 0] = True
    way = geodesic(start, np.ones((1, 12), bool), 4)
    assert np.isfinite(way[0, :5]).all()
    assert np.isinf(way[0, 5:]).all()


def test_spread_keeps_what_is_known_and_fills_the_rest_with_it():
    values = np.zeros((16, 16), np.float32)
    known = np.zeros_like(values, bool)
    values[:, :4], known[:, :4] = 7.0, True
    assert spread(values, known) == pytest.approx(np.full((16, 16), 7.0), abs=1e-4)


def test_mirror_fill_leaves_the_surroundings_and_continues_them():
    image = np.full((100, 100, 3), 40.0, np.float32)
    image[:, 50:] = 200.0
    hole = np.zeros((100, 100), bool)
    hole[48:52, 60:64] = True
    damaged = image.copy()
    damaged[hole] = 0
    filled = mirror_fill(damaged, hole)
    assert (filled[~hole] == image[~hole]).all()
    assert filled[hole] == pytest.approx(np.full((16, 3), 200.0), abs=15)


def test_displaced_content_moves_the_way_it_says():
    image = np.zeros((9, 9), np.float32)
    image[4, 4] = 1
    there = np.ones((9, 9), np.float32)
    moved = displaced(image, 2 * there, 1 * there)
    assert np.unravel_index(moved.argmax(), moved.shape) == (5, 6)


def test_noise_is_about_as_strong_as_it_says_and_the_same_for_one_state():
    field = smooth_noise((200, 200), 20.0, np.random.default_rng(0))
    assert field.dtype == np.float32
    assert 0.6 < field.std() < 1.3
    assert (field == smooth_noise((200, 200), 20.0, np.random.default_rng(0))).all()
