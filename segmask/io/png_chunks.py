"""The chunks of a PNG file: walked, checked, and put in (PNG 3rd edition, chapter 5 and 11)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator

from segmask.core.errors import InputError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_CHUNKS = (b"cICP", b"gAMA", b"cHRM", b"sRGB", b"mDCV", b"cLLI")
METRES_AN_INCH = 0.0254
PIECE = 1 << 20
"""Bytes unpacked at a time."""
ADAM_7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Left, top, step across and step down of the passes (PNG, 8.1)."""

Chunk = tuple[bytes, bytes]
"""Name and contents."""


def chunks_of(data: bytes, name: str) -> Iterator[Chunk]:
    """The chunks up to IEND. A damaged one that is not needed for the pixels is passed over. Raises InputError.

    >>> [kind for kind, _ in chunks_of(made([header(8, 4, 8, 2), (b"IEND", b"")]), "photo.png")]
    [b'IHDR', b'IEND']
    """
    place = len(SIGNATURE)
    while place + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        contents = data[place + 8 : place + 8 + size]
        sum_at = place + 8 + size
        whole = sum_at + 4 <= len(data)
        sound = whole and struct.unpack_from(">I", data, sum_at)[0] == zlib.crc32(contents, zlib.crc32(kind))
        if not sound and not kind[:1].islower():
            chunk_name = kind.decode("latin-1")
            raise InputError(f"{name}: damaged or cut short: the PNG chunk {chunk_name!r} at byte {place} is not whole")
        if sound:
            yield kind, contents
        if kind == b"IEND":
            return
        place = sum_at + 4
    raise InputError(f"{name}: damaged or cut short: the PNG ends without its last chunk")


def chunk(kind: bytes, contents: bytes) -> bytes:
    """A chunk as stored.

    >>> chunk(b"IEND", b"").hex()
    '0000000049454e44ae426082'
    """
    return (
        struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", zlib.crc32(contents, zlib.crc32(kind)))
    )


def made(chunks: Iterable[Chunk]) -> bytes:
    """A PNG file of some chunks; IEND is added.

    >>> list(chunks_of(made([header(8, 4, 8, 2)]), "photo.png"))[0][0]
    b'IHDR'
    """
    return SIGNATURE + b"".join(chunk(*entry) for entry in chunks) + chunk(b"IEND", b"")


def header(width: int, height: int, bits: int, colour: int, interlaced: int = 0) -> Chunk:
    """IHDR.

    >>> header(8, 4, bits=8, colour=2)[1].hex()
    '00000008000000040802000000'
    """
    return b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlaced)


def inflated(data: bytes, limit: int) -> bytes | None:
    """zlib data of at most ``limit`` bytes; None if it is damaged or larger.

    >>> inflated(zlib.compress(b"text"), limit=100), inflated(zlib.compress(bytes(200)), limit=100)
    (b'text', None)
    """
    try:
        decoder = zlib.decompressobj()
        found = decoder.decompress(data, limit + 1)
    except zlib.error:
        return None
    return found if decoder.eof and len(found) <= limit else None


def holds(chunks: Iterable[Chunk], size: int) -> bool:
    """Do the packed samples unpack to at least ``size`` bytes? Decoders fill up with black what is missing."""
    decoder, found = zlib.decompressobj(), 0
    try:
        for kind, contents in chunks:
            if kind != b"IDAT":
                continue
            found += len(decoder.decompress(contents, PIECE))
            while decoder.unconsumed_tail and found < size:
                found += len(decoder.decompress(decoder.unconsumed_tail, PIECE))
            if found >= size:
                return True
    except zlib.error:
        return False
    return found >= size


def packed_size(width: int, height: int, pixel_bits: int, interlaced: bool) -> int:
    """Bytes of the unpacked samples: rows with their filter byte, in seven passes where interlaced.

    >>> packed_size(3, 2, 8, False), packed_size(1, 1, 1, True)
    (8, 2)
    """
    passes = ADAM_7 if interlaced else ((0, 0, 1, 1),)
    total = 0
    for left, top, across, down in passes:
        columns, rows = -(-(width - left) // across), -(-(height - top) // down)
        total += rows * (1 + -(-columns * pixel_bits // 8)) if columns > 0 and rows > 0 else 0
    return total


def profile_chunk(icc: bytes) -> Chunk:
    """iCCP."""
    return b"iCCP", b"ICC Profile\0\0" + zlib.compress(icc, 6)


def text_chunk(key: str, value: str) -> Chunk | None:
    """iTXt; None for a key that PNG has no way to write.

    >>> text_chunk("Title", "Portrait")[0]
    b'iTXt'
    """
    stored = key.encode("latin-1", "replace").strip()
    if not 1 <= len(stored) <= 79 or b"\0" in stored:
        return None
    return b"iTXt", stored + b"\0\0\0\0\0" + value.encode("utf-8", "replace")


def resolution_chunk(dpi: tuple[float, float]) -> Chunk:
    """The chunk pHYs, in pixels a metre.

    >>> resolution_chunk((300.0, 300.0))[0]
    b'pHYs'
    """
    return b"pHYs", struct.pack(">IIB", *(round(value / METRES_AN_INCH) for value in dpi), 1)
