"""Probability that a pixel comes from the edit, by rules: what the pixel model is compared with.

Made of three: the target was here or has come here; the pixel changed, or its surroundings on the target did; an arm
was moved here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PART_ID, PARTS
from segmask.core.morphology import within
from segmask.core.types import Prob, Probs
from segmask.fusion.garments import DEFAULT as GARMENTS
from segmask.fusion.garments import MISTAKEN, garment_changed, garment_share
from segmask.fusion.scene import Scene


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


def rule_log_odds(scene: Scene) -> NDArray[np.float32]:
    """Log odds of each pixel that it comes from the edit, float32 (h, w)."""
    changed, prior = scene.changed, scene.prior
    if "background" not in scene.parts:
        prior = prior * scene.on_people
    prior, garment = grown(prior, scene), garment_changed(scene)
    follows = 1 - (1 - changed) * (1 - garment)
    near = within((prior > 0.5) & (garment > 0.5), max(1, round(DEFAULT.limb_reach * max(garment.shape))))
    limbs = moved_limbs(scene.before, scene.after, scene.parts) * changed * near.astype(np.float32)
    belongs = prior ** (1 + DEFAULT.caution * (1 - garment))
    probability = np.clip(np.maximum(belongs * follows, DEFAULT.limb_weight * limbs), 1e-4, 1 - 1e-4)
    return np.clip(np.log(probability / (1 - probability)), -DEFAULT.odds_limit, DEFAULT.odds_limit).astype(np.float32)


def grown(prior: Prob, scene: Scene) -> Prob:
    """A prior of the target, float32 (h, w), raised in strongly changed regions that are mostly garment.

    Not raised where the original surely shows another part of the person, or something worn that is not targeted.
    """
    share = garment_share(prior, scene.change.score_map, scene.parts)
    gain = np.clip((share - GARMENTS.from_share) / (GARMENTS.full_share - GARMENTS.from_share), 0, 1) * GARMENTS.weight
    others = [PART_ID[part] for part in PARTS[1:] if part not in scene.parts and part not in MISTAKEN]
    known: Prob = np.minimum(scene.before[others].sum(0), 1)
    raised = (gain * (1 - known)).astype(np.float32)
    return np.maximum(prior, raised)


def moved_limbs(before: Probs, after: Probs, parts: tuple[str, ...]) -> Prob:
    """Bare skin in one picture and background in the other: an arm, hand or leg that the edit moved."""
    if "skin" in parts or "background" in parts:
        return np.zeros_like(before[0])
    skin, ground = PART_ID["skin"], PART_ID["background"]
    return np.maximum(before[skin] * after[ground], after[skin] * before[ground])
