"""JPEG and WebP by Pillow, with the metadata that they have room for."""

from __future__ import annotations

import io
import struct
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.io import exif, xmp
from segmask.io.iptc import resource_of
from segmask.io.orientation import UPRIGHT
from segmask.io.picture import Metadata, StoredJpeg
from segmask.io.png_colour import without_a_profile

JPEG_QUALITY = 95  # with 4:4:4 chroma; visually lossless, and still said to be lossy
SEGMENT = 65533
"""Bytes that a JPEG segment holds."""
ICC_LIMIT = 255 * (SEGMENT - 14)
ICC_START, XMP_START = b"ICC_PROFILE\0", b"http://ns.adobe.com/xap/1.0/\0"
XMP_HEAD = len(XMP_START)
APP13 = 0xED


def jpeg_bytes(raster: NDArray[np.uint8], metadata: Metadata) -> tuple[bytes, list[str]]:
    """A JPEG of uint8 (H, W, 1 or 3), and what it could not hold besides.

    >>> data, notes = jpeg_bytes(np.zeros((4, 4, 3), np.uint8), Metadata())
    >>> data[:2]
    b'\\xff\\xd8'
    """
    fitting, lost = _fitting(metadata)
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
        options["extra"] = _segment(APP13, b"Photoshop 3.0\0" + resource_of(fitting["IPTC"]))
    return _saved(raster, "JPEG", options), lost


def _fitting(metadata: Metadata) -> tuple[dict[str, bytes | None], list[str]]:
    """What of the metadata there is room for in JPEG segments, and what there is not."""
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
    lost += ["text"] if metadata.text else []
    return {name: data if data and len(data) <= room else None for name, (data, room) in rooms.items()}, lost


def jpeg_segments(metadata: Metadata, file: StoredJpeg, size_wh: tuple[int, int]) -> tuple[bytes, list[str]]:
    """The metadata of a JPEG that keeps its original's blocks, as segments, and what there is no room for.

    Args:
        metadata: of the upright picture.
        file: the original; EXIF and XMP say how its samples are stored.
        size_wh: width and height as stored.
    """
    if file.orientation != UPRIGHT:
        found = (None if metadata.exif is None else exif.parse(metadata.exif)) or exif.Exif("<")
        text = None if metadata.xmp is None else xmp.agreeing(metadata.xmp.decode(), size_wh, file.orientation)[0]
        metadata = replace(
            metadata,
            exif=exif.to_bytes(exif.as_stored(found, file.orientation, size_wh)),
            xmp=None if text is None else text.encode(),
        )
    fitting, lost = _fitting(metadata)
    parts = [file.density] if file.density else []
    for name, marker, head in (("EXIF", 0xE1, b""), ("XMP", 0xE1, XMP_START)):
        if data := fitting[name]:
            parts.append(_segment(marker, head + data))
    if icc := fitting["the colour profile"]:
        pieces = [icc[at : at + SEGMENT - 14] for at in range(0, len(icc), SEGMENT - 14)]
        parts += [
            _segment(0xE2, ICC_START + bytes([number, len(pieces)]) + piece)
            for number, piece in enumerate(pieces, start=1)
        ]
    if fitting["IPTC"]:
        parts.append(_segment(APP13, b"Photoshop 3.0\0" + resource_of(fitting["IPTC"])))
    if fitting["the comment"]:
        parts.append(_segment(0xFE, fitting["the comment"]))
    return b"".join(parts), lost


def _segment(marker: int, body: bytes) -> bytes:
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


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
