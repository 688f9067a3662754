"""What a mask costs by what shows: its seams, what it wrongly keeps, and what it takes for nothing.

A seam costs what both pictures differ by at that of its two pixels where they differ less (Kwatra et al. 2003): where
they agree at one of them, the place looks as one of the pictures does; and no more than the step that is there. Along
an outline that both pictures have it shows less.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.colour import Lab, delta_e
from segmask.core.geometry import WORKING_SIDE
from segmask.core.labels import PART_ID
from segmask.core.morphology import blurred, disc
from segmask.core.types import Box, Mask
from segmask.fusion.limbs import bare_skin
from segmask.fusion.scene import Scene, once_a_scene

Map = NDArray[np.float32]


@dataclass(frozen=True)
class EnergyConfig:
    """Numbers of the energy, in ΔE along a pixel of seam at the working size of 800."""

    blur: float = 0.7
    """Sigma in pixels: grain is no step."""
    skin: float = 0.6
    ground: float = 0.8
    """Probabilities in both pictures from which skin and ground are brought into one light later
    (``segmask.compose.beside``)."""
    light: float = 0.012
    """Of the long side: sigma over which light is evened out beside seams (``segmask.compose.skin``), …"""
    light_share: float = 0.25
    """… and the share of the surroundings that must show the same in both pictures for all of it."""
    alike: float = 10.0
    """ΔE from which it is no matter of light."""
    least: float = 4.0
    """ΔE beyond both pictures' own steps that nobody sees."""
    masking: float = 2.0
    """Factor on the step that both pictures have there: along an outline of both another tone shows less."""
    slide: int = 1
    """Pixels by which a seam may be laid better later (``segmask.compose.outline``): it costs what it costs there, …"""
    along: float = 1.5
    """… over so many pixels of its length (sigma): that the pictures agree in one pixel makes no seam."""
    limb: float = 0.3
    """Probability of skin in either picture from which it costs what it costs here: a joint of two hands is no rim."""
    most: float = 30.0
    """ΔE beyond which a seam shows no more than it does anyway."""
    kept: float = 2.0
    """Of a changed pixel that stays, for each of its log odds that it comes from the edit."""
    old: float = 4.0
    """Least of that where the original shows the target: the old garment stays in sight."""
    taken: float = 0.25
    """Of a pixel that comes and is nothing of the target that changed: as little as can be comes from the edit."""
    odds: float = 0.06
    """Of the same, for each of its log odds that it stays."""
    odds_limit: float = 4.0
    hair: float = 8.0
    """Of a pixel of the original's hair that comes: hair is matted later."""


DEFAULT = EnergyConfig()
STRIP = 1 << 15
"""Pixels whose seams are weighed at a time."""


@dataclass(frozen=True, eq=False)
class Energy:
    """What a mask costs. ``down`` and ``right`` hold the cost of a seam between a pixel and its neighbour there."""

    keep: Map
    """float32 (h, w): of a pixel that stays."""
    take: Map
    """float32 (h, w): of a pixel that comes."""
    down: tuple[Map, Map]
    """float32 (h, w): where the pixel stays and its neighbour comes, and the other way round."""
    right: tuple[Map, Map]

    def of(self, mask: Mask, area: Box) -> float:
        """Of a part of a mask, bool (h, w), that lies at ``area``.

        >>> flat, seam = np.zeros((2, 2), np.float32), np.ones((2, 2), np.float32)
        >>> energy = Energy(flat, flat + 5, (seam, seam), (seam, seam))
        >>> energy.of(np.array([[True, False], [False, False]]), Box(0, 0, 2, 2))
        7.0
        """
        place = area.slices
        total = self.keep[place][~mask].sum(dtype=np.float64) + self.take[place][mask].sum(dtype=np.float64)
        for (first, second), one, other in (
            (self.down, mask[:-1], mask[1:]),
            (self.right, mask[:, :-1], mask[:, 1:]),
        ):
            height, width = one.shape
            total += first[place][:height, :width][~one & other].sum(dtype=np.float64)
            total += second[place][:height, :width][one & ~other].sum(dtype=np.float64)
        return float(total)


def seam_energy(odds: Map, scene: Scene) -> Energy:
    """The energy of any mask of the scene.

    Args:
        odds: float32 (h, w): log odds that each pixel comes from the edit.
        scene: what both pictures show; their colours must be known.

    >>> from segmask.core.types import Change
    >>> label, score = np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.float32)
    >>> shown = np.eye(14, dtype=np.float32)[label].transpose(2, 0, 1)
    >>> wall, other = np.full((4, 4, 3), (80, 0, 0), np.float32), np.full((4, 4, 3), (40, 0, 0), np.float32)
    >>> changes = (Change(score, score + 1, 3.0, score > 3, colours=(wall, edit)) for edit in (other, wall))
    >>> mask = np.zeros((4, 4), bool)
    >>> mask[:, 2:] = True
    >>> scenes = (Scene.of(shown, shown, change, ("upper",)) for change in changes)
    >>> joined, same = (seam_energy(score, scene).of(mask, Box(0, 0, 4, 4)) for scene in scenes)
    >>> joined > same
    True
    """
    per_pixel = WORKING_SIDE / max(odds.shape)  # areas grow faster than seams
    sure = np.clip(odds, -DEFAULT.odds_limit, DEFAULT.odds_limit)
    # In a quiet pair all change was asked for, but an arm's.
    meant = scene.quiet.weight * (1 - bare_skin(scene))
    garment = np.maximum(np.minimum(2 * scene.either, 1), meant)
    keep = DEFAULT.kept * np.maximum(sure, 0) * garment
    keep = np.maximum(keep, DEFAULT.old * (scene.was > 0.5)) * scene.changed
    take = DEFAULT.taken * (1 - scene.changed * (scene.either > 0.5)) + DEFAULT.odds * np.maximum(-sure, 0)
    if "hair" not in scene.parts:
        take = take + DEFAULT.hair * (scene.before[PART_ID["hair"]] > 0.5)
    down, right = _seams(scene)
    return Energy((keep * per_pixel).astype(np.float32), (take * per_pixel).astype(np.float32), down, right)


@once_a_scene
def _seams(scene: Scene) -> tuple[tuple[Map, Map], tuple[Map, Map]]:
    """Costs of seams below and right of each pixel, as ``Energy`` holds them."""
    import cv2

    first, second = (np.asarray(blurred(colours, DEFAULT.blur), np.float32) for colours in _in_one_light(scene))
    height, width = first.shape[:2]
    apart = delta_e(first, second)
    nearby = cv2.erode(blurred(apart, DEFAULT.along), disc(DEFAULT.slide, corners=False))
    limb = np.maximum(*scene.skin) > DEFAULT.limb
    apart = np.where(limb, apart, np.minimum(apart, np.asarray(nearby, np.float32)))
    down, right = ((np.zeros((height, width), np.float32), np.zeros((height, width), np.float32)) for _ in range(2))
    for strip in Box(0, 0, width, height).strips(STRIP):  # they fit the cache
        rows = slice(strip.y0, strip.y1 + 1)  # with the next one's first
        colours = first[rows], second[rows]
        for costs, here, there in ((down, np.s_[:-1], np.s_[1:]), (right, np.s_[:, :-1], np.s_[:, 1:])):
            most = np.minimum(apart[rows][here], apart[rows][there])
            _put_seams(colours, most, here, there, [cost[rows][here] for cost in costs])
    return down, right


def _put_seams(colours: tuple[Lab, Lab], most: Map, here: Any, there: Any, costs: list[Map]) -> None:
    """Put the costs of the seams between pixels here and their neighbours there: kept and taken, and the other way."""
    first, second = colours
    masked = np.minimum(delta_e(first[here], first[there]), delta_e(second[here], second[there]))
    masked *= np.float32(DEFAULT.masking)
    masked += np.float32(DEFAULT.least)
    for cost, step in zip(costs, ((first[here], second[there]), (second[here], first[there])), strict=True):
        np.clip(np.minimum(delta_e(*step), most) - masked, 0, DEFAULT.most, out=cost)


def _in_one_light(scene: Scene) -> tuple[Lab, Lab]:
    """Both pictures' colours, the edit's in the light that the original has around: beside seams it is matched later.

    Light is the mean difference over what both pictures show and nobody asked for (normalised convolution, Knutsson and
    Westin 1993).
    """
    assert scene.change.colours is not None
    first, second = scene.change.colours
    grounds = np.minimum(scene.before[PART_ID["background"]], scene.after[PART_ID["background"]])
    same = (np.minimum(*scene.skin) > DEFAULT.skin) | (grounds > DEFAULT.ground)
    same = (same & (delta_e(first, second) < DEFAULT.alike)).astype(np.float32)
    sigma = DEFAULT.light * max(same.shape)
    amount = blurred(same, sigma)
    light = np.divide(
        blurred((first - second) * same[..., None], sigma), np.asarray(np.maximum(amount, 1e-4))[..., None]
    )
    light *= np.minimum(amount / DEFAULT.light_share, 1)[..., None]
    return first, np.asarray(second + light, np.float32)
