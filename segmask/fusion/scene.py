"""What both pictures show at the working size: both parsings, the change, and what is derived from them, each once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_planes
from segmask.core.labels import CLOTHING, PART_ID, PARTS, part_ids
from segmask.core.morphology import widened
from segmask.core.regions import connected_regions
from segmask.core.types import GIVEN, Change, LabelMap, Mask, Parsing, Prob, Probs
from segmask.fusion.evidence import changed_prob
from segmask.fusion.quiet import Quiet, measure_quiet

Arguments = ParamSpec("Arguments")
Found = TypeVar("Found")

BODY = ("hair", "face", "skin")
BARE = ("face", "skin")
VANISHED = 0.35
"""Weight against a garment of the original where the edit shows background: a hem may have risen, but parsers also
call bushes clothing."""
LEAST_BODY = 0.0005
"""Of the picture: less hair, face and skin than this is a parser's slip, not a person."""

MANNEQUIN_SIZE, MANNEQUIN_DRESSED = 0.4, 0.6
"""Of the largest figure with a body, and of a figure that must be clothing in both pictures, for one without a body to
be dressed all the same. Guesses: far above a cushion or a bag."""

# Things in front of a garment: where the original has one, the edit's garment behind it counts less.
# Footwear less so: a longer hem covers it.
IN_FRONT = {"bag": 0.8, "accessory": 0.5, "headwear": 0.8, "eyewear": 0.9, "face": 0.9, "footwear": 0.4}


def resized_probs(parsing: Parsing, size_hw: tuple[int, int]) -> Probs:
    """A parsing's probabilities at another size, float32 (14, h, w).

    >>> parsing = Parsing(np.zeros((14, 2, 4), np.float32), (20, 40), GIVEN)
    >>> resized_probs(parsing, (4, 8)).shape
    (14, 4, 8)
    """
    return resize_planes(parsing.working_probs, size_hw)


def target_prob(probs: Probs, parts: tuple[str, ...]) -> Prob:
    """Probability of any of the parts, float32 (h, w).

    >>> probs = np.zeros((14, 1, 2), np.float32)
    >>> probs[PART_ID["upper"], 0] = 0.5, 0
    >>> probs[PART_ID["dress"], 0] = 0.25, 1
    >>> target_prob(probs, ("upper", "dress")).tolist()
    [[0.75, 1.0]]
    """
    total = summed(probs, parts)
    return np.clip(total, 0, 1, out=total)


def summed(probs: Probs, parts: tuple[str, ...]) -> Prob:
    """Sum of the parts' probabilities, float32 (h, w); no copy of their planes is made.

    >>> summed(np.ones((14, 1, 1), np.float32), ("upper", "dress")).tolist()
    [[2.0]]
    """
    ids = part_ids(parts)
    total = probs[ids[0]].copy() if ids else np.zeros_like(probs[0])
    for index in ids[1:]:
        total += probs[index]
    return total


def likeliest(probs: Probs) -> LabelMap:
    """The likeliest part of each pixel, uint8 (h, w); of equals the first. ``argmax`` in a third of the time.

    >>> likeliest(np.array([[[0.1, 0.6]], [[0.5, 0.2]], [[0.4, 0.2]]], np.float32)).tolist()
    [[1, 0]]
    """
    most, labels = probs[0], np.zeros(probs.shape[1:], np.uint8)
    for index, prob in enumerate(probs[1:], start=1):
        labels = np.maximum(labels, (prob > most).view(np.uint8) * np.uint8(index))
        most = np.maximum(most, prob)
    return labels


def target_prior(before: Probs, after: Probs, parts: tuple[str, ...]) -> Prob:
    """Probability that the target was here or has come here, less what another thing in front covers; float32 (h, w).

    Args:
        before: float32 (14, h, w): what the original shows.
        after: float32 (14, h, w): what the aligned edit shows.
        parts: the targeted parts.

    >>> before, after = np.zeros((2, 14, 1, 3), np.float32)
    >>> before[PART_ID["upper"], 0, :1] = before[PART_ID["bag"], 0, 1] = before[PART_ID["skin"], 0, 2] = 1
    >>> after[PART_ID["background"], 0, 0] = after[PART_ID["upper"], 0, 1:] = 1
    >>> prior = target_prior(before, after, ("upper",))
    >>> np.round(prior.astype(float), 2).tolist()  # gone from there, new behind a bag, new over an arm
    [[0.65, 0.2, 1.0]]
    """
    was, becomes = target_prob(before, parts), target_prob(after, parts)
    covered = np.zeros_like(was)
    for part, weight in IN_FRONT.items():
        if part not in parts:
            covered = np.maximum(covered, weight * before[PART_ID[part]])
    vanished = 1 - VANISHED * after[PART_ID["background"]] if "background" not in parts else 1
    return np.maximum(was * vanished, becomes * (1 - covered)).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Scene:
    """Both pictures and the target, at the working size (h, w). What is derived is computed when it is first asked for.

    >>> shown = np.zeros((14, 1, 2), np.float32)
    >>> shown[PART_ID["upper"], 0, 0] = shown[PART_ID["background"], 0, 1] = 1
    >>> quiet = np.zeros((1, 2), np.float32)
    >>> scene = Scene.of(shown, shown, Change(quiet, quiet + 1, 3.0, quiet > 0), ("upper",))
    >>> scene.was.tolist(), scene.changed.max() < 0.01
    ([[1.0, 0.0]], np.True_)
    """

    before: Probs
    """float32 (14, h, w): what the original shows."""
    after: Probs
    """float32 (14, h, w): what the aligned edit shows."""
    change: Change
    parts: tuple[str, ...]
    """The targeted parts."""
    parsings: tuple[Parsing, Parsing]
    """The parsings that ``before`` and ``after`` were resized from, at their own sizes."""

    @classmethod
    def of(cls, before: Probs, after: Probs, change: Change, parts: tuple[str, ...]) -> Scene:
        """A scene of parsings that have the working size themselves."""
        first, second = (Parsing(probs, change.size_hw, GIVEN) for probs in (before, after))
        return cls(before, after, change, parts, (first, second))

    @classmethod
    def of_labels(
        cls, before: LabelMap, after: LabelMap, score_map: NDArray[np.float32], parts: tuple[str, ...]
    ) -> Scene:
        """A scene of two label maps without any uncertainty, and of a change map's scores: small scenes by hand."""
        first, second = (np.eye(len(PARTS), dtype=np.float32)[labels].transpose(2, 0, 1) for labels in (before, after))
        change = Change(score_map, np.ones_like(score_map), 3.0, score_map >= 3)
        return cls.of(first, second, change, parts)

    @cached_property
    def derived(self) -> dict[tuple[Hashable, ...], Any]:
        """What functions ``once_a_scene`` found, by function and arguments."""
        return {}

    @cached_property
    def label_maps(self) -> tuple[LabelMap, LabelMap]:
        """The likeliest part of each pixel, in the original and in the edit."""
        return likeliest(self.before), likeliest(self.after)

    @cached_property
    def was(self) -> Prob:
        """Probability that the original shows the target."""
        return target_prob(self.before, self.parts)

    @cached_property
    def becomes(self) -> Prob:
        """Probability that the edit shows the target."""
        return target_prob(self.after, self.parts)

    @cached_property
    def either(self) -> Prob:
        """The larger of ``was`` and ``becomes``."""
        return np.maximum(self.was, self.becomes)

    @cached_property
    def prior(self) -> Prob:
        """Probability of the target in either, less what lies in front of it (``target_prior``)."""
        return target_prior(self.before, self.after, self.parts)

    @cached_property
    def changed(self) -> Prob:
        """Probability that a pixel changed, by the change map alone."""
        return changed_prob(self.change.score_map)

    @cached_property
    def on_people(self) -> Mask:
        """Where people are (``near_body``)."""
        return near_body(self.before, self.after)

    @cached_property
    def quiet(self) -> Quiet:
        """How much the change map is worth on this pair."""
        return measure_quiet(self.before, self.after, self.change.score_map)

    @cached_property
    def skin(self) -> tuple[Prob, Prob]:
        """Bare skin of both pictures, faces too (parsers call raised hands so); none where it is targeted."""
        if not set(self.parts).isdisjoint(BARE):
            nothing = np.zeros_like(self.before[0])
            return nothing, nothing
        return target_prob(self.before, BARE), target_prob(self.after, BARE)


def once_a_scene(
    function: Callable[Concatenate[Scene, Arguments], Found],
) -> Callable[Concatenate[Scene, Arguments], Found]:
    """A function of a scene and hashable arguments that is computed once for each scene; its result is kept with it.

    >>> @once_a_scene
    ... def total(scene: Scene) -> float:
    ...     print("computed")
    ...     return float(scene.was.sum())
    >>> quiet, shown = np.zeros((1, 2), np.float32), np.ones((14, 1, 2), np.float32)
    >>> scene = Scene.of(shown, shown, Change(quiet, quiet + 1, 3.0, quiet > 0), ("upper",))
    >>> total(scene), total(scene)
    computed
    (2.0, 2.0)
    """

    @wraps(function)
    def kept(scene: Scene, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Found:
        key = (function, *args, *kwargs.items())
        if key not in scene.derived:
            scene.derived[key] = function(scene, *args, **kwargs)
        return scene.derived[key]

    return kept


def near_body(before: Probs, after: Probs, bridge: float = 0.02) -> Mask:
    """Where people are: regions that are no background in either picture and hold some body; bool (h, w).

    A cup or a curtain that a parser takes for cloth lies apart and is dressed on nobody. A dressed figure nearly as
    large as one with a body is a mannequin. Without any body in sight (a cropped torso in a parsing of the user's own)
    nothing is ruled out.

    Args:
        before: float32 (14, h, w).
        after: float32 (14, h, w).
        bridge: as a share of the long side: what lies closer belongs together.

    >>> labels = np.zeros((40, 80), np.uint8)
    >>> labels[10:20, 10:20] = PART_ID["skin"]
    >>> labels[20:35, 10:20] = labels[30:35, 60:64] = PART_ID["upper"]  # a shirt on somebody, and a cup
    >>> shown = np.eye(14, dtype=np.float32)[labels].transpose(2, 0, 1)
    >>> near = near_body(shown, shown)
    >>> bool(near[30, 15]), bool(near[32, 62])
    (True, False)
    """
    figure = np.minimum(before[PART_ID["background"]], after[PART_ID["background"]]) < 0.5
    radius = max(1, round(bridge * max(figure.shape) / 2))
    regions = connected_regions(widened(figure, radius, corners=False))
    body = target_prob(before, BODY) > 0.5
    if body.mean() < LEAST_BODY:
        return np.ones(body.shape, bool)
    bodies = regions.total(body) >= LEAST_BODY * body.size
    dressed = np.minimum(target_prob(before, CLOTHING), target_prob(after, CLOTHING)) > 0.5
    large = regions.areas >= MANNEQUIN_SIZE * regions.areas[bodies].max(initial=0)
    return regions.select(bodies | (large & (regions.total(dressed) >= MANNEQUIN_DRESSED * regions.areas)))


def shows_person(parsing: Parsing) -> bool:
    """Is there a person: do hair, face and skin win on more of the picture than a slip would?

    >>> probs = np.zeros((14, 10, 10), np.float32)
    >>> probs[PART_ID["hair"], 2:4, 2:4] = 1
    >>> shows_person(Parsing(probs, (100, 100), GIVEN)), shows_person(Parsing(0 * probs, (100, 100), GIVEN))
    (True, False)
    """
    return bool((target_prob(parsing.working_probs, BODY) > 0.5).mean() >= LEAST_BODY)


def shows_target(parsing: Parsing, parts: tuple[str, ...], least: float = 0.001) -> bool:
    """Does the target win on at least this share of the picture?

    >>> probs = np.zeros((14, 10, 10), np.float32)
    >>> probs[PART_ID["lower"], 2:4, 2:4] = 1
    >>> parsing = Parsing(probs, (100, 100), GIVEN)
    >>> shows_target(parsing, ("lower",)), shows_target(parsing, ("upper",))
    (True, False)
    """
    if set(parts) == set(PARTS):
        return True
    return bool((target_prob(parsing.working_probs, parts) > 0.5).mean() >= least)
