"""EXIF as directories of fields: read from whatever a camera wrote, what is sound kept byte for byte, written anew.

The directories are those of TIFF 6.0 and BigTIFF; which tags say something about the photo, and not about how its file
stored the samples, is after Exif 2.32. A field of another type than the standard's is left out and named.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from segmask.io.exif_tags import (
    EXIF_POINTER,
    EXIF_TYPES,
    GPS_POINTER,
    GPS_TYPES,
    INTEROP_POINTER,
    MAIN_TYPES,
    STORAGE_TAGS,
)

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL = 1, 2, 3, 4, 5, 7, 10
SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of a value, by type."""
ORIENTATION, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 274, 282, 283, 296
PIXEL_X, PIXEL_Y = 0xA002, 0xA003
MAX_ENTRIES = 2000
"""Fields of a directory; cameras write under 100."""
PREFIX = b"Exif\0\0"


@dataclass(frozen=True)
class Field:
    """One field: its type, how many values, and their bytes in the byte order of the whole."""

    kind: int
    count: int
    data: bytes


Directory = dict[int, Field]


@dataclass(frozen=True)
class Exif:
    """The directories of a photo."""

    order: str
    """``<`` or ``>``, as of ``struct``."""
    main: Directory = field(default_factory=dict)
    exif: Directory = field(default_factory=dict)
    gps: Directory = field(default_factory=dict)
    interop: Directory = field(default_factory=dict)
    has_thumbnail: bool = False
    odd: tuple[str, ...] = ()
    """Fields that are not as the standard has them, in words."""

    def integer(self, tag: int) -> int | None:
        """The first value of a field of ``main`` that holds integers."""
        found = self.main.get(tag)
        codes = {BYTE: "B", SHORT: "H", LONG: "I"}
        if found is None or found.kind not in codes or found.count < 1:
            return None
        return int(struct.unpack_from(self.order + codes[found.kind], found.data)[0])

    @property
    def orientation(self) -> int | None:
        """1 to 8; None where there is none or another number."""
        number = self.integer(ORIENTATION)
        return number if number in range(1, 9) else None

    @property
    def dpi(self) -> tuple[float, float] | None:
        """Pixels an inch, across and down."""
        unit = {None: 1.0, 2: 1.0, 3: 2.54}.get(self.integer(RESOLUTION_UNIT))
        both = [self._rational(tag) for tag in (X_RESOLUTION, Y_RESOLUTION)]
        if unit is None or None in both:
            return None
        return both[0] * unit, both[1] * unit  # type: ignore[operator]

    def _rational(self, tag: int) -> float | None:
        found = self.main.get(tag)
        if found is None or found.kind != RATIONAL or found.count < 1:
            return None
        over, under = struct.unpack_from(self.order + "II", found.data)
        return over / under if under else None

    def bytes_of(self, tag: int) -> bytes | None:
        """The bytes of a field of ``main``."""
        found = self.main.get(tag)
        return None if found is None else found.data


def parse(data: bytes) -> Exif | None:
    """The directories of an EXIF block or of a TIFF file; None where there are none. Never raises.

    >>> parse(b"no EXIF") is None
    True
    """
    data = data.removeprefix(PREFIX)
    order = {b"II": "<", b"MM": ">"}.get(bytes(data[:2]))
    if order is None or len(data) < 8:
        return None
    version = struct.unpack_from(order + "H", data, 2)[0]
    if version not in (42, 43) or (version == 43 and len(data) < 16):
        return None
    reader = _Reader(data, order, big=version == 43)
    first = struct.unpack_from(order + ("Q" if reader.big else "I"), data, 8 if reader.big else 4)[0]
    main, following = reader.directory(first, "EXIF")
    parts = {}
    for name, holder, tag in (("exif", main, EXIF_POINTER), ("gps", main, GPS_POINTER)):
        parts[name] = reader.behind(holder, tag)
    parts["interop"] = reader.behind(parts["exif"], INTEROP_POINTER)
    return Exif(order, main, **parts, has_thumbnail=bool(following), odd=tuple(reader.odd))


class _Reader:
    """Directories out of bytes that may hold anything."""

    def __init__(self, data: bytes, order: str, big: bool) -> None:
        self.data, self.order, self.big = data, order, big
        self.odd: list[str] = []

    def behind(self, holder: Directory, tag: int) -> Directory:
        """The directory that a field of another one points at."""
        pointer = holder.get(tag)
        codes = {LONG: "I", 13: "I", 16: "Q", 18: "Q"}
        if pointer is None or pointer.count != 1 or pointer.kind not in codes:
            return {}
        return self.directory(struct.unpack(self.order + codes[pointer.kind], pointer.data)[0], f"EXIF {tag:#x}")[0]

    def directory(self, offset: int, name: str) -> tuple[Directory, int]:
        """The fields at an offset, and the offset of the next directory (0 for none)."""
        head, entry, inline, word = (8, 20, 8, "Q") if self.big else (2, 12, 4, "I")
        if not 0 < offset <= len(self.data) - head:
            return {}, 0
        count = struct.unpack_from(self.order + ("Q" if self.big else "H"), self.data, offset)[0]
        found: Directory = {}
        start = offset + head
        for position in range(start, start + min(count, MAX_ENTRIES) * entry, entry):
            if position + entry > len(self.data):
                self.odd.append(f"{name} is cut short")
                return found, 0
            tag, kind, values = struct.unpack_from(self.order + "HH" + word, self.data, position)
            size = SIZES.get(kind, 0) * values
            at = position + entry - inline
            if size > inline:
                at = struct.unpack_from(self.order + word, self.data, at)[0]
            if not size or at + size > len(self.data):
                if tag not in STORAGE_TAGS:
                    self.odd.append(f"{name} field {tag:#06x}")
            else:
                found[tag] = Field(kind, values, bytes(self.data[at : at + size]))
        end = start + count * entry
        following = 0
        if count <= MAX_ENTRIES and end + inline <= len(self.data):
            following = struct.unpack_from(self.order + word, self.data, end)[0]
        return found, following


def of_the_photo(found: Exif, size_wh: tuple[int, int]) -> Exif:
    """What says something about the photo, agreeing with upright pixels of a size; the rest is named in ``odd``."""
    odd = list(found.odd)
    main = _sound(found.main, MAIN_TYPES, "EXIF", odd)
    exif = _sound(found.exif, EXIF_TYPES, "EXIF", odd)
    gps = _sound(found.gps, GPS_TYPES, "GPS", odd)
    if ORIENTATION in found.main:
        main[ORIENTATION] = Field(SHORT, 1, struct.pack(found.order + "H", 1))
    for tag, side in zip((PIXEL_X, PIXEL_Y), size_wh, strict=True):
        if tag in found.exif:
            exif[tag] = Field(LONG, 1, struct.pack(found.order + "I", side))
    return replace(found, main=main, exif=exif, gps=gps, interop=_index_only(found.interop), odd=tuple(odd))


def as_stored(found: Exif, orientation: int, size_wh: tuple[int, int]) -> Exif:
    """The same for a file whose samples are stored as ``orientation`` says, of a size as stored."""
    main, exif = dict(found.main), dict(found.exif)
    main[ORIENTATION] = Field(SHORT, 1, struct.pack(found.order + "H", orientation))
    for tag, side in zip((PIXEL_X, PIXEL_Y), size_wh, strict=True):
        if tag in exif:
            exif[tag] = Field(LONG, 1, struct.pack(found.order + "I", side))
    return replace(found, main=main, exif=exif)


def _sound(found: Directory, known: Mapping[int, int], name: str, odd: list[str]) -> Directory:
    """The fields that the standard knows, of its types; those of others are added to ``odd``."""
    kept: Directory = {}
    for tag, entry in found.items():
        if tag in STORAGE_TAGS or tag in (EXIF_POINTER, GPS_POINTER, INTEROP_POINTER, ORIENTATION, PIXEL_X, PIXEL_Y):
            continue
        if tag in known and _alike(entry.kind, known[tag]):
            kept[tag] = entry
        else:
            odd.append(f"{name} field {tag:#06x}")
    return kept


def _alike(kind: int, expected: int) -> bool:
    groups = ({BYTE, UNDEFINED}, {SHORT, LONG}, {RATIONAL, SRATIONAL})
    return kind == expected or any(kind in group and expected in group for group in groups)


def _index_only(interop: Directory) -> Directory:
    """Which rules the file follows (R98, R03): the one field that readers look for."""
    return {tag: entry for tag, entry in interop.items() if (tag, entry.kind) in ((1, ASCII), (2, UNDEFINED))}


def with_resolution(found: Exif, dpi: tuple[float, float] | None) -> Exif:
    """The same with a resolution in pixels an inch, for formats that have no other place for it."""
    if dpi is None:
        return found
    main = dict(found.main)
    for tag, value in zip((X_RESOLUTION, Y_RESOLUTION), dpi, strict=True):
        main[tag] = Field(RATIONAL, 1, struct.pack(found.order + "II", *_fraction(value)))
    main[RESOLUTION_UNIT] = Field(SHORT, 1, struct.pack(found.order + "H", 2))
    return replace(found, main=main)


def _fraction(value: float) -> tuple[int, int]:
    under = 1 if math.isclose(value, round(value)) else 10000
    return round(value * under), under


def to_bytes(found: Exif) -> bytes | None:
    """An EXIF block with its prefix; None where nothing is left to say."""
    if not (set(found.main) - {ORIENTATION} or found.exif or found.gps or found.orientation not in (None, 1)):
        return None
    head = (b"II*\0" if found.order == "<" else b"MM\0*") + struct.pack(found.order + "I", 8)
    return PREFIX + head + chained(found, 8)


def chained(found: Exif, base: int) -> bytes:
    """The main directory, which starts at the offset ``base``, and the others behind it."""
    main, exif = dict(found.main), dict(found.exif)
    pointers = [(main, EXIF_POINTER, bool(exif or found.interop)), (main, GPS_POINTER, bool(found.gps))]
    pointers.append((exif, INTEROP_POINTER, bool(found.interop)))
    blank = Field(LONG, 1, bytes(4))
    for holder, tag, present in pointers:
        if present:
            holder[tag] = blank
    place = base
    offsets = {}
    for name, directory in (("main", main), ("exif", exif), ("gps", found.gps), ("interop", found.interop)):
        offsets[name] = place
        place += _length(directory) if directory or name == "main" else 0
    for (holder, tag, present), name in zip(pointers, ("exif", "gps", "interop"), strict=True):
        if present:
            holder[tag] = Field(LONG, 1, struct.pack(found.order + "I", offsets[name]))
    directories = [main, *(directory for directory in (exif, found.gps, found.interop) if directory)]
    blocks, place = [], base
    for directory in directories:
        blocks.append(directory_bytes(directory, place, found.order))
        place += len(blocks[-1])
    return b"".join(blocks)


def _length(directory: Directory) -> int:
    return 2 + 12 * len(directory) + 4 + sum(_padded(len(f.data)) for f in directory.values() if len(f.data) > 4)


def _padded(size: int) -> int:
    return size + size % 2


def directory_bytes(directory: Directory, base: int, order: str) -> bytes:
    """One directory that starts at an offset, its larger values behind it, sorted by tag as TIFF 6.0 asks for."""
    entries, values, place = [], [], base + 2 + 12 * len(directory) + 4
    for tag, entry in sorted(directory.items()):
        data = entry.data
        if len(data) > 4:
            values.append(data + bytes(len(data) % 2))
            data, place = struct.pack(order + "I", place), place + len(values[-1])
        entries.append(struct.pack(order + "HHI", tag, entry.kind, entry.count) + data.ljust(4, b"\0"))
    return struct.pack(order + "H", len(directory)) + b"".join(entries) + bytes(4) + b"".join(values)


def named(odd: Iterable[str]) -> tuple[str, ...]:
    """Fields in words, at most three of them by name."""
    odd = list(dict.fromkeys(odd))
    return (*odd[:3], f"{len(odd) - 3} more EXIF fields") if len(odd) > 4 else tuple(odd)
