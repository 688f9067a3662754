"""The decision by parsing and evidence together: a photomontage by minimum cut.

Each pixel is labelled original or edited. Its own cost is the log odds that it must come from the edit, from both
parsings and the change map, by small fitted networks (``things`` decides hair, faces and backgrounds). The seam
between the labels costs what the two pictures differ there, so it runs where they agree.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PART_ID, WORN
from segmask.core.morphology import narrowed
from segmask.core.regions import connected_regions, filled
from segmask.core.types import Change, Mask, Prob
from segmask.fusion.components import component_log_odds, with_rim
from segmask.fusion.cut import minimum_cut
from segmask.fusion.decision import Decision
from segmask.fusion.features import in_sight, pixel_features
from segmask.fusion.garments import garment_changed
from segmask.fusion.leftovers import with_leftovers
from segmask.fusion.limbs import bare_skin, still_skin
from segmask.fusion.moves import with_moves
from segmask.fusion.one_cloth import one_cloth
from segmask.fusion.outlined import with_unoutlined
from segmask.fusion.pixel_model import Estimate, PixelModel, pixel_model
from segmask.fusion.scene import Scene, once_a_scene, target_prob
from segmask.fusion.things import decide_things
from segmask.fusion.wholes import as_garments, as_wholes


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
    """Factor on the log odds of skin that both pictures show: either picture's arm will do, if it is whole."""
    skin_kept: float = 0.4
    """Cost of taking such skin where the pair is quiet and the limb lies where it lay: its hand stays as well."""
    skin_seam: float = 3.0
    """Factor on the cost of a seam through such skin."""
    full_score: float = 6.0
    """Score from which pictures count as differing strongly."""
    bias: float = 1.4
    """Added to the log odds: what is missing shows the old garment, what is too much mostly looks as before."""
    odds_limit: float = 4.0
    """Log odds beyond this add nothing: no single model's certainty outweighs the surroundings."""
    hopeless: float = -4.0
    """Log odds below which a pixel is not asked: leaves the graph small."""
    core: float = 2.0
    core_depth: float = 0.008
    """So deep in what is taken with at least these log odds nothing is asked either: a seam that ran through it would
    cost more than it could save, and only what lies near an outline is left to the cut."""
    new_share: float = 0.15
    """Of a piece: so much must show the target or skin in the edit."""
    old_share: float = 0.15
    """Least share of a piece that was the target, unless ``sure_share`` of it becomes the target."""
    sure_share: float = 0.7
    """Least share of a piece that the edit shows as the target, where less than ``old_share`` of it was the target."""
    piece_prob: float = 0.5
    """Of a piece: its pixels' mean probability of coming from the edit."""
    hair_prob: float = 0.6
    hair_was: float = 0.3
    """Probabilities of hair in the edit, from which, and of the target in the original, up to which a pixel is new hair
    and nothing of the target."""
    sure_odds: float = 1.5
    """Least log odds where a changed garment reaches over what was background."""
    island: float = 0.0008
    """Of the picture: no smaller piece is taken alone (the change map's own least region)."""
    hole: float = 0.0006
    """Of the picture: no smaller piece inside stays alone."""


DEFAULT = HybridConfig()


def decide_hybrid(scene: Scene, must_keep: Mask, must_take: Mask, model: PixelModel | None = None) -> Decision:
    """Decide each pixel at the working size (h, w).

    Args:
        scene: what both pictures show.
        must_keep: bool (h, w): protected, excluded or not covered by the edit.
        must_take: bool (h, w): included by the user.
        model: another pixel model than the package's.

    >>> labels = np.zeros((60, 60), np.uint8)
    >>> labels[5:15, 25:35], labels[15:50, 15:45] = PART_ID["face"], PART_ID["upper"]
    >>> score = np.where(labels == PART_ID["upper"], np.float32(12), np.float32(0.5))
    >>> scene = Scene.of_labels(labels, labels, score, ("upper",))
    >>> decision = decide_hybrid(scene, labels == PART_ID["face"], np.zeros((60, 60), bool))
    >>> bool(decision.mask[30, 30]), bool(decision.mask[10, 30]), bool(decision.mask[30, 55])
    (True, False, False)
    """
    if not set(scene.parts) <= set(WORN):
        return decide_things(scene, must_keep, must_take)
    odds, spread = fitted_odds(scene, model or pixel_model())
    return replace(decide_by_odds(odds, scene, must_keep, must_take, cloth=one_cloth(scene)), spread=spread)


@once_a_scene
def fitted_odds(scene: Scene, model: PixelModel, config: HybridConfig = DEFAULT) -> Estimate:
    """Log odds that each pixel comes from the edit by the pixel model, held to what the generator never draws.

    >>> labels = np.zeros((60, 60), np.uint8)
    >>> labels[5:15, 25:35], labels[15:50, 15:45] = PART_ID["face"], PART_ID["upper"]
    >>> score = np.where(labels == PART_ID["upper"], np.float32(12), np.float32(0.5))
    >>> scene = Scene.of_labels(labels, labels, score, ("upper",))
    >>> odds = fitted_odds(scene, pixel_model()).log_odds
    >>> bool(odds[30, 30] > 0), bool(odds[5, 5] < 0)
    (True, True)
    """
    asked = scene.on_people & in_sight(scene)  # not the cloth that nobody wears
    odds, spread = model.estimate(pixel_features(scene), asked)
    odds = np.where(_new_hair(scene, config), np.minimum(odds, config.hopeless), odds)
    odds = np.where(_new_cloth(odds, scene, config), np.maximum(odds, config.sure_odds), odds)
    return Estimate(component_log_odds(odds, scene), spread)


def decide_by_odds(
    odds: NDArray[np.float32],
    scene: Scene,
    must_keep: Mask,
    must_take: Mask,
    config: HybridConfig = DEFAULT,
    cloth: Mask | None = None,
) -> Decision:
    """The cut and what follows it, for log odds float32 (h, w) that each pixel comes from the edit.

    ``cloth`` is the target's in other parts, bool (h, w) (``one_cloth``).

    >>> labels = np.full((40, 40), PART_ID["upper"], np.uint8)
    >>> scene = Scene.of_labels(labels, labels, np.full((40, 40), 12, np.float32), ("upper",))
    >>> odds, none = np.full((40, 40), -8, np.float32), np.zeros((40, 40), bool)
    >>> odds[10:30, 10:30] = 4
    >>> odds[20, 20] = -1  # a hole too small to be intended
    >>> mask = decide_by_odds(odds, scene, none, none).mask
    >>> int(mask.sum()), bool(mask[20, 20])
    (400, True)
    """
    targeted = must_take
    if cloth is not None:
        odds, targeted = np.where(cloth, np.maximum(odds, config.sure_odds), odds), must_take | cloth
    probability = (1 / (1 + np.exp(-odds))).astype(np.float32)
    odds = np.clip(odds + config.bias, None, config.odds_limit)
    if not (odds > 0).any() and not must_take.any():
        return Decision(np.zeros(odds.shape, bool), scene.prior, probability)
    bare = bare_skin(scene)
    limb = bare * scene.changed
    hopeless = (odds < config.hopeless) & (limb < 0.5)
    never = must_keep | hopeless
    keep_cost, take_cost = _own_costs(odds, bare, scene, config)
    core = narrowed((keep_cost >= config.core) & ~never, max(2, round(config.core_depth * max(odds.shape))))
    seam = _seam(scene.change, np.minimum(scene.was, scene.becomes), limb, config)
    taken = minimum_cut(keep_cost, take_cost, seam, never, must_take | core)
    tight = with_rim(with_leftovers(taken, scene, must_keep), scene)
    mask = _likely_pieces(tight, probability, scene, targeted, config)
    mask = _without_specks(mask, config)
    mask = as_wholes(as_garments(mask, probability, scene, must_keep), scene)
    mask = with_moves(mask, odds, scene, must_keep, must_take)
    mask = as_wholes(with_unoutlined(mask, scene, must_keep), scene)
    return Decision((mask | must_take) & ~must_keep, scene.prior, probability)


def _own_costs(
    odds: NDArray[np.float32], bare: Prob, scene: Scene, config: HybridConfig
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """What keeping and what taking a pixel costs by itself: little of either where both pictures show bare skin."""
    still = still_skin(scene) * scene.quiet.weight
    either = bare * (scene.changed + (1 - scene.changed) * still)
    weight = 1 - (1 - config.skin_odds) * either
    take_cost = np.clip(-odds, 0, config.odds_limit) * weight + config.skin_kept * still * either
    return (np.maximum(odds, 0) * weight).astype(np.float32), take_cost.astype(np.float32)


def _new_cloth(odds: NDArray[np.float32], scene: Scene, config: HybridConfig) -> Mask:
    """Where a changed garment surely reaches over what was background: wider than the generator ever cut one.

    It borders on an old garment that comes from the edit; cloth that only the edit's parser sees is a cup.
    """
    over_ground = (scene.before[PART_ID["background"]] > 0.5) & (scene.becomes >= config.sure_share)
    sure = over_ground & (scene.changed > 0.9) & (garment_changed(scene) > 0.5)
    replaced = (odds > 0) & (scene.was > 0.5)
    garments = connected_regions(sure | replaced)
    return sure & garments.select(garments.total(replaced.astype(np.float32)) >= config.island * sure.size)


def _new_hair(scene: Scene, config: HybridConfig) -> Mask:
    """Where the edit drew hair over what was no target: a lock that hangs from the edit's head, not the original's."""
    if "hair" in scene.parts:
        return np.zeros_like(scene.on_people)
    return (scene.after[PART_ID["hair"]] > config.hair_prob) & (scene.was < config.hair_was)


def _seam(change: Change, inside: Prob, limb: Prob, config: HybridConfig) -> NDArray[np.float32]:
    """Cost of a seam at each pixel: how badly the pictures agree, and does it cut through a garment or a limb?"""
    disagree = np.minimum(change.score_map / config.full_score, 1)
    cost = config.seam_least + config.seam * disagree + config.seam_inside * inside
    return (cost * (1 + (config.skin_seam - 1) * limb)).astype(np.float32)


def _likely_pieces(mask: Mask, probability: Prob, scene: Scene, targeted: Mask, config: HybridConfig) -> Mask:
    """Pieces that were the target or surely become it, in which the edit shows the target or skin, and likely right.

    This drops foliage and jewellery that the parser half takes for a garment. The bias completes garments: a piece
    as a whole must be likelier right than not without it.
    """
    if "background" in scene.parts:
        return mask
    pieces = connected_regions(mask)
    shown_after = target_prob(scene.after, (*scene.parts, "skin"))
    old, new, right, shown = (
        pieces.total(np.maximum(prob, targeted)) / np.maximum(pieces.areas, 1)
        for prob in (scene.was, scene.becomes, probability, shown_after)
    )
    was_or_becomes = (old >= config.old_share) | (new >= config.sure_share)
    return pieces.select((shown >= config.new_share) & was_or_becomes & (right >= config.piece_prob))


def _without_specks(mask: Mask, config: HybridConfig) -> Mask:
    """Islands and holes too small to be intended take the label around them."""
    islands = connected_regions(mask)
    large = mask & ~islands.select(islands.areas < config.island * mask.size)
    return filled(large, config.hole * mask.size)
