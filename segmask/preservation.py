"""The proof that a composite keeps its original: read again and compared, when it is written and at any time later."""

from __future__ import annotations

import numpy as np

from segmask import io
from segmask.core.errors import InputError, OutputError
from segmask.core.types import Alpha, Mask
from segmask.inputs import read_checked
from segmask.io import Source
from segmask.report import PreservedReport

ROWS = 512
"""Compared at a time."""


def verify(original: Source, result: Source, mask: Source, *, max_pixels: int | None = None) -> PreservedReport:
    """Compare a composite with its original wherever the mask is 0.

    Args:
        original: path, PIL image or array uint8/uint16 (H, W, 1..4).
        result: the composite, of the original's size.
        mask: what came from the edit, of the original's size: 0 is original. Read as all masks are.
        max_pixels: as in ``Options``.

    Raises InputError for pictures that can't be read or differ in size.

    >>> photo = np.full((16, 16, 3), 90, np.uint8)
    >>> mask = np.zeros((16, 16), np.uint8)
    >>> mask[4:8, 4:8] = 255
    >>> changed = photo.copy()
    >>> changed[4:8, 4:8] = 200
    >>> found = verify(photo, changed, mask)
    >>> found.pixels, found.differing, found.is_kept
    (240, 0, True)
    """
    before, after = (
        read_checked(source, name, max_pixels) for source, name in ((original, "original"), (result, "result"))
    )
    levels = io.read_mask(mask, "mask", max_pixels=max_pixels).levels
    for name, size_hw in (("result", after.size_hw), ("mask", levels.shape)):
        if size_hw != before.size_hw:
            had = f"{size_hw[1]}x{size_hw[0]}"
            expected = f"{before.size_hw[1]}x{before.size_hw[0]}"
            raise InputError(f"{name}: expected the original's size, {expected}; got {had}")
    same = io.same_colours(before.metadata, after.metadata)
    return _compared(before.raster, after.raster, levels == 0, "the reader", same)


def proved(encoded: io.Encoded, original: io.Picture, raster: io.Raster, alpha: Alpha) -> PreservedReport:
    """Decode what is about to be written by another way than it was encoded, and compare it with the original.

    Args:
        encoded: the composite.
        original: the picture.
        raster: the composite's samples as they were encoded, (H, W, C).
        alpha: float32 (H, W): where it is 0, the original must be found.

    Raises OutputError where a lossless format gives other samples than were meant.
    """
    file_format = encoded.file_format
    again, decoder = io.decoded_again(encoded.data, file_format, raster.shape[2], encoded.orientation)
    found = _compared(original.raster, again, alpha == 0, decoder, True)
    exact = file_format in ("PNG", "TIFF") or (file_format == "WEBP" and raster.dtype == np.uint8)
    if exact and (found.differing or _compared(raster, again, np.ones(alpha.shape, bool), decoder, True).differing):
        raise OutputError(
            f"{file_format}: decoded again, the file differs from what was encoded; nothing was written. "
            "Please report this, with the original"
        )
    return found


def _compared(
    original: io.Raster, result: io.Raster, outside: Mask, decoder: str, same_colours: bool
) -> PreservedReport:
    if original.shape[:2] != result.shape[:2]:
        raise OutputError(
            f"decoded again, the file has {result.shape[1]}x{result.shape[0]} pixels; nothing was written"
        )
    differing, largest, total, levels = 0, 0.0, 0.0, 1.0
    for top in range(0, outside.shape[0], ROWS):
        rows = slice(top, top + ROWS)
        one, other = io.alike(original[rows], result[rows])
        levels = 257.0 if one.dtype == np.uint16 else 1.0
        apart = np.abs(one.astype(np.int32) - other).max(2)[outside[rows]]
        differing += int(np.count_nonzero(apart))
        largest = max(largest, float(apart.max(initial=0)) / levels)
        total += float(apart.sum(dtype=np.float64)) / levels
    pixels = int(np.count_nonzero(outside))
    reduced = original.dtype != result.dtype
    return PreservedReport(
        pixels, differing, round(largest, 4), round(total / max(1, pixels), 6), reduced, same_colours, decoder
    )
