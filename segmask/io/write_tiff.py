"""TIFF by tifffile: any depth, packed without loss, with its profile, XMP, IPTC and the directories of EXIF."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence
from typing import Any

from segmask.io import exif
from segmask.io.picture import Metadata, Raster
from segmask.io.png_colour import without_a_profile

CLASSIC_LIMIT = 4_000_000_000
"""Bytes: above, a TIFF needs 64-bit offsets."""
XMP, IPTC = 700, 33723
Tag = tuple[int, int, int, Any, bool]
"""As tifffile takes them: code, type, count, value, whether for the first page alone."""


def tiff_bytes(raster: Raster, metadata: Metadata, more: Sequence[Tag] = ()) -> tuple[bytes, list[str]]:
    """A TIFF of uint8 or uint16 (H, W, 1..4) with further tags, and what it could not hold.

    >>> import numpy as np
    >>> data, notes = tiff_bytes(np.zeros((4, 4, 3), np.uint8), Metadata())
    >>> data[:2], notes
    (b'II', [])
    """
    import tifffile

    big = raster.nbytes > CLASSIC_LIMIT
    found = exif.parse(metadata.exif) if metadata.exif else None
    lost = without_a_profile(metadata)
    lost += [name for name, data in (("text", metadata.text), ("the comment", metadata.comment)) if data]
    if found is not None and big:
        found = None
        lost.append("EXIF, in a file of over 4 GB")
    channels = raster.shape[2]
    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        raster[..., 0] if channels == 1 else raster,
        bigtiff=big,
        byteorder="<" if found is None else found.order,  # type: ignore[arg-type]
        photometric="minisblack" if channels < 3 else "rgb",
        extrasamples=["unassalpha"] if channels in (2, 4) else None,
        planarconfig=None if channels == 1 else "contig",
        compression="zlib",
        iccprofile=metadata.icc,
        metadata=None,
        software=False,
        resolution=metadata.dpi,
        resolutionunit="INCH" if metadata.dpi else None,
        extratags=[*_tags(metadata), *more],
    )
    return (buffer.getvalue() if found is None else _with_directories(buffer.getvalue(), found)), lost


def _tags(metadata: Metadata) -> list[Tag]:
    """What tifffile is to write besides."""
    tags: list[Tag] = []
    for code, data, kind in ((XMP, metadata.xmp, exif.BYTE), (IPTC, metadata.iptc, exif.UNDEFINED)):
        if data:
            tags.append((code, kind, len(data), data, True))
    return tags


def _with_directories(data: bytes, found: exif.Exif) -> bytes:
    """The file with a main directory of its own tags and EXIF's, and the directories that those point at, behind it."""
    order = found.order
    written = exif.parse(data)
    assert written is not None
    main = {**{tag: entry for tag, entry in found.main.items() if tag not in written.main}, **written.main}
    padded = data + bytes(len(data) % 2)
    whole = exif.chained(exif.Exif(order, main, found.exif, found.gps, found.interop), len(padded))
    return padded[:4] + struct.pack(order + "I", len(padded)) + padded[8:] + whole
