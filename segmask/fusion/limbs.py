"""Limbs that the edit moved and of which only a part came along: there the two pictures can't be put together whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.fusion.evidence import changed_prob
from segmask.fusion.prior import moved_limbs
from segmask.regions import connected_regions
from segmask.types import Change, Mask, Probs


@dataclass(frozen=True)
class LimbConfig:
    """Numbers of the search; lengths as shares of the long side."""

    bridge: float = 0.006
    """An arm's old place and its new one lie this close."""
    least: float = 0.0006
    """Of the picture: smaller pieces are a parser's outline."""
    split: float = 0.2
    """Of a moved limb: with more of it taken and more of it left, it is in two pieces."""


DEFAULT = LimbConfig()


def split_limbs(
    before: Probs, after: Probs, change: Change, mask: Mask, parts: tuple[str, ...], config: LimbConfig = DEFAULT
) -> Mask:
    """Moved limbs that are neither taken nor left as a whole, bool (h, w) at the working size.

    A limb has moved where one picture shows skin, the other the background, and both differ. Taken whole it is the
    edit's, left whole the original's; in between a hand may show twice or be cut.

    Args:
        before: float32 (14, h, w): what the original shows.
        after: float32 (14, h, w): what the aligned edit shows.
        change: the change map, (h, w).
        mask: bool (h, w): what comes from the edit.
        parts: the targeted parts.
    """
    import cv2

    limb = moved_limbs(before, after, parts) * changed_prob(change.score_map) > 0.5
    solid = cv2.morphologyEx(limb.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    radius = max(1, round(config.bridge * max(mask.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    limbs = connected_regions(cv2.dilate(solid, disc) > 0)
    moved = solid > 0
    taken, left = limbs.total(moved & mask), limbs.total(moved & ~mask)
    lesser = np.minimum(taken, left)
    return moved & limbs.select((lesser >= config.least * mask.size) & (lesser >= config.split * (taken + left)))
