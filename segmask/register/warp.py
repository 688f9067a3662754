"""Warping: the edit on another grid, as a whole or in a box."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_image, resize_mask
from segmask.core.types import Alignment, Box, Image, Mask, Matrix
from segmask.register.coverage import reached
from segmask.register.motion import scaling


def warp(edited: Image, matrix: Matrix, size_hw: tuple[int, int]) -> tuple[Image, Mask]:
    """``edited`` on a grid of ``size_hw`` by ``matrix`` (edited -> grid), and where the grid is covered, bool (H, W).

    To shrink, areas are averaged first, so that fine detail does not alias; the rest is bicubic.

    >>> edited = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    >>> moved, covered = warp(edited, np.array([[1, 0, 2], [0, 1, 0], [0, 0, 1.0]]), (4, 4))
    >>> covered[0].tolist(), bool((moved[:, 2] == edited[:, 0]).all())
    ([False, False, True, True], True)
    """
    size_hw = (size_hw[0], size_hw[1])
    edited, matrix = _shrunk(edited, matrix)
    if np.allclose(matrix, np.eye(3), atol=1e-9) and edited.shape[:2] == size_hw:
        return edited.copy(), np.ones(size_hw, bool)
    return np.asarray(_warped(edited, matrix, size_hw), np.uint8), reached(matrix, edited.shape[:2], size_hw)


def warp_part(edited: NDArray[np.float32], matrix: Matrix, area: Box, size_hw: tuple[int, int]) -> NDArray[np.float32]:
    """A box of ``warp``'s picture for floating-point levels, float32 (H, W, 3): (h, w, 3).

    >>> levels = np.arange(48, dtype=np.float32).reshape(4, 4, 3)
    >>> bool((warp_part(levels, np.eye(3), Box(1, 1, 3, 3), (4, 4)) == levels[1:3, 1:3]).all())
    True
    """
    edited, matrix = _shrunk(edited, matrix)
    if np.allclose(matrix, np.eye(3), atol=1e-9) and edited.shape[:2] == size_hw:
        return edited[area.slices]
    moved = np.array([[1, 0, -area.x0], [0, 1, -area.y0], [0, 0, 1.0]]) @ matrix
    return np.asarray(_warped(edited, moved, (area.height, area.width)), np.float32)


def _shrunk(edited: NDArray[Any], matrix: Matrix) -> tuple[NDArray[Any], Matrix]:
    """The edit at a size that only has to be moved from there, and the map from there."""
    scale = np.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    whole_hw = (round(edited.shape[0] * scale), round(edited.shape[1] * scale))
    if scale >= 0.95 or min(whole_hw) < 1:
        return edited, matrix
    return resize_image(edited, whole_hw), matrix @ np.linalg.inv(scaling(edited.shape[:2], whole_hw))


def _warped(edited: NDArray[Any], matrix: Matrix, size_hw: tuple[int, int]) -> NDArray[Any]:
    import cv2

    return cv2.warpAffine(edited, matrix[:2], size_hw[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def without_clear(alignment: Alignment, clear: Mask | None) -> Alignment:
    """The alignment with what is see-through in the edit, bool (h, w) of its own size, not counted as covered.

    >>> grey = np.full((8, 8, 3), 90, np.uint8)
    >>> clear = np.zeros((8, 8), bool)
    >>> clear[:, :2] = True
    >>> identity = Alignment(np.eye(3), "identity", True, 0, 0, 0.0, covered=np.ones((8, 8), bool))
    >>> without_clear(identity, clear).covered[0].tolist()
    [False, False, True, True, True, True, True, True]
    """
    if clear is None:
        return alignment
    import cv2

    size_hw = alignment.covered.shape
    levels = clear.astype(np.uint8) * 255
    warped = cv2.warpAffine(
        levels, alignment.matrix[:2], size_hw[::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return replace(alignment, covered=alignment.covered & (warped == 0))


def scaled_alignment(alignment: Alignment, size_hw: tuple[int, int]) -> Alignment:
    """The alignment of the same edit onto the original at another size.

    >>> whole = Alignment(np.eye(3), "identity", True, 0, 0, 0.0, covered=np.ones((8, 8), bool))
    >>> half = scaled_alignment(whole, (4, 4))
    >>> half.covered.shape, float(half.matrix[0, 0])
    ((4, 4), 0.5)
    """
    covered, repeated = alignment.covered, alignment.repeated
    return replace(
        alignment,
        matrix=scaling(covered.shape, size_hw) @ alignment.matrix,
        residual_px=alignment.residual_px * size_hw[1] / covered.shape[1],
        covered=resize_mask(covered, size_hw),
        repeated=None if repeated is None else resize_mask(repeated, size_hw),
    )
