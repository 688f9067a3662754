"""Outlines and mattes: a hand-worked case each, and the published definitions written out the slow way."""

import numpy as np
import pytest
from scipy.ndimage import binary_erosion, gaussian_filter
from skimage.metrics import mean_squared_error

from segmask.evaluation.metrics import alpha_gradient, alpha_mae, alpha_mse, alpha_sad, boundary_f, boundary_iou
from segmask.evaluation.metrics.truth import make_truth

HEIGHT = 830


def square(x0, x1, height=HEIGHT, width=60):
    mask = np.zeros((height, width), np.uint8)
    mask[100:200, x0:x1] = 255
    return mask


def as_alpha(mask):
    return mask.astype(np.float32) / np.float32(255)


@pytest.mark.parametrize(("shift", "expected"), [(0, 1), (2, 1), (3, 0)])
def test_vertical_edges_agree_within_two_pixels_at_830(shift, expected):
    truth = np.zeros((HEIGHT, 60), np.uint8)
    truth[:, :20] = 255
    moved = np.zeros_like(truth)
    moved[:, : 20 + shift] = 255
    assert boundary_f(as_alpha(moved), make_truth(truth)) == expected


def test_the_tolerance_scales_with_the_height():
    truth = np.zeros((2 * HEIGHT, 60), np.uint8)
    truth[:, :20] = 255
    moved = np.zeros_like(truth)
    moved[:, :24] = 255
    assert boundary_f(as_alpha(moved), make_truth(truth)) == 1


def test_boundary_f_is_the_harmonic_mean_of_the_two_shares():
    truth = square(10, 30)
    found = square(10, 30)
    found[300:400, 10:30] = 255  # a second blob: precision one half, recall 1
    assert boundary_f(as_alpha(found), make_truth(truth)) == pytest.approx(2 * 0.5 * 1 / 1.5)


def test_outlines_that_are_missing_on_one_or_both_sides():
    empty = np.zeros((HEIGHT, 60), np.uint8)
    assert boundary_f(as_alpha(empty), make_truth(empty)) == 1
    assert boundary_f(as_alpha(square(10, 30)), make_truth(empty)) == 0
    assert boundary_f(as_alpha(empty), make_truth(square(10, 30))) == 0


def test_the_outline_of_a_dont_care_band_may_run_anywhere_in_it():
    truth = np.zeros((HEIGHT, 60), np.uint8)
    truth[:, :18] = 255
    truth[:, 18:22] = 128
    good, bad = np.zeros_like(truth), np.zeros_like(truth)
    bad[:, :26] = 255
    for column in (17, 20, 23):
        good[:] = 0
        good[:, :column] = 255  # anywhere in the band, or within the tolerance of it
        assert boundary_f(as_alpha(good), make_truth(truth)) == 1
    assert boundary_f(as_alpha(bad), make_truth(truth)) == 0


def test_outlines_deep_in_a_dont_care_area_are_left_out():
    truth = np.zeros((HEIGHT, 60), np.uint8)
    truth[:, 20:] = 128
    found = np.zeros_like(truth)
    found[300:400, 30:] = 255
    assert boundary_f(as_alpha(found), make_truth(truth)) == 1


def test_boundary_iou_by_repeated_erosion_as_published():
    random = np.random.default_rng(0)
    for _ in range(5):
        truth, found = (gaussian_filter(random.normal(size=(90, 120)), 8) > 0 for _ in range(2))
        width = round(0.02 * np.hypot(90, 120))
        bands = [
            mask & ~np.asarray(binary_erosion(mask, np.ones((3, 3)), iterations=width), bool) for mask in (truth, found)
        ]
        expected = (bands[0] & bands[1]).sum() / (bands[0] | bands[1]).sum()
        got = boundary_iou(found.astype(np.float32), make_truth(np.where(truth, 255, 0).astype(np.uint8)))
        assert got == pytest.approx(expected)


def test_boundary_iou_of_nothing_against_nothing_is_1():
    empty = np.zeros((20, 20), np.uint8)
    assert boundary_iou(as_alpha(empty), make_truth(empty)) == 1


def test_matte_errors_of_a_case_one_can_count():
    truth = make_truth(np.array([[0, 255, 128, 51]], np.uint8))  # .2 is a soft truth, 128 does not count
    alpha = np.array([[0.1, 0.8, 0.9, 0.2]], np.float32)
    assert alpha_mae(alpha, truth) == pytest.approx((0.1 + 0.2 + 0) / 3)
    assert alpha_mse(alpha, truth) == pytest.approx((0.01 + 0.04 + 0) / 3)
    assert alpha_sad(alpha, truth) == pytest.approx(0.3 / 1000)


def test_mse_agrees_with_scikit_image():
    random = np.random.default_rng(1)
    values = np.where(random.random((30, 40)) < 0.5, 0, 255).astype(np.uint8)
    alpha = random.random((30, 40)).astype(np.float32)
    assert alpha_mse(alpha, make_truth(values)) == pytest.approx(mean_squared_error(values / 255, alpha), rel=1e-5)


def test_matte_errors_where_nothing_counts_are_0():
    truth = make_truth(np.full((3, 3), 128, np.uint8))
    alpha = np.ones((3, 3), np.float32)
    assert alpha_mae(alpha, truth) == alpha_mse(alpha, truth) == alpha_sad(alpha, truth) == 0
    assert alpha_gradient(alpha, truth) == 0


def test_gradient_error_of_a_flat_mask_is_the_energy_of_the_step():
    """The derivative of a unit step smoothed by sigma is a Gaussian: its squared sum is 1 / (2 sigma sqrt(pi))."""
    truth = np.zeros((40, 60), np.uint8)
    truth[:, 30:] = 255
    expected = 40 / (2 * 1.4 * np.sqrt(np.pi)) / 1000
    assert alpha_gradient(np.zeros((40, 60), np.float32), make_truth(truth)) == pytest.approx(
        expected, rel=0.03
    )  # scipy cuts the kernel at 4 sigma
    assert alpha_gradient(as_alpha(truth), make_truth(truth)) == 0
