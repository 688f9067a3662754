"""The composite in the original's own samples, held to its promise, and the trimap of an alpha."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.core.colour import over_channels
from segmask.core.errors import SegmaskError
from segmask.core.types import Alpha, Box, Image

Raster = NDArray[np.uint8] | NDArray[np.uint16]


def composite(original: Raster, edited: Raster, alpha: Alpha) -> Raster:
    """original * (1 - alpha) + edited * alpha, rounded; bit for bit the original where alpha is 0.

    Args:
        original: uint8 or uint16 (H, W, C).
        edited: the same dtype, (H, W, C') with C' the number of colour channels of the original (1 or 3). An alpha
            channel of the original stays as it is, but where it is 0 the edit shows as far as ``alpha`` says.
        alpha: float32 (H, W), multiples of 1/255.

    >>> original, edited = np.full((1, 3, 3), 100, np.uint8), np.full((1, 3, 3), 200, np.uint8)
    >>> composite(original, edited, np.array([[0, 51 / 255, 1]], np.float32))[0, :, 0].tolist()
    [100, 120, 200]
    """
    result = original.copy()
    box = Box.around(alpha)
    if box is None:
        return result
    for strip in box.strips():
        area = strip.slices
        result[area] = _mixed(original[area], edited[area], alpha[area])
    return result


def _mixed(original: Raster, edited: Raster, alpha: Alpha) -> Raster:
    """The same for a strip."""
    import cv2

    levels, colours = np.rint(alpha * 255).astype(np.uint8), edited.shape[2]
    if original.shape[2] > colours:
        return _mixed_clear(original, edited, levels)
    result = original.copy()
    cv2.copyTo(edited, (levels == 255).view(np.uint8), result)
    soft = np.nonzero((levels > 0) & (levels < 255))  # an edge: few of all pixels
    result[soft] = _weighed(original[soft], edited[soft], levels[soft][:, None])
    return result


def _weighed(below: Raster, above: Raster, levels: NDArray[np.uint8]) -> Raster:
    """The mean of two rasters, ``levels`` of 255 of it from ``above``, rounded."""
    wide = np.uint16 if below.dtype == np.uint8 else np.uint32  # 255 * 255 + 127 fits
    weight = levels.astype(wide)
    mixed: Any = (below.astype(wide) * (255 - weight) + above.astype(wide) * weight + 127) // 255
    return mixed.astype(below.dtype)


def _mixed_clear(original: Raster, edited: Raster, levels: NDArray[np.uint8]) -> Raster:
    """The same where the original has an alpha channel: of what can't be seen nothing shines through."""
    result, colours = original.copy(), edited.shape[2]
    clear = original[..., colours:] == 0
    top = np.full_like(original[..., colours:], np.iinfo(original.dtype).max)
    transparency = _weighed(np.zeros_like(top), top, levels[..., None])
    result[..., colours:] = np.where(clear, transparency, original[..., colours:])
    below = np.where(clear & (levels > 0)[..., None], edited, original[..., :colours])
    result[..., :colours] = _weighed(below, edited, levels[..., None])
    return result


def kept_composite(before: io.Picture, edited: Image, alpha: Alpha, colours: Raster | None = None) -> Raster:
    """The composite at the original's depth and in its profile, (H, W, C).

    Args:
        before: the original.
        edited: uint8 (H, W, 3): the edit on the original's grid.
        alpha: float32 (H, W), multiples of 1/255.
        colours: the edit in the original's own colours and depth, where it holds more than ``edited``.

    Raises SegmaskError if a pixel changed where alpha is 0: the promise is checked on every run.

    >>> before, edited = io.read_picture(np.full((2, 2, 3), 100, np.uint8)), np.full((2, 2, 3), 200, np.uint8)
    >>> kept_composite(before, edited, np.eye(2, dtype=np.float32))[..., 0].tolist()
    [[200, 100], [100, 200]]
    """
    raster = composite(before.raster, io.to_raster_colours(edited, before) if colours is None else colours, alpha)
    for strip in Box(0, 0, alpha.shape[1], alpha.shape[0]).strips():
        area = strip.slices
        if (over_channels(np.logical_or, raster[area] != before.raster[area]) & (alpha[area] == 0)).any():
            raise SegmaskError(
                "a pixel outside the mask differs from the original; nothing was written. Please report this"
            )
    return raster


def trimap_of(alpha: Alpha) -> NDArray[np.uint8]:
    """uint8 (H, W): 0 original, 255 edited, 128 the band in between.

    >>> trimap_of(np.array([[0, 0.5, 1]], np.float32)).tolist()
    [[0, 128, 255]]
    """
    trimap = np.full(alpha.shape, 128, np.uint8)
    trimap[alpha == 0] = 0
    trimap[alpha == 1] = 255
    return trimap
