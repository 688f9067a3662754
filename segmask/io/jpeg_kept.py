"""A composite as a JPEG whose untouched blocks keep the original's coefficients bit for bit (extra ``jpeg``).

Tables, sampling, restart intervals, and whether it is progressive stay the original's. A block that holds a pixel of
alpha above 0 is coded anew: from the composite where all of it is taken, else the original's coefficients plus those of
the difference, so that nothing else in it is coded twice. Where colour is stored at half the size, decoders smooth it
over its neighbours: about two pixels beside touched blocks may change by a few levels.
"""

from __future__ import annotations

import importlib.util
import struct
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Alpha, Box
from segmask.io.decode import pillow
from segmask.io.jpeg_entropy import Component, scans
from segmask.io.orientation import stored
from segmask.io.picture import Raster, StoredJpeg
from segmask.io.quiet import quiet_stderr

SEQUENTIAL, PROGRESSIVE = (0xC0, 0xC1), 0xC2
TABLES, RESTART, ADOBE = 0xDB, 0xDD, 0xEE
JCS_GRAY, JCS_RGB, JCS_YCC = 1, 2, 3
LARGEST_AC, LARGEST_DC = 1023, 1024
"""Of 8-bit samples (T.81, F.1.2)."""
TO_YCC = np.array([[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32)
"""JFIF 1.02."""
SMOOTHED = 2
"""Stored samples by which smoothing reaches beyond a touched block."""
UNITS = 64
"""Rows of minimum coded units that are coded at a time."""

_lock = threading.Lock()  # jpeglib keeps markers in variables of the whole process


@dataclass(frozen=True)
class _Frame:
    """What a JPEG's header says."""

    head: list[bytes]
    """Its segments that are kept as they are: tables, frame, restart interval, Adobe's."""
    marker: int
    size_hw: tuple[int, int]
    numbers: tuple[int, ...]
    across: tuple[int, ...]
    down: tuple[int, ...]
    restart: int

    @property
    def unit_hw(self) -> tuple[int, int]:
        """Pixels of a minimum coded unit."""
        return 8 * max(self.down), 8 * max(self.across)


def is_available() -> bool:
    """Is the library of the extra ``jpeg`` installed?"""
    return importlib.util.find_spec("jpeglib") is not None


def can_keep(file: StoredJpeg) -> bool:
    """Is the library there, and is the original of a kind whose blocks can be kept?"""
    return is_available() and _frame(file.segments) is not None


def kept_jpeg(file: StoredJpeg, original: Raster, composite: Raster, alpha: Alpha, segments: bytes) -> bytes | None:
    """The composite as a JPEG file; None for originals of a kind that can't be kept (CMYK, odd sampling, arithmetic).

    Args:
        file: the original as stored.
        original: uint8 (H, W, 1 or 3), upright.
        composite: the same shape.
        alpha: float32 (H, W): 0 is the original.
        segments: what is to stand between the file's beginning and its tables: metadata.
    """
    frame = _frame(file.segments)
    if frame is None:
        return None
    read = _coefficients(file)
    if read is None or len(read.blocks) != original.shape[2]:
        return None
    turned = [np.asarray(stored(values, file.orientation)) for values in (original, composite, alpha)]
    if frame.size_hw != turned[2].shape:
        return None
    touched = _replace_touched(read, frame, *turned)
    entries = zip(frame.numbers, frame.across, frame.down, read.blocks, strict=True)
    components = [Component(*entry, table=min(index, 1)) for index, entry in enumerate(entries)]
    units_hw = -(-frame.size_hw[0] // frame.unit_hw[0]), -(-frame.size_hw[1] // frame.unit_hw[1])
    data = scans(components, units_hw, progressive=frame.marker == PROGRESSIVE, restart=frame.restart)
    whole = b"\xff\xd8" + segments + b"".join(frame.head) + data + b"\xff\xd9"
    return whole if _is_kept(whole, turned[0], touched) else None


def _frame(segments: tuple[bytes, ...]) -> _Frame | None:
    """The header of a JPEG's segments; None where it has more than one frame's worth, or a kind that isn't kept."""
    head, frame, restart, scanned = [], None, 0, False
    for segment in segments:
        marker = segment[1]
        scanned |= marker == 0xDA
        if marker in (TABLES, RESTART, ADOBE, *SEQUENTIAL, PROGRESSIVE):
            if scanned:  # tables that change between scans
                return None
            head.append(segment)
        if marker == RESTART:
            restart = int.from_bytes(segment[4:6], "big")
        if marker in (*SEQUENTIAL, PROGRESSIVE):
            frame = segment
    if frame is None:
        return None
    height, width, number = struct.unpack_from(">HHB", frame, 5)
    entries = [frame[10 + 3 * index : 13 + 3 * index] for index in range(number)]
    if number not in (1, 3) or any(len(entry) != 3 for entry in entries) or not height:
        return None
    across, down = (tuple(entry[1] >> shift & 15 for entry in entries) for shift in (4, 0))
    if number == 1:
        across = down = (1,)  # a scan of one component has units of one block
    if 0 in across + down or any(max(all_of) % one for all_of in (across, down) for one in all_of):
        return None
    return _Frame(head, frame[1], (height, width), tuple(entry[0] for entry in entries), across, down, restart)


@dataclass(frozen=True)
class _Read:
    """An original's coefficients."""

    blocks: list[NDArray[np.int16]]
    """int16 (rows, columns, 8, 8) of each component; written into."""
    tables: list[NDArray[np.int64]]
    """(8, 8): the quantisation of each."""
    is_rgb: bool


def _coefficients(file: StoredJpeg) -> _Read | None:
    import jpeglib

    with tempfile.TemporaryDirectory(prefix="segmask-") as folder, _lock, quiet_stderr():
        path = Path(folder) / "original.jpg"
        path.write_bytes(b"".join(file.segments))
        try:
            found: Any = jpeglib.read_dct(str(path))
            found.load()
        except OSError:
            return None
    kind = int(found.jpeg_color_space)
    if kind not in (JCS_GRAY, JCS_RGB, JCS_YCC):
        return None
    blocks = [found.Y] if kind == JCS_GRAY else [found.Y, found.Cb, found.Cr]
    numbers = [int(number) for number in found.quant_tbl_no]
    tables = [np.asarray(found.qt[numbers[index]], np.int64) for index in range(len(blocks))]
    if any((table == 0).any() for table in tables):
        return None
    return _Read([np.array(values) for values in blocks], tables, kind == JCS_RGB)


def _replace_touched(
    read: _Read, frame: _Frame, original: Raster, composite: Raster, alpha: Alpha
) -> NDArray[np.bool_]:
    """Code the touched blocks anew, in place; bool (H, W): the pixels that they show, smoothing and all."""
    shown = np.zeros(frame.size_hw, bool)
    box = Box.around(alpha)
    if box is None:
        return shown
    high, wide = frame.unit_hw
    left, right = box.x0 // wide * wide, -(-box.x1 // wide) * wide
    for top in range(box.y0 // high * high, box.y1, UNITS * high):
        area = Box(left, top, right, min(top + UNITS * high, -(-box.y1 // high) * high))
        levels = [_levels(_part(raster, area), read.is_rgb) for raster in (composite, original)]
        weight = _part(alpha[..., None], area)[..., 0]
        inside = area.clip(*frame.size_hw)
        weight[inside.height :], weight[:, inside.width :] = 0, 0
        taken = _part((alpha == 1)[..., None], area)[..., 0]
        for index, (blocks, table) in enumerate(zip(read.blocks, read.tables, strict=True)):
            step = high // 8 // frame.down[index], wide // 8 // frame.across[index]
            touched: Any = _by_block(weight > 0, step).any((2, 3))
            whole: Any = _by_block(taken, step).all((2, 3))
            target, before = (_averaged(values[..., index], step) for values in levels)
            rows = slice(area.y0 // (8 * step[0]), area.y0 // (8 * step[0]) + touched.shape[0])
            columns = slice(area.x0 // (8 * step[1]), area.x0 // (8 * step[1]) + touched.shape[1])
            have = blocks[rows, columns]
            touched, whole = _cropped(have, touched), _cropped(have, whole)
            anew = np.rint(_transformed(target - np.where(read.is_rgb or not index, 128, 0)) / table)
            added = _cropped(have, np.rint(_transformed(target - before) / table)) + have
            chosen = np.where(whole[..., None, None], _cropped(have, anew), added)
            limited = np.clip(chosen, -LARGEST_AC, LARGEST_AC)
            limited[..., 0, 0] = np.clip(chosen[..., 0, 0], -LARGEST_DC, LARGEST_DC - 1)
            blocks[rows, columns] = np.where(touched[..., None, None], limited, have).astype(np.int16)
            _mark(shown, touched, rows.start, columns.start, step)
    return shown


def _cropped(have: NDArray[Any], values: NDArray[Any]) -> NDArray[Any]:
    """As many blocks as there are: a unit at the picture's edge has more."""
    return values[: have.shape[0], : have.shape[1]]


def _part(values: NDArray[Any], area: Box) -> NDArray[Any]:
    """The part in a box (h, w, C); beyond the picture's edge the last pixels go on."""
    inside = values[area.y0 : area.y1, area.x0 : area.x1]
    short = area.height - inside.shape[0], area.width - inside.shape[1]
    return np.pad(inside, ((0, short[0]), (0, short[1]), (0, 0)), mode="edge")


def _levels(values: NDArray[Any], is_rgb: bool) -> NDArray[np.float32]:
    """Samples as the file's components, chroma around 0, float32 (h, w, 1 or 3)."""
    values = values.astype(np.float32)
    return values if values.shape[2] == 1 or is_rgb else values @ TO_YCC.T


def _by_block(mask: NDArray[np.bool_], step: tuple[int, int]) -> NDArray[np.bool_]:
    """bool (h, w) as (rows, columns, pixels down, pixels across) of a component's blocks."""
    high, wide = 8 * step[0], 8 * step[1]
    return mask.reshape(mask.shape[0] // high, high, mask.shape[1] // wide, wide).swapaxes(1, 2)


def _averaged(values: NDArray[np.float32], step: tuple[int, int]) -> NDArray[np.float32]:
    """A component at its own size, by averages as encoders take them."""
    high, wide = values.shape[0] // step[0], values.shape[1] // step[1]
    return values.reshape(high, step[0], wide, step[1]).mean((1, 3))


def _transformed(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples (h, w) as DCT coefficients (rows, columns, 8, 8)."""
    from scipy.fft import dctn

    blocks = values.reshape(values.shape[0] // 8, 8, values.shape[1] // 8, 8).swapaxes(1, 2)
    return np.asarray(dctn(blocks, axes=(2, 3), norm="ortho"), np.float32)


def _mark(shown: NDArray[np.bool_], touched: NDArray[np.bool_], row: int, column: int, step: tuple[int, int]) -> None:
    """Mark the pixels of touched blocks, and as far around them as smoothing reaches where colour is stored smaller."""
    rows, columns = (SMOOTHED * size if size > 1 else 0 for size in step)
    high, wide = 8 * step[0], 8 * step[1]
    for y, x in np.argwhere(touched):
        top, left = (row + y) * high, (column + x) * wide
        shown[max(0, top - rows) : top + high + rows, max(0, left - columns) : left + wide + columns] = True


def _is_kept(data: bytes, original: Raster, touched: NDArray[np.bool_]) -> bool:
    """Is the file decodable, and nothing changed but where blocks were touched?"""
    picture = pillow("JPEG", data)
    picture.load()
    values = np.array(picture)
    values = values[..., None] if values.ndim == 2 else values
    return values.shape == original.shape and not ((values != original).any(-1) & ~touched).any()
