"""Probability that a pixel comes from the edit, from its features: a small network whose weights were fitted.

``training/fit_fusion.py`` fits them on synthetic edits of photos that the parser had not seen. Two hidden layers of
rectified units (Nair and Hinton 2010) are enough: what is around a pixel is in its features.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmask.fusion.features import Features

WEIGHTS = Path(__file__).parent / "weights" / "pixel_model.npz"
CHUNK = 1 << 16  # pixels at a time: what it needs besides stays small


@dataclass(frozen=True)
class PixelModel:
    """Layers of a perceptron; weights float32 (out, in), biases float32 (out,)."""

    weights: tuple[NDArray[np.float32], ...]
    biases: tuple[NDArray[np.float32], ...]

    def log_odds(self, features: Features) -> NDArray[np.float32]:
        """Log odds of features (F, h, w), float32 (h, w)."""
        import cv2

        flat = features.reshape(features.shape[0], -1)
        result = np.empty(flat.shape[1], np.float32)
        for start in range(0, flat.shape[1], CHUNK):
            values = np.ascontiguousarray(flat[:, start : start + CHUNK])
            for index, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
                values = cv2.gemm(weight, values, 1, None, 0)  # not BLAS: its threads wait for each other on busy cores
                values += bias[:, None]
                if index < len(self.weights) - 1:
                    np.maximum(values, 0, out=values)
            result[start : start + CHUNK] = values[0]
        return result.reshape(features.shape[1:])


def read_pixel_model(path: Path) -> PixelModel:
    """The model in a file of ``training.fit_fusion``."""
    with np.load(path) as data:
        count = sum(name.startswith("weight") for name in data.files)
        return PixelModel(
            tuple(data[f"weight{index}"] for index in range(count)),
            tuple(data[f"bias{index}"] for index in range(count)),
        )


@cache
def pixel_model() -> PixelModel:
    """The model in the package."""
    return read_pixel_model(WEIGHTS)
