"""What the label map says about the figure: which skin is arm, leg or neck, and what lies in front of what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.labels import CLOTHING, PART_ID, PARTS, part_ids
from segmask.core.types import LabelMap, Mask
from segmask.evaluation.synth.fields import within

# From the back to the front; arms (skin that is neither leg nor neck) lie before the garments, in doubt.
DEPTH = {"background": 0, "skin": 1, "legwear": 2, "lower": 3, "upper": 4, "dress": 4, "outerwear": 5}
ARM_DEPTH, FRONT_DEPTH = 6, 7
FRONT = len(PARTS)  # id of what hides the figure and is no part of it: a bystander, a table


@dataclass(frozen=True)
class Figure:
    """One dressed person in a picture; masks are bool (H, W)."""

    label: LabelMap
    """Canonical ids, and ``FRONT``."""
    top: int
    """First row of the figure."""
    height: int
    """Rows from head to foot, px: the scale of sleeves, hands and hems."""
    arms: Mask
    legs: Mask
    neck: Mask
    depth: LabelMap
    """uint8 (H, W): larger is nearer; ``DEPTH`` for garments."""

    def mask(self, *parts: str) -> Mask:
        """Where the label map shows one of these parts."""
        return np.isin(self.label, part_ids(parts))

    @property
    def body(self) -> Mask:
        """All of the figure that can be seen."""
        return (self.label > 0) & (self.label < FRONT)

    @property
    def garments(self) -> tuple[str, ...]:
        """The garments that are large enough to be edited: over 4 % of the figure."""
        least = 0.04 * max(1, np.count_nonzero(self.body))
        return tuple(part for part in CLOTHING if np.count_nonzero(self.label == PART_ID[part]) > least)


def read_figure(label: LabelMap) -> Figure:
    """The figure that a label map shows; without one, everything is background.

    >>> label = np.zeros((100, 40), np.uint8)
    >>> label[10:20, 15:25] = PART_ID["face"]
    >>> label[20:60, 10:30], label[60:90, 12:28] = PART_ID["upper"], PART_ID["lower"]
    >>> figure = read_figure(label)
    >>> figure.top, figure.height, figure.garments
    (10, 80, ('upper', 'lower'))
    """
    rows = np.nonzero(((label > 0) & (label < FRONT)).any(1))[0]
    top = int(rows[0]) if len(rows) else 0
    height = int(rows[-1]) - top + 1 if len(rows) else label.shape[0]
    arms, legs, neck = _sort_skin(label, top, height)
    depth = np.full(FRONT + 1, FRONT_DEPTH, np.uint8)
    for part, rank in DEPTH.items():
        depth[PART_ID[part]] = rank
    depth_map = depth[label]
    depth_map[arms] = ARM_DEPTH
    return Figure(label, top, height, arms, legs, neck, depth_map)


def _sort_skin(label: LabelMap, top: int, height: int) -> tuple[Mask, Mask, Mask]:
    """Connected pieces of skin as arm, leg or neck: low ones are legs, those under the face are neck, others arms."""
    import cv2

    arms, legs, neck = (np.zeros(label.shape, bool) for _ in range(3))
    skin = label == PART_ID["skin"]
    near_face = within(label == PART_ID["face"], 0.01 * height)
    count, pieces, stats, centres = cv2.connectedComponentsWithStats(skin.astype(np.uint8), connectivity=8)
    for index in range(1, count):
        piece = pieces == index
        if centres[index][1] > top + 0.55 * height and stats[index][cv2.CC_STAT_TOP] > top + 0.42 * height:
            legs |= piece
        elif (piece & near_face).any() and stats[index][cv2.CC_STAT_HEIGHT] < 0.16 * height:
            neck |= piece
        else:
            arms |= piece
    return arms, legs, neck
