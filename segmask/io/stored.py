"""A file as one of the readers left it: samples as stored, and everything else as found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from segmask.io.picture import StoredJpeg


@dataclass(frozen=True, eq=False)
class Stored:
    """Samples and metadata of a file, before anything is set upright, checked or converted."""

    samples: NDArray[Any]
    """uint8 or uint16 (H, W, 1..4), straight alpha last, 0 is black; stored orientation."""
    icc: bytes | None = None
    exif: bytes | None = None
    """A TIFF structure: that of EXIF, or a TIFF file itself."""
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    text: tuple[tuple[str, str], ...] = ()
    iptc: bytes | None = None
    comment: bytes | None = None
    png_colour: tuple[tuple[bytes, bytes], ...] = ()
    orientation: int | None = None
    """1 to 8 where the reader knows it otherwise than from EXIF."""
    jpeg: StoredJpeg | None = None
    has_gain_map: bool = False
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
