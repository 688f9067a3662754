"""Probability that a pixel comes from the edit, by rules: for targets that the pixel model was not fitted on.

Made of three: the target was here or has come here; the pixel changed, or its surroundings on the target did; an arm
was moved here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Change, Prob, Probs
from segmask.fusion.evidence import changed_prob, garment_changed
from segmask.fusion.growth import grown
from segmask.fusion.scene import Prior, moved_limbs, near_body, target_prior


@dataclass(frozen=True)
class RulesConfig:
    """Numbers of the rules; lengths as shares of the long side."""

    odds_limit: float = 4.0
    """Log odds beyond this add nothing: no single model's certainty outweighs the surroundings."""
    caution: float = 2.0
    """Where the garment around did not change, a changed pixel must surely belong to it: its prior is raised to
    1 + this. Else the parser's soft outline takes slivers of a changed background."""
    limb_weight: float = 0.85
    limb_reach: float = 0.08
    """How far from a changed garment an arm may have been moved by the same edit."""


DEFAULT = RulesConfig()


def rule_log_odds(
    before: Probs, after: Probs, change: Change, parts: tuple[str, ...], config: RulesConfig = DEFAULT
) -> NDArray[np.float32]:
    """Log odds of each pixel, float32 (h, w), from the parsings of both pictures (14, h, w) and the change map."""
    changed = changed_prob(change.score_map)
    prior = target_prior(before, after, parts)
    if "background" not in parts:
        prior = replace(prior, either=prior.either * near_body(before, after))
    prior = grown(prior, before, change.score_map, parts)
    garment = garment_changed(changed, before, after, parts)
    follows = 1 - (1 - changed) * (1 - garment)
    limbs = moved_limbs(before, after, parts) * changed * _near(prior, garment, config)
    belongs = prior.either ** (1 + config.caution * (1 - garment))
    probability = np.clip(np.maximum(belongs * follows, config.limb_weight * limbs), 1e-4, 1 - 1e-4)
    return np.clip(np.log(probability / (1 - probability)), -config.odds_limit, config.odds_limit).astype(np.float32)


def _near(prior: Prior, garment: Prob, config: RulesConfig) -> Prob:
    """1 near a garment that was changed, 0 elsewhere."""
    import cv2

    radius = max(1, round(config.limb_reach * max(garment.shape)))
    region = ((prior.either > 0.5) & (garment > 0.5)).astype(np.uint8)
    distance = cv2.distanceTransform(1 - region, cv2.DIST_L2, 5) if region.any() else np.full(region.shape, np.inf)
    return (distance <= radius).astype(np.float32)
