"""From pictures to what networks are fed, and from what they give back to probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Image, Probs
from segmask.models.catalog import NetworkInput


def to_tensor(image: Image, spec: NetworkInput) -> NDArray[np.float32]:
    """uint8 (H, W, 3) RGB -> float32 (1, 3, H, W), normalised as ``spec`` says."""
    ordered = image if spec.channels == "RGB" else image[..., ::-1]
    mean, std = np.array(spec.mean, np.float32), np.array(spec.std, np.float32)
    values = (ordered.astype(np.float32) / np.float32(spec.scale) - mean) / std
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


def softmax(logits: NDArray[np.float32]) -> Probs:
    """Probabilities over the first axis.

    >>> softmax(np.zeros((2, 1, 1), np.float32)).ravel().tolist()
    [0.5, 0.5]
    """
    odds = np.asarray(logits - logits.max(0), np.float32)
    np.exp(odds, out=odds)
    odds /= odds.sum(0)
    return odds
