"""PNG: samples by Pillow or OpenCV, everything else as chunks of our own."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.io.exif import PREFIX
from segmask.io.picture import Metadata, Raster
from segmask.io.png_chunks import (
    Chunk,
    chunk,
    chunks_of,
    header,
    made,
    profile_chunk,
    resolution_chunk,
    text_chunk,
)
from segmask.io.png_colour import profile_from

COMPRESSION = 3
"""Of 9. By OpenCV's encoder a photo takes half the time of Pillow's level 4 and no more bytes; level 1 takes a quarter
less time and 3 to 6 % more bytes, level 6 three times the time for 5 % fewer (benchmarks/RESULTS.md, PNG)."""
GRAY, GRAY_ALPHA = 0, 4
ORDER = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}
"""Channels as OpenCV wants them."""
HEADER_END = 8 + 25
"""Bytes of the signature and IHDR."""


def png_bytes(raster: Raster, metadata: Metadata, compression: int = COMPRESSION) -> tuple[bytes, list[str]]:
    """A PNG of uint8 or uint16 (H, W, 1..4), and what it could not hold; ``compression`` is the effort, 0 to 9.

    >>> data, notes = png_bytes(np.zeros((4, 4, 3), np.uint8), Metadata())
    >>> data[:4], notes
    (b'\x89PNG', [])
    """
    chunks, lost = _described(metadata)
    data = _deep(raster, compression) if raster.dtype == np.uint16 else _encoded(raster, compression)
    return data[:HEADER_END] + b"".join(chunk(*entry) for entry in chunks) + data[HEADER_END:], lost


def _described(metadata: Metadata) -> tuple[list[Chunk], list[str]]:
    """The chunks before the samples, and what none of them can hold."""
    chunks, lost = _colour(metadata), ["IPTC"] if metadata.iptc else []
    if metadata.dpi:
        chunks.append(resolution_chunk(metadata.dpi))
    if metadata.exif:
        chunks.append((b"eXIf", metadata.exif.removeprefix(PREFIX)))
    texts = list(metadata.text)
    if metadata.comment:
        texts.append(("Comment", metadata.comment.decode("utf-8", "replace")))
    if metadata.xmp:
        texts.append(("XML:com.adobe.xmp", metadata.xmp.decode("utf-8", "replace")))
    for key, value in texts:
        stored = text_chunk(key, value)
        if stored is None:
            lost.append(f"the text {key!r}")
        else:
            chunks.append(stored)
    return chunks, lost


def _colour(metadata: Metadata) -> list[Chunk]:
    """Colour as the original's chunks had it, or as a profile."""
    stored = [entry for entry in metadata.png_colour if metadata.icc is None or entry[0] != b"sRGB"]
    if metadata.icc is None or (stored and profile_from(metadata.png_colour)[0] == metadata.icc):
        return stored
    return [profile_chunk(metadata.icc), *stored]


def _encoded(values: NDArray[Any], compression: int) -> bytes:
    """A PNG of uint8 or uint16 (H, W, C), with 8 bits of any C, with 16 of 3 or 4."""
    if values.shape[2] == 2:
        return _by_pillow(values, compression)
    import cv2

    ordered = np.ascontiguousarray(values[..., ORDER[values.shape[2]]])
    how = [cv2.IMWRITE_PNG_COMPRESSION, compression, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_DEFAULT]
    return cv2.imencode(".png", ordered, how)[1].tobytes()


def _by_pillow(values: NDArray[Any], compression: int) -> bytes:
    """A PNG of uint8 (H, W, 2), which OpenCV does not write, or (H, W, 4)."""
    from PIL import Image as Pil

    buffer = io.BytesIO()
    picture: Any = Pil.fromarray(values)
    picture.save(buffer, "PNG", compress_level=compression)
    return buffer.getvalue()


def _deep(raster: NDArray[Any], compression: int) -> bytes:
    """16 bits a channel. Grey is packed like pairs of 8-bit samples, which Pillow does."""
    height, width, channels = raster.shape
    if channels > 2:
        return _encoded(raster, compression)
    pairs = raster.astype(">u2").view(np.uint8).reshape(height, width, 2 * channels)
    kind = GRAY if channels == 1 else GRAY_ALPHA
    kept = [entry for entry in chunks_of(_by_pillow(pairs, compression), "PNG") if entry[0] == b"IDAT"]
    return made([header(width, height, 16, kind), *kept])
