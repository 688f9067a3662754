"""What the change map says about a pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Prob

EVEN_SCORE = 4.0
"""Score (units of the noise floor) at which changed and unchanged are equally likely."""
SOFTNESS = 0.3
"""Of the logistic, in natural logarithms of the score: a factor of two in score is a factor of ten in odds."""


def changed_prob(score_map: NDArray[np.float32]) -> Prob:
    """Probability that a pixel changed, float32 (h, w), from its score in units of the noise floor.

    >>> changed_prob(np.array([[1, 4, 16]], np.float32)).round(2).tolist()
    [[0.009999999776482582, 0.5, 0.9900000095367432]]
    """
    score = np.maximum(score_map, 1e-3)
    return (1 / (1 + (EVEN_SCORE / score) ** (1 / SOFTNESS))).astype(np.float32)
