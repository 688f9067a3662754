"""Probability that a pixel comes from the edit, by rules: for targets that the pixel model was not fitted on.

Made of three: the target was here or has come here; the pixel changed, or its surroundings on the target did; an arm
was moved here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.morphology import within
from segmask.fusion.garments import garment_changed, grown
from segmask.fusion.scene import Scene, moved_limbs, once_a_scene


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


@once_a_scene
def rule_log_odds(scene: Scene) -> NDArray[np.float32]:
    """Log odds of each pixel that it comes from the edit, float32 (h, w).

    >>> labels = np.zeros((40, 40), np.uint8)
    >>> labels[10:20, 10:30] = 1  # hair
    >>> scene = Scene.of_labels(labels, labels, np.where(labels > 0, np.float32(12), np.float32(0.5)), ("hair",))
    >>> odds = rule_log_odds(scene)
    >>> bool(odds[15, 20] > 3), bool(odds[35, 20] < -3)
    (True, True)
    """
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
