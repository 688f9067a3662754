"""Probability that a pixel comes from the edit, from its features: small networks whose weights were fitted.

``training/fit_fusion.py`` fits them on synthetic edits of photos that the parser had not seen. Two hidden layers of
rectified units (Nair and Hinton 2010) are enough: what is around a pixel is in its features. Several networks, each
fitted on other photos, are averaged (Breiman 1996, Bagging Predictors); where they differ, the features are unlike what
was seen in the fit, and the average is worth less than it says (Lakshminarayanan et al. 2017).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Mask

WEIGHTS = Path(__file__).parent / "weights" / "pixel_model.npz"
SURELY_NOT = -10.0
"""Log odds of a pixel that nothing speaks for."""
CHUNK = 1 << 14  # pixels at a time: what it needs besides stays small
SURE = 3.0
"""Log odds from which four pixels answer for those between them: beyond ``odds_limit`` more is worth nothing anyway."""

Map = NDArray[np.float32]


class Estimate(NamedTuple):
    """What the networks say of each pixel."""

    log_odds: Map
    """float32 (h, w): their mean."""
    spread: Map
    """float32 (h, w): their standard deviation."""


@dataclass(frozen=True, eq=False)
class Perceptron:
    """Layers of one network; weights float32 (out, in), biases float32 (out,)."""

    weights: tuple[Map, ...]
    biases: tuple[Map, ...]

    def log_odds(self, features: Map) -> Map:
        """Log odds of features (F, n), float32 (n,)."""
        values = features
        for index, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            values = _product(weight, values)
            values += bias[:, None]
            if index < len(self.weights) - 1:
                np.maximum(values, 0, out=values)
        return values[0]


def _product(weight: Map, values: Map) -> Map:
    """Matrix product; not by BLAS, whose threads wait for each other on busy cores."""
    import cv2

    return np.asarray(cv2.gemm(weight, values, 1, np.empty((0, 0), np.float32), 0), np.float32)  # nothing is added


@dataclass(frozen=True, eq=False)
class PixelModel:
    """Networks that are asked together."""

    members: tuple[Perceptron, ...]

    def estimate(self, features: Iterable[Map], asked: Mask) -> Estimate:
        """Mean and spread of the log odds of features, (h, w) each, where bool (h, w) ``asked``; elsewhere surely not.

        Every fourth pixel is asked first. Where it and its three neighbours on that grid are equally sure, the pixels
        between them are not asked, but get their mean.
        """
        places = np.flatnonzero(asked)
        values = np.empty((self.members[0].weights[0].shape[1], len(places)), np.float32)
        for row, plane in zip(values, features, strict=True):
            row[:] = plane.ravel()[places]  # of one feature after the other: all maps at once would be large
        mean, spread = np.full(asked.shape, SURELY_NOT, np.float32), np.zeros(asked.shape, np.float32)
        grid = np.zeros_like(asked)
        grid[::2, ::2] = True
        first = grid.ravel()[places]
        self._ask(values, places, first, (mean, spread))
        between = _between(mean, asked)
        for answers in (mean, spread):
            answers[between] = _grid_mean(answers)[between]
        self._ask(values, places, ~first & ~between.ravel()[places], (mean, spread))
        return Estimate(mean, spread)

    def _ask(self, values: Map, places: NDArray[np.intp], which: Mask, answers: tuple[Map, Map]) -> None:
        """Put the networks' mean and spread for some columns of values (F, n) at their places in both maps."""
        columns = np.flatnonzero(which)
        for start in range(0, len(columns), CHUNK):
            chosen = columns[start : start + CHUNK]
            own = values[:, chosen]
            odds = np.stack([member.log_odds(own) for member in self.members])
            answers[0].ravel()[places[chosen]], answers[1].ravel()[places[chosen]] = odds.mean(0), odds.std(0)


def _between(mean: Map, asked: Mask) -> Mask:
    """Asked pixels between four of the grid that are all sure of the same, bool (h, w)."""
    from scipy.ndimage import maximum_filter, minimum_filter

    on_grid = mean[::2, ::2]
    square = {"size": 2, "origin": -1, "mode": "constant"}  # a pixel of the grid, those right of and below it
    least, most = (np.asarray(pick(on_grid, **square), np.float32) for pick in (minimum_filter, maximum_filter))
    all_asked = np.asarray(minimum_filter(asked[::2, ::2], **square), bool)
    sure = (least > SURE) | ((most < -SURE) & all_asked)
    blocks = np.repeat(np.repeat(sure, 2, 0), 2, 1)[: mean.shape[0], : mean.shape[1]]
    blocks[::2, ::2] = False
    return blocks & asked


def _grid_mean(values: Map) -> Map:
    """The means of four neighbours on the grid, float32 (h, w), each for the pixels between them."""
    on_grid = values[::2, ::2]
    padded = np.pad(on_grid, ((0, 1), (0, 1)), mode="edge")
    means = (padded[:-1, :-1] + padded[1:, :-1] + padded[:-1, 1:] + padded[1:, 1:]) / 4
    blocks = np.repeat(np.repeat(means, 2, 0), 2, 1)
    return np.asarray(blocks[: values.shape[0], : values.shape[1]], np.float32)


def read_pixel_model(path: Path) -> PixelModel:
    """The model in a file of ``training.fit_fusion``: arrays ``weight{layer}`` and ``bias{layer}``, a network first.

    >>> model = read_pixel_model(WEIGHTS)
    >>> len(model.members), len(model.members[0].weights)
    (4, 3)
    """
    with np.load(path) as data:
        layers = sum(name.startswith("weight") for name in data.files)
        weights, biases = ([data[f"{kind}{index}"] for index in range(layers)] for kind in ("weight", "bias"))
    members = range(len(weights[0]))
    return PixelModel(
        tuple(
            Perceptron(tuple(layer[member] for layer in weights), tuple(layer[member] for layer in biases))
            for member in members
        )
    )


@cache
def pixel_model() -> PixelModel:
    """The model in the package.

    >>> pixel_model() is pixel_model()
    True
    """
    return read_pixel_model(WEIGHTS)
