"""A picture as it was read: its own samples, the view that the stages get, and what travels along."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmask.core.findings import Findings
from segmask.core.types import Image

Raster = NDArray[np.uint8] | NDArray[np.uint16]


@dataclass(frozen=True)
class Metadata:
    """What travels with the pixels."""

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    text: tuple[tuple[str, str], ...] = ()


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
