"""The composite, in the original's own samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.types import Alpha

Raster = NDArray[np.uint8] | NDArray[np.uint16]


def composite(original: Raster, edited: Raster, alpha: Alpha) -> Raster:
    """original * (1 - alpha) + edited * alpha, rounded; bit for bit the original where alpha is 0.

    Args:
        original: uint8 or uint16 (H, W, C).
        edited: the same dtype, (H, W, C') with C' the number of colour channels of the original (1 or 3). An alpha
            channel of the original stays as it is, but where it is 0 the edit shows as far as ``alpha`` says.
        alpha: float32 (H, W), multiples of 1/255.
    """
    result = original.copy()
    rows, columns = np.nonzero(alpha.any(1))[0], np.nonzero(alpha.any(0))[0]
    if rows.size == 0:
        return result
    area = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    wide = np.uint16 if original.dtype == np.uint8 else np.uint32  # 255 * 255 + 127 fits
    weight = np.rint(alpha[area] * 255).astype(wide)[..., None]
    colours = edited.shape[2]
    below, above = original[area][..., :colours].astype(wide), edited[area].astype(wide)
    if original.shape[2] > colours:
        clear = original[area][..., colours:] == 0
        top = wide(np.iinfo(original.dtype).max)
        transparency = np.where(clear, (weight * top + 127) // 255, original[area][..., colours:])
        result[area][..., colours:] = transparency.astype(original.dtype)
        below = np.where(clear & (weight > 0), above, below)  # nothing of what can't be seen shines through
    mixed = (below * (255 - weight) + above * weight + 127) // 255
    result[area][..., :colours] = mixed.astype(original.dtype)
    return result
