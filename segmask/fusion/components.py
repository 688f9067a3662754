"""Changed regions as wholes: in a quiet pair, what changed strongly with the garment is the garment's change.

A parser calls a sleeve background, a hem skin or a lap a bag; the change map shows its outline all the same, and its
colour is the garment's. So of a region of strong change that holds the changed garment, what a parser or the colour
gives to the garment comes from the edit, as far as the pair's ground is quiet. It ends where both pictures show the
same other part of the person, and at new hair: those changed for reasons of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.colour import delta_e
from segmask.core.labels import PART_ID, PARTS
from segmask.core.morphology import narrowed, opened, widened
from segmask.core.regions import connected_regions
from segmask.core.types import Mask, Prob
from segmask.fusion.colour_odds import ColourOdds
from segmask.fusion.garments import MISTAKEN
from segmask.fusion.scene import BODY, Scene, once_a_scene, target_prob

Map = NDArray[np.float32]


@dataclass(frozen=True)
class ComponentConfig:
    """Numbers of the rule; lengths as shares of the long side, scores in units of the noise floor."""

    least_score: float = 4.0
    """Score at which changed and unchanged are equally likely."""
    above_noise: float = 2.0
    """Factor on the ground's own noise from which a change is strong in this pair."""
    neck: float = 0.004
    """Links narrower than twice this join no regions; what is thinner still belongs to the region that it touches."""
    least_share: float = 0.3
    """Of a region: so much must come from the edit already; the parser's cup is no garment."""
    colour_odds: float = 1.0
    """Log odds of the garment's colour from which a pixel is the garment's whatever the parsers call it."""
    sure_body: float = 0.8
    """Probability from which hair, face and skin show what colour no garment has here."""
    passes: int = 3
    """How often the garment so found tells its colour further on: a sleeve's or a skirt's length."""
    rim: tuple[float, float] = (0.0025, 0.005)
    """Widths of the rim of mixed pixels, cast shadow and sheer hem around what is taken, that goes with it …"""
    rim_score: tuple[float, float] = (1.0, 1.5)
    """… where the pictures differ by this, unsmoothed: within the nearer width by no more than chance."""
    rim_noise: float = 1.0
    """Factor on the ground's own noise from which the farther rim differs."""
    rim_others: float = 0.2
    """Probability of hair, a hand or another part of the person from which it is no rim of the garment's."""
    rim_limb: float = 0.1
    """Probability of the old limb from which a pixel beside the new garment may hold some of it."""
    rim_ground: float = 0.3
    """Probability of ground in the edit from which it lies outside of the new one."""
    log_odds: float = 3.0
    """Of a pixel of such a region, where the ground is as quiet as can be."""


DEFAULT = ComponentConfig()
TRUSTED = 0.5
"""Weight of the change map from which it may overrule a parser."""


def component_log_odds(odds: Map, scene: Scene) -> Map:
    """Log odds float32 (h, w) that each pixel comes from the edit, raised where the regions of the change say so."""
    weight = scene.quiet.weight
    if weight <= TRUSTED:
        return odds
    region = garment_change(odds > 0, scene)
    return np.where(region, np.maximum(odds, DEFAULT.log_odds * (2 * weight - 1)), odds).astype(np.float32)


def garment_change(taken: Mask, scene: Scene) -> Mask:
    """The garment's share of the strongly changed regions that hold some of what is ``taken``, bool (h, w)."""
    strong = strong_change(scene)
    radius = max(1, round(DEFAULT.neck * max(strong.shape)))
    core = connected_regions(opened(strong, radius, corners=False))
    share = core.total(taken) / np.maximum(core.areas, 1)
    held = core.select(share >= DEFAULT.least_share)
    old, new = garments_seen(scene)
    return strong & (old | new) & widened(held, 2 * radius)


def changed_garment(scene: Scene) -> Mask | None:
    """Where a quiet pair's change and colours show the old garment, bool (h, w): what a face's margin gives way to.

    Not to the new one: where the edit moved the chin, cloth lies on the face. None where the change map is worth too
    little, or the pictures' colours are not at hand.
    """
    if scene.change.colours is None or scene.quiet.weight <= TRUSTED:
        return None
    return strong_change(scene) & garments_seen(scene)[0]


def with_rim(mask: Mask, scene: Scene) -> Mask:
    """``mask`` with the rim that differs around what went: its mixed pixels, cast shadow and hem go, too.

    What went is the old garment where the edit shows ground, and the limb that the new garment covers: a line of it
    would stand on the ground beside the new outline. Elsewhere nothing is added: there the outline is the edit's own,
    and its soft edge comes along anyway.
    """
    if scene.change.colours is None or scene.quiet.weight <= TRUSTED:
        return mask
    near, far = (max(1, round(width * max(mask.shape))) for width in DEFAULT.rim)
    step = delta_e(*scene.change.colours) / scene.change.noise_floor
    may = (scene.change.score_map > 0) & ~_others_change(scene, DEFAULT.rim_others)
    ground, limb = scene.after[PART_ID["background"]], scene.before[PART_ID["skin"]]
    bared = mask & (scene.was > 0.5) & (ground > 0.5)
    covered = mask & (limb > 0.5) & (scene.becomes > 0.5)
    beside = (limb > DEFAULT.rim_limb) & (ground > DEFAULT.rim_ground)
    rim = (widened(bared, near) | (widened(covered, near) & beside)) & (step >= DEFAULT.rim_score[0])
    least = max(DEFAULT.rim_score[1], DEFAULT.rim_noise * scene.quiet.level)
    rim |= (widened(bared, far) | (widened(covered, far) & beside)) & (step >= least)
    ended = mask | (rim & may)
    smooth = narrowed(widened(ended, near), near) & widened(bared, far) & (ground > 0.5) & may
    return ended | smooth


@once_a_scene
def garments_seen(scene: Scene) -> tuple[Mask, Mask]:
    """Where each picture shows the garment, by its parsing or by its colour, bool (h, w) of the original and the edit.

    Things that parsers mistake garments for count too: they changed with the garment, so they come whole. Colours are
    asked where the change is strong.
    """
    parts, change, both = scene.parts, scene.change, (scene.before, scene.after)
    strong = strong_change(scene)
    taken_for = tuple(dict.fromkeys((*parts, *MISTAKEN)))
    seen = [target_prob(probs, taken_for) > 0.5 for probs in both]
    if change.colours is not None:
        body = tuple(part for part in BODY if part not in parts)
        ground: Prob = ((change.score_map > 0) & ~strong & ~(seen[0] | seen[1])).astype(np.float32)
        bodies = [(target_prob(probs, body) > DEFAULT.sure_body).astype(np.float32) for probs in both]
        for index, prob in enumerate((scene.was, scene.becomes)):
            own = strong & (prob > 0.5)  # whatever its colour
            odds = ColourOdds(change.colours[index], (ground, bodies[index]), strong & ~own)
            for _ in range(DEFAULT.passes):
                own |= strong & (odds(own.astype(np.float32)) >= DEFAULT.colour_odds)
            seen[index] |= own
    return seen[0], seen[1]


@once_a_scene
def strong_change(scene: Scene, *, of_others: bool = False) -> Mask:
    """What changed more than this pair's ground does, bool (h, w).

    Without what changed for reasons of its own (new hair, a moved hand), unless ``of_others`` asks for it.
    """
    least = max(DEFAULT.least_score, DEFAULT.above_noise * scene.quiet.level)
    strong = scene.change.score_map >= least
    return strong if of_others else strong & ~_others_change(scene)


@once_a_scene
def _others_change(scene: Scene, likely: float = 0.5) -> Mask:
    """What changed for reasons of its own: the same other part in both pictures, and hair or a face in either."""
    others = [part for part in PARTS[1:] if part not in scene.parts and part not in MISTAKEN]
    both: Prob = np.zeros_like(scene.was)
    for part in others:
        pick = np.maximum if part in ("hair", "face") else np.minimum
        both = np.maximum(both, pick(scene.before[PART_ID[part]], scene.after[PART_ID[part]]))
    return both > likely
