"""Means over cases with their uncertainty: percentile bootstrap over cases (Efron 1979), 95 %, fixed seed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

CONFIDENCE = 0.95
RESAMPLES = 2000
SEED = 0


@dataclass(frozen=True)
class Estimate:
    """A mean over cases and its confidence interval; the bounds are NaN with fewer than two cases."""

    value: float
    low: float
    high: float
    count: int
    """Cases that the mean is taken over."""


def mean_estimate(values: Sequence[float]) -> Estimate:
    """The mean of the values that are not NaN.

    >>> mean_estimate([0.5, 1.0, math.nan]).value, mean_estimate([0.5, 1.0, math.nan]).count
    (0.75, 2)
    """
    known = np.array([value for value in values if not math.isnan(value)], np.float64)
    if not known.size:
        return Estimate(math.nan, math.nan, math.nan, 0)
    low, high = _interval((known,), lambda sample, axis: sample.mean(axis=axis))
    return Estimate(float(known.mean()), low, high, known.size)


def ratio_estimate(numerators: Sequence[float], denominators: Sequence[float]) -> Estimate:
    """Sum over sum, as for an IoU pooled over pixels; cases are resampled whole.

    >>> ratio_estimate([10, 30], [20, 30]).value  # the larger case counts more than in the mean of 0.5 and 1
    0.8
    """
    above, below = np.array(numerators, np.float64), np.array(denominators, np.float64)
    if not below.sum():
        return Estimate(math.nan, math.nan, math.nan, 0)
    low, high = _interval((above, below), lambda a, b, axis: a.sum(axis=axis) / np.maximum(b.sum(axis=axis), 1))
    return Estimate(float(above.sum() / below.sum()), low, high, below.size)


def paired_difference(new: Sequence[float], old: Sequence[float]) -> Estimate:
    """Mean of new - old over the same cases; those where either is NaN are left out.

    >>> paired_difference([0.9, 1.0, math.nan], [0.8, 1.0, 0.5]).count
    2
    """
    return mean_estimate([after - before for after, before in zip(new, old, strict=True)])


def _interval(samples: tuple[np.ndarray, ...], statistic: Callable[..., Any]) -> tuple[float, float]:
    from scipy.stats import bootstrap

    if samples[0].size < 2:
        return math.nan, math.nan
    if all((sample == sample[0]).all() for sample in samples):  # nothing varies: scipy would warn
        point = float(statistic(*samples, axis=0))
        return point, point
    result = bootstrap(
        samples,
        statistic,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        paired=True,
        vectorized=True,
        rng=np.random.default_rng(SEED),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)
