"""Probability that a pixel comes from the edit, from its features: small networks whose weights were fitted.

``training/fit_fusion.py`` fits them on synthetic edits of photos that the parser had not seen. Two hidden layers of
rectified units (Nair and Hinton 2010) are enough: what is around a pixel is in its features. Several networks, each
fitted on other photos, are averaged (Breiman 1996, Bagging Predictors); where they differ, the features are unlike what
was seen in the fit, and the average is worth less than it says (Lakshminarayanan et al. 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
BLOCK = 128
"""Pixels of one matrix product: BLAS starts no threads for so few, which would wait for each other on busy cores."""
STEPS = (4, 2)
"""Pixels between those that are asked first, and between those that are asked where the first are not sure."""
SURE = 3.0
"""Log odds from which four pixels answer for those between them: beyond ``odds_limit`` more is worth nothing anyway."""

Map = NDArray[np.float32]
Places = NDArray[np.intp]
Features = Callable[[Places], Iterable[Map]]
"""The features of pixels, given as indices of a flat map: float32 (n,) each, as many as a network has inputs."""


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
        """Log odds of features (..., F, n), float32 (..., n)."""
        values = features
        for index, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            values = np.matmul(weight, values)
            values += bias[:, None]
            if index < len(self.weights) - 1:
                np.maximum(values, 0, out=values)
        return values[..., 0, :]


@dataclass(frozen=True, eq=False)
class PixelModel:
    """Networks that are asked together."""

    members: tuple[Perceptron, ...]

    def estimate(self, features: Features, asked: Mask) -> Estimate:
        """Mean and spread of the log odds by the features, where bool (h, w) ``asked``; elsewhere surely not.

        From coarse to fine (``STEPS``): where four neighbours on a grid are equally sure, the pixels between them are
        not asked, but interpolated.
        """
        mean, spread = np.full(asked.shape, SURELY_NOT, np.float32), np.zeros(asked.shape, np.float32)
        left = asked.copy()
        for step in STEPS:
            grid = np.zeros_like(asked)
            grid[::step, ::step] = left[::step, ::step]
            self._ask(features, np.flatnonzero(grid), (mean, spread))
            left &= ~grid
            between = _between(mean, asked, step) & left
            for answers in (mean, spread):
                answers[between] = _interpolated(answers, step)[between]
            left &= ~between
        self._ask(features, np.flatnonzero(left), (mean, spread))
        return Estimate(mean, spread)

    def _ask(self, features: Features, places: Places, answers: tuple[Map, Map]) -> None:
        """Put the networks' mean and spread for some pixels, by their indices, in both maps."""
        for start in range(0, len(places), CHUNK):
            chosen = places[start : start + CHUNK]
            inputs = self.members[0].weights[0].shape[1]
            values = np.zeros((-(-len(chosen) // BLOCK), inputs, BLOCK), np.float32)
            row = np.zeros(len(values) * BLOCK, np.float32)
            for index, feature in enumerate(features(chosen)):
                row[: len(chosen)] = feature
                values[:, index] = row.reshape(-1, BLOCK)
            odds = np.stack([member.log_odds(values).ravel()[: len(chosen)] for member in self.members])
            answers[0].ravel()[chosen], answers[1].ravel()[chosen] = odds.mean(0), odds.std(0)


def _between(mean: Map, asked: Mask, step: int) -> Mask:
    """Asked pixels between four of a grid that are all sure of the same, bool (h, w)."""
    from scipy.ndimage import maximum_filter, minimum_filter

    on_grid = mean[::step, ::step]
    square = {"size": 2, "origin": -1, "mode": "constant"}  # a pixel of the grid, those right of and below it
    least, most = (np.asarray(pick(on_grid, **square), np.float32) for pick in (minimum_filter, maximum_filter))
    all_asked = np.asarray(minimum_filter(asked[::step, ::step], **square), bool)
    sure = (least > SURE) | ((most < -SURE) & all_asked)
    blocks = np.repeat(np.repeat(sure, step, 0), step, 1)
    return blocks[: mean.shape[0], : mean.shape[1]] & asked


def _interpolated(values: Map, step: int) -> Map:
    """Bilinear interpolation between the pixels of a grid, float32 (h, w)."""
    import cv2

    matrix = np.array([[1 / step, 0, 0], [0, 1 / step, 0]])
    on_grid, flags = np.ascontiguousarray(values[::step, ::step]), cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    between = cv2.warpAffine(on_grid, matrix, values.shape[::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(between, np.float32)


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
