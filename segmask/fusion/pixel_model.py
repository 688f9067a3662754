"""Probability that a pixel comes from the edit, from its features: small networks whose weights were fitted.

``training/fit_fusion.py`` fits them on synthetic edits of photos that the parser had not seen. Two hidden layers of
rectified units (Nair and Hinton 2010) are enough: what is around a pixel is in its features. Several networks, each
fitted on other photos, are averaged (Breiman 1996, Bagging Predictors); where they differ, the features are unlike what
was seen in the fit, and the average is worth less than it says (Lakshminarayanan et al. 2017).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Mask
from segmask.fusion.features import Features

WEIGHTS = Path(__file__).parent / "weights" / "pixel_model.npz"
SURELY_NOT = -10.0
"""Log odds of a pixel that nothing speaks for."""
CHUNK = 1 << 16  # pixels at a time: what it needs besides stays small

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

    def estimate(self, features: Features, asked: Mask) -> Estimate:
        """Mean and spread of the log odds of features (F, h, w) where bool (h, w) ``asked``; elsewhere surely not."""
        flat = features.reshape(features.shape[0], -1)
        mean, spread = np.full(flat.shape[1], SURELY_NOT, np.float32), np.zeros(flat.shape[1], np.float32)
        places = np.flatnonzero(asked)
        for start in range(0, len(places), CHUNK):
            chosen = places[start : start + CHUNK]
            values = flat[:, chosen]
            odds = np.stack([member.log_odds(values) for member in self.members])
            mean[chosen], spread[chosen] = odds.mean(0), odds.std(0)
        return Estimate(mean.reshape(asked.shape), spread.reshape(asked.shape))


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
