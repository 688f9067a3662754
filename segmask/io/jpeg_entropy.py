"""Quantised DCT coefficients into the entropy-coded scans of a JPEG, with tables made for them (ITU-T T.81).

Sequential files get one scan of all components. Progressive ones get one of the DC coefficients, then two for each
component, the low frequencies and the others, each at full precision.
"""

from __future__ import annotations

import heapq
import struct
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

PLACES = [(row, column) for row in range(8) for column in range(8)]
ZIGZAG = np.array(sorted(range(64), key=lambda k: (sum(PLACES[k]), PLACES[k][sum(PLACES[k]) % 2 == 0])), np.intp)
"""Which of a block's 64 frequencies comes when (T.81, figure A.6)."""
SIXTEEN_ZEROS, END_OF_BLOCK = 0xF0, 0x00
LONGEST_CODE = 16
BAND = 1 << 16
"""Blocks that are taken apart at a time."""
PIECE = 1 << 20
"""Codes that are put together at a time."""
PROGRESSIVE_BANDS = ((1, 5), (6, 63))
BIT_LENGTHS = np.array([value.bit_length() for value in range(1 << 16)], np.uint8)
SLOTS = 16
"""Tables by kind (0 DC, 1 AC) times eight plus number."""


@dataclass(frozen=True)
class Component:
    """One component of a frame."""

    number: int
    """As the frame names it."""
    across: int
    """Horizontal sampling factor."""
    down: int
    """Vertical sampling factor."""
    blocks: NDArray[np.int16]
    """int16 (rows, columns, 8, 8): quantised coefficients of the blocks that the picture needs."""
    table: int
    """Number of its two tables: 0 or 1."""


@dataclass(frozen=True)
class _Codes:
    """What a scan says, in order."""

    table: NDArray[np.uint8]
    """Slot of the table."""
    symbol: NDArray[np.uint8]
    extra: NDArray[np.uint16]
    """The bits that follow the symbol's code."""
    bits: NDArray[np.uint8]
    """How many those are."""
    unit: NDArray[np.int64]
    """The minimum coded unit that it belongs to."""


def scans(components: list[Component], units_hw: tuple[int, int], *, progressive: bool, restart: int) -> bytes:
    """The scans with their tables: what stands between the frame's header and EOI.

    Args:
        components: of the frame, one to four.
        units_hw: rows and columns of its minimum coded units.
        progressive: whether the frame is progressive.
        restart: units between two restart markers; 0 for none.
    """
    if not progressive:
        return _scan(components, units_hw, 0, 63, restart)
    found = [_scan(components, units_hw, 0, 0, restart)]
    for first, last in PROGRESSIVE_BANDS:
        found += [_scan([component], units_hw, first, last, restart) for component in components]
    return b"".join(found)


def _scan(components: list[Component], units_hw: tuple[int, int], first: int, last: int, restart: int) -> bytes:
    """One scan: its tables, its header, its data."""
    codes = _codes(components, units_hw, first, last, restart)
    lengths, words, tables = np.zeros((SLOTS, 256), np.int64), np.zeros((SLOTS, 256), np.uint64), b""
    for slot in np.unique(codes.table):
        sizes = code_lengths(np.bincount(codes.symbol[codes.table == slot], minlength=256))
        symbols = sorted(np.flatnonzero(sizes).tolist(), key=lambda symbol: (sizes[symbol], symbol))
        lengths[slot], words[slot] = sizes, _canonical(sizes, symbols)
        numbers = np.bincount(sizes[symbols], minlength=LONGEST_CODE + 1)[1:].tolist()
        contents = bytes([int(slot) // 8 << 4 | int(slot) % 8, *numbers, *symbols])
        tables += b"\xff\xc4" + struct.pack(">H", len(contents) + 2) + contents
    used = b"".join(bytes([entry.number, entry.table << 4 | entry.table]) for entry in components)
    header = bytes([len(components)]) + used + bytes([first, last, 0])
    return tables + b"\xff\xda" + struct.pack(">H", len(header) + 2) + header + _packed(codes, lengths, words, restart)


def code_lengths(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lengths of Huffman codes, at most 16 bits, none of them all ones, for how often each symbol comes; 0 for never.

    >>> code_lengths(np.array([8, 4, 1, 0])).tolist()
    [1, 2, 3, 0]
    """
    ticket = count()
    guard = len(counts)  # its code, the longest, is the one of all ones, and is not used
    heap = [(int(counts[symbol]), next(ticket), [int(symbol)]) for symbol in np.flatnonzero(counts)]
    heap.append((0, -1, [guard]))
    heapq.heapify(heap)
    depth = np.zeros(len(counts) + 1, np.int64)
    while len(heap) > 1:
        (one, _, left), (other, _, right) = heapq.heappop(heap), heapq.heappop(heap)
        depth[left + right] += 1
        heapq.heappush(heap, (one + other, next(ticket), left + right))
    numbers = np.bincount(depth, minlength=LONGEST_CODE + 1)
    numbers[0] = 0
    for long in range(len(numbers) - 1, LONGEST_CODE, -1):  # pairs of too long codes move up (T.81, K.3)
        while numbers[long]:
            short = int(np.flatnonzero(numbers[: long - 1])[-1])
            for length, change in ((long, -2), (long - 1, 1), (short + 1, 2), (short, -1)):
                numbers[length] += change
    numbers[np.flatnonzero(numbers)[-1]] -= 1
    order = sorted(np.flatnonzero(counts).tolist(), key=lambda symbol: (depth[symbol], -counts[symbol]))
    lengths = np.zeros(len(counts), np.int64)
    lengths[order] = np.repeat(np.arange(len(numbers)), numbers)
    return lengths


def _canonical(sizes: NDArray[np.int64], symbols: list[int]) -> NDArray[np.uint64]:
    """The code of each symbol, counted up in order of length (T.81, C.2)."""
    words, word, size = np.zeros(256, np.uint64), 0, 0
    for symbol in symbols:
        word <<= int(sizes[symbol]) - size
        size = int(sizes[symbol])
        words[symbol] = word
        word += 1
    return words


def _codes(components: list[Component], units_hw: tuple[int, int], first: int, last: int, restart: int) -> _Codes:
    """A scan's codes; its blocks are taken apart in bands, to bound the memory."""
    if len(components) == 1:
        parts = [components[0].blocks.reshape(-1, 1, 64)]
    else:
        parts = [_in_units(component, units_hw) for component in components]
    steps = [_steps(part[..., 0].astype(np.int64), restart) for part in parts] if first == 0 else []
    tables = np.concatenate(
        [np.full(part.shape[1], entry.table) for part, entry in zip(parts, components, strict=True)]
    )
    rows = max(1, BAND // len(tables))
    found = []
    for top in range(0, len(parts[0]), rows):
        blocks = np.concatenate([part[top : top + rows] for part in parts], axis=1).reshape(-1, 64)[:, ZIGZAG]
        dc = np.concatenate([step[top : top + rows] for step in steps], axis=1).ravel() if steps else None
        table = np.tile(tables, len(blocks) // len(tables)).astype(np.uint8)
        unit = np.repeat(np.arange(top, top + len(blocks) // len(tables)), len(tables))
        found.append(_of_blocks(blocks, dc, table, unit, first, last))
    return _Codes(*(np.concatenate(columns) for columns in zip(*found, strict=True)))  # type: ignore[arg-type]


def _in_units(component: Component, units_hw: tuple[int, int]) -> NDArray[np.int16]:
    """The blocks of a component as an interleaved scan has them, (units, blocks in a unit, 64).

    Blocks beyond the picture's edge, which are never shown, repeat the DC of their neighbour.
    """
    rows, columns = units_hw[0] * component.down, units_hw[1] * component.across
    have = component.blocks.reshape(*component.blocks.shape[:2], 64)
    short = (0, rows - have.shape[0]), (0, columns - have.shape[1])
    blocks = np.pad(have, (*short, (0, 0)))
    blocks[..., 0] = np.pad(have[..., 0], short, mode="edge")
    blocks = blocks.reshape(units_hw[0], component.down, units_hw[1], component.across, 64).swapaxes(1, 2)
    return blocks.reshape(units_hw[0] * units_hw[1], component.down * component.across, 64)


def _steps(dc: NDArray[np.int64], restart: int) -> NDArray[np.int64]:
    """DC coefficients (units, blocks) as differences to the one before; the first after a restart stands alone."""
    flat = dc.ravel()
    steps = np.diff(flat, prepend=0).reshape(dc.shape)
    if restart:
        steps[::restart, 0] = dc[::restart, 0]
    return steps


def _of_blocks(
    blocks: NDArray[np.int16],
    dc: NDArray[np.int64] | None,
    table: NDArray[np.uint8],
    unit: NDArray[np.int64],
    first: int,
    last: int,
) -> tuple[NDArray, ...]:
    """Table, symbol, bits behind it, their number and unit of each code, for blocks (N, 64) in zigzag order."""
    pieces = []  # each: block, place in the block, table's kind, symbol, value
    everywhere = np.arange(len(blocks))
    if dc is not None:
        pieces.append((everywhere, 0, 0, BIT_LENGTHS[np.abs(dc)], dc))
    if last > 0:
        values = blocks[:, max(first, 1) : last + 1]
        block, place = np.nonzero(values)
        value = values[block, place].astype(np.int64)
        before = np.concatenate([[-1], place[:-1]])
        before[np.diff(block, prepend=-1) != 0] = -1
        run = place - before - 1
        symbol = (run % 16) << 4 | BIT_LENGTHS[np.abs(value)]
        pieces.append((block, 2 * place + 2, 1, symbol, value))
        long = np.repeat(np.arange(len(block)), run // 16)
        pieces.append((block[long], 2 * place[long] + 1, 1, SIXTEEN_ZEROS, np.zeros(len(long), np.int64)))
        open_end = np.flatnonzero(values[:, -1] == 0)
        pieces.append((open_end, 255, 1, END_OF_BLOCK, np.zeros(len(open_end), np.int64)))
    block = np.concatenate([piece[0] for piece in pieces])
    order = np.argsort(np.concatenate([piece[0] * 256 + piece[1] for piece in pieces]), kind="stable")
    kind, symbol = (np.concatenate([np.broadcast_to(p[i], p[0].shape) for p in pieces]) for i in (2, 3))
    value = np.concatenate([piece[4] for piece in pieces])
    bits = np.where(value == 0, 0, BIT_LENGTHS[np.abs(value)])
    extra = np.where(value < 0, value + (1 << bits.astype(np.int64)) - 1, value)
    slot = table[block] + 8 * kind
    columns = ((slot, np.uint8), (symbol, np.uint8), (extra, np.uint16), (bits, np.uint8), (unit[block], np.int64))
    return tuple(values[order].astype(dtype) for values, dtype in columns)


def _packed(codes: _Codes, lengths: NDArray[np.int64], words: NDArray[np.uint64], restart: int) -> bytes:
    """The scan's data: codes behind each other, each interval filled up with ones, 0xFF marked, restarts between."""
    size = lengths[codes.table, codes.symbol] + codes.bits
    interval = codes.unit // restart if restart else np.zeros(len(size), np.int64)
    begins = np.flatnonzero(np.diff(interval, prepend=-1))
    total = np.add.reduceat(size, begins)
    padding = -total % 8
    ends = np.cumsum(total + padding)  # bits
    start = np.cumsum(size) - size
    start += np.repeat(np.cumsum(padding) - padding, np.diff(np.append(begins, len(size))))
    packed = np.zeros(int(ends[-1]) // 32 + 2, np.uint64)
    for at in range(0, len(size), PIECE):
        part = slice(at, at + PIECE)
        word = words[codes.table[part], codes.symbol[part]] << codes.bits[part] | codes.extra[part].astype(np.uint64)
        _put(packed, start[part], size[part], word)
    _put(packed, ends - padding, padding, (1 << padding) - 1)
    data = np.frombuffer(packed.astype(">u4").tobytes(), np.uint8)[: int(ends[-1]) // 8]
    marked, between = np.flatnonzero(data == 0xFF) + 1, ends[:-1] // 8
    markers = np.stack([np.full(len(between), 0xFF), 0xD0 + np.arange(len(between)) % 8], axis=1).ravel()
    places = np.concatenate([marked, np.repeat(between, 2)])
    return np.insert(
        data, places, np.concatenate([np.zeros(len(marked), np.int64), markers]).astype(np.uint8)
    ).tobytes()


def _put(packed: NDArray[np.uint64], start: NDArray[np.int64], size: NDArray[np.int64], word: NDArray) -> None:
    """Set bits from ``start`` on, in words of 32; no two codes share a bit, so sums are as good as ors."""
    base = int(start[0]) // 32
    place = start // 32 - base
    spread = word.astype(np.uint64) << (64 - start % 32 - size).astype(np.uint64)
    for offset, half in ((0, spread >> np.uint64(32)), (1, spread & np.uint64(0xFFFFFFFF))):
        summed = np.bincount(place + offset, half.astype(np.float64)).astype(np.uint64)
        packed[base : base + len(summed)] += summed
