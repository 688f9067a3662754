"""Tensors of ComfyUI to pictures and masks, and back.

An IMAGE is a float tensor (B, H, W, C) in [0, 1], a MASK (B, H, W) or (H, W), 1 is marked. A mask of 64 x 64 zeros
means none: that is what Load Image gives for a picture without transparency.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.core.types import Alpha, Image, Mask

NO_MASK = (64, 64)
"""Height and width of the mask that stands for none, if all of it is 0."""


def images_of(tensor: Any, name: str) -> list[Image]:
    """The pictures of a batch, uint8 (H, W, 3) each: ``rint(x * 255)``, an alpha channel left out.

    Raises InputError for what is no batch of pictures.

    >>> images_of(np.array([[[[0.5, 0, 1]]]], np.float32), "image")[0].tolist()
    [[[128, 0, 255]]]
    """
    values = levels_of(tensor, name)
    if values.ndim == 3:
        values = values[None]
    if values.ndim != 4 or values.shape[3] not in (1, 3, 4) or 0 in values.shape:
        raise InputError(f"{name}: expected an IMAGE, a tensor (B, H, W, 3); got {values.shape}")
    colours = np.repeat(values, 3, axis=3) if values.shape[3] == 1 else values[..., :3]
    return [np.ascontiguousarray(np.rint(np.clip(one, 0, 1) * 255).astype(np.uint8)) for one in colours]


def masks_of(tensor: Any, name: str) -> list[Mask]:
    """The masks of a batch, bool (H, W) each, marked from one half on; empty where none is meant.

    >>> masks_of(np.zeros((1, 64, 64), np.float32), "include"), masks_of(None, "include")
    ([], [])
    >>> masks_of(np.ones((2, 2), np.float32), "include")[0].tolist()
    [[True, True], [True, True]]
    """
    if tensor is None:
        return []
    values = levels_of(tensor, name)
    if values.ndim == 4 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim == 2:
        values = values[None]
    if values.ndim != 3 or 0 in values.shape:
        raise InputError(f"{name}: expected a MASK, a tensor (B, H, W); got {values.shape}")
    if values.shape[1:] == NO_MASK and not values.any():
        return []
    return [np.asarray(one >= 0.5) for one in values]


def levels_of(tensor: Any, name: str) -> NDArray[np.float32]:
    """A tensor of any floating-point type on any device as float32. Raises InputError for values that are no numbers.

    >>> levels_of(np.array([0.25], np.float64), "mask").dtype
    dtype('float32')
    """
    if hasattr(tensor, "detach"):
        tensor = tensor.detach().float().cpu().numpy()
    if not hasattr(tensor, "__array__"):
        raise InputError(f"{name}: expected a tensor; got {type(tensor).__name__}")
    values = np.asarray(tensor, np.float32)
    if not np.isfinite(values).all():
        raise InputError(f"{name}: holds values that are no numbers (NaN or infinite); the node before it failed")
    return values


def kept_levels(tensor: Any, index: int, name: str) -> NDArray[np.float32]:
    """One picture of a batch as it came, float32 (H, W, 3): what stays original stays so in floating point too.

    >>> kept_levels(np.full((1, 2, 2, 4), 0.3, np.float32), 0, "original").shape
    (2, 2, 3)
    """
    values = levels_of(tensor, name)
    values = values[None] if values.ndim == 3 else values
    one = values[index % len(values)]
    return np.repeat(one, 3, axis=2) if one.shape[2] == 1 else one[..., :3]


def composed(before: NDArray[np.float32], image: Image, alpha: Alpha) -> NDArray[np.float32]:
    """The composite in floating point, (H, W, 3): the very values of the original where alpha is 0.

    >>> before = np.full((1, 2, 3), 0.3001, np.float32)
    >>> made = composed(before, np.full((1, 2, 3), 51, np.uint8), np.array([[0, 1]], np.float32))
    >>> bool(made[0, 0, 0] == before[0, 0, 0]), round(float(made[0, 1, 0]), 4)
    (True, 0.2)
    """
    return np.where(alpha[..., None] == 0, before, image.astype(np.float32) / np.float32(255))


def tensor_of(arrays: list[NDArray[np.float32]], like: Any) -> Any:
    """Float arrays of one shape as a batch, on the device of ``like``; numpy's own where that is no torch tensor.

    >>> tensor_of([np.zeros((2, 2), np.float32)], like=np.zeros(1)).shape
    (1, 2, 2)
    """
    stacked = np.ascontiguousarray(np.stack(arrays), np.float32)
    if not hasattr(like, "detach"):
        return stacked
    return import_module("torch").from_numpy(stacked).to(like.device)


def picked(batch: list[Any], index: int) -> Any:
    """Of a shorter batch the one that comes round, as in ComfyUI's own nodes; None of an empty one.

    >>> picked(["a", "b"], 2), picked([], 5)
    ('a', None)
    """
    return batch[index % len(batch)] if batch else None
