"""Where a strongly changed region is mostly garment, the rest of it is likely garment that the parser missed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PART_ID, PARTS
from segmask.core.morphology import connected_regions
from segmask.core.types import Prob, Probs
from segmask.fusion.scene import Prior

MISTAKEN = ("bag", "accessory")
"""Parts that parsers mistake garments for: a lap for a bag, a bow for a scarf. Changed strongly, no obstacle."""


@dataclass(frozen=True)
class GrowthConfig:
    """Numbers of the growth."""

    strong: float = 8.0
    """Score (units of the noise floor) of a change that no redrawing explains."""
    neck: float = 0.006
    """Of the long side: links narrower than twice this don't join regions; spill around a garment is thinner."""
    from_share: float = 0.35
    """Share of a changed region that must be garment before the rest gains anything."""
    full_share: float = 0.6
    weight: float = 0.8
    """Prior of the rest of a region that is garment by ``full_share``: likely, not certain."""


DEFAULT = GrowthConfig()


def garment_share(
    either: Prob, score_map: NDArray[np.float32], parts: tuple[str, ...], config: GrowthConfig = DEFAULT
) -> Prob:
    """The target's share of the strongly changed region that a pixel lies in, float32 (h, w); 0 outside of any.

    Args:
        either: float32 (h, w): the target was here or has come here.
        score_map: float32 (h, w): change in units of the noise floor.
        parts: the targeted parts.
    """
    import cv2

    if "background" in parts:
        return np.zeros_like(either)
    radius = max(1, round(config.neck * max(score_map.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    strong = (score_map >= config.strong).astype(np.uint8)
    regions = connected_regions(cv2.morphologyEx(strong, cv2.MORPH_OPEN, disc) > 0)
    share = regions.total(either) / np.maximum(regions.areas, 1)
    share[0] = 0
    share[np.unique(regions.labels[0])] = 0  # open to the top of the picture: a new background, not a coat
    return share.astype(np.float32)[regions.labels]


def grown(
    prior: Prior, before: Probs, score_map: NDArray[np.float32], parts: tuple[str, ...], config: GrowthConfig = DEFAULT
) -> Prior:
    """The prior with ``either`` raised in strongly changed regions that are mostly garment.

    Not raised where the original surely shows another part of the person, or something worn that is not targeted.
    """
    share = garment_share(prior.either, score_map, parts, config)
    gain = np.clip((share - config.from_share) / (config.full_share - config.from_share), 0, 1) * config.weight
    others = [PART_ID[part] for part in PARTS[1:] if part not in parts and part not in MISTAKEN]
    known: Prob = np.minimum(before[others].sum(0), 1)
    raised = (gain * (1 - known)).astype(np.float32)
    return replace(prior, either=np.maximum(prior.either, raised))
