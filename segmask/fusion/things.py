"""The decision for hair, faces, glasses, grounds and the like: each connected thing is taken or left as a whole.

The pixel model is fitted on what is worn. For other targets two readings are blended. Where the surroundings of the
thing stayed equal within their noise, the change map leads: what changed comes, and where both pictures look the same
it costs next to nothing to take or leave, so the cut runs where they agree. Where the surroundings were redrawn, the
parsings lead, and the thing comes with the outline that they give it. How much each counts is measured beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PARTS, WORN
from segmask.core.morphology import opened, widened, within
from segmask.core.regions import connected_regions, filled
from segmask.core.types import Mask, Prob
from segmask.fusion.cut import minimum_cut
from segmask.fusion.decision import Decision
from segmask.fusion.scene import Scene, once_a_scene, target_prob

Map = NDArray[np.float32]


@dataclass(frozen=True)
class ThingConfig:
    """Numbers of the rule; lengths as shares of the long side, scores in units of the noise floor."""

    faint_score: float = 2.0
    edited_share: float = 0.15
    """A thing was edited if so much of it differs by that score: redrawing alone reaches 1.5 as a rule."""
    ring: float = 0.08
    """Width of the surroundings in which the pair's noise is measured …"""
    gap: float = 0.01
    """… beyond the thing's own soft outline …"""
    other: float = 0.8
    """… on what is not the target in either picture with this probability."""
    least_ring: float = 0.002
    """Of the picture: less of such surroundings tells nothing, and the parsings lead."""
    quiet_score: float = 4.0
    loud_share: float = 0.7
    quiet_share: float = 0.9
    """Shares of the surroundings below that score at which the change map is worth nothing, and all: as measured for
    garments (``segmask.fusion.quiet``)."""
    reach: float = 0.02
    ground_reach: float = 0.08
    """How far a strong change may belong to the thing, or to the ground, beside it though a parser surely gives it to
    something else: parsers take foliage for a sleeve."""
    neck: float = 0.004
    """Links narrower than twice this join no change to a thing."""
    doubtful: float = 0.1
    """Least log odds against a pixel of an edited thing that looks the same in both pictures, and for one that does
    not. A guess: so small that an equal patch in a new wall comes along, and a large equal part stays."""
    seen: float = 2.0
    """ΔE from which it does not look the same."""
    limit: float = 4.0
    """Log odds beyond this add nothing."""
    seam: float = 2.4
    seam_least: float = 0.15
    """Cost of a seam between two pixels that differ strongly, and where they agree, in units of log odds …"""
    full_score: float = 6.0
    full_step: float = 10.0
    """… and the score or the ΔE that counts as strong: a large noise floor is no excuse for a step."""
    rim: float = 0.012
    rim_score: float = 2.0
    """Outer rim in which the mask is tightened to what differs by this score."""
    own_share: float = 0.3
    """Of a piece: so much must belong to the target."""
    island: float = 0.0002
    beside_largest: float = 0.05
    """Of the picture, and but for the ground of the largest piece: no smaller piece is taken alone."""
    hole: float = 0.01
    """Of the picture: enclosed holes up to this come along where they belong to the target, as an eye to its face."""


DEFAULT = ThingConfig()


def decide_things(scene: Scene, must_keep: Mask, must_take: Mask) -> Decision:
    """Decide each pixel at the working size (h, w).

    Args:
        scene: what both pictures show.
        must_keep: bool (h, w): protected, excluded or not covered by the edit.
        must_take: bool (h, w): included by the user.
    """
    odds = thing_log_odds(scene)
    prior, probability = scene.either, (1 / (1 + np.exp(-odds))).astype(np.float32)
    if not (odds > 0).any() and not must_take.any():
        return Decision(np.zeros(odds.shape, bool), prior, probability)
    never = must_keep | (odds <= -DEFAULT.limit)
    taken = minimum_cut(np.maximum(odds, 0), np.maximum(-odds, 0), _seam(scene), never, must_take)
    rim = within(~taken, DEFAULT.rim * max(taken.shape))
    taken &= ~(opened(scene.change.score_map < DEFAULT.rim_score) & rim)
    pieces = connected_regions(taken | must_take)
    own = pieces.total(np.maximum(prior > 0.5, must_take)) >= DEFAULT.own_share * pieces.areas
    least = 0.0 if "background" in scene.parts else DEFAULT.beside_largest * pieces.areas.max(initial=0)
    mask = pieces.select(own & (pieces.areas >= max(DEFAULT.island * taken.size, least)))
    mask |= filled(mask, DEFAULT.hole * mask.size) & (prior > 0.5)
    return Decision((mask | must_take) & ~must_keep, prior, probability)


@once_a_scene
def thing_log_odds(scene: Scene) -> Map:
    """Log odds of each pixel that it comes from the edit, float32 (h, w)."""
    weight = quietness(scene, scene.either)
    belongs = _belongs(scene)
    edited = _edited(belongs, scene)
    parsed = np.where(edited, _limited(belongs), -DEFAULT.limit)
    evidence = _limited(scene.changed)
    inside = _edited(scene.either, scene) & (scene.either > 0.5)
    step = scene.change.score_map * scene.change.noise_floor
    differs = DEFAULT.doubtful * np.clip(step / DEFAULT.seen - 1, -1, 1)
    measured = np.where(inside, np.maximum(evidence, differs), -DEFAULT.limit)
    measured = np.where(_beside(inside, scene), np.maximum(evidence, 0), measured)
    return np.asarray(weight * measured + (1 - weight) * parsed, np.float32)


def quietness(scene: Scene, belongs: Prob) -> float:
    """How much the change map is worth beside what ``belongs`` to the target, float32 (h, w): 0 nothing, to 1 all."""
    if _everything(scene):
        return 1.0  # there is nothing else that could tell
    unit, target = max(belongs.shape), belongs > 0.5
    ring = within(target, DEFAULT.ring * unit) & ~within(target, DEFAULT.gap * unit) & _other(scene)
    scores = scene.change.score_map[ring & (scene.change.score_map > 0)]  # 0: not covered by the edit
    if scores.size < DEFAULT.least_ring * belongs.size:
        return 0.0
    share = float((scores < DEFAULT.quiet_score).mean())
    return float(np.clip((share - DEFAULT.loud_share) / (DEFAULT.quiet_share - DEFAULT.loud_share), 0, 1))


def _everything(scene: Scene) -> bool:
    return set(scene.parts) == set(PARTS)


def _belongs(scene: Scene) -> Prob:
    """Probability that a pixel is the target's by the parsings. A person who gave way to new ground stays."""
    if "background" in scene.parts and not _everything(scene):
        return scene.was
    return scene.either


def _seam(scene: Scene) -> Map:
    """Cost of a seam at each pixel: how badly the pictures agree."""
    score = scene.change.score_map
    step = score * scene.change.noise_floor
    disagree = np.minimum(np.maximum(score / DEFAULT.full_score, step / DEFAULT.full_step), 1)
    return np.asarray(DEFAULT.seam_least + DEFAULT.seam * disagree, np.float32)


def _limited(probability: Prob) -> Map:
    """Log odds of a probability, held to the limit."""
    odds = np.clip(probability, 1e-4, 1 - 1e-4)
    return np.clip(np.log(odds / (1 - odds)), -DEFAULT.limit, DEFAULT.limit).astype(np.float32)


def _edited(belongs: Prob, scene: Scene) -> Mask:
    """The things that differ widely, or hold a region that was meant, bool (h, w), with their soft outline."""
    things, core = connected_regions(belongs > 0.1), belongs > 0.5
    differs = things.total((scene.change.score_map > DEFAULT.faint_score) & core)
    regions = connected_regions(scene.change.mask)
    held = regions.select(2 * regions.total(core) > regions.areas)
    meant = things.total(held & core) >= DEFAULT.island * core.size
    return things.select((differs >= DEFAULT.edited_share * np.maximum(things.total(core), 1)) | meant)


def _other(scene: Scene) -> Mask:
    """What surely is not the target in either picture, bool (h, w)."""
    return scene.either < 1 - DEFAULT.other


def _beside(inside: Mask, scene: Scene) -> Mask:
    """Change outside of the thing that hangs together with it: what may show it, and what is close to it and strong."""
    unit, score, ground = max(inside.shape), scene.change.score_map, "background" in scene.parts
    seen = score * scene.change.noise_floor >= 2 * DEFAULT.seen
    change = ~_other(scene) & seen
    close = (score >= DEFAULT.quiet_score) & within(inside, (DEFAULT.ground_reach if ground else DEFAULT.reach) * unit)
    if not ground:  # garments change on their own
        close &= np.minimum(*(target_prob(probs, WORN) for probs in (scene.before, scene.after))) <= DEFAULT.other
    change |= close
    radius = max(1, round(DEFAULT.neck * unit))
    pieces = connected_regions(opened(change | inside, radius, corners=False))
    held = pieces.select(pieces.total(inside) > 0)
    return change & ~inside & widened(held, radius, corners=False)
