"""Bare arms, legs and necks that both pictures show: where they lie, and whether they still lie there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.labels import PART_ID
from segmask.core.regions import connected_regions
from segmask.core.types import Prob
from segmask.fusion.scene import Scene, once_a_scene


@dataclass(frozen=True)
class LimbConfig:
    """Numbers of limbs."""

    shown: float = 0.5
    """Probability from which a pixel shows skin, or the target."""
    moved: float = 0.6
    """Share of a limb that both pictures show up to which it moved, …"""
    still: float = 0.8
    """… and from which it lies where it lay: a redrawn outline costs a limb a tenth, a lifted arm a half."""


DEFAULT = LimbConfig()


@once_a_scene
def bare_skin(scene: Scene) -> Prob:
    """Skin in both pictures that is not targeted, float32 (h, w). Not a chin that came to lie on the neck.

    >>> labels = np.array([[PART_ID["skin"], PART_ID["face"]]], np.uint8)
    >>> bare_skin(Scene.of_labels(labels, labels, np.zeros((1, 2), np.float32), ("upper",))).tolist()
    [[1.0, 0.0]]
    """
    if "skin" in scene.parts:
        return np.zeros_like(scene.was)
    return np.minimum(scene.before[PART_ID["skin"]], scene.after[PART_ID["skin"]])


@once_a_scene
def still_skin(scene: Scene) -> Prob:
    """How surely the limb at a pixel lies where it lay, float32 (h, w) in [0, 1]; 0 off limbs.

    By the share of the limb that both pictures show, of what either shows beside the target.

    >>> before, after = np.zeros((20, 40), np.uint8), np.zeros((20, 40), np.uint8)
    >>> before[2:18, 2:10], after[2:18, 3:11] = PART_ID["skin"], PART_ID["skin"]  # an arm, drawn a pixel further right
    >>> before[2:18, 20:28], after[2:18, 25:33] = PART_ID["skin"], PART_ID["skin"]  # an arm that was moved
    >>> still = still_skin(Scene.of_labels(before, after, np.zeros((20, 40), np.float32), ("upper",)))
    >>> round(float(still[10, 6]), 1), float(still[10, 26])
    (0.9, 0.0)
    """
    skin, shown = PART_ID["skin"], DEFAULT.shown
    either = np.maximum(scene.before[skin], scene.after[skin]) > shown
    limbs = connected_regions(either & (np.maximum(scene.was, scene.becomes) <= shown))
    share = limbs.total(bare_skin(scene) > shown) / np.maximum(limbs.areas, 1)
    still = np.clip((share - DEFAULT.moved) / (DEFAULT.still - DEFAULT.moved), 0, 1).astype(np.float32)
    return still[limbs.labels]
