"""Errors of a matte over the pixels that count.

Rhemann et al., A Perceptually Motivated Online Benchmark for Image Matting, CVPR 2009.
"""

from __future__ import annotations

import numpy as np

from segmask.core.types import Alpha
from segmask.evaluation.metrics.truth import Truth

GRADIENT_SIGMA_PX = 1.4
"""Scale of the Gaussian derivative (Rhemann et al. 2009)."""
SUM_UNIT = 1000
"""SAD and gradient error are sums, customarily given in thousands."""


def alpha_mae(alpha: Alpha, truth: Truth) -> float:
    """Mean absolute difference in [0, 1].

    >>> alpha, truth = np.float32([[1, 0.5, 0]]), Truth(np.uint8([[255, 255, 128]]))
    >>> alpha_mae(alpha, truth)
    0.25
    """
    return _mean(np.abs(_error(alpha, truth)))


def alpha_mse(alpha: Alpha, truth: Truth) -> float:
    """Mean squared difference in [0, 1].

    >>> alpha, truth = np.float32([[1, 0.5, 0]]), Truth(np.uint8([[255, 255, 128]]))
    >>> alpha_mse(alpha, truth)
    0.125
    """
    return _mean(_error(alpha, truth) ** 2)


def alpha_sad(alpha: Alpha, truth: Truth) -> float:
    """Sum of absolute differences, in thousands; grows with the picture's size.

    >>> alpha, truth = np.zeros((100, 100), np.float32), Truth(np.full((100, 100), 255, np.uint8))
    >>> alpha_sad(alpha, truth)
    10.0
    """
    return float(np.abs(_error(alpha, truth)).sum()) / SUM_UNIT


def alpha_gradient(alpha: Alpha, truth: Truth) -> float:
    """Sum of squared differences of the gradient magnitudes, in thousands; mattes are alike where nothing counts.

    >>> truth = Truth(np.repeat(np.uint8([[0, 255]]), 8, axis=1))
    >>> alpha_gradient(truth.alpha, truth), alpha_gradient(1 - truth.alpha, truth)
    (0.0, 0.0)
    """
    filled = np.where(truth.counted, truth.alpha, alpha).astype(np.float64)
    difference = _gradient(alpha.astype(np.float64)) - _gradient(filled)
    return float((difference[truth.counted] ** 2).sum()) / SUM_UNIT


def _error(alpha: Alpha, truth: Truth) -> np.ndarray:
    """Differences at the pixels that count, float64 (N,)."""
    return alpha[truth.counted].astype(np.float64) - truth.alpha[truth.counted]


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if values.size else 0.0


def _gradient(matte: np.ndarray) -> np.ndarray:
    from scipy.ndimage import gaussian_gradient_magnitude

    return gaussian_gradient_magnitude(matte, GRADIENT_SIGMA_PX, mode="nearest")
