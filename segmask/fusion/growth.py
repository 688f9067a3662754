"""Where a strongly changed region is mostly garment, the rest of it is likely garment that the parser missed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segmask.fusion.prior import Prior
from segmask.labels import PART_ID, PARTS
from segmask.regions import connected_regions
from segmask.types import Prob, Probs

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


def grown(
    prior: Prior, before: Probs, score_map: NDArray[np.float32], parts: tuple[str, ...], config: GrowthConfig = DEFAULT
) -> Prior:
    """The prior with ``either`` raised in strongly changed regions that are mostly garment.

    Not raised where the original surely shows another part of the person, or something worn that is not targeted.
    """
    import cv2

    if "background" in parts:
        return prior
    radius = max(1, round(config.neck * max(score_map.shape)))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    strong = (score_map >= config.strong).astype(np.uint8)
    regions = connected_regions(cv2.morphologyEx(strong, cv2.MORPH_OPEN, disc) > 0)
    share = regions.total(prior.either) / np.maximum(regions.areas, 1)
    gain = np.clip((share - config.from_share) / (config.full_share - config.from_share), 0, 1) * config.weight
    gain[0] = 0
    gain[np.unique(regions.labels[0])] = 0  # open to the top of the picture: a new background, not a coat
    others = [PART_ID[part] for part in PARTS[1:] if part not in parts and part not in MISTAKEN]
    known: Prob = np.minimum(before[others].sum(0), 1)
    raised = gain.astype(np.float32)[regions.labels] * (1 - known)
    return replace(prior, either=np.maximum(prior.either, raised))
