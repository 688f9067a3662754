"""What a change says of the garment around it: a garment is changed as a whole or not at all.

Gaps in a changed garment close; where a strongly changed region is mostly garment, its rest likely is one, too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_map, working_size
from segmask.core.morphology import blurred, opened
from segmask.core.regions import connected_regions
from segmask.core.types import Prob
from segmask.fusion.scene import Scene, once_a_scene, summed

TORSO = ("upper", "outerwear", "dress")

MISTAKEN = ("bag", "accessory")
"""Parts that parsers mistake garments for: a lap for a bag, a bow for a scarf. Changed strongly, no obstacle."""


@dataclass(frozen=True)
class GarmentConfig:
    """Numbers of garments and changed regions."""

    long_side: int = 240
    """Working size of the garments' shares: they are smooth."""
    reach: float = 0.05
    """Of the long side: how far a change speaks for the rest of its garment."""
    even_share: float = 0.35
    """Changed share of the garment around at which the garment counts as changed with even odds."""
    share_softness: float = 0.08
    strong: float = 8.0
    """Score (units of the noise floor) of a change that no redrawing explains."""
    neck: float = 0.006
    """Of the long side: links narrower than twice this don't join regions; spill around a garment is thinner."""
    from_share: float = 0.35
    """Share of a changed region that must be garment before the rest gains anything."""
    full_share: float = 0.6
    weight: float = 0.8
    """Prior of the rest of a region that is garment by ``full_share``: likely, not certain."""


DEFAULT = GarmentConfig()


def garments(parts: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The targeted parts as garments: what covers the torso is one, each other part its own.

    >>> garments(("upper", "dress", "lower"))
    (('upper', 'dress'), ('lower',))
    """
    torso = tuple(part for part in parts if part in TORSO)
    return ((torso,) if torso else ()) + tuple((part,) for part in parts if part not in TORSO)


@once_a_scene
def garments_present(scene: Scene) -> list[Prob]:
    """Where each targeted garment was or has come, float32 (h, w) each.

    >>> labels = np.array([[4, 7, 0]], np.uint8)
    >>> scene = Scene.of_labels(labels, labels, np.zeros((1, 3), np.float32), ("upper", "lower"))
    >>> [present.tolist() for present in garments_present(scene)]
    [[[1.0, 0.0, 0.0]], [[0.0, 1.0, 0.0]]]
    """
    return [np.maximum(summed(scene.before, group), summed(scene.after, group)) for group in garments(scene.parts)]


def garment_changed(scene: Scene) -> Prob:
    """Probability that the garment at a pixel was changed: the changed share of it nearby, softly decided; (h, w).

    This closes gaps that no blur radius can close without bleeding, and leaves an unchanged garment alone: a change of
    the top says nothing about the trousers below it. Parts that parsers confuse count as one garment.

    >>> labels = np.zeros((60, 60), np.uint8)
    >>> labels[5:30, 15:45], labels[30:55, 15:45] = 4, 7  # upper, lower
    >>> score = np.where(labels == 4, np.float32(12), np.float32(0.5))
    >>> score[10:14, 20:24] = 0.5  # new cloth that happens to look like the old
    >>> changed = garment_changed(Scene.of_labels(labels, labels, score, ("upper", "lower")))
    >>> bool(changed[12, 22] > 0.8), bool(changed[50, 30] < 0.1)
    (True, True)
    """
    size_hw = scene.change.size_hw
    small_hw = working_size(size_hw, DEFAULT.long_side)
    sigma = max(1.0, DEFAULT.reach * max(small_hw))
    changed = resize_map(scene.changed, small_hw)
    total, weighted = np.full(small_hw, 1e-6, np.float32), np.zeros(small_hw, np.float32)
    for present in (resize_map(prob, small_hw) for prob in garments_present(scene)):
        share = blurred(present * changed, sigma) / np.maximum(blurred(present, sigma), 1e-3)
        weighted += present / (1 + np.exp((DEFAULT.even_share - share) / DEFAULT.share_softness))
        total += present
    return resize_map(weighted / total, size_hw)


def garment_share(either: Prob, score_map: NDArray[np.float32], parts: tuple[str, ...]) -> Prob:
    """The target's share of the strongly changed region that a pixel lies in, float32 (h, w); 0 outside of any.

    Args:
        either: float32 (h, w): the target was here or has come here.
        score_map: float32 (h, w): change in units of the noise floor.
        parts: the targeted parts.

    >>> score = np.zeros((40, 40), np.float32)
    >>> score[10:30, 10:30] = 12
    >>> either = np.zeros((40, 40), np.float32)
    >>> either[10:30, 10:25] = 1
    >>> share = garment_share(either, score, ("upper",))
    >>> round(float(share[20, 28]), 2), float(share[0, 0])
    (0.75, 0.0)
    """
    if "background" in parts:
        return np.zeros_like(either)
    radius = max(1, round(DEFAULT.neck * max(score_map.shape)))
    regions = connected_regions(opened(score_map >= DEFAULT.strong, radius, corners=False))
    share = regions.total(either) / np.maximum(regions.areas, 1)
    share[0] = 0
    share[np.unique(regions.labels[0])] = 0  # open to the top of the picture: a new background, not a coat
    return share.astype(np.float32)[regions.labels]
