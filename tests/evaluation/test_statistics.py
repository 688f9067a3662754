"""Means and their bootstrap intervals."""

import math

import numpy as np
import pytest

from segmask.evaluation.statistics import mean_estimate, paired_difference, ratio_estimate


def test_the_mean_and_its_interval():
    values = np.random.default_rng(0).normal(5, 1, 400).tolist()
    estimate = mean_estimate(values)
    assert estimate.value == pytest.approx(np.mean(values))
    standard_error = np.std(values) / 20
    assert estimate.low == pytest.approx(np.mean(values) - 1.96 * standard_error, abs=0.02)
    assert estimate.high == pytest.approx(np.mean(values) + 1.96 * standard_error, abs=0.02)
    assert mean_estimate(values) == estimate  # the same interval every time


def test_cases_that_cannot_tell_are_left_out():
    estimate = mean_estimate([1.0, math.nan, 0.0])
    assert (estimate.value, estimate.count) == (0.5, 2)


def test_one_case_or_none_gives_no_interval():
    assert math.isnan(mean_estimate([0.5]).low)
    nothing = mean_estimate([math.nan])
    assert math.isnan(nothing.value)
    assert nothing.count == 0


def test_equal_values_have_an_interval_of_no_width():
    estimate = mean_estimate([1.0, 1.0, 1.0])
    assert (estimate.low, estimate.high) == (1, 1)


def test_pooled_ratios_weigh_pixels_not_cases():
    estimate = ratio_estimate([90, 0], [100, 10])
    assert estimate.value == pytest.approx(90 / 110)
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1
    assert math.isnan(ratio_estimate([0, 0], [0, 0]).value)


def test_paired_differences_cancel_what_cases_have_in_common():
    random = np.random.default_rng(1)
    old = random.uniform(0, 1, 50)
    new = old + 0.01 + random.normal(0, 0.005, 50)
    estimate = paired_difference(new.tolist(), old.tolist())
    assert 0.005 < estimate.low < estimate.value < estimate.high < 0.015
