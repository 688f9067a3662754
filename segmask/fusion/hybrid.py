"""The decision by parsing and evidence together: a photomontage by minimum cut.

Each pixel is labelled original or edited. Its own cost is the log odds that it must come from the edit, from both
parsings and the change map: by small fitted networks for what is worn, by rules for hair, faces and backgrounds. The
seam between the labels costs what the two pictures differ there, so it runs where they agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PART_ID, WORN
from segmask.core.morphology import connected_regions, filled
from segmask.core.types import Change, Mask, Prob, Probs
from segmask.fusion.cut import minimum_cut
from segmask.fusion.decision import Decision
from segmask.fusion.evidence import changed_prob, garment_changed
from segmask.fusion.features import in_sight, pixel_features
from segmask.fusion.pixel_model import Estimate, PixelModel, pixel_model
from segmask.fusion.rules import rule_log_odds
from segmask.fusion.scene import near_body, target_prior, target_prob


@dataclass(frozen=True)
class HybridConfig:
    """Weights of the energy; lengths as shares of the long side."""

    seam: float = 2.4
    """Cost of a seam between two pixels that differ strongly, in units of log odds."""
    seam_least: float = 0.15
    """Cost of a seam where both pictures agree: outlines don't fray."""
    seam_inside: float = 2.0
    """Cost of a seam through what shows the target in both pictures: a garment is taken or left whole."""
    skin_odds: float = 0.1
    """Factor on the log odds of changed skin that both pictures show: whose arm it is matters less …"""
    skin_seam: float = 3.0
    """… than that it is one arm: factor on the cost of a seam through it."""
    full_score: float = 6.0
    """Score from which pictures count as differing strongly."""
    lean: float = 1.4
    """Added to the log odds: what is missing shows the old garment, what is too much mostly looks as before."""
    odds_limit: float = 4.0
    """Log odds beyond this add nothing: no single model's certainty outweighs the surroundings."""
    hopeless: float = -4.0
    """Log odds below which a pixel is not asked: leaves the graph small."""
    rim: float = 0.012
    """Outer rim in which the mask is tightened to what changed."""
    rim_score: float = 2.0
    new_share: float = 0.15
    """Of a piece: so much must show the target or skin in the edit."""
    old_share: float = 0.15
    """Of a piece: so much was the target before …"""
    sure_share: float = 0.7
    """… or so much of it is the target in the edit."""
    piece_prob: float = 0.5
    """Of a piece: its pixels' mean probability of coming from the edit."""
    sure_odds: float = 1.5
    """Least log odds where a changed garment reaches over what was background."""
    island: float = 0.0008
    """Of the picture: no smaller piece is taken alone (the change map's own least region)."""
    hole: float = 0.0006
    """Of the picture: no smaller piece inside stays alone."""
    island_inside: float = 0.05
    """Of the picture: a larger piece of garment inside a changed one was left alone on purpose …"""
    inside_prob: float = 0.05
    """… and so was one whose pixels come from the edit with a lower median probability: a tie, the shirt in a coat.
    The median, since an outline is always in doubt."""


DEFAULT = HybridConfig()


def decide_hybrid(
    before: Probs,
    after: Probs,
    change: Change,
    parts: tuple[str, ...],
    must_keep: Mask,
    must_take: Mask,
    config: HybridConfig = DEFAULT,
    model: PixelModel | None = None,
) -> Decision:
    """Decide each pixel at the working size (h, w).

    Args:
        before: float32 (14, h, w): what the original shows.
        after: float32 (14, h, w): what the aligned edit shows.
        change: the change map.
        parts: targeted parts.
        must_keep: bool (h, w): protected, excluded or not covered by the edit.
        must_take: bool (h, w): included by the user.
        model: another pixel model than the package's.
    """
    spread = None
    if set(parts) <= set(WORN):
        odds, spread = fitted_odds(before, after, change, parts, model or pixel_model(), config)
    else:
        odds = rule_log_odds(before, after, change, parts)
    decision = decide_by_odds(odds, before, after, change, parts, must_keep, must_take, config)
    return replace(decision, spread=spread)


def fitted_odds(
    before: Probs,
    after: Probs,
    change: Change,
    parts: tuple[str, ...],
    model: PixelModel,
    config: HybridConfig = DEFAULT,
) -> Estimate:
    """Log odds that each pixel comes from the edit by the pixel model, held to what the generator never draws."""
    asked = near_body(before, after) & in_sight(before, after, change, parts)  # not the cloth that nobody wears
    odds, spread = model.estimate(pixel_features(before, after, change, parts), asked)
    grown = _new_cloth(odds, before, after, change, parts, config)
    odds = np.where(grown, np.maximum(odds, config.sure_odds), odds)
    return Estimate(odds, spread)


def decide_by_odds(
    odds: NDArray[np.float32],
    before: Probs,
    after: Probs,
    change: Change,
    parts: tuple[str, ...],
    must_keep: Mask,
    must_take: Mask,
    config: HybridConfig = DEFAULT,
) -> Decision:
    """The cut and what follows it, for log odds float32 (h, w) that each pixel comes from the edit."""
    prior = target_prior(before, after, parts).either
    was, becomes = target_prob(before, parts), target_prob(after, parts)
    probability = (1 / (1 + np.exp(-odds))).astype(np.float32)
    odds = np.clip(odds + config.lean, None, config.odds_limit)
    if not (odds > 0).any() and not must_take.any():
        return Decision(np.zeros(odds.shape, bool), prior, probability)
    limb = _changed_limb(before, after, change, parts)
    hopeless = (odds < config.hopeless) & (limb < 0.5)
    weight = 1 - (1 - config.skin_odds) * limb
    taken = minimum_cut(
        np.maximum(odds, 0) * weight,
        np.minimum(np.maximum(-odds, 0), config.odds_limit) * weight,
        _seam(change, np.minimum(was, becomes), limb, config),
        must_keep | hopeless,
        must_take,
    )
    tight = _tighten(taken, change.score_map, config)
    mask = _meant(tight, (was, becomes, probability), after, parts, must_take, config)
    mask = _whole(_without_specks(mask, config), (was, becomes, probability), config)
    return Decision((mask | must_take) & ~must_keep, prior, probability)


def _changed_limb(before: Probs, after: Probs, change: Change, parts: tuple[str, ...]) -> Prob:
    """Skin in both pictures that is not targeted, moved or lit otherwise. Not a chin that came to lie on the neck."""
    if "skin" in parts:
        return np.zeros_like(before[0])
    skin = PART_ID["skin"]
    return np.minimum(before[skin], after[skin]) * changed_prob(change.score_map)


def _new_cloth(
    odds: NDArray[np.float32], before: Probs, after: Probs, change: Change, parts: tuple[str, ...], config: HybridConfig
) -> Mask:
    """Where a changed garment surely reaches over what was background: wider than the generator ever cut one.

    It borders on an old garment that comes from the edit; cloth that only the edit's parser sees is a cup.
    """
    changed = changed_prob(change.score_map)
    over_ground = (before[PART_ID["background"]] > 0.5) & (target_prob(after, parts) >= config.sure_share)
    sure = over_ground & (changed > 0.9) & (garment_changed(changed, before, after, parts) > 0.5)
    replaced = (odds > 0) & (target_prob(before, parts) > 0.5)
    garments = connected_regions(sure | replaced)
    return sure & garments.select(garments.total(replaced.astype(np.float32)) >= config.island * sure.size)


def _seam(change: Change, inside: Prob, limb: Prob, config: HybridConfig) -> NDArray[np.float32]:
    """Cost of a seam at each pixel: how badly the pictures agree, and does it cut through a garment or a limb?"""
    disagree = np.minimum(change.score_map / config.full_score, 1)
    cost = config.seam_least + config.seam * disagree + config.seam_inside * inside
    return (cost * (1 + (config.skin_seam - 1) * limb)).astype(np.float32)


def _tighten(mask: Mask, score_map: NDArray[np.float32], config: HybridConfig) -> Mask:
    """Give the rim back to the original where both pictures are equal; the inside stays whole."""
    import cv2

    radius = config.rim * max(mask.shape)
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
    equal = cv2.morphologyEx((score_map < config.rim_score).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return mask & ~((equal > 0) & (depth <= radius))


def _meant(
    mask: Mask,
    beliefs: tuple[Prob, Prob, Prob],
    after: Probs,
    parts: tuple[str, ...],
    must_take: Mask,
    config: HybridConfig,
) -> Mask:
    """Pieces that were the target or surely become it, in which the edit shows the target or skin, and likely right.

    What turned to ground was a bush; a necklace that a parser half takes for a collar is no garment. ``beliefs``: the
    target was here, it becomes, and the pixel comes from the edit. The lean completes garments: a piece as a whole must
    be likelier right than not without it.
    """
    if "background" in parts:
        return mask
    pieces = connected_regions(mask)
    old, new, right, shown = (
        pieces.total(np.maximum(prob, must_take)) / np.maximum(pieces.areas, 1)
        for prob in (*beliefs, target_prob(after, (*parts, "skin")))
    )
    targeted = (old >= config.old_share) | (new >= config.sure_share)
    return pieces.select((shown >= config.new_share) & targeted & (right >= config.piece_prob))


def _without_specks(mask: Mask, config: HybridConfig) -> Mask:
    """Islands and holes too small to be meant take the label around them."""
    islands = connected_regions(mask)
    large = mask & ~islands.select(islands.areas < config.island * mask.size)
    return filled(large, config.hole * mask.size)


def _whole(mask: Mask, beliefs: tuple[Prob, Prob, Prob], config: HybridConfig) -> Mask:
    """Enclosed pieces that show the target in both pictures come along: new fabric that looks like the old.

    Not what surely stayed as it was: a tie on a changed shirt. ``beliefs`` as in ``_meant``.
    """
    was, becomes, probability = beliefs
    holes = connected_regions(~mask, diagonal=False)
    shown = holes.total(np.minimum(was, becomes)) / np.maximum(holes.areas, 1)
    inside = (holes.areas <= config.island_inside * mask.size) & ~holes.on_border() & (shown > 0.5)
    inside[0] = False  # the mask itself
    for index in np.flatnonzero(inside):
        box = holes.boxes[index].slices
        piece = probability[box][holes.labels[box] == index]
        inside[index] = np.median(piece) >= config.inside_prob
    return mask | holes.select(inside)
