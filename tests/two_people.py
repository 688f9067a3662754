"""Two people drawn side by side, with what each pixel shows: so small that a whole run takes a moment.

The edit gives both another shirt, other hair and other shoes; the rest is equal but for the grain and a warmer light.
"""

from __future__ import annotations

import numpy as np

from segmask.core.labels import PART_ID
from segmask.core.types import Box, Face, Image, LabelMap, Parsing
from segmask.inputs import softened

SIZE_HW = (128, 160)
ROWS = {"hair": (8, 24), "face": (24, 44), "upper": (44, 84), "lower": (84, 112), "footwear": (112, 122)}
COLUMNS = {"left": (20, 60), "right": (100, 140)}
COLOURS = {
    "background": (120, 130, 140), "hair": (60, 40, 30), "face": (205, 160, 136), "upper": (60, 90, 170),
    "lower": (80, 82, 90), "footwear": (40, 36, 34),
}  # fmt: skip
WARMER = (6, 2, -4)  # 8-bit levels of red, green and blue
NEW = {"upper": (190, 60, 50), "hair": (180, 150, 60), "footwear": (215, 215, 205)}


def place(part: str, whose: str) -> tuple[slice, slice]:
    """Rows and columns of someone's hair, face or garment, less a rim: the soft edge is no matter here."""
    (top, bottom), (left, right) = ROWS[part], COLUMNS[whose]
    return slice(top + 4, bottom - 4), slice(left + 6, right - 6)


def labels() -> LabelMap:
    """What both pictures show, uint8 (128, 160) of canonical parts."""
    drawn = np.full(SIZE_HW, PART_ID["background"], np.uint8)
    for left, right in COLUMNS.values():
        for part, (top, bottom) in ROWS.items():
            drawn[top:bottom, left:right] = PART_ID[part]
    return drawn


def pictures() -> tuple[Image, Image]:
    """The original and its edit, uint8 (128, 160, 3)."""
    return _painted(COLOURS, (0, 0, 0), seed=1), _painted({**COLOURS, **NEW}, WARMER, seed=2)


def _painted(colours: dict[str, tuple[int, int, int]], light: tuple[int, int, int], seed: int) -> Image:
    colour_of = np.zeros((len(PART_ID), 3))
    for part, colour in colours.items():
        colour_of[PART_ID[part]] = colour
    weave = np.random.default_rng(0).normal(0, 9, (*SIZE_HW, 1))  # the same in both, so that they can be aligned
    grain = np.random.default_rng(seed).normal(0, 1, (*SIZE_HW, 3))
    return np.clip(np.rint(colour_of[labels()] + weave + grain + light), 0, 255).astype(np.uint8)


class DrawnParser:
    """A parser of the user's own, which knows these pictures."""

    name = "drawn"

    def parse(self, image: Image) -> Parsing:
        """The same for any picture of the size."""
        return Parsing(softened(labels()), (image.shape[0], image.shape[1]), self.name)


class ShirtDetector:
    """A face detector of the user's own, which takes the left shirt for a face."""

    name = "shirts"

    def detect(self, image: Image) -> tuple[Face, ...]:  # noqa: ARG002
        """One face."""
        return (Face(Box(24, 48, 56, 80), 0.9, self.name),)
