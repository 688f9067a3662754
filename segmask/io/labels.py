"""Label maps: one class id a pixel, as stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.checks import describe
from segmask.core.errors import InputError
from segmask.core.types import LabelMap
from segmask.io.decode import decoding, kind_of, pillow, read_bytes
from segmask.io.limits import check_pixels
from segmask.io.png import Png
from segmask.io.read import as_array, contents_of, is_path, is_pil
from segmask.io.tiff import stored_indices


def read_labels(source: Any, name: str = "label map", *, max_pixels: int | None = None) -> LabelMap:
    """A label map: the palette indices or grey levels of a file or its bytes, or an integer array (H, W); uint8 (H, W).

    Raises InputError.
    """
    if is_path(source):
        values = _indices(read_bytes(Path(source)), str(source), max_pixels)
    elif (file := contents_of(source, name)) is not None:
        values = _indices(file.data, file.name, max_pixels)
    elif is_pil(source):
        raise InputError(f"{name}: a PIL image may have lost its class ids; hand in its path, or np.array(image)")
    else:
        values = as_array(source, name)
    if values.ndim != 2 or not np.issubdtype(values.dtype, np.integer):
        raise InputError(f"{name}: expected integers of shape (H, W), one class id a pixel; got {describe(values)}")
    if values.size and (values.min() < 0 or values.max() > 255):
        raise InputError(f"{name}: class ids must lie in 0..255; got {values.min()}..{values.max()}")
    return values.astype(np.uint8)


def _indices(data: bytes, name: str, max_pixels: int | None) -> NDArray[Any]:
    """What a file's bytes store for each pixel, not looked up and not spread."""
    kind = kind_of(data, name)
    with decoding(name):
        if kind == "PNG":
            return Png(data, name, max_pixels).indices()
        if kind == "TIFF":
            return stored_indices(data, name, max_pixels)
        picture = pillow(kind, data)
        check_pixels(picture.size, len(data), name, max_pixels)
        if picture.mode not in ("P", "L", "1"):
            raise InputError(f"{name}: expected a palette or grey picture of class ids; got mode {picture.mode}")
        return np.array(picture)
