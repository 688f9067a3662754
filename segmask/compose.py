"""The composite in the original's raster, held to its promise, and the trimap of an alpha."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.errors import SegmaskError
from segmask.fusion.composite import composite
from segmask.tone import OUTPUT_LIMIT, apply_tone
from segmask.types import Alpha, Box, Image, Mask, ToneMatch


def kept_composite(before: io.Picture, edited: Image, alpha: Alpha) -> io.Raster:
    """The composite at the original's depth and in its profile, (H, W, C).

    Args:
        before: the original.
        edited: uint8 (H, W, 3): the edit on the original's grid.
        alpha: float32 (H, W), multiples of 1/255.

    Raises SegmaskError if a pixel changed where alpha is 0: the promise is checked on every run.
    """
    raster = composite(before.raster, io.to_raster_colours(edited, before), alpha)
    outside = alpha == 0
    for ours, original in zip(np.moveaxis(raster, 2, 0), np.moveaxis(before.raster, 2, 0), strict=True):
        if ((ours != original) & outside).any():
            raise SegmaskError(
                "a pixel outside the mask differs from the original; nothing was written. Please report this"
            )
    return raster


def toned_where(taken: Mask, edited: Image, tone: ToneMatch, light: NDArray[np.float32]) -> Image:
    """The edit with its drift taken out around what is taken, uint8 (H, W, 3); the rest is nobody's to see.

    Args:
        taken: bool (H, W): pixels of the edit that show.
        edited: uint8 (H, W, 3): the edit on the original's grid.
        tone: gain and offset.
        light: float32 (h, w, 3): the light field.
    """
    rows, columns = np.nonzero(taken.any(1))[0], np.nonzero(taken.any(0))[0]
    if rows.size == 0:
        return edited
    area = Box(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    result = edited.copy()
    result[area.slices] = apply_tone(edited, tone, light, OUTPUT_LIMIT, area)
    return result


def trimap_of(alpha: Alpha) -> NDArray[np.uint8]:
    """uint8 (H, W): 0 original, 255 edited, 128 the band in between."""
    trimap = np.full(alpha.shape, 128, np.uint8)
    trimap[alpha == 0] = 0
    trimap[alpha == 1] = 255
    return trimap
