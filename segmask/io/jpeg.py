"""JPEG files: the picture alone for the decoder, and what lies around it (ITU-T T.81 annex B, Exif 2.32)."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from segmask.core.errors import InputError
from segmask.io import xmp
from segmask.io.cmyk import as_rgb
from segmask.io.decode import pillow
from segmask.io.iptc import records_in
from segmask.io.limits import MAX_BLOB, check_pixels, check_scans
from segmask.io.picture import StoredJpeg
from segmask.io.stored import Stored

SOI, EOI, SOS, COM = 0xD8, 0xD9, 0xDA, 0xFE
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
CORE = {0xC4, 0xCC, 0xDB, 0xDC, 0xDD, 0xEE, *FRAMES}
"""Markers that the decoder needs; 0xEE is Adobe's, which says how colours are coded."""
ALONE = {0x01, *range(0xD0, 0xD8)}
SCAN_END = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]", re.DOTALL)
ICC, XMP, EXTENDED_XMP = b"ICC_PROFILE\0", b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
ISO_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1\0"


@dataclass
class Parts:
    """A JPEG file taken apart."""

    core: list[bytes] = field(default_factory=lambda: [b"\xff\xd8"])
    """The picture alone: what the decoder gets."""
    app: list[tuple[int, bytes]] = field(default_factory=list)
    """Application segments and comments: marker and contents."""
    size_wh: tuple[int, int] | None = None
    precision: int = 8
    scans: int = 0
    rest: bytes = b""
    """What follows the picture."""


def taken_apart(data: bytes) -> Parts:
    """The segments of a JPEG file; junk between them is passed over, as decoders do."""
    parts, place = Parts(), 2
    while (start := data.find(b"\xff", place)) >= 0 and start + 1 < len(data):
        marker, place = data[start + 1], start + 2
        if marker == 0xFF:
            place = start + 1
        elif marker == EOI:
            parts.core.append(b"\xff\xd9")
            parts.rest = data[place:]
            break
        elif marker not in ALONE and marker not in (0x00, SOI):
            place = _segment(data, start, marker, parts)
    return parts


def _segment(data: bytes, start: int, marker: int, parts: Parts) -> int:
    """Sort one segment in; the place behind it, and behind its scan."""
    length = int.from_bytes(data[start + 2 : start + 4], "big")
    end = start + 2 + max(2, length)
    contents = data[start + 4 : end]
    if marker in FRAMES and parts.size_wh is None and len(contents) >= 6:
        parts.precision, height, width = struct.unpack_from(">BHH", contents)
        parts.size_wh = width, height
    if marker == SOS:
        parts.scans += 1
        found = SCAN_END.search(data, end)
        end = len(data) if found is None else found.start()
    if marker in CORE or marker == SOS:
        parts.core.append(data[start:end])
    elif marker == COM or 0xE0 <= marker <= 0xEF:
        parts.app.append((marker, contents))
    return end


def read_jpeg(data: bytes, name: str, max_pixels: int | None) -> Stored:
    """A JPEG's first picture. Raises InputError; the decoder may raise anything else for damaged ones."""
    parts = taken_apart(data)
    if parts.size_wh is None:
        raise InputError(f"{name}: damaged or cut short: a JPEG without a picture")
    if parts.precision != 8:
        raise InputError(f"{name}: a JPEG of {parts.precision} bits a channel can't be read; expected 8")
    if parts.size_wh[1]:
        check_pixels(parts.size_wh, len(data), name, max_pixels)
    check_scans(parts.scans, parts.size_wh[0] * parts.size_wh[1], name)
    picture = pillow("JPEG", b"".join(parts.core))
    picture.load()
    icc, notes = _profile(parts.app)
    if picture.mode == "CMYK":
        picture, note = as_rgb(picture, icc)
        icc, notes = None, [*notes, note]
    packet, more = _packet(parts.app)
    has_gain_map = _has_gain_map(parts.app, packet)
    return Stored(
        _samples(picture),
        icc=icc,
        exif=next((body for marker, body in parts.app if marker == 0xE1 and body[:6] == b"Exif\0\0"), None),
        xmp=packet,
        dpi=_density(parts.app),
        iptc=_iptc(parts.app),
        comment=b"\n".join(body for marker, body in parts.app if marker == COM) or None,
        jpeg=StoredJpeg(tuple(parts.core), _jfif(parts.app)),
        has_gain_map=has_gain_map,
        left_out=(*more, *_others(parts, has_gain_map)),
        notes=tuple(notes),
    )


def _samples(picture: Any) -> Any:
    values = np.array(picture if picture.mode in ("L", "RGB") else picture.convert("RGB"))
    return values[..., None] if values.ndim == 2 else values


def _profile(app: list[tuple[int, bytes]]) -> tuple[bytes | None, list[str]]:
    """The colour profile, put together from its numbered pieces."""
    pieces = [body[len(ICC) :] for marker, body in app if marker == 0xE2 and body.startswith(ICC)]
    pieces = [piece for piece in pieces if len(piece) > 2]
    if not pieces:
        return None, []
    ordered = sorted(pieces, key=lambda piece: piece[0])
    if [piece[0] for piece in ordered] != list(range(1, ordered[0][1] + 1)):
        return None, ["pieces of its colour profile are missing; read as sRGB"]
    whole = b"".join(piece[2:] for piece in ordered)
    return (whole, []) if len(whole) <= MAX_BLOB else (None, ["its colour profile is too large; read as sRGB"])


def _density(app: list[tuple[int, bytes]]) -> tuple[float, float] | None:
    for marker, body in app:
        if marker == 0xE0 and body[:5] == b"JFIF\0" and len(body) >= 12:
            unit, across, down = struct.unpack_from(">BHH", body, 7)
            scale = {1: 1.0, 2: 2.54}.get(unit)
            return (across * scale, down * scale) if scale and across and down else None
    return None


def _jfif(app: list[tuple[int, bytes]]) -> bytes:
    """The JFIF segment, without its thumbnail; empty where there is none."""
    found = next((body for marker, body in app if marker == 0xE0 and body[:5] == b"JFIF\0" and len(body) >= 14), None)
    return b"" if found is None else b"\xff\xe0\x00\x10" + found[:12] + bytes(2)


def _packet(app: list[tuple[int, bytes]]) -> tuple[bytes | None, tuple[str, ...]]:
    found = next((body[len(XMP) :] for marker, body in app if marker == 0xE1 and body.startswith(XMP)), None)
    extended = any(body.startswith(EXTENDED_XMP) for marker, body in app if marker == 0xE1)
    return found, (("the extended part of the XMP",) if extended else ())


def _iptc(app: list[tuple[int, bytes]]) -> bytes | None:
    whole = b"".join(body[14:] for marker, body in app if marker == 0xED and body[:14] == b"Photoshop 3.0\0")
    return records_in(whole)


def _has_gain_map(app: list[tuple[int, bytes]], packet: bytes | None) -> bool:
    if any(marker == 0xE2 and body.startswith(ISO_GAIN_MAP) for marker, body in app):
        return True
    text = None if packet is None else xmp.text_of(packet)
    return text is not None and xmp.announces_gain_map(text)


def _others(parts: Parts, has_gain_map: bool) -> list[str]:
    """What else is in the file and not written again."""
    found = []
    pictures = parts.rest.count(b"\xff\xd8\xff")
    if has_gain_map:
        found.append("the HDR gain map, which belongs to the original")
    elif pictures:
        found.append(f"{pictures} further picture{'s' if pictures > 1 else ''} in the file")
    if b"ftyp" in parts.rest[:4096]:
        found.append("the film of a motion photo")
    if any(marker == 0xEB and b"jumb" in body[:64] for marker, body in parts.app):
        found.append("the C2PA manifest, which vouches for the original alone")
    return found
