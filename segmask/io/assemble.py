"""A stored file made into a picture: upright, its metadata in agreement with the pixels, what is odd named."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from segmask.core.findings import Finding
from segmask.io import exif, icc, xmp
from segmask.io.colour import to_srgb
from segmask.io.limits import MAX_BLOB
from segmask.io.orientation import UPRIGHT, upright
from segmask.io.picture import Metadata, Picture
from segmask.io.png_colour import profile_from
from segmask.io.stored import Stored

MAX_DPI = 65535.0
"""What the formats can hold; scanners reach 12800."""


def picture_of(stored: Stored, path: Path | None) -> Picture:
    """The picture that a file shows."""
    found = None if stored.exif is None else exif.parse(stored.exif)
    packet = None if stored.xmp is None else xmp.text_of(stored.xmp)
    orientation = _orientation(stored, found, packet)
    raster = upright(stored.samples, orientation)
    size_wh = raster.shape[1], raster.shape[0]
    profile, notes = _profile(stored, raster.shape[2])
    left_out = [*stored.left_out]
    block = None
    if found is not None:
        kept = exif.of_the_photo(found, size_wh)
        block = exif.to_bytes(kept)
        left_out += exif.named(kept.odd)
        if found.has_thumbnail and stored.exif is not None and stored.exif[:6] == exif.PREFIX:
            left_out.append("the EXIF thumbnail, which shows the original")
    elif stored.exif is not None:
        left_out.append("EXIF, which is damaged")
    written, more = _packet(stored, packet, size_wh)
    dpi, odd = _resolution(stored.dpi or (None if found is None else found.dpi))
    metadata = Metadata(
        icc=profile,
        exif=block,
        xmp=written,
        dpi=dpi,
        text=stored.text,
        iptc=stored.iptc,
        comment=stored.comment,
        png_colour=stored.png_colour,
        left_out=(*left_out, *more, *odd),
    )
    image, note = to_srgb(raster, profile)
    notes = [*stored.notes, *notes, *([note] if note else [])]
    jpeg = None if stored.jpeg is None else replace(stored.jpeg, orientation=orientation)
    named = [note if path is None else f"{path.name}: {note}" for note in notes]
    return Picture(raster, image, metadata, tuple(Finding("read-as", note) for note in named), path, jpeg)


def _orientation(stored: Stored, found: exif.Exif | None, packet: str | None) -> int:
    """How the samples are stored: EXIF says so, and XMP where EXIF doesn't."""
    if stored.orientation is not None:
        return stored.orientation
    if found is not None and found.orientation is not None:
        return found.orientation
    return (None if packet is None else xmp.orientation_of(packet)) or UPRIGHT


def _profile(stored: Stored, channels: int) -> tuple[bytes | None, list[str]]:
    """The profile that holds for the samples; what is wrong with the one that was stored."""
    meant, note = profile_from(stored.png_colour)
    notes = [note] if note else []
    if meant is not None and channels < 3:
        meant, notes = None, [*notes, "its gamma can't be used for grey pixels; read as sRGB"]
    coded = any(kind == b"cICP" for kind, _ in stored.png_colour)
    if stored.icc is None or coded:
        return meant, notes
    fault = icc.fault(stored.icc, channels)
    if fault:
        return None, [*notes, f"its colour profile {fault}; read as sRGB"]
    return stored.icc, notes


def _packet(stored: Stored, packet: str | None, size_wh: tuple[int, int]) -> tuple[bytes | None, tuple[str, ...]]:
    """The XMP that may be written, and what of it may not."""
    if stored.xmp is None:
        return None, ()
    if packet is None or len(packet) > MAX_BLOB:
        return None, ("XMP, which is damaged",)
    text, left_out = xmp.agreeing(packet, size_wh)
    return (None, ("XMP, which is damaged",)) if text is None else (text.encode(), left_out)


def _resolution(dpi: tuple[float, float] | None) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    if dpi is None:
        return None, ()
    if not all(math.isfinite(value) and 0 < value <= MAX_DPI for value in dpi):
        return None, (f"a resolution of {dpi[0]:.6g}x{dpi[1]:.6g} dpi",)
    return dpi, ()
