"""The decision by parsing and evidence together: a photomontage by minimum cut.

Each pixel is labelled original or edited. Its own cost is the log odds of a probability made of three: the target was
here or has come here; the pixel changed, or its garment did; an arm was moved here. The seam between the labels costs
what the two pictures differ there, so it runs where they agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segmask.fusion.cut import minimum_cut
from segmask.fusion.evidence import changed_prob, garment_changed
from segmask.fusion.growth import grown
from segmask.fusion.prior import Prior, moved_limbs, near_body, target_prior, target_prob
from segmask.regions import connected_regions, filled
from segmask.types import Change, Mask, Prob, Probs


@dataclass(frozen=True)
class HybridConfig:
    """Weights of the energy; lengths as shares of the long side."""

    seam: float = 1.2
    """Cost of a seam between two pixels that differ strongly, in units of log odds."""
    seam_least: float = 0.15
    """Cost of a seam where both pictures agree: outlines don't fray."""
    full_score: float = 6.0
    """Score from which pictures count as differing strongly."""
    odds_limit: float = 4.0
    """Log odds beyond this add nothing: no single model's certainty outweighs the surroundings."""
    caution: float = 2.0
    """Where the garment around did not change, a changed pixel must surely belong to it: its prior is raised to
    1 + this. Else the parser's soft outline takes slivers of a changed background."""
    limb_weight: float = 0.85
    limb_reach: float = 0.08
    """How far from a changed garment an arm may have been moved by the same edit."""
    rim: float = 0.012
    """Outer rim in which the mask is tightened to what changed."""
    rim_score: float = 2.0
    new_share: float = 0.15
    """Of a piece: so much must show the target or skin in the edit."""
    island: float = 0.0008
    """Of the picture: no smaller piece is taken alone (the change map's own least region)."""
    hole: float = 0.0002
    """Of the picture: no smaller piece inside stays alone."""


DEFAULT = HybridConfig()


@dataclass(frozen=True)
class Decision:
    """What comes from the edit, at the working size."""

    mask: Mask
    """bool (h, w)."""
    prior: Prob
    """float32 (h, w): the target was here or has come here."""
    probability: Prob
    """float32 (h, w): of each pixel alone, before the cut."""


def decide_hybrid(
    before: Probs,
    after: Probs,
    change: Change,
    parts: tuple[str, ...],
    must_keep: Mask,
    must_take: Mask,
    config: HybridConfig = DEFAULT,
) -> Decision:
    """Decide each pixel at the working size (h, w).

    Args:
        before: float32 (14, h, w): what the original shows.
        after: float32 (14, h, w): what the aligned edit shows.
        change: the change map.
        parts: targeted parts.
        must_keep: bool (h, w): protected, excluded or not covered by the edit.
        must_take: bool (h, w): included by the user.
    """
    changed = changed_prob(change.score_map)
    prior = target_prior(before, after, parts)
    if "background" not in parts:
        prior = replace(prior, either=prior.either * near_body(before, after))
    prior = grown(prior, before, change.score_map, parts)
    garment = garment_changed(changed, before, after, parts)
    follows = 1 - (1 - changed) * (1 - garment)
    limbs = moved_limbs(before, after, parts) * changed * _near(prior, garment, config)
    belongs = prior.either ** (1 + config.caution * (1 - garment))
    probability = np.maximum(belongs * follows, config.limb_weight * limbs).astype(np.float32)
    odds = _log_odds(probability, config.odds_limit)
    if not (odds > 0).any() and not must_take.any():
        return Decision(np.zeros(odds.shape, bool), prior.either, probability)
    agree = np.minimum(change.score_map / config.full_score, 1)
    seam = (config.seam_least + config.seam * agree).astype(np.float32)
    hopeless = probability < 0.004  # far below even odds: leaves the graph small
    taken = minimum_cut(np.maximum(odds, 0), np.maximum(-odds, 0), seam, must_keep | hopeless, must_take)
    mask = _with_something_new(_tighten(taken, change.score_map, config), after, parts, must_take, config)
    return Decision((_without_specks(mask, config) & ~must_keep) | (must_take & ~must_keep), prior.either, probability)


def _log_odds(probability: Prob, limit: float) -> NDArray[np.float32]:
    clipped = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.clip(np.log(clipped / (1 - clipped)), -limit, limit).astype(np.float32)


def _near(prior: Prior, garment: Prob, config: HybridConfig) -> Prob:
    """1 near a garment that was changed, 0 elsewhere."""
    import cv2

    radius = max(1, round(config.limb_reach * max(garment.shape)))
    region = ((prior.either > 0.5) & (garment > 0.5)).astype(np.uint8)
    distance = cv2.distanceTransform(1 - region, cv2.DIST_L2, 5) if region.any() else np.full(region.shape, np.inf)
    return (distance <= radius).astype(np.float32)


def _tighten(mask: Mask, score_map: NDArray[np.float32], config: HybridConfig) -> Mask:
    """Give the rim back to the original where both pictures are equal; the inside stays whole."""
    import cv2

    radius = config.rim * max(mask.shape)
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    equal = cv2.morphologyEx((score_map < config.rim_score).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return mask & ~((equal > 0) & (depth <= radius))


def _with_something_new(
    mask: Mask, after: Probs, parts: tuple[str, ...], must_take: Mask, config: HybridConfig
) -> Mask:
    """Pieces in which the edit shows the target or skin; a garment that turned to nothing but ground was a bush."""
    if "background" in parts:
        return mask
    shown = target_prob(after, (*parts, "skin"))
    pieces = connected_regions(mask)
    share = pieces.total(np.maximum(shown, must_take)) / np.maximum(pieces.areas, 1)
    return pieces.select(share >= config.new_share)


def _without_specks(mask: Mask, config: HybridConfig) -> Mask:
    """Islands and holes too small to be meant take the label around them."""
    islands = connected_regions(mask)
    large = mask & ~islands.select(islands.areas < config.island * mask.size)
    return filled(large, config.hole * mask.size)
