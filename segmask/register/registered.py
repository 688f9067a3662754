"""A registered pair: the aligned edit with its tone match, and the change that was measured in it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import WORKING_SIDE, resize_image, resize_mask, working_size
from segmask.core.types import Alignment, Box, Change, Image, Mask, ToneMatch
from segmask.register.tone import OUTPUT_LIMIT, apply_tone, tone_levels


@dataclass(frozen=True, eq=False)
class Registered:
    """Both pictures on one grid, and the tone match.

    The tone match is applied to the part that is asked for, so that no toned copy of a large picture is kept.
    """

    original: Image
    """uint8 (H, W, 3)."""
    aligned: Image
    """uint8 (H, W, 3): the edit on the original's grid, its own colours."""
    alignment: Alignment
    tone: ToneMatch
    light: NDArray[np.float32]
    """float32 (h, w, 3): the light field to add after gain and offset, 8-bit levels."""

    @cached_property
    def working(self) -> tuple[Image, Mask]:
        """The original, and what the edit covers, at the working size."""
        work_hw = working_size((self.original.shape[0], self.original.shape[1]), WORKING_SIDE)
        return resize_image(self.original, work_hw), resize_mask(self.alignment.covered, work_hw)

    def toned_in(self, area: Box) -> Image:
        """The edit in a box with all of its drift taken out, uint8 (h, w, 3): for comparisons."""
        return apply_tone(self.aligned, self.tone, self.light, area=area)

    def toned_small(self, small: Image) -> Image:
        """The edit at another size with all of its drift taken out, uint8 (h, w, 3)."""
        return apply_tone(small, self.tone, self.light)

    def toned(self, taken: Mask, limit: float | None = OUTPUT_LIMIT) -> Image:
        """The edit as it is composited, uint8 (H, W, 3): toned in the box around what is taken, bool (H, W).

        No level moves by more than ``limit``, so that new cloth keeps its colour. Outside of the box, where nothing is
        taken, the edit stays as it is.
        """
        area = Box.around(taken)
        if area is None:
            return self.aligned
        result = self.aligned.copy()
        result[area.slices] = apply_tone(self.aligned, self.tone, self.light, limit, area)
        return result

    def toned_levels(
        self, levels: NDArray[np.float32], area: Box, limit: float | None = OUTPUT_LIMIT
    ) -> NDArray[np.float32]:
        """The same in floating point: the edit's 8-bit levels in a box, float32 (h, w, 3), not rounded."""
        whole_hw = (self.original.shape[0], self.original.shape[1])
        return tone_levels(levels, self.tone, self.light, area, whole_hw, limit)


@dataclass(frozen=True, eq=False)
class Measured:
    """A registered pair, and what changed in it."""

    registered: Registered
    change: Change
