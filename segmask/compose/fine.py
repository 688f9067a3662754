"""The edit as it is composited where 8-bit sRGB can't hold it: deep pictures, and other colour spaces than sRGB."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.compose.beside import Beside
from segmask.compose.hair_layer import HairLayer
from segmask.core.findings import Finding, Findings
from segmask.core.types import Alpha, Box
from segmask.register.registered import Registered
from segmask.register.warp import warp_part

Levels = NDArray[np.float32]
NOTABLE_CLIPPING = 0.001
"""Share of what comes from the edit."""


def is_fine(before: io.Picture, after: io.Picture) -> bool:
    """Would 8-bit sRGB lose something of what comes from the edit?"""
    return not (io.is_plain(before) and io.is_plain(after))


def fine_colours(
    before: io.Picture,
    after: io.Picture,
    registered: Registered,
    alpha: Alpha,
    tone: tuple[float | None, Beside] | None,
    layer: HairLayer | None,
) -> tuple[io.Raster, Findings]:
    """The edit in the original's own colours and depth, on its grid: the same steps as at 8 bits, in floating point.

    Args:
        before: the original.
        after: the edit as read.
        registered: how it lies on the original's grid, and its tone match.
        alpha: float32 (H, W), multiples of 1/255.
        tone: the levels by which the tone match may move any pixel at most (None: any), and what skin and ground get
            added; None where no tone is matched.
        layer: the original's hair over the edit.

    Returns:
        (H, W, 1 or 3) of the original's dtype, right within the box around what ``alpha`` takes; and what was lost.
    """
    size_hw = before.size_hw
    raster: Any = np.zeros((*size_hw, 1 if before.is_gray else 3), before.raster.dtype)
    area = Box.around(alpha)
    if area is None:
        return raster, ()
    levels, whole = io.to_levels(after)
    levels = warp_part(levels, registered.alignment.matrix, area, size_hw)
    if tone is not None:
        limit, beside = tone
        levels = registered.toned_levels(levels, area, limit) + beside.within(area, size_hw)
    if layer is not None:
        levels = _under_hair(levels, area, layer, alpha)
    colours, clipped, deep = io.from_levels(levels, before, alpha[area.slices] > 0)
    raster[area.slices] = colours
    found = []
    if clipped >= NOTABLE_CLIPPING and not io.same_colours(before.metadata, after.metadata):
        text = f"{clipped:.1%} of what comes from the edit has colours outside of the original's colour space: clipped"
        found.append(Finding("edit-clipped", text, area.corners, clipped))
    if not (whole and deep):
        found.append(
            Finding("edit-reduced", "a colour profile by tables or for grey: the edit went through 8-bit sRGB")
        )
    return raster, tuple(found)


def _under_hair(levels: Levels, area: Box, layer: HairLayer, alpha: Alpha) -> Levels:
    """The levels of an area with the original's hair laid over them."""
    both = area.shared_with(layer.area)
    if both is None:
        return levels
    below = np.zeros((layer.area.height, layer.area.width, 3), np.float32)
    inside, outside = both.moved(-layer.area.x0, -layer.area.y0).slices, both.moved(-area.x0, -area.y0).slices
    below[inside] = levels[outside]
    result = levels.copy()
    result[outside] = layer.mixed(below, alpha)[inside]
    return result
