"""Sleeves, hems and collars that end elsewhere than the old garment's.

Each function takes the figure, the garment's mask and a length, and says which pixels the garment gains or loses;
empty masks where the figure doesn't allow it (no bare arm to cover, no limb to cut).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.types import Mask
from segmask.evaluation.synth.anatomy import Figure
from segmask.evaluation.synth.fields import geodesic, signed_distance, thin, within

# Shares of the figure's height (labelled street photos; a hand is about a twentieth of it).
HAND = 0.055
ARM_RADIUS = 0.030
LEG_RADIUS = 0.042
ANKLE = 0.05  # an ankle or a calf is about as wide
KNEE = 0.68  # rows from the head's top; no hem is raised above the knee


@dataclass(frozen=True)
class Cut:
    """What a garment loses, bool (H, W): the cloth that goes, and where bare skin shows instead."""

    gone: Mask
    bare: Mask


def longer_sleeve(figure: Figure, garment: Mask, length_px: float) -> Mask:
    """Arm skin next to the garment that the sleeve now covers; hands stay bare.

    >>> from segmask.core.labels import PART_ID
    >>> from segmask.evaluation.synth.anatomy import read_figure
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:100, 30:70] = PART_ID["face"], PART_ID["upper"]
    >>> label[45:110, 22:30] = label[45:110, 70:78] = PART_ID["skin"]  # bare arms
    >>> figure = read_figure(label)
    >>> gained = longer_sleeve(figure, figure.mask("upper"), length_px=6)
    >>> bool(gained[60, 28]), bool(gained[60, 23])
    (True, False)
    """
    import cv2

    gained = np.zeros_like(garment)
    way = geodesic(within(garment, 2.0) & figure.arms, figure.arms, 0.35 * figure.height)
    count, pieces = cv2.connectedComponents(figure.arms.astype(np.uint8))
    for index in range(1, count):
        piece = (pieces == index) & np.isfinite(way)
        reach = min(length_px, float(way[piece].max()) - HAND * figure.height) if piece.any() else 0.0
        if reach > 0.01 * figure.height:
            gained |= piece & (way <= reach)
    return gained


def shorter_sleeve(figure: Figure, garment: Mask, length_px: float) -> Cut:
    """The ends of sleeves, from the bare hand or forearm inwards; only where the garment is as thin as a limb.

    >>> from segmask.core.labels import PART_ID
    >>> from segmask.evaluation.synth.anatomy import read_figure
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:100, 30:70] = PART_ID["face"], PART_ID["upper"]
    >>> label[45:50, 14:30], label[45:50, 4:14] = PART_ID["upper"], PART_ID["skin"]  # an arm with a sleeve
    >>> figure = read_figure(label)
    >>> cut = shorter_sleeve(figure, figure.mask("upper"), length_px=8)
    >>> bool(cut.gone[48, 16]), bool(cut.gone[48, 26])
    (True, False)
    """
    limb = thin(garment, ARM_RADIUS * figure.height)
    contact = within(figure.arms, 3.0) & limb
    gone = geodesic(contact, limb, length_px) <= length_px
    gone = _without_crumbs(gone, 0.002 * figure.height**2)
    return Cut(gone, gone & _inset(garment, 0.004 * figure.height))


def longer_hem(figure: Figure, garment: Mask, length_px: float, flare: float) -> Mask:
    """The lower fifth of the garment drawn out downwards, ``flare`` times as wide at the end.

    >>> from segmask.core.labels import PART_ID
    >>> from segmask.evaluation.synth.anatomy import read_figure
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:100, 30:70] = PART_ID["face"], PART_ID["upper"]
    >>> figure = read_figure(label)
    >>> gained = longer_hem(figure, figure.mask("upper"), length_px=20, flare=1.0)
    >>> bool(gained[110, 50]), bool(gained[130, 50])
    (True, False)
    """
    import cv2

    rows, columns = np.nonzero(garment)
    if not len(rows):
        return np.zeros_like(garment)
    tail = garment.copy()
    tail[: int(rows.max() - 0.2 * (rows.max() - rows.min()))] = False
    centre = float(columns.mean())
    drawn = np.zeros_like(garment)
    for step in np.arange(2.0, max(length_px, 2.0) + 0.1, 2.0):
        wide = 1 + (flare - 1) * step / length_px
        matrix = np.array([[wide, 0, centre * (1 - wide)], [0, 1, step]])
        moved = cv2.warpAffine(tail.astype(np.uint8), matrix, garment.shape[::-1], flags=cv2.INTER_NEAREST)
        drawn |= np.asarray(moved) > 0
    return drawn & ~garment & (figure.depth < 4)


def shorter_hem(figure: Figure, garment: Mask, length_px: float) -> Cut:
    """The garment's lower end, down to the knee; legs below it are drawn upwards, trouser legs become bare calves.

    >>> from segmask.core.labels import PART_ID
    >>> from segmask.evaluation.synth.anatomy import read_figure
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:175, 35:65] = PART_ID["face"], PART_ID["dress"]
    >>> label[175:190, 40:60] = PART_ID["skin"]  # legs
    >>> figure = read_figure(label)
    >>> cut = shorter_hem(figure, figure.mask("dress"), length_px=20)
    >>> bool(cut.gone[170, 50]), bool(cut.gone[140, 50])
    (True, False)
    """
    none = np.zeros_like(garment)
    rows = np.nonzero(garment.any(1))[0]
    below = within(figure.legs | figure.mask("footwear"), 4.0) & garment
    if not len(rows) or np.count_nonzero(below) < 0.01 * figure.height:
        return Cut(none, none)
    gone = garment.copy()
    bottom = np.quantile(np.nonzero(garment)[0], 0.995)
    gone[: int(max(bottom - length_px, figure.top + KNEE * figure.height))] = False
    legs = _drawn_up(below, gone, figure.height)
    trousers = gone & thin(garment, LEG_RADIUS * figure.height)
    if np.count_nonzero(trousers) > 0.6 * np.count_nonzero(gone):
        legs |= gone & _inset(garment, 0.008 * figure.height)
    return Cut(gone, legs & gone)


def higher_collar(figure: Figure, garment: Mask, length_px: float) -> Mask:
    """Neck above the garment that a collar now covers; the chin keeps its distance.

    >>> from segmask.core.labels import PART_ID
    >>> from segmask.evaluation.synth.anatomy import read_figure
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:100, 30:70] = PART_ID["face"], PART_ID["upper"]
    >>> label[30:40, 44:56] = PART_ID["skin"]  # the neck
    >>> figure = read_figure(label)
    >>> gained = higher_collar(figure, figure.mask("upper"), length_px=4)
    >>> bool(gained[38, 50]), bool(gained[31, 50])
    (True, False)
    """
    free = figure.neck & ~within(figure.mask("face"), 0.012 * figure.height)
    return geodesic(within(garment, 3.0) & free, free, length_px) <= length_px


def _drawn_up(contact: Mask, gone: Mask, height: int) -> Mask:
    """Legs from where they meet the old hem upwards, each getting wider; a wide contact is two legs."""
    import cv2

    drawn = np.zeros_like(gone)
    columns = np.arange(gone.shape[1])
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(contact.astype(np.uint8))
    for index in range(1, count):
        left, top, width = (int(stats[index][key]) for key in (cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP, cv2.CC_STAT_WIDTH))
        legs = 2 if width > 2 * ANKLE * height else 1
        for leg in range(legs):
            centre = left + width * (leg + 0.5) / legs
            ankle = min(width / legs - 1, ANKLE * height) / 2
            for row in range(top, -1, -1):
                half = ankle + min(0.1 * (top - row), 0.5 * ankle) * (1 if legs == 1 else 0.3)
                if not gone[row].any() and row < top - 6:
                    break
                drawn[row] |= np.abs(columns - centre) <= half
        drawn |= pieces == index
    return drawn


def _inset(garment: Mask, distance_px: float) -> Mask:
    return signed_distance(garment) > distance_px


def _without_crumbs(mask: Mask, area: float) -> Mask:
    import cv2

    count, pieces, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    large = np.flatnonzero(stats[:, cv2.CC_STAT_AREA] >= area)
    return np.isin(pieces, large[large > 0]) if count > 1 else mask
