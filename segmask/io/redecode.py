"""What was written, decoded by another way than it was encoded: what both get wrong alike shows nowhere else.

=====  ==========================  =====================================
file   encoded by                  decoded by
=====  ==========================  =====================================
PNG    Pillow; 16-bit colour by    OpenCV; 16-bit colour by zlib and NumPy
       OpenCV
TIFF   tifffile                    libtiff, by way of Pillow
WebP   Pillow                      OpenCV
JPEG   Pillow, or coefficients     OpenCV
=====  ==========================  =====================================
"""

from __future__ import annotations

import sys
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError, OutputError
from segmask.io.decode import decoding
from segmask.io.orientation import upright
from segmask.io.picture import Raster
from segmask.io.png_chunks import chunks_of
from segmask.io.quiet import quiet_stderr

SUB = 1
"""The PNG filter of OpenCV's files: each byte less the same byte of the pixel before."""
DECODERS = {"PNG": "OpenCV", "TIFF": "libtiff", "WEBP": "OpenCV", "JPEG": "OpenCV"}


def decoded_again(data: bytes, file_format: str, channels: int, orientation: int = 1) -> tuple[Raster, str]:
    """The samples in a file's contents and who decoded them. Raises OutputError for contents that can't be decoded.

    Args:
        data: a file of our own.
        file_format: PNG, TIFF, WEBP or JPEG.
        channels: 1 to 4, of the raster that was encoded; a format that stores grey as colours gives 3 or 4.
        orientation: how its samples are stored, 1 to 8.
    """
    try:
        with decoding(file_format):
            if file_format == "PNG" and channels > 2 and data[24] == 16:
                found = _by_hand(data)
                if found is not None:
                    return found, "zlib"
            read = _by_libtiff(data) if file_format == "TIFF" else _by_opencv(data, channels, file_format)
            return upright(read, orientation), DECODERS[file_format]
    except InputError as error:
        raise OutputError(f"the file that was encoded can't be decoded again; nothing was written ({error})") from error


def _by_libtiff(data: bytes) -> NDArray[Any]:
    from segmask.io.tiff import read_tiff

    return read_tiff(data, "TIFF", sys.maxsize).samples


def _by_opencv(data: bytes, channels: int, file_format: str) -> NDArray[Any]:
    import cv2

    with quiet_stderr():
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if values is None:
        raise OutputError(f"{file_format}: the file that was encoded can't be decoded; nothing was written")
    values = values[..., None] if values.ndim == 2 else values
    if values.shape[2] > 2:
        values = values[..., [2, 1, 0, 3][: values.shape[2]]]
    if channels == 2 and values.shape[2] == 4 and file_format == "PNG":  # OpenCV has no grey with alpha
        values = values[..., [0, 3]]
    return np.ascontiguousarray(values)


def _by_hand(data: bytes) -> NDArray[np.uint16] | None:
    """16-bit colours of a PNG whose rows are all of one simple filter; None for others."""
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    channels = {2: 3, 6: 4}[data[25]]
    packed = b"".join(contents for kind, contents in chunks_of(data, "PNG") if kind == b"IDAT")
    rows = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + 2 * channels * width)
    if (rows[:, 0] != SUB).any():
        return None
    samples = np.cumsum(rows[:, 1:].reshape(height, width, 2 * channels), axis=1, dtype=np.uint8)
    return samples.view(">u2").astype(np.uint16)
