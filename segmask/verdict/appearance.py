"""Does the finished composite look wrong? The chance of it, fitted on what shows and on grades by eye.

The confidence (``segmask.verdict.confidence``) knows pixels that were free to be decided; what protection holds wrongly
or a parser never saw is invisible to it, but not to the eye. A logistic regression on the residues
(``segmask.verdict.residue``) of real pairs that were graded by looking at them, ``training/fit_appearance.py``.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmask.verdict.residue import Residue

WEIGHTS = Path(__file__).parent / "weights" / "appearance.npz"
NAMES = tuple(field.name for field in fields(Residue))


@dataclass(frozen=True, eq=False)
class AppearanceModel:
    """A logistic regression on the residues."""

    weights: NDArray[np.float32]
    """float32 (len(NAMES),)."""
    bias: float
    most: float
    """Log odds from which a person should look: so that nine of ten composites that are wrong at a glance are shown."""

    def looks_wrong(self, residue: Residue) -> bool:
        """Whether a person should look at a composite with these residues."""
        return float(self._features(residue) @ self.weights) + self.bias >= self.most

    def worst(self, residue: Residue) -> str:
        """Name of the residue that speaks most for a fault."""
        return NAMES[int(np.argmax(self._features(residue) * self.weights))]

    @staticmethod
    def _features(residue: Residue) -> NDArray[np.float64]:
        return features_of(np.array([getattr(residue, name).amount for name in NAMES]))


def features_of(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amounts of residues, (n,), as the regression gets them: a tenth of an outline is no tenth of all of it.

    >>> features_of(np.array([0.0, 0.04, 0.25])).tolist()
    [0.0, 0.2, 0.5]
    """
    return np.sqrt(np.maximum(amounts, 0))


@cache
def appearance_model() -> AppearanceModel:
    """The regression in the package."""
    with np.load(WEIGHTS) as data:
        return AppearanceModel(data["weights"], float(data["bias"]), float(data["most"]))
