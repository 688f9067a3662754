"""The original's hair as a layer that lies over the edit: what it frees, what alpha it needs, what picture it gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_map
from segmask.core.regions import connected_regions
from segmask.core.types import Alpha, Box, Image, Mask

Map = NDArray[np.float32]


@dataclass(frozen=True)
class HairLayer:
    """The original's hair as it lies over the edit."""

    area: Box
    """Where in the picture; maps have this size if nothing else is said."""
    size_hw: tuple[int, int]
    """The picture's size."""
    opacity: Alpha
    """float32: of the original's hair; 0 far from the replaced garment."""
    colour: Image
    """uint8 (…, 3): its colour free of what lay behind; the original's own where nothing shone through."""
    from_edit: Alpha
    """float32: how much comes from the edit, hair and all."""
    differs: Mask
    """bool: where the layer over another picture isn't the original."""
    nearest: NDArray[np.intp]
    """(h, w) at the working size: index of the nearest pixel that is no hair; what is there lies behind the hair."""
    spread: float
    """Sigma of the passage from what lies behind one place to what lies behind the next, in pixels of ``nearest``."""
    garment: Mask
    """bool (h, w): the replaced garment beside the hair."""

    @property
    def freed(self) -> Mask:
        """bool (H, W): what a parser calls hair and yet may come from the edit."""
        freed = np.zeros(self.size_hw, bool)
        freed[self.area.slices] = self.differs | (self.from_edit > 0)
        return freed

    def widen(self, alpha: Alpha, keep: Mask, *, hard: bool = False) -> Alpha:
        """The decision's alpha with the layer's pixels in it, float32 (H, W), multiples of 1/255.

        Args:
            alpha: float32 (H, W).
            keep: bool (H, W): exactly 0 here.
            hard: nothing between 0 and 1.
        """
        added = np.where(self.differs | (self.from_edit > 0), self._over_taken(alpha), 0)
        added = np.maximum(added, self.from_edit * self._wanted(alpha))
        added = np.rint(added) if hard else np.rint(255 * added) / 255
        result = alpha.copy()
        result[self.area.slices] = np.maximum(alpha[self.area.slices], added)
        result[keep] = 0
        return result

    def over(self, edited: Image, alpha: Alpha) -> Image:
        """The edit with the original's hair laid over what ``alpha`` takes of it, uint8 (H, W, 3)."""
        result = edited.copy()
        below = edited[self.area.slices].astype(np.float32)
        result[self.area.slices] = np.rint(self.mixed(below, alpha)).astype(np.uint8)
        return result

    def mixed(self, below: Map, alpha: Alpha) -> Map:
        """The same for what lies in the layer's area, float32 (…, 3) in 8-bit levels, not rounded.

        Where alpha rises because the hair passes from one ground to another, the hair is as dense on either side of
        the passage; a layer that faded in there as well would let the edit shine through.
        """
        over = self._over_taken(alpha) / np.maximum(alpha[self.area.slices], 1 / 255)
        weight = (np.minimum(over, 1) * (1 - self.from_edit) * self.opacity)[..., None]
        return np.asarray(below + weight * (self.colour - below), np.float32)

    def _over_taken(self, alpha: Alpha) -> Map:
        """How far each pixel lies over or beside what comes from the edit, float32."""
        import cv2

        small = resize_map(alpha[self.area.slices], (self.nearest.shape[0], self.nearest.shape[1]))
        behind = (small >= 0.5).ravel()[self.nearest].astype(np.float32)
        behind = np.asarray(cv2.GaussianBlur(behind, (0, 0), self.spread), np.float32)
        return resize_map(behind, (self.area.height, self.area.width))

    def _wanted(self, alpha: Alpha) -> Map:
        """1 on those pieces of ``from_edit`` whose garment comes from the edit, else 0; float32."""
        hw = (self.nearest.shape[0], self.nearest.shape[1])
        pieces = connected_regions(resize_map(self.from_edit, hw) > 0)
        taken = pieces.total((resize_map(alpha[self.area.slices], hw) >= 0.5) & self.garment)
        wanted = pieces.select(2 * taken >= np.maximum(pieces.total(self.garment), 1))
        return resize_map(wanted.astype(np.float32), (self.area.height, self.area.width))
