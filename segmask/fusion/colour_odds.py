"""Which side a pixel's colour is on: the garment's or its surroundings', both measured in the pair nearby.

Two Gaussians a place, with the local mean and variance of each side (normalised convolution, Knutsson and Westin 1993):
a sleeve that the parser calls background has the garment's colour still, and a wall that was redrawn has not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_map, working_size
from segmask.core.morphology import blurred
from segmask.core.types import Mask, Prob

Field = NDArray[np.float32]
Map = NDArray[np.float32]


@dataclass(frozen=True)
class ColourConfig:
    """Numbers of the comparison."""

    long_side: int = 240
    """Working size of the means: they are smooth."""
    reach: float = 0.05
    """Of the long side: how far around a pixel both sides are measured, sigma."""
    far: float = 4.0
    """Factor on the reach within which colours count where nothing lies nearer, with the weight ``far_weight``."""
    far_weight: float = 0.02
    """Weight of the colours beyond the reach, against 1 within it."""
    spread: float = 4.0
    """ΔE: no side's colour is known better (folds, grain and light change it so much)."""
    least_weight: float = 0.0005
    """Of the surroundings: less of a side tells no colour."""
    limit: float = 4.0
    """Log odds beyond this add nothing."""


DEFAULT = ColourConfig()


def colour_log_odds(lab: Field, inside: Prob, outsides: tuple[Prob, ...]) -> Map:
    """Log odds that a pixel's colour is the inside's and none of the outsides', float32 (h, w); 0 where one is missing.

    Args:
        lab: float32 (h, w, 3), CIELAB.
        inside: float32 (h, w): how surely a pixel shows the one side.
        outsides: float32 (h, w) each: the other side, in parts of one colour each (the wall, the body).

    >>> picture = np.full((60, 60, 3), (60, 0, 0), np.float32)
    >>> picture[:, 30:] = 40, 50, 20  # red cloth beside a grey wall
    >>> known, wall = np.zeros((2, 60, 60), np.float32)
    >>> known[:, 40:], wall[:, :20] = 1, 1
    >>> odds = colour_log_odds(picture, known, (wall,))
    >>> odds[30, [25, 35]].round().tolist()  # just left and right of the true outline, unknown both
    [-4.0, 4.0]
    """
    size_hw = (lab.shape[0], lab.shape[1])
    small_hw = working_size(size_hw, DEFAULT.long_side)
    small = np.stack([resize_map(np.ascontiguousarray(lab[..., c]), small_hw) for c in range(3)], 2)
    first, known_inside = _log_density(lab, small, resize_map(inside, small_hw))
    second, known_outside = np.full(size_hw, -np.inf, np.float32), np.zeros(size_hw, bool)
    for outside in outsides:
        density, known = _log_density(lab, small, resize_map(outside, small_hw))
        second = np.where(known, np.maximum(second, density), second)
        known_outside |= known
    odds = np.clip(first - second, -DEFAULT.limit, DEFAULT.limit)
    return np.where(known_inside & known_outside, odds, 0).astype(np.float32)


def _log_density(lab: Field, small: Field, weight: Prob) -> tuple[Map, Mask]:
    """Logarithm of a side's density at each pixel's colour, less a constant, and where the side is known."""
    size_hw = (lab.shape[0], lab.shape[1])
    sigma = DEFAULT.reach * max(weight.shape)
    amount = _around(weight, sigma)
    density = np.zeros(size_hw, np.float32)
    for channel in range(3):
        values = small[..., channel]
        mean = _around(values * weight, sigma) / np.maximum(amount, 1e-6)
        square = _around(values**2 * weight, sigma) / np.maximum(amount, 1e-6)
        variance = resize_map(np.maximum(square - mean**2, 0).astype(np.float32), size_hw) + DEFAULT.spread**2
        density -= (lab[..., channel] - resize_map(np.asarray(mean, np.float32), size_hw)) ** 2 / (
            2 * variance
        ) + 0.5 * np.log(variance)
    return density, resize_map(amount, size_hw) >= DEFAULT.least_weight


def _around(values: Map, sigma: float) -> Map:
    """The sum of the values around each pixel; those far off count little."""
    near, far = blurred(values, sigma), blurred(values, DEFAULT.far * sigma)
    return np.asarray(near + DEFAULT.far_weight * far, np.float32)
