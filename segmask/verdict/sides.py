"""Points on both sides of a mask's outline, to compare what lies there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.core.morphology import blurred, distance_to
from segmask.core.types import Box, Mask

SMOOTH = 2.0
"""Sigma in pixels of the distance that the outline's direction is taken from: stairs of single pixels have none."""
ROOM = 12
"""Pixels around the mask in which its distance is measured: more than that blur reaches."""


def outline_sides(
    mask: Mask, rows: NDArray[np.intp], columns: NDArray[np.intp], distance: float
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Points at a distance inside and outside of pixels of an outline, float32 (2, n) each: x, y.

    >>> block = np.zeros((9, 9), bool)
    >>> block[:, 4:] = True
    >>> inner, outer = outline_sides(block, np.array([4]), np.array([4]), 2)
    >>> inner[:, 0].round().tolist(), outer[:, 0].round().tolist()
    ([6.0, 4.0], [2.0, 4.0])
    """
    area = (Box.around(mask) or Box(0, 0, 1, 1)).grown_by(ROOM).clip(mask.shape[0], mask.shape[1])
    inside = mask[area.slices]
    signed = np.asarray(blurred(distance_to(~inside) - distance_to(inside), SMOOTH, edge_twice=False), np.float32)
    at = rows - area.y0, columns - area.x0
    slope_y, slope_x = (np.asarray(slope)[at] for slope in np.gradient(signed))
    ways = np.stack([slope_x, slope_y]) / (np.hypot(slope_x, slope_y) + 1e-6) * distance
    places = np.stack([columns, rows]).astype(np.float32)
    return (places + ways).astype(np.float32), (places - ways).astype(np.float32)
