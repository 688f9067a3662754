"""PNG files: every depth and kind of samples as stored, and what lies around them."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.io.decode import pillow
from segmask.io.limits import MAX_BLOB, check_pixels
from segmask.io.png_chunks import (
    COLOUR_CHUNKS,
    METRES_AN_INCH,
    Chunk,
    chunks_of,
    header,
    holds,
    inflated,
    made,
    packed_size,
)
from segmask.io.quiet import quiet_stderr
from segmask.io.stored import Stored

GRAY, RGB, PALETTE, GRAY_ALPHA, RGBA = 0, 2, 3, 4, 6
DEPTHS = {GRAY: (1, 2, 4, 8, 16), RGB: (8, 16), PALETTE: (1, 2, 4, 8), GRAY_ALPHA: (8, 16), RGBA: (8, 16)}
CHANNELS = {GRAY: 1, RGB: 3, PALETTE: 1, GRAY_ALPHA: 2, RGBA: 4}
TEXT_LIMIT = 1 << 20
"""Bytes of one text, unpacked."""
XMP_KEY = "XML:com.adobe.xmp"
RAW_PROFILE = "Raw profile type "
RAW_EXIF = (RAW_PROFILE + "exif", RAW_PROFILE + "APP1")


class Png:
    """The chunks of a PNG file by name, its header read and its size checked. Raises InputError."""

    def __init__(self, data: bytes, name: str, max_pixels: int | None) -> None:
        self.name = name
        self.chunks: list[Chunk] = list(chunks_of(data, name))
        if not self.chunks or self.chunks[0][0] != b"IHDR" or len(self.chunks[0][1]) != 13:
            raise InputError(f"{name}: damaged: a PNG without its header")
        self.width, self.height, self.bits, self.colour, _, _, self.interlaced = struct.unpack(
            ">IIBBBBB", self.chunks[0][1]
        )
        if self.bits not in DEPTHS.get(self.colour, ()):
            raise InputError(f"{name}: damaged: a PNG of kind {self.colour} with {self.bits} bits")
        check_pixels((self.width, self.height), len(data), name, max_pixels)
        unpacked = packed_size(self.width, self.height, self.bits * CHANNELS[self.colour], bool(self.interlaced))
        if not holds(self.chunks, unpacked):
            raise InputError(f"{name}: damaged or cut short: the PNG has fewer samples than its size needs")

    def first(self, kind: bytes) -> bytes | None:
        """The contents of the first chunk of a name."""
        return next((contents for found, contents in self.chunks if found == kind), None)

    def pixels_only(self, head: Chunk | None = None) -> bytes:
        """A PNG of header, palette and samples alone: nothing else can trouble the decoder."""
        kept = [entry for entry in self.chunks[1:] if entry[0] in (b"PLTE", b"IDAT")]
        return made([head or self.chunks[0], *kept])

    def samples(self) -> NDArray[Any]:
        """Grey, grey + alpha, RGB or RGBA as stored, 1 to 4 bits spread over 8; palettes looked up."""
        if self.bits == 16:
            return self._deep()
        picture = pillow("PNG", self.pixels_only())
        picture.load()
        if self.colour == PALETTE:
            return self._looked_up(np.array(picture))
        values = np.array(picture.convert("L") if picture.mode == "1" else picture)
        return self._with_clear(values[..., None] if values.ndim == 2 else values)

    def indices(self) -> NDArray[Any]:
        """Palette indices or grey samples as stored, not spread, (H, W). InputError for colours."""
        if self.colour not in (GRAY, PALETTE):
            raise InputError(f"{self.name}: expected a palette or grey picture of class ids; got one with colours")
        if self.bits == 16:
            return self._deep(with_clear=False)[..., 0]
        picture = pillow("PNG", self.pixels_only())
        picture.load()
        values = np.array(picture.convert("L") if picture.mode == "1" else picture)
        return values if self.colour == PALETTE else values // (255 // (2**self.bits - 1))

    def _looked_up(self, indices: NDArray[np.uint8]) -> NDArray[Any]:
        palette = np.frombuffer(self.first(b"PLTE") or b"", np.uint8)
        palette = palette[: len(palette) // 3 * 3].reshape(-1, 3)
        clear = self.first(b"tRNS")
        if indices.max(initial=0) >= len(palette):
            raise InputError(f"{self.name}: damaged: a palette of {len(palette)} colours, and index {indices.max()}")
        if clear is None:
            return palette[indices]
        alpha = np.full(len(palette), 255, np.uint8)
        stored = np.frombuffer(clear[: len(palette)], np.uint8)
        alpha[: len(stored)] = stored
        return np.concatenate([palette, alpha[:, None]], axis=1)[indices]

    def _deep(self, with_clear: bool = True) -> NDArray[Any]:
        """16 bits a channel. Grey is stored like 8-bit pairs, which Pillow reads; colours are read by OpenCV."""
        twin = {GRAY: GRAY_ALPHA, GRAY_ALPHA: RGBA}.get(self.colour)
        if twin is not None:
            head = header(self.width, self.height, 8, twin, self.interlaced)
            picture = pillow("PNG", self.pixels_only(head))
            picture.load()
            values = np.ascontiguousarray(picture).view(">u2").astype(np.uint16)
        else:
            values = _by_opencv(self.pixels_only(), self.name)
        return self._with_clear(values) if with_clear else values

    def _with_clear(self, values: NDArray[Any]) -> NDArray[Any]:
        """Samples with an alpha channel where tRNS names a colour that is clear."""
        clear = self.first(b"tRNS")
        if clear is None or self.colour not in (GRAY, RGB) or len(clear) < 2 * values.shape[2]:
            return values
        named = np.frombuffer(clear[: 2 * values.shape[2]], ">u2").astype(np.uint32) & (2**self.bits - 1)
        spread = named if self.bits >= 8 else named * (255 // (2**self.bits - 1))
        top = np.iinfo(values.dtype).max
        alpha = np.where((values == spread.astype(values.dtype)).all(2), 0, top).astype(values.dtype)
        return np.dstack([values, alpha])


def _by_opencv(data: bytes, name: str) -> NDArray[np.uint16]:
    import cv2

    with quiet_stderr():
        values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION)
    if values is None or values.dtype != np.uint16 or values.ndim != 3:
        raise InputError(f"{name}: damaged or cut short: its 16-bit samples can't be decoded")
    order = {3: [2, 1, 0], 4: [2, 1, 0, 3]}[values.shape[2]]
    return np.ascontiguousarray(values[..., order], np.uint16)


def read_png(data: bytes, name: str, max_pixels: int | None) -> Stored:
    """A PNG's picture, the first one of an animation. Raises InputError."""
    found = Png(data, name, max_pixels)
    icc, notes = _profile(found)
    text, packet, left_out = _texts(found)
    raw = next((value for key, value in text if key in RAW_EXIF), None)
    if found.first(b"caBX") is not None:
        left_out.append("the C2PA manifest, which vouches for the original alone")
    return Stored(
        found.samples(),
        icc=icc,
        exif=found.first(b"eXIf") or (None if raw is None else _raw_profile(raw)),
        xmp=packet,
        dpi=_resolution(found.first(b"pHYs")),
        text=tuple(entry for entry in text if not entry[0].startswith(RAW_PROFILE)),
        png_colour=tuple(entry for entry in found.chunks if entry[0] in COLOUR_CHUNKS),
        left_out=tuple(left_out),
        notes=(*_kind(found), *notes),
    )


def _kind(found: Png) -> list[str]:
    """What a picture of unusual samples was read as."""
    notes = []
    frames = found.first(b"acTL")
    if frames is not None and len(frames) >= 4:
        notes.append(f"{int.from_bytes(frames[:4], 'big')} frames: the first one was used")
    has_clear = found.first(b"tRNS") is not None
    if found.colour == PALETTE:
        notes.append(f"palette picture read as RGB{'A' if has_clear else ''}")
    elif found.bits < 8:
        notes.append(f"{found.bits}-bit picture read as grey")
    if has_clear and found.colour in (GRAY, RGB):
        notes.append("the transparent colour was read as an alpha channel")
    return notes


def _profile(found: Png) -> tuple[bytes | None, list[str]]:
    stored = found.first(b"iCCP")
    if stored is None:
        return None, []
    icc = inflated(stored.partition(b"\0")[2][1:], MAX_BLOB)
    return icc, ([] if icc else ["its colour profile is damaged; read as sRGB"])


def _resolution(stored: bytes | None) -> tuple[float, float] | None:
    if stored is None or len(stored) != 9 or stored[8] != 1:
        return None
    across, down = struct.unpack_from(">II", stored)
    return across * METRES_AN_INCH, down * METRES_AN_INCH


def _texts(found: Png) -> tuple[list[tuple[str, str]], bytes | None, list[str]]:
    """Texts, the XMP packet among them, and what can't be read of them."""
    texts, packet, left_out = [], None, []
    for kind, contents in found.chunks:
        if kind not in (b"tEXt", b"zTXt", b"iTXt"):
            continue
        key, _, rest = contents.partition(b"\0")
        name, value = key.decode("latin-1"), _unpacked(kind, rest)
        if value is None:
            left_out.append(f"the text {name!r}, which is damaged or too large")
        elif name == XMP_KEY:
            packet = value.encode()
        else:
            texts.append((name, value))
    return texts, packet, left_out


def _raw_profile(value: str) -> bytes | None:
    """EXIF as ImageMagick stored it in texts, before PNG had a chunk for it: name, length, hexadecimal digits."""
    try:
        return bytes.fromhex("".join(value.split()[2:]))
    except ValueError:
        return None


def _unpacked(kind: bytes, rest: bytes) -> str | None:
    if kind == b"tEXt":
        return rest.decode("latin-1") if len(rest) <= TEXT_LIMIT else None
    if kind == b"zTXt":
        data = inflated(rest[1:], TEXT_LIMIT)
        return None if data is None else data.decode("latin-1")
    packed, fields = rest[:1] == b"\1", rest[2:].split(b"\0", 2)
    if len(fields) < 3:
        return None
    data: bytes | None = inflated(fields[2], MAX_BLOB) if packed else fields[2]
    return None if data is None or len(data) > MAX_BLOB else data.decode("utf-8", "replace")
