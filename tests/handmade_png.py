"""PNG files that no encoder at hand makes: byte by byte."""

from __future__ import annotations

import struct
import zlib

import numpy as np

ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
"""Passes: first row and column, and steps down and across (PNG specification, 8.2)."""


def with_chunks(data: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with chunks put behind its header."""
    made = b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    return data[:33] + made + data[33:]


def handmade_png(values: np.ndarray, *, interlaced: bool = False) -> bytes:
    """A PNG of uint8 or uint16 (H, W, 1..4), unfiltered; interlaced by Adam7."""
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    rows = b""
    for y, x, down, across in passes:
        part = values[y::down, x::across]
        rows += b"".join(b"\0" + row.astype(values.dtype.newbyteorder(">")).tobytes() for row in part if row.size)
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[values.shape[2]]
    head = struct.pack(">IIBBBBB", values.shape[1], values.shape[0], 8 * values.itemsize, kind, 0, 0, interlaced)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + with_chunks(b"\0" * 33, *chunks)[33:]
