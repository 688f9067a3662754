"""The edited picture while it is being made, on the original's grid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from segmask.core.labels import PART_ID, part_ids
from segmask.core.types import LabelMap, Mask
from segmask.evaluation.synth.fields import Map


@dataclass(frozen=True)
class Canvas:
    """What a fault needs to know of the picture."""

    image: Map
    """float32 (H, W, 3), RGB, 8-bit levels."""
    label: LabelMap
    """uint8 (H, W): what the edited picture shows."""
    garment: Map
    """float32 (H, W): cover of the new garments."""
    unit: float
    """Pixels at 830 px height, in this picture's pixels."""

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width."""
        height, width = self.label.shape
        return height, width

    @cached_property
    def face(self) -> Mask:
        """Faces, with what is worn on them, bool (H, W)."""
        return np.isin(self.label, part_ids(("face", "eyewear")))

    @cached_property
    def face_width_px(self) -> float:
        """Side of a square as large as the largest face, which is about as wide; 0 without one."""
        import cv2

        areas = cv2.connectedComponentsWithStats(self.face.astype(np.uint8))[2][1:, cv2.CC_STAT_AREA]
        return float(np.sqrt(areas.max(initial=0)))

    @cached_property
    def hair(self) -> Mask:
        """Hair, bool (H, W)."""
        return self.label == PART_ID["hair"]

    @cached_property
    def skin(self) -> Mask:
        """Skin, the face's too, bool (H, W)."""
        return np.isin(self.label, part_ids(("face", "skin")))

    @cached_property
    def background(self) -> Mask:
        """Background, bool (H, W)."""
        return self.label == PART_ID["background"]
