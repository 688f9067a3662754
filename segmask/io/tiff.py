"""TIFF and BigTIFF files: the first picture's samples by what its tags say, not by what a decoder makes of them."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.io import iptc
from segmask.io.decode import allocated, pillow
from segmask.io.exif_tags import EXIF_POINTER, GPS_POINTER
from segmask.io.limits import MAX_BLOB, check_pixels
from segmask.io.other_formats import plain
from segmask.io.quiet import quiet_stderr
from segmask.io.stored import Stored
from segmask.io.tiff_segments import decoded

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, STENCIL, CMYK = 0, 1, 2, 3, 4, 5
CFA, LINEAR_RAW = 32803, 34892
COLOURS = {WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, STENCIL: 1, RGB: 3, PALETTE: 1, CMYK: 4}
ASSOCIATED, UNASSOCIATED = 1, 2
PICTURE_CODECS = {2, 3, 4, 6, 7, 32771, 34712, 34887, 50001, 50002}
"""Compressions that know what a picture is (fax, JPEG, JPEG 2000, WebP): their pictures are decoded as a whole."""
MAX_SAMPLES = 16
"""Channels of a pixel: colours, and what people save besides."""
MAX_PAGES = 1000
DNG_VERSION = 50706
PRIVATE_TAG = 65100


def read_tiff(data: bytes, name: str, max_pixels: int | None) -> Stored:
    """The first picture of a TIFF file. Raises InputError; damaged ones may raise anything else."""
    import tifffile

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages[0]
        if not isinstance(page, tifffile.TiffPage):
            raise InputError(f"{name}: damaged: a TIFF without a picture")
        check_pixels((page.imagewidth, page.imagelength), len(data), name, max_pixels)
        _check_kind(page, name)
        if int(page.compression) in PICTURE_CODECS or int(page.photometric) not in COLOURS:
            found = _by_pillow(page, data, name)
        else:
            found = _samples(page, data, name)
        pages = _count(data)
        notes = [*found.notes] + ([f"{pages} frames: the first one was used"] if pages > 1 else [])
        icc = _blob(page, 34675)
        if int(page.photometric) == CMYK:
            icc = None
        return Stored(
            found.samples,
            icc=icc,
            exif=data,
            xmp=_blob(page, 700),
            iptc=_iptc(page),
            notes=tuple(notes),
        )


def stored_indices(data: bytes, name: str, max_pixels: int | None) -> NDArray[Any]:
    """Palette indices or grey samples as stored, (H, W). InputError for colours."""
    import tifffile

    with tifffile.TiffFile(io.BytesIO(data)) as file:
        page = file.pages[0]
        assert isinstance(page, tifffile.TiffPage)
        check_pixels((page.imagewidth, page.imagelength), len(data), name, max_pixels)
        _check_kind(page, name)
        single = page.samplesperpixel == 1 and int(page.photometric) in (WHITE_IS_ZERO, BLACK_IS_ZERO, PALETTE)
        if not single or int(page.compression) in PICTURE_CODECS:
            raise InputError(f"{name}: expected a palette or grey picture of class ids; got one with colours")
        return decoded(page, data, name)[..., 0]


def _check_kind(page: Any, name: str) -> None:
    """InputError, by what they are, for samples that no output could hold."""
    kind, bits = int(page.sampleformat), page.bitspersample
    if DNG_VERSION in page.tags or int(page.photometric) in (CFA, LINEAR_RAW):
        raise InputError(f"{name}: camera raw can't be read; develop it to TIFF first")
    if kind == 3:
        raise InputError(f"{name}: {bits}-bit floating-point samples; expected 8 or 16 bits a channel")
    if kind not in (1, 4):
        raise InputError(f"{name}: signed or complex samples; expected unsigned 8 or 16 bits a channel")
    if bits not in (1, 2, 4, 8, 16):
        raise InputError(f"{name}: samples of {bits} bits; expected 8 or 16 bits a channel")
    if page.samplesperpixel > MAX_SAMPLES:
        raise InputError(f"{name}: {page.samplesperpixel} channels; expected a picture of at most {MAX_SAMPLES}")
    if page.imagedepth != 1:
        raise InputError(f"{name}: a volume of {page.imagedepth} layers; expected a picture")


def _samples(page: Any, data: bytes, name: str) -> Stored:
    """The samples as grey, grey + alpha, RGB or RGBA, and what had to be done for it."""
    photometric, notes = int(page.photometric), []
    if page.samplesperpixel < COLOURS[photometric]:
        raise InputError(f"{name}: damaged: {page.samplesperpixel} channels are too few for its colours")
    values = _eight_or_sixteen(decoded(page, data, name), page.bitspersample, photometric)
    colours, extra = values[..., : COLOURS[photometric]], values[..., COLOURS[photometric] :]
    if page.bitspersample < 8 and photometric != PALETTE:
        notes.append(f"{page.bitspersample}-bit picture read as grey")
    if photometric == WHITE_IS_ZERO:
        colours = np.iinfo(colours.dtype).max - colours
        notes.append("its samples count from white; turned round")
    elif photometric == PALETTE:
        colours = _looked_up(page, colours, name)
        notes.append("palette picture read as RGB")
    elif photometric == CMYK:
        colours, note = _from_cmyk(colours, page)
        notes.append(note)
    kinds = [int(kind) for kind in page.extrasamples][: extra.shape[2]]
    kinds += [0] * (extra.shape[2] - len(kinds))
    which = next((index for index, kind in enumerate(kinds) if kind in (ASSOCIATED, UNASSOCIATED)), None)
    unused = len(kinds) - (which is not None)
    if unused:
        channels = "an extra channel" if unused == 1 else f"{unused} extra channels"
        notes.append(f"{channels} (saved selections, say) left out: not marked as transparency")
    if which is None:
        return Stored(np.ascontiguousarray(colours), notes=tuple(notes))
    alpha = _like(extra[..., which : which + 1], colours)
    if kinds[which] == ASSOCIATED:
        colours = unmultiplied(colours, alpha)
        notes.append("its colours are multiplied by their alpha; divided by it")
    return Stored(np.concatenate([colours, alpha], axis=2), notes=tuple(notes))


def _like(alpha: NDArray[Any], colours: NDArray[Any]) -> NDArray[Any]:
    """An alpha of the depth of its colours: those of palettes and of CMYK have become 8-bit."""
    return alpha if alpha.dtype == colours.dtype else ((alpha.astype(np.uint32) + 128) // 257).astype(np.uint8)


def unmultiplied(colours: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """Associated colours (H, W, C) as straight ones, rounded; 0 where the alpha (H, W, 1) is 0.

    >>> unmultiplied(np.array([[[64]]], np.uint8), np.array([[[128]]], np.uint8)).tolist()
    [[[128]]]
    """
    top = int(np.iinfo(colours.dtype).max)
    weight = np.maximum(alpha, 1).astype(np.uint64)
    straight = (colours.astype(np.uint64) * top + weight // 2) // weight
    return np.where(alpha == 0, 0, np.minimum(straight, top)).astype(colours.dtype)


def _eight_or_sixteen(values: NDArray[Any], bits: int, photometric: int) -> NDArray[Any]:
    """Samples of fewer bits spread over 8; palette indices as they are."""
    if bits >= 8 or photometric == PALETTE:
        return values.astype(np.uint16 if bits == 16 else np.uint8, copy=False)
    return values.astype(np.uint8) * np.uint8(255 // (2**bits - 1))


def _looked_up(page: Any, indices: NDArray[Any], name: str) -> NDArray[np.uint8]:
    """Palette colours, 16-bit in the file, as 8-bit: the high byte, by which all writers make them."""
    palette = page.colormap
    if palette is None or indices.max(initial=0) >= palette.shape[1]:
        raise InputError(f"{name}: damaged: its palette lacks colours that its pixels use")
    table = np.asarray(palette)
    table = (table >> 8 if table.max(initial=0) > 255 else table).astype(np.uint8)
    return np.moveaxis(table[:, indices[..., 0]], 0, 2)


def _from_cmyk(values: NDArray[Any], page: Any) -> tuple[NDArray[np.uint8], str]:
    from PIL import Image as Pil

    from segmask.io.cmyk import as_rgb

    deep = values.dtype == np.uint16
    eight = ((values.astype(np.uint32) + 128) // 257).astype(np.uint8) if deep else values.astype(np.uint8)
    picture, note = as_rgb(Pil.fromarray(np.ascontiguousarray(eight), "CMYK"), _blob(page, 34675))
    return np.array(picture), note + (", 16 bits a channel read as 8" if deep else "")


def _by_pillow(page: Any, data: bytes, name: str) -> Stored:
    """A picture whose compression or colours only libtiff knows, in stored orientation."""
    if page.bitspersample > 8:
        raise InputError(f"{name}: {page.bitspersample}-bit samples of kind {page.photometric.name} can't be read")
    with quiet_stderr():
        picture = allocated(pillow("TIFF", _without_metadata(page, data)))
        picture.load()
    return plain(picture, name)


def _without_metadata(page: Any, data: bytes) -> bytes:
    """The file with its orientation reset and its metadata out of sight: Pillow would turn it and stumble over them."""
    patched = bytearray(data)
    order = "little" if data[:2] == b"II" else "big"
    for number, code in enumerate((330, 700, EXIF_POINTER, GPS_POINTER, 33723, 34377)):
        if (tag := page.tags.get(code)) is not None:
            patched[tag.offset : tag.offset + 2] = (PRIVATE_TAG + number).to_bytes(2, order)  # type: ignore[arg-type]
    if (tag := page.tags.get(274)) is not None and tag.count == 1 and tag.dtype == 3:
        patched[tag.valueoffset : tag.valueoffset + 2] = (1).to_bytes(2, order)  # type: ignore[arg-type]
    return bytes(patched)


def _blob(page: Any, tag: int) -> bytes | None:
    found = page.tags.get(tag)
    value = None if found is None or found.count > MAX_BLOB else found.value
    return value if isinstance(value, bytes) and value else None


def _iptc(page: Any) -> bytes | None:
    direct, resources = _blob(page, 33723), _blob(page, 34377)
    return direct or (None if resources is None else iptc.records_in(resources))


def _count(data: bytes) -> int:
    """How many pictures follow each other in the file, up to ``MAX_PAGES``."""
    order = "little" if data[:2] == b"II" else "big"
    big = data[2:4] in (b"+\0", b"\0+")
    word, entry, head = (8, 20, 8) if big else (4, 12, 2)
    place, seen = int.from_bytes(data[word : 2 * word], order), set()  # type: ignore[arg-type]
    while place and place + head <= len(data) and place not in seen and len(seen) < MAX_PAGES:
        seen.add(place)
        entries = int.from_bytes(data[place : place + head], order)  # type: ignore[arg-type]
        end = place + head + entries * entry
        place = int.from_bytes(data[end : end + word], order)  # type: ignore[arg-type]
    return len(seen)
