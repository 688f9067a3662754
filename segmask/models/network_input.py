"""From pictures to what networks are fed, and from what they give back to probabilities."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_map
from segmask.core.types import Image, Probs
from segmask.models.catalog import NetworkInput


def to_tensor(image: Image, spec: NetworkInput) -> NDArray[np.float32]:
    """uint8 (H, W, 3) RGB -> float32 (1, 3, H, W), normalised as ``spec`` says."""
    ordered = image if spec.channels == "RGB" else image[..., ::-1]
    mean, std = np.array(spec.mean, np.float32), np.array(spec.std, np.float32)
    values = (ordered.astype(np.float32) / np.float32(spec.scale) - mean) / std
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


def resize_planes(planes: NDArray[np.float32], size_hw: tuple[int, int]) -> NDArray[np.float32]:
    """Maps (C, h, w) at another size: area average down, bilinear up.

    >>> resize_planes(np.zeros((14, 2, 2), np.float32), (4, 4)).shape
    (14, 4, 4)
    """
    if planes.shape[1:] == size_hw:
        return planes
    return np.stack([resize_map(plane, size_hw) for plane in planes])


def softmax(logits: NDArray[np.float32]) -> Probs:
    """Probabilities over the first axis.

    >>> softmax(np.zeros((2, 1, 1), np.float32)).ravel().tolist()
    [0.5, 0.5]
    """
    odds = np.exp(logits - logits.max(0, keepdims=True))
    return (odds / odds.sum(0, keepdims=True)).astype(np.float32)
