"""What the edit's skin and ground get added to match the original's beside the seam: light, grain, ground."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from segmask.compose.bared import bared_ground
from segmask.compose.grain import Grain, missing_grain
from segmask.compose.ground import ground_correction
from segmask.compose.healing import Filling
from segmask.compose.skin import Field, add_correction, added_in, skin_correction
from segmask.core.geometry import resize_image, working_size
from segmask.core.types import Alpha, Box, Image, Mask
from segmask.fusion.scene import BARE, Scene

SMALL_SIDE = 320
"""Pixels of the small copies that both kinds of light are measured on."""


@dataclass(frozen=True, eq=False)
class Beside:
    """What is added to the edit; nothing at all as it is made."""

    fields: tuple[Field, ...] = ()
    """float32 (h, w, 3) each, at a small size of its own: light, in 8-bit levels."""
    grain: Grain | None = None
    bared: tuple[Filling, ...] = ()
    """Ground that goes on from the original's."""

    def within(self, area: Box, size_hw: tuple[int, int]) -> Field:
        """What is added in a box of a picture of ``size_hw``, float32 (h, w, 3), not rounded.

        >>> light = np.full((2, 2, 3), 3, np.float32)
        >>> Beside((light,)).within(Box(1, 1, 3, 2), (4, 4)).tolist()
        [[[3.0, 3.0, 3.0], [3.0, 3.0, 3.0]]]
        """
        total = np.zeros((area.height, area.width, 3), np.float32)
        for field in self.fields:
            total += added_in(field, area, size_hw)
        if self.grain is not None:
            total += self.grain.within(area)[..., None]
        for filling in self.bared:
            total += filling.within(area)
        return total


def matched_beside(
    original: Image, tone: Callable[[], Image], alpha: Alpha, taken: Mask, scene: Scene | None
) -> tuple[Beside, Image]:
    """What brings skin and ground of the edit into the original's light and grain; and the edit with it added.

    By alpha, not by the decision: a mask that is read back has no other.

    Args:
        original: uint8 (H, W, 3).
        tone: makes the edit, aligned and tone matched, uint8 (H, W, 3); it is not kept beside what comes of it.
        alpha: float32 (H, W): what comes from the edit.
        taken: bool (h, w): the same at the working size.
        scene: what both pictures show; nothing is matched without it. What is targeted is what was asked for: it is not
            matched either.

    >>> wall = np.full((80, 80, 3), 100, np.uint8)
    >>> label, alpha = np.zeros((80, 80), np.uint8), np.zeros((80, 80), np.float32)
    >>> alpha[30:50, 30:50] = 1
    >>> scene = Scene.of_labels(label, label, np.ones((80, 80), np.float32), ("upper",))
    >>> int(matched_beside(wall, lambda: wall + np.uint8(9), alpha, alpha > 0, scene)[1][40, 40, 0])
    100
    """
    lit = tone()
    if scene is None:
        return Beside(), lit
    before, after = scene.parsings
    small_hw = working_size((original.shape[0], original.shape[1]), SMALL_SIDE)
    small = resize_image(original, small_hw), resize_image(lit, small_hw)
    fields = [ground_correction(*small, before, after, taken, scene.parts)]
    if set(scene.parts).isdisjoint(BARE):
        fields.append(skin_correction(*small, before.working_probs, after.working_probs, taken))
    lit = add_correction(lit, *fields)
    grain = missing_grain(original, lit, before, after, alpha, scene.parts)
    lit = lit if grain is None else grain.over(lit)
    bared = bared_ground(original, lit, alpha, scene)  # lays it over lit
    return Beside(tuple(field for field in fields if field is not None), grain, bared), lit
