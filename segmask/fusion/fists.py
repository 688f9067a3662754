"""Fists that a parser calls faces: protected as one, a hand would be cut in two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PART_ID
from segmask.core.morphology import widened
from segmask.core.regions import connected_regions
from segmask.core.types import Box, Face, Mask, Parsing

Region = tuple[NDArray[np.uint8], Box, float]


@dataclass(frozen=True)
class FistConfig:
    """Numbers of the rule."""

    reach: float = 0.3
    """Of a face's height: hair or a hat lies so near to any face, but to no fist …"""
    ends: float = 0.3
    """Of a face's height: how much of what lies around it is above and below."""
    hair: float = 0.3
    """… but where it is the hair of a larger face, of which less than this share lies above a fist. Above faces it is
    .6 to .9."""
    arm: float = 0.2
    """Share of one side that is skin: an arm. Bystanders' necks are .17 and less."""


DEFAULT = FistConfig()
NEAR = ("hair", "headwear", "skin")
"""Parts that tell a face from a fist by what touches it."""


def find_fists(regions: Sequence[Region], parsing: Parsing, faces: tuple[Face, ...]) -> set[int]:
    """Which of the parser's faces are fists: a larger face shows elsewhere, and an arm's skin touches them, but no hat
    and no hair, unless beside them hangs the hair of a larger face; and no detector saw a face there.

    Args:
        regions: of each face its pixels, uint8 (h, w), the box around them, and its best probability.
        parsing: what the picture shows, at (h, w).
        faces: what a detector found in the picture.

    >>> labels = np.zeros((60, 60), np.uint8)
    >>> labels[5:10, 5:25], labels[10:30, 10:20] = PART_ID["hair"], PART_ID["face"]  # a head
    >>> labels[20:30, 40:48], labels[30:60, 40:48] = PART_ID["face"], PART_ID["skin"]  # a raised arm
    >>> parsing = Parsing(np.eye(14, dtype=np.float32)[labels].transpose(2, 0, 1), (60, 60), "drawn")
    >>> boxes = Box(10, 10, 20, 30), Box(40, 20, 48, 30)
    >>> pixels = [np.zeros((60, 60), np.uint8) for _ in boxes]
    >>> for one, box in zip(pixels, boxes):
    ...     one[box.slices] = 1
    >>> find_fists([(one, box, 1.0) for one, box in zip(pixels, boxes)], parsing, ())
    {1}
    """
    small_hw = parsing.working_probs.shape[1:]
    seen = [face.box.scaled(parsing.size_hw, small_hw) for face in faces]
    hair, hat, skin = (parsing.working_probs[PART_ID[part]] > 0.5 for part in NEAR)
    locks = connected_regions(hair).labels
    fists, heights, theirs = set[int](), [0], set[int]()
    for index, (pixels, box, _) in sorted(enumerate(regions), key=lambda item: -item[1][1].height):
        reach = max(1, round(DEFAULT.reach * box.height))
        area = box.grown_by(reach).clip(*small_hw)
        around = widened(pixels[area.slices] > 0, reach) & (pixels[area.slices] == 0)
        sides = _sides(around, Box(box.x0 - area.x0, box.y0 - area.y0, box.x1 - area.x0, box.y1 - area.y0))
        own = set(np.unique(locks[area.slices][around]).tolist()) - {0}
        crowned = _share(hair[area.slices], sides[0]) >= DEFAULT.hair or hat[area.slices][around].any()
        arm = max(_share(skin[area.slices], side) for side in sides) >= DEFAULT.arm
        bare = arm and not crowned and own <= theirs
        if bare and max(heights) > box.height and not any(_overlap(box, other) for other in seen):
            fists.add(index)
        else:
            heights.append(box.height)
            theirs |= own
    return fists


def _overlap(first: Box, second: Box) -> bool:
    return first.x0 < second.x1 and second.x0 < first.x1 and first.y0 < second.y1 and second.y0 < first.y1


def _sides(around: Mask, box: Box) -> tuple[Mask, Mask, Mask, Mask]:
    """What lies around a box: above, below, left and right; above and below reach over the box's own ends."""
    rows, columns = np.ogrid[: around.shape[0], : around.shape[1]]
    over = round(DEFAULT.ends * box.height)
    above, below = rows < box.y0 + over, rows >= box.y1 - over
    return around & above, around & below, around & (columns < box.x0), around & (columns >= box.x1)


def _share(part: Mask, side: Mask) -> float:
    return float(part[side].mean()) if side.any() else 0.0
