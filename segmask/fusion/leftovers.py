"""Pieces of the old garment that a parser calls ground: a ruffle or a ribbon beside a limb.

The garment's colour tells them, where it is another than that of the ground around. Colour alone would find cloth all
over a street; a leftover also touches what was taken, is small, and is gone in the edit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.colour import Lab, delta_e
from segmask.core.labels import PART_ID
from segmask.core.morphology import blurred, narrowed, opened, widened, within
from segmask.core.regions import connected_regions
from segmask.core.types import Mask, Prob
from segmask.fusion.colour_odds import ColourOdds
from segmask.fusion.scene import Scene


@dataclass(frozen=True)
class LeftoverConfig:
    """Numbers of the rule; lengths in pixels at the working size of 800."""

    garment: float = 0.9
    ground: float = 0.95
    """Probabilities from which a pixel tells the colour of the old garment, and of the ground."""
    odds: float = 2.0
    """Log odds of the garment's colour against the ground's from which a pixel has it."""
    apart: float = 20.0
    """ΔE between a piece and the ground beside it, at least …"""
    differs: float = 6.0
    """… and between both pictures in it, on average: what the edit shows as well stays."""
    least: float = 0.0003
    most: float = 0.01
    """Of the picture: smaller pieces are specks, larger ones no leftovers."""
    reach: float = 0.1
    """Of the long side: how far from what was taken is looked."""
    touching: float = 0.15
    """Share of a piece's rim that lies at what was taken."""
    near: int = 3
    """How far from it that is."""
    beside: int = 16
    """How far around a piece the ground beside it lies …"""
    likely: float = 0.7
    """… and its least probability."""


DEFAULT = LeftoverConfig()


def with_leftovers(mask: Mask, scene: Scene, must_keep: Mask) -> Mask:
    """``mask``, bool (h, w), with the pieces of the old garment beside it that are called ground.

    Args:
        mask: what comes from the edit so far.
        scene: what both pictures show; without their colours nothing is added.
        must_keep: bool (h, w): must stay.

    >>> from segmask.core.types import Change
    >>> label, red = np.zeros((120, 120), np.uint8), np.full((120, 120, 3), (70, 0, 0), np.float32)
    >>> label[20:100, 40:80] = PART_ID["dress"]  # on a grey wall, with a ribbon at its left that is called wall
    >>> red[20:100, 40:80] = red[50:60, 32:40] = 40, 50, 20
    >>> wall = np.full((120, 120, 3), (70, 0, 0), np.float32)
    >>> shown, score = np.eye(14, dtype=np.float32)[label].transpose(2, 0, 1), np.full((120, 120), 9, np.float32)
    >>> scene = Scene.of(shown, shown, Change(score, score, 3.0, score > 3, colours=(red, wall)), ("dress",))
    >>> found = with_leftovers(label > 0, scene, label > 20)
    >>> bool(found[55, 35]), bool(found[70, 35])
    (True, False)
    """
    if scene.change.colours is None or not mask.any():
        return mask
    first, second = (np.asarray(blurred(lab, 1.0), np.float32) for lab in scene.change.colours)
    ground = scene.before[PART_ID["background"]]
    asked = within(mask, DEFAULT.reach * max(mask.shape)) & ~mask & ~must_keep
    pieces = connected_regions(_in_its_colour(first, ground, scene, asked))
    fit = (pieces.areas >= DEFAULT.least * mask.size) & (pieces.areas <= DEFAULT.most * mask.size)
    result, near = mask.copy(), widened(mask, DEFAULT.near)
    for index in np.flatnonzero(fit):
        box = pieces.boxes[index].grown_by(DEFAULT.beside + 2).clip(*mask.shape)
        place = box.slices
        piece = pieces.labels[place] == index
        rim = piece & ~narrowed(piece)
        around = widened(piece, DEFAULT.beside) & ~widened(piece, DEFAULT.near) & (ground[place] > DEFAULT.likely)
        around &= (pieces.labels[place] == 0) & ~near[place]
        if (rim & near[place]).sum() < DEFAULT.touching * rim.sum() or not around.any():
            continue
        colour, beside = (np.median(first[place][places], axis=0) for places in (piece, around))
        differs = delta_e(first[place][piece], second[place][piece]).mean()
        if delta_e(colour, beside) >= DEFAULT.apart and differs >= DEFAULT.differs:
            result[place] |= widened(piece) & ~must_keep[place]
    return result


def _in_its_colour(colours: Lab, ground: Prob, scene: Scene, asked: Mask) -> Mask:
    """What of ``asked`` is surely no garment and no other part for the parser, and has the old garment's colour."""
    asked = asked & (scene.was <= 0.5) & (1 - ground - scene.was < 0.5)
    cloth, outside = (shown.astype(np.float32) for shown in (scene.was > DEFAULT.garment, ground > DEFAULT.ground))
    return opened(asked & (ColourOdds(colours, (outside,), asked)(cloth) >= DEFAULT.odds))
