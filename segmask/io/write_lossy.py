"""JPEG and WebP by Pillow, with the metadata that they have room for."""

from __future__ import annotations

import io
import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.io import exif
from segmask.io.iptc import resource_of
from segmask.io.picture import Metadata
from segmask.io.png_colour import without_a_profile

JPEG_QUALITY = 95  # with 4:4:4 chroma; visually lossless, and still said to be lossy
SEGMENT = 65533
"""Bytes that a JPEG segment holds."""
ICC_LIMIT = 255 * (SEGMENT - 14)
XMP_HEAD = 29
APP13 = 0xED


def jpeg_bytes(raster: NDArray[np.uint8], metadata: Metadata) -> tuple[bytes, list[str]]:
    """A JPEG of uint8 (H, W, 1 or 3), and what it could not hold besides.

    >>> data, notes = jpeg_bytes(np.zeros((4, 4, 3), np.uint8), Metadata())
    >>> data[:2]
    b'\xff\xd8'
    """
    lost = without_a_profile(metadata)
    rooms = {
        "EXIF": (metadata.exif, SEGMENT),
        "XMP": (metadata.xmp, SEGMENT - XMP_HEAD),
        "the comment": (metadata.comment, SEGMENT),
        "IPTC": (metadata.iptc, SEGMENT - 30),
        "the colour profile": (metadata.icc, ICC_LIMIT),
    }
    lost += [
        f"{name} ({len(data)} bytes; JPEG has room for {room})"
        for name, (data, room) in rooms.items()
        if data and len(data) > room
    ]
    fitting = {name: data if data and len(data) <= room else None for name, (data, room) in rooms.items()}
    options = {
        "quality": JPEG_QUALITY,
        "subsampling": 0,
        "icc_profile": fitting["the colour profile"],
        "exif": fitting["EXIF"],
        "xmp": fitting["XMP"],
        "comment": fitting["the comment"],
        "dpi": metadata.dpi,
    }
    if fitting["IPTC"]:
        body = b"Photoshop 3.0\0" + resource_of(fitting["IPTC"])
        options["extra"] = b"\xff" + bytes([APP13]) + struct.pack(">H", len(body) + 2) + body
    return _saved(raster, "JPEG", options), lost + (["text"] if metadata.text else [])


def webp_bytes(raster: NDArray[np.uint8], metadata: Metadata) -> tuple[bytes, list[str]]:
    """A lossless WebP of uint8 (H, W, 1..4), and what it could not hold. Its resolution goes into EXIF.

    >>> data, notes = webp_bytes(np.zeros((4, 4, 3), np.uint8), Metadata())
    >>> data[:4]
    b'RIFF'
    """
    lost = without_a_profile(metadata)
    for name, data in (("text", metadata.text), ("IPTC", metadata.iptc), ("the comment", metadata.comment)):
        lost += [name] if data else []
    icc = metadata.icc
    if icc and raster.shape[2] < 3:  # WebP stores grey as RGB
        icc = None
        lost.append("the grey colour profile")
    found = exif.parse(metadata.exif) if metadata.exif else exif.Exif("<")
    block = metadata.exif if found is None else exif.to_bytes(exif.with_resolution(found, metadata.dpi))
    options = {"lossless": True, "exact": True, "quality": 60, "method": 2}
    return _saved(raster, "WEBP", options | {"icc_profile": icc, "exif": block, "xmp": metadata.xmp}), lost


def _saved(raster: NDArray[np.uint8], file_format: str, options: dict[str, Any]) -> bytes:
    from PIL import Image as Pil

    buffer = io.BytesIO()
    picture = Pil.fromarray(raster[..., 0] if raster.shape[2] == 1 else raster)
    picture.save(buffer, file_format, **{key: value for key, value in options.items() if value is not None})
    return buffer.getvalue()
