"""Which side a pixel's colour is on: the garment's or its surroundings', both measured in the pair nearby.

Two Gaussians a place, with the local mean and variance of each side (normalised convolution, Knutsson and Westin 1993):
a sleeve that the parser calls background has the garment's colour still, and a wall that was redrawn has not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_map, resize_planes, working_size
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
        where: bool (h, w): the pixels that are asked, all without it.

    >>> picture = np.full((60, 60, 3), (60, 0, 0), np.float32)
    >>> picture[:, 30:] = 40, 50, 20  # red cloth beside a grey wall
    >>> known, wall = np.zeros((2, 60, 60), np.float32)
    >>> known[:, 40:], wall[:, :20] = 1, 1
    >>> odds = ColourOdds(picture, (wall,))(known)
    >>> odds[30, [25, 35]].round().tolist()  # just left and right of the true outline, unknown both
    [-4.0, 4.0]
    """

    def __init__(self, lab: Field, outsides: tuple[Prob, ...], where: Mask | None = None) -> None:
        self._size_hw = (lab.shape[0], lab.shape[1])
        self._small_hw = working_size(self._size_hw, DEFAULT.long_side)
        self._places = np.flatnonzero(np.ones(self._size_hw, bool) if where is None else where)
        planes = np.ascontiguousarray(np.moveaxis(lab, 2, 0))
        self._colours = planes.reshape(3, -1)[:, self._places]
        small = resize_planes(planes, self._small_hw)
        self._small = np.concatenate([np.ones_like(small[:1]), small, small**2])
        self._outside = np.full(self._places.shape, -np.inf, np.float32)
        self._known = np.zeros(self._places.shape, bool)
        for outside in outsides:
            density, known = self._density(outside)
            self._outside = np.where(known, np.maximum(self._outside, density), self._outside)
            self._known |= known

    def __call__(self, inside: Prob) -> Map:
        """Log odds float32 (h, w), 0 where a side is missing or nothing is asked.

        ``inside``, float32 (h, w), says how surely a pixel shows the one side.
        """
        density, known = self._density(inside)
        odds = np.clip(density - self._outside, -DEFAULT.limit, DEFAULT.limit)
        result = np.zeros(self._size_hw, np.float32)
        result.ravel()[self._places] = np.where(known & self._known, odds, 0)
        return result

    def _density(self, side: Prob) -> tuple[Map, Mask]:
        """Logarithm of a side's density at each asked colour, less a constant, and where the side is known; (n,)."""
        weight = resize_map(side, self._small_hw)
        sigma = DEFAULT.reach * max(weight.shape)
        sums = np.stack([_around(values * weight, sigma) for values in self._small])
        amount, least = sums[0].copy(), np.maximum(sums[0], 1e-6)
        means = sums[1:4] / least
        variances = np.maximum(sums[4:] / least - means**2, 0)
        density = np.zeros(self._places.shape, np.float32)
        for own, mean, variance in zip(self._colours, means, variances, strict=True):
            wide = self._enlarged(variance) + DEFAULT.spread**2
            density -= (own - self._enlarged(mean)) ** 2 / (2 * wide) + 0.5 * np.log(wide)
        return density, self._enlarged(amount) >= DEFAULT.least_weight

    def _enlarged(self, small: NDArray) -> Map:
        """A small map's values at the pixels that are asked, float32 (n,)."""
        return resize_map(np.asarray(small, np.float32), self._size_hw).ravel()[self._places]


def _around(values: Map, sigma: float) -> Map:
    """The sum of the values around each pixel; those far off count little, and are summed at a size as coarse."""
    size_hw = (values.shape[0], values.shape[1])
    coarse_hw = (max(1, round(size_hw[0] / DEFAULT.far)), max(1, round(size_hw[1] / DEFAULT.far)))
    far = resize_map(blurred(resize_map(np.ascontiguousarray(values), coarse_hw), sigma), size_hw)
    return np.asarray(blurred(values, sigma) + DEFAULT.far_weight * far, np.float32)
