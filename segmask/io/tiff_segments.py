"""The strips and tiles of a TIFF picture: unpacked by libtiff as plain bytes, put together by tifffile.

libtiff knows every compression but hands out samples of few kinds; tifffile knows every layout but, alone, few
compressions, and unpacks without a bound. So each does what it is good at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.io.decode import allocated, pillow
from segmask.io.quiet import quiet_stderr

NONE = 1
REVERSED_BITS = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


def decoded(page: Any, data: bytes, name: str) -> NDArray[Any]:
    """A page's samples (H, W, samples), uint8 or uint16, as its tags describe them. Raises InputError."""
    segments = _raw(page, data, name)
    sizes = _sizes(page)
    if len(segments) < len(sizes):
        raise InputError(f"{name}: damaged or cut short: {len(segments)} of {len(sizes)} pieces of the picture")
    if page.fillorder == 2:
        segments = [segment.translate(REVERSED_BITS) for segment in segments]
    plain = segments if int(page.compression) == NONE else _unpacked(segments, sizes, int(page.compression))
    page.compression, page.fillorder = NONE, 1  # from here on tifffile sees a plain picture
    planes, depth, height, width, samples = page.shaped
    found = np.zeros((planes, height, width, samples), page.dtype)
    for index, (segment, size) in enumerate(zip(plain, sizes, strict=False)):
        if len(segment) < size:
            raise InputError(f"{name}: damaged or cut short: a piece of the picture has {len(segment)} of {size} bytes")
        values, (plane, _, top, left, _), _ = page.decode(segment[:size], index)
        values = values[0, : height - top, : width - left]
        found[plane, top : top + values.shape[0], left : left + values.shape[1]] = values
    assert depth == 1
    return found[0] if planes == 1 else np.ascontiguousarray(np.moveaxis(found[..., 0], 0, 2))


def _raw(page: Any, data: bytes, name: str) -> list[bytes]:
    """The segments as stored."""
    found = []
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        if count <= 0 or offset <= 0 or offset + count > len(data):
            raise InputError(f"{name}: damaged or cut short: a piece of the picture lies outside of the file")
        found.append(data[offset : offset + count])
    return found


def _sizes(page: Any) -> list[int]:
    """Bytes of every segment once unpacked: tiles are whole, the last strip of a plane may be lower."""
    planes, _, height, width, samples = page.shaped
    if page.is_tiled:
        row = -(-page.tilewidth * samples * page.bitspersample // 8)
        across, down = -(-width // page.tilewidth), -(-height // page.tilelength)
        return [row * page.tilelength] * (planes * across * down)
    row, rows = -(-width * samples * page.bitspersample // 8), min(page.rowsperstrip or height, height)
    heights = [min(rows, height - top) for top in range(0, height, rows)]
    return [row * strip for strip in heights] * planes


def _unpacked(segments: list[bytes], sizes: list[int], compression: int) -> list[bytes]:
    """Segments unpacked, as many bytes of each as it should have."""
    whole: list[bytes] = []
    for first, last in _alike(sizes):
        whole += _by_libtiff(segments[first:last], sizes[first], compression)
    return whole


def _alike(sizes: list[int]) -> Iterator[tuple[int, int]]:
    """Runs of segments of one size."""
    first = 0
    for index in range(1, len(sizes) + 1):
        if index == len(sizes) or sizes[index] != sizes[first]:
            yield first, index
            first = index


def _by_libtiff(segments: list[bytes], size: int, compression: int) -> list[bytes]:
    """Segments of one unpacked size, handed to libtiff as the rows of a grey picture."""
    offsets, place = [], 8
    for segment in segments:
        offsets.append(place)
        place += len(segment)
    count = len(segments)
    tags = [(256, size), (257, count), (258, 8), (259, compression), (262, 1), (273, offsets), (277, 1), (278, 1)]
    tags.append((279, [len(segment) for segment in segments]))
    behind = place + place % 2
    directory = behind + 8 * count
    arrays = b"".join(struct.pack(f"<{count}I", *value) for tag, value in tags if tag in (273, 279))  # type: ignore[misc]
    entries = struct.pack("<H", len(tags))
    for tag, value in tags:
        if isinstance(value, list):
            at = value[0] if count == 1 else behind + (0 if tag == 273 else 4 * count)
            entries += struct.pack("<HHII", tag, 4, count, at)
        else:
            entries += struct.pack("<HHII", tag, 4, 1, value)
    head = b"II*\0" + struct.pack("<I", directory)
    twin = head + b"".join(segments) + bytes(place % 2) + arrays + entries + bytes(4)
    with quiet_stderr():
        picture = allocated(pillow("TIFF", twin))
        picture.load()
    rows = np.asarray(picture)
    return [row.tobytes() for row in rows]
