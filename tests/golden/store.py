"""Golden pictures: what the package made when they were last renewed, and how a picture of today differs from them.

``files/hashes.json`` holds the SHA-256 of every picture's pixels and ``files/NAME.png`` the picture itself, or every
n-th pixel of every n-th row where that would be large. Equal hashes pass. Other processors round some steps otherwise
(vector instructions of OpenCV and NumPy), so that a picture with another hash still passes if it is the stored one but
for the few pixels that ``ANOTHER_PROCESSOR`` allows.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.files import write_files
from segmask.io import encode_png, read_image, read_labels

FILES = Path(__file__).parent / "files"
HASHES, RECORDS = "hashes.json", "synth-records.json"
RENEWING = "if this was meant, look at it, then run: python -m tests.golden.renew"
LEVELS = (1, 2, 8, 32, 128, 255)
"""Upper ends of the histogram's bins, 8-bit levels."""
GRID = 8
"""Rows and columns of the map that shows where a picture differs."""


@dataclass(frozen=True)
class Tolerance:
    """What may differ: shares of the stored pixels."""

    at_all: float
    by_more_than_2: float
    """8-bit levels."""


ANOTHER_PROCESSOR = Tolerance(at_all=0.01, by_more_than_2=0.0001)
"""Measured with OpenCV's and NumPy's AVX, AVX2, AVX-512, FMA and IPP switched off: one pixel in 3000 differs, by one
level, and no mask or label map at all."""


@dataclass(frozen=True, eq=False)
class Golden:
    """A picture that must stay as it is."""

    name: str
    pixels: NDArray[np.uint8]
    """(H, W) or (H, W, 3)."""
    step: int = 1
    """Every so many pixels and rows are stored."""

    @property
    def stored(self) -> NDArray[np.uint8]:
        """The pixels that are stored."""
        return np.ascontiguousarray(self.pixels[self.step // 2 :: self.step, self.step // 2 :: self.step])

    @property
    def digest(self) -> str:
        """SHA-256 of shape and pixels."""
        return hashlib.sha256(f"{self.pixels.shape}".encode() + self.pixels.tobytes()).hexdigest()


def renew(goldens: list[Golden], files: Path = FILES) -> None:
    """Make today's pictures the golden ones; those of other names stay as they are."""
    hashes = {**_hashes(files), **{golden.name: golden.digest for golden in goldens}}
    contents = {files / f"{golden.name}.png": encode_png(golden.stored) for golden in goldens}
    write_files({**contents, files / HASHES: _json(dict(sorted(hashes.items())))})


def renew_records(records: dict[str, Any]) -> None:
    """Make what was drawn for today's synthetic edits the golden numbers."""
    write_files({FILES / RECORDS: _json(records)})


def golden_records() -> dict[str, Any]:
    """What was drawn for the synthetic edits when they were last renewed."""
    return json.loads((FILES / RECORDS).read_text())


def difference(golden: Golden, files: Path = FILES, tolerance: Tolerance = ANOTHER_PROCESSOR) -> str:
    """Where and how much a picture differs from its golden one; empty if it is the same on some processor."""
    if _hashes(files).get(golden.name) == golden.digest:
        return ""
    path = files / f"{golden.name}.png"
    before = read_image(path) if golden.pixels.ndim == 3 else read_labels(path)
    now = golden.stored
    if now.shape != before.shape:
        return f"{golden.name}: stores {_size(now)} px, its golden picture {_size(before)}; {RENEWING} {golden.name}"
    levels = np.abs(now.astype(int) - before)
    levels = levels.max(2) if levels.ndim == 3 else levels
    if (levels > 0).mean() <= tolerance.at_all and (levels > 2).mean() <= tolerance.by_more_than_2:
        return ""
    return f"{golden.name}: {_told(levels, golden.step)}\n{RENEWING} {golden.name}"


def _told(levels: NDArray[np.int_], step: int) -> str:
    """Share, size and place of differences (h, w), in pixels of the whole picture."""
    rows, columns = np.nonzero(levels)
    box = [int(value) * step for value in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)]
    lines = [
        f"{len(rows)} of {levels.size} stored pixels differ ({len(rows) / levels.size:.2%}), by at most "
        f"{levels.max()} levels, mean {levels[levels > 0].mean():.1f}",
        f"  all of them in x {box[0]}..{box[2]}, y {box[1]}..{box[3]}",
    ]
    low = 0
    for high in LEVELS:
        lines.append(f"  by {low + 1:>3} to {high:>3} levels: {int(((levels > low) & (levels <= high)).sum())}")
        low = high
    lines.append("  share of each part of the picture that differs, in percent:")
    for band in np.array_split(levels > 0, GRID, axis=0):
        cells = np.array_split(band, GRID, axis=1)
        lines.append("  " + "".join(f"{cell.mean() * 100:4.0f}" if cell.any() else "   ." for cell in cells))
    return "\n".join(lines)


def _hashes(files: Path) -> dict[str, str]:
    return json.loads((files / HASHES).read_text()) if (files / HASHES).is_file() else {}


def _json(values: dict[str, Any]) -> bytes:
    return (json.dumps(values, indent=1) + "\n").encode()


def _size(pixels: NDArray[np.uint8]) -> str:
    return f"{pixels.shape[1]}x{pixels.shape[0]}"
