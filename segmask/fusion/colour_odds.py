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


class ColourOdds:
    """Log odds that a pixel's colour is one side's and not the other's.

    Args:
        lab: float32 (h, w, 3), CIELAB.
        outsides: float32 (h, w) each: the other side, in parts of one colour each (the wall, the body). They are
            measured once.

    >>> picture = np.full((60, 60, 3), (60, 0, 0), np.float32)
    >>> picture[:, 30:] = 40, 50, 20  # red cloth beside a grey wall
    >>> known, wall = np.zeros((2, 60, 60), np.float32)
    >>> known[:, 40:], wall[:, :20] = 1, 1
    >>> odds = ColourOdds(picture, (wall,))(known)
    >>> odds[30, [25, 35]].round().tolist()  # just left and right of the true outline, unknown both
    [-4.0, 4.0]
    """

    def __init__(self, lab: Field, outsides: tuple[Prob, ...]) -> None:
        size_hw = (lab.shape[0], lab.shape[1])
        self._lab, self._small_hw = lab, working_size(size_hw, DEFAULT.long_side)
        self._small = np.stack([resize_map(np.ascontiguousarray(lab[..., c]), self._small_hw) for c in range(3)], 2)
        self._outside, self._known = np.full(size_hw, -np.inf, np.float32), np.zeros(size_hw, bool)
        for outside in outsides:
            density, known = self._density(outside)
            self._outside = np.where(known, np.maximum(self._outside, density), self._outside)
            self._known |= known

    def __call__(self, inside: Prob) -> Map:
        """Log odds float32 (h, w), 0 where a side is missing.

        ``inside``, float32 (h, w), says how surely a pixel shows the one side.
        """
        density, known = self._density(inside)
        odds = np.clip(density - self._outside, -DEFAULT.limit, DEFAULT.limit)
        return np.where(known & self._known, odds, 0).astype(np.float32)

    def _density(self, side: Prob) -> tuple[Map, Mask]:
        return _log_density(self._lab, self._small, resize_map(side, self._small_hw))


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
    """The sum of the values around each pixel; those far off count little, and are summed at a size as coarse."""
    size_hw = (values.shape[0], values.shape[1])
    coarse_hw = (max(1, round(size_hw[0] / DEFAULT.far)), max(1, round(size_hw[1] / DEFAULT.far)))
    far = resize_map(blurred(resize_map(np.ascontiguousarray(values), coarse_hw), sigma), size_hw)
    return np.asarray(blurred(values, sigma) + DEFAULT.far_weight * far, np.float32)
