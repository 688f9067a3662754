"""A picture as it was read: its own samples, the view that the stages get, and what travels along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmask.core.findings import Findings
from segmask.core.types import Image, Mask

Raster = NDArray[np.uint8] | NDArray[np.uint16]

NEARLY_OPAQUE = 0.98
"""Share of alpha: below, the ground shows through visibly (5 levels of 255 between black and white)."""


@dataclass(frozen=True)
class Metadata:
    """What travels with the pixels. All of it agrees with upright pixels of the size that was read."""

    icc: bytes | None = None
    """The colour profile of the raster; one made from ``png_colour`` where the file has no profile but those."""
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    text: tuple[tuple[str, str], ...] = ()
    iptc: bytes | None = None
    """The IPTC-IIM records."""
    comment: bytes | None = None
    """A JPEG's comment."""
    png_colour: tuple[tuple[bytes, bytes], ...] = ()
    """The PNG chunks cICP, gAMA, cHRM, sRGB, mDCV, cLLI as stored: name and contents."""
    left_out: tuple[str, ...] = ()
    """What the file has besides and no output can hold, in words."""

    def stripped(self) -> tuple[Metadata, tuple[str, ...]]:
        """What the samples need to look right, and the resolution; and what was left out, in words."""
        names = {"EXIF": self.exif, "XMP": self.xmp, "IPTC": self.iptc, "texts": self.text, "the comment": self.comment}
        kept = replace(self, exif=None, xmp=None, iptc=None, text=(), comment=None, left_out=())
        return kept, tuple(name for name, value in names.items() if value)


@dataclass(frozen=True, eq=False)
class StoredJpeg:
    """A JPEG as it was stored, to be written again without coding it twice."""

    segments: tuple[bytes, ...]
    """Its beginning, tables, frame, scans and end, without metadata."""
    density: bytes
    """The JFIF segment, without a thumbnail; empty without one."""
    orientation: int = 1
    """1 to 8: how the samples are stored."""


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture as read, orientation applied."""

    raster: Raster
    """uint8 or uint16 (H, W, C): C is 1 grey, 2 grey + alpha, 3 RGB, 4 RGB + alpha; in the file's colour profile."""
    image: Image
    """uint8 (H, W, 3): the same as sRGB, transparent pixels over white."""
    metadata: Metadata
    notes: Findings = ()
    """How the file was read, where that is not a matter of course."""
    path: Path | None = None
    jpeg: StoredJpeg | None = None
    """The file that it came from, if that is a JPEG."""

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width."""
        return self.raster.shape[0], self.raster.shape[1]

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height, as reports have them."""
        return self.raster.shape[1], self.raster.shape[0]

    @property
    def has_alpha(self) -> bool:
        """Does it have an alpha channel?"""
        return self.raster.shape[2] in (2, 4)

    @property
    def is_gray(self) -> bool:
        """Is it without colour?"""
        return self.raster.shape[2] < 3

    @cached_property
    def clear(self) -> Mask | None:
        """bool (H, W): pixels that are see-through, wholly or visibly; None where all are opaque.

        Of an edit they hold nothing to take: ``image`` shows white there, which is in no picture.
        """
        if not self.has_alpha:
            return None
        alpha = self.raster[..., -1]
        clear = alpha < NEARLY_OPAQUE * np.iinfo(alpha.dtype).max
        return clear if clear.any() else None

    @cached_property
    def is_neutral(self) -> bool:
        """Is every pixel a grey, whatever the file stores? True of black-and-white photos saved as RGB."""
        if self.is_gray:
            return True
        red, green, blue = (self.raster[..., channel] for channel in range(3))
        return bool((red == green).all() and (green == blue).all())
