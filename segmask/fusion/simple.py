"""The decisions by one source alone: by both parsings (``semantic``), or by the measured change (``diff``)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from segmask.core.labels import CLOTHING, PARTS
from segmask.core.regions import connected_regions
from segmask.core.types import Change, Mask, Prob, Probs
from segmask.fusion.decision import FELL_BACK, Decision
from segmask.fusion.evidence import changed_prob
from segmask.fusion.scene import Scene, summed, target_prob

SMALL = ("eyewear", "accessory")
"""Parts that are worn and too small for a parser to see each of them."""
LARGEST = 0.02
"""Of the picture: a larger change is no such thing."""
QUIET = 0.5
"""Weight of the change map (``segmask.fusion.quiet``) from which a change was meant."""


def target_mask(probs: Probs, parts: tuple[str, ...]) -> Mask:
    """Where one picture, float32 (14, h, w), shows the target; bool (h, w).

    >>> probs = np.zeros((14, 1, 2), np.float32)
    >>> probs[PARTS.index("upper"), 0, 1] = 1
    >>> target_mask(probs, ("upper",)).tolist()
    [[False, True]]
    """
    return target_prob(probs, parts) > 0.5


def decide_semantic(scene: Scene, must_keep: Mask, must_take: Mask) -> Decision:
    """Take what either parsing calls the target, whole.

    >>> before, after = np.array([[4, 0, 0]], np.uint8), np.array([[4, 4, 0]], np.uint8)  # a shirt gets wider
    >>> scene, none = Scene.of_labels(before, after, np.zeros((1, 3), np.float32), ("upper",)), np.zeros((1, 3), bool)
    >>> decide_semantic(scene, none, none).mask.tolist()
    [[True, True, False]]
    """
    mask = (scene.prior > 0.5) | must_take
    return Decision(mask & ~must_keep, scene.prior, scene.prior, strategy="semantic")


def decide_diff(change: Change, must_keep: Mask, must_take: Mask) -> Decision:
    """Take the changed regions of the change map.

    >>> score = np.array([[1, 9, 9]], np.float32)
    >>> change = Change(score, np.ones_like(score), 3.0, score > 3)
    >>> decide_diff(change, np.array([[False, False, True]]), np.array([[True, False, False]])).mask.tolist()
    [[True, True, False]]
    """
    nothing = np.zeros_like(change.score_map)
    return Decision((change.mask | must_take) & ~must_keep, nothing, changed_prob(change.score_map), strategy="diff")


def decide_fallback(scene: Scene, must_keep: Mask, must_take: Mask) -> Decision:
    """``diff`` where the parser found no target: evidence decides, less what is surely another part of a person.

    Of one garment or thing, the changed regions of which no more than half is another part: the rim of a jacket is no
    dress. Of a small thing that is worn, what changed on a person (glasses: on a face) in a quiet pair:
    parsers miss a necklace.

    >>> face, wall = np.array([[2, 0]], np.uint8), np.array([[2, 0]], np.uint8)
    >>> scene, none = Scene.of_labels(face, wall, np.full((1, 2), 9, np.float32), ("upper",)), np.zeros((1, 2), bool)
    >>> decide_fallback(scene, none, none).mask.tolist()  # the face changed, too
    [[False, True]]
    """
    if set(scene.parts) <= set(SMALL) and scene.quiet.weight > QUIET:
        pieces = connected_regions(scene.change.mask & ~must_keep)
        wearer = ("face", "eyewear") if scene.parts == ("eyewear",) else PARTS[1:]
        person = np.minimum(*(summed(probs, wearer) for probs in (scene.before, scene.after))) > 0.5
        worn = (pieces.total(person) > 0.5 * pieces.areas) & (pieces.areas <= LARGEST * person.size)
        decision = decide_diff(scene.change, must_keep, must_take)
        decision = replace(decision, mask=(pieces.select(worn) | must_take) & ~must_keep)
    else:
        other = tuple(part for part in PARTS[1:] if part not in scene.parts)
        known: Prob = np.minimum(summed(scene.before, other), summed(scene.after, other))
        decision = decide_diff(scene.change, must_keep | ((known > 0.5) & ~must_take), must_take)
        if not set(CLOTHING) <= set(scene.parts):
            pieces = connected_regions(scene.change.mask & ~must_keep)
            strange = pieces.select(pieces.total(known > 0.5) <= 0.5 * pieces.areas)
            decision = replace(decision, mask=decision.mask & (strange | must_take))
    return replace(decision, strategy=FELL_BACK)
