"""A picture as floating-point sRGB levels that no depth and no gamut cuts, and from there into a raster again.

Levels are sRGB's own, 0 to 255, in floating point. Colours outside of sRGB have levels below 0 or above 255: the curve
goes on beyond both ends, mirrored at 0 (as scRGB and CSS Color 4 have it).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Mask
from segmask.io.colour import is_foreign, to_raster_colours
from segmask.io.icc import Space, space_of
from segmask.io.picture import Picture, Raster

Levels = NDArray[np.float32]
ROWS = 256
"""Rows that are converted at a time: 100 MB at 8000 pixels a row."""
CLIP = 0.002
"""Linear light: half a level of 8 bits near white."""
GREY = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue in a grey (ITU-R BT.601), as for 8-bit pictures."""


def is_plain(picture: Picture) -> bool:
    """Does the picture's 8-bit sRGB view hold all that its file does?"""
    return picture.raster.dtype == np.uint8 and not is_foreign(picture.metadata.icc)


def to_levels(picture: Picture) -> tuple[Levels, bool]:
    """A picture without its alpha as levels, float32 (H, W, 3), and whether they are all that its file holds.

    They are not where its profile is by tables, or one for grey: then they are those of its 8-bit view.
    """
    own = picture.metadata.icc
    space = space_of(own)
    if space is None or (picture.is_gray and is_foreign(own)):
        return picture.image.astype(np.float32), False
    raster = picture.raster[..., : 1 if picture.is_gray else 3]
    top = np.float32(np.iinfo(raster.dtype).max)
    if not is_foreign(own):
        levels = raster.astype(np.float32) * (np.float32(255) / top)
        return (np.repeat(levels, 3, 2) if picture.is_gray else levels), True
    srgb = space_of(None)
    assert srgb is not None
    levels = np.empty(raster.shape, np.float32)
    for rows in _rows(raster):
        levels[rows] = _between(raster[rows] / top, space, srgb) * 255
    return levels, True


def from_levels(levels: Levels, like: Picture, counted: Mask) -> tuple[Raster, float, bool]:
    """Levels in another picture's colours and depth, without alpha.

    Args:
        levels: float32 (H, W, 3).
        like: the picture; where it has no colour, greys come out.
        counted: bool (H, W): pixels that matter to the share that was clipped.

    Returns:
        (H, W, 1 or 3) of its raster's dtype; the share of ``counted`` whose colours lie outside of its colour space;
        and whether its depth was used, which it is not where its profile is by tables, or one for grey.
    """
    icc = like.metadata.icc
    dtype: Any = like.raster.dtype
    top = np.iinfo(dtype).max
    space = space_of(icc)
    if space is None or (like.is_gray and is_foreign(icc)):
        return to_raster_colours(np.clip(np.rint(levels), 0, 255).astype(np.uint8), like), 0.0, False
    outside = 0
    if like.is_gray:
        shades = np.clip(levels @ GREY, 0, 255)[..., None] * np.float32(top / 255)
        return np.rint(shades).astype(dtype), 0.0, True
    srgb = space_of(None)
    assert srgb is not None
    found: Any = np.empty(levels.shape, dtype)
    for rows in _rows(levels):
        values = levels[rows] / np.float32(255)
        if is_foreign(icc):
            values = _between(values, srgb, space)
        outside += int((((values < -CLIP) | (values > 1 + CLIP)).any(-1) & counted[rows]).sum())
        if like.is_neutral:
            values = np.repeat((values @ GREY)[..., None], 3, 2)
        found[rows] = np.rint(np.clip(values, 0, 1) * top).astype(dtype)
    return found, outside / max(1, int(counted.sum())), True


def _rows(values: NDArray[Any]) -> list[slice]:
    return [slice(top, top + ROWS) for top in range(0, values.shape[0], ROWS)]


def _between(values: NDArray[Any], source: Space, target: Space) -> NDArray[Any]:
    """Values of one space, 0 to 1 inside of it, as values of another."""
    size = np.abs(values)
    light = np.stack([curve.linear(size[..., index]) for index, curve in enumerate(source.curves)], axis=-1)
    light = np.copysign(light, values) @ np.linalg.solve(target.to_xyz, source.to_xyz).T
    size = np.abs(light)
    stored = np.stack([curve.stored(size[..., index]) for index, curve in enumerate(target.curves)], axis=-1)
    return np.copysign(stored, light)
