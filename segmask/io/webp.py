"""WebP files: their size before decoding, and the picture (RFC 9649)."""

from __future__ import annotations

import struct

import numpy as np

from segmask.core.errors import InputError
from segmask.io.decode import pillow
from segmask.io.limits import check_pixels
from segmask.io.stored import Stored


def declared_size(data: bytes) -> tuple[int, int] | None:
    """Width and height that a WebP file's first chunk declares; None if it is no such chunk.

    >>> declared_size(b"no WebP") is None
    True
    """
    kind, body = data[12:16], data[20:30]
    if kind == b"VP8X" and len(body) == 10:
        return int.from_bytes(body[4:7], "little") + 1, int.from_bytes(body[7:10], "little") + 1
    if kind == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:
        packed = int.from_bytes(body[1:5], "little")
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    return None


def read_webp(data: bytes, name: str, max_pixels: int | None) -> Stored:
    """A WebP's picture, the first one of an animation. Raises InputError."""
    size = declared_size(data)
    if size is None:
        raise InputError(f"{name}: damaged or cut short: a WebP without a picture")
    check_pixels(size, len(data), name, max_pixels)
    picture = pillow("WEBP", data)
    picture.load()
    frames = getattr(picture, "n_frames", 1)
    info = picture.info
    return Stored(
        np.array(picture if picture.mode in ("RGB", "RGBA") else picture.convert("RGB")),
        icc=info.get("icc_profile"),
        exif=info.get("exif"),
        xmp=info.get("xmp"),
        notes=(f"{frames} frames: the first one was used",) if frames > 1 else (),
    )
