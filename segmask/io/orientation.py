"""The eight ways in which a camera stores a picture (Exif 2.32, tag 0x0112), and how each is set upright."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

UPRIGHT = 1
TURNED = (5, 6, 7, 8)
"""Orientations whose stored width is the height that is shown."""


def upright(raster: NDArray[Any], orientation: int) -> NDArray[Any]:
    """A stored picture (H, W, ...) as it is shown; other numbers than 1 to 8 leave it as it is.

    >>> upright(np.array([[1, 2, 3]]), 6).tolist()
    [[1], [2], [3]]
    """
    if orientation in TURNED:
        raster = raster.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        raster = raster[::-1]
    if orientation in (2, 3, 6, 7):
        raster = raster[:, ::-1]
    return np.ascontiguousarray(raster)


def stored(raster: NDArray[Any], orientation: int) -> NDArray[Any]:
    """An upright picture (H, W, ...) as it is stored: what ``upright`` takes back.

    >>> stored(np.array([[1], [2], [3]]), 6).tolist()
    [[1, 2, 3]]
    """
    if orientation in (2, 3, 6, 7):
        raster = raster[:, ::-1]
    if orientation in (3, 4, 7, 8):
        raster = raster[::-1]
    if orientation in TURNED:
        raster = raster.swapaxes(0, 1)
    return np.ascontiguousarray(raster)
