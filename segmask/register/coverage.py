"""Which pixels of the original the edit's frame reaches."""

from __future__ import annotations

import numpy as np

from segmask.core.types import Box, Mask, Matrix

STRIP = 0.006
"""Of the long side, half the width of a strip along the border that the repeated border may fill: 6 pixels at 512."""


def thin_strips(outside: Mask) -> Mask:
    """What the edit's frame misses by a few pixels at most along the picture's border, bool (H, W).

    There the repeated border of the edit stands in: a shift by a pixel or two would else leave a strip of the old
    garment along the border.

    >>> outside = np.zeros((512, 512), bool)
    >>> outside[:3], outside[:, :90] = True, True
    >>> strips = thin_strips(outside)
    >>> strips[0, 200], strips[200, 10]
    (np.True_, np.False_)
    """
    import cv2

    if not outside.any():
        return outside
    most = max(1, round(STRIP * max(outside.shape)))
    side = np.ones((2 * most + 1, 2 * most + 1), np.uint8)  # a square keeps the corners of what is wide
    padded = np.pad(outside, 2 * most).astype(np.uint8)
    wide = cv2.dilate(cv2.erode(padded, side, borderValue=0), side)[2 * most : -2 * most, 2 * most : -2 * most] > 0
    return outside & ~wide


def reached(matrix: Matrix, edited_hw: tuple[int, ...], size_hw: tuple[int, int]) -> Mask:
    """bool (H, W): pixels of the grid whose place in the edit lies inside its frame, up to half a pixel outside.

    >>> reached(np.array([[1, 0, 2], [0, 1, 0], [0, 0, 1.0]]), (1, 4), (1, 4)).tolist()  # moved two pixels right
    [[False, False, True, True]]
    """
    inverse = np.linalg.inv(matrix).astype(np.float64)
    if _inside(inverse, edited_hw, size_hw):  # as most edits do
        return np.ones(size_hw, bool)
    columns = np.arange(size_hw[1], dtype=np.float64)
    inside = np.empty(size_hw, bool)
    for strip in Box(0, 0, size_hw[1], size_hw[0]).strips():
        rows = np.arange(strip.y0, strip.y1, dtype=np.float64)[:, None]
        x = inverse[0, 0] * columns + inverse[0, 1] * rows + inverse[0, 2]
        y = inverse[1, 0] * columns + inverse[1, 1] * rows + inverse[1, 2]
        inside[strip.slices] = (x >= -0.51) & (y >= -0.51) & (x <= edited_hw[1] - 0.49) & (y <= edited_hw[0] - 0.49)
    return inside


def _inside(inverse: Matrix, edited_hw: tuple[int, ...], size_hw: tuple[int, int]) -> bool:
    """Do all four corners of the grid lie in the edit's frame? Then all pixels between them do."""
    right, bottom = size_hw[1] - 1, size_hw[0] - 1
    corners = np.array([[0, 0, 1], [right, 0, 1], [0, bottom, 1], [right, bottom, 1]])
    x, y = (corners @ inverse[row] for row in (0, 1))
    return bool(
        (x >= -0.5).all() and (y >= -0.5).all() and (x <= edited_hw[1] - 0.5).all() and (y <= edited_hw[0] - 0.5).all()
    )
