"""Whole regions pass to the other picture where less of a seam shows then.

The minimum cut weighs each pixel by itself, so a limb that the edit moved is cut where the pictures happen to differ
least, across a wrist or along a shin; the step in its outline and tone is seen at a glance. Here the mask is improved by
moves of whole regions: a limb, a hole, a piece of one kind (what was ground and is ground, what was skin and is cloth).
A move is made if the seams that show, and what is wrongly kept or taken, weigh less after it than before (fusion moves,
Lempitsky et al. 2010). A seam shows by the step that the composite has across it, beyond the steps that both pictures
have there themselves (after the matching cost of Kwatra et al. 2003): an outline of the edit's own is no seam.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.colour import Lab, delta_e
from segmask.core.geometry import WORKING_SIDE
from segmask.core.labels import PART_ID, PARTS
from segmask.core.morphology import blurred, distance_to, widened
from segmask.core.regions import Regions, connected_regions, equal_regions
from segmask.core.types import Box, Mask
from segmask.fusion.scene import BARE, Scene

Map = NDArray[np.float32]


@dataclass(frozen=True)
class MoveConfig:
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
    most: float = 30.0
    """ΔE beyond which a seam shows no more than it does anyway."""
    kept: float = 2.0
    """Of a changed pixel that stays, for each of its log odds that it comes from the edit."""
    old: float = 4.0
    """Least of that where the original shows the target: the old garment stays in sight."""
    taken: float = 0.2
    """Of a pixel that comes and is nothing of the target that changed: as little as can be comes from the edit."""
    odds: float = 0.06
    """Of the same, for each of its log odds that it stays."""
    odds_limit: float = 4.0
    hair: float = 8.0
    """Of a pixel of the original's hair that comes: hair is matted later."""
    gain: float = 100.0
    """What a move must save; less is no seam that anybody sees."""
    least_area: float = 0.0002
    """Of the picture: smaller limbs and holes are specks."""
    most_area: float = 0.06
    """Of the picture: a larger region is not moved as one."""
    grows: float = 0.3
    """Of the mask: a move that adds more is no mending of what was decided."""
    reaches: tuple[float, ...] = (0.015, 0.06)
    """Of the long side: half the widths of bays and spurs of the outline that are moved."""
    rim: float = 0.004
    """Of the long side: mixed pixels around a limb, which go with it."""
    rounds: int = 2
    """Moves lay others open; most often none is made after the second round."""


DEFAULT = MoveConfig()
OTHER, GROUND, SKIN, HAIR, TARGET = range(5)
"""Kinds of what a pixel shows; ``OTHER`` are bags, hats, glasses and what else is not targeted."""
KINDS = 5


@dataclass(frozen=True, eq=False)
class Move:
    """Pixels that are to come from one picture."""

    box: Box
    pixels: Mask
    """bool (h, w) within the box."""
    side: bool
    """From the edit?"""


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


def with_moves(mask: Mask, odds: Map, scene: Scene, keep: Mask, take: Mask) -> Mask:
    """``mask``, bool (h, w), after the moves that leave less of a seam to be seen.

    Args:
        mask: what comes from the edit so far.
        odds: float32 (h, w): log odds that each pixel comes from it.
        scene: what both pictures show; without their colours nothing is moved.
        keep: bool (h, w): must stay.
        take: bool (h, w): must come.

    >>> from segmask.core.types import Change
    >>> label = np.zeros((100, 100), np.uint8)
    >>> label[20:60, 20:60], label[60:90, 30:40] = PART_ID["upper"], PART_ID["skin"]  # a sleeve, and an arm below it
    >>> lab = np.full((100, 100, 3), (80, 0, 0), np.float32)  # before a light wall
    >>> first, second = np.where((label == PART_ID["skin"])[..., None], np.float32((60, 15, 15)), lab), lab.copy()
    >>> second[label == PART_ID["skin"]] = 40, 15, 15  # the edit's arm is darker
    >>> shown = np.eye(14, dtype=np.float32)[label].transpose(2, 0, 1)
    >>> score = np.where(label > 0, np.float32(9), np.float32(0))
    >>> scene = Scene.of(shown, shown, Change(score, score + 1, 3.0, score > 3, colours=(first, second)), ("upper",))
    >>> half, none = label == PART_ID["upper"], np.zeros((100, 100), bool)
    >>> half[60:80, 30:40] = True  # cut across the arm
    >>> moved = with_moves(half, np.where(half, 4, -4).astype(np.float32), scene, none, none)
    >>> bool(moved[70, 35]) == bool(moved[85, 35])
    True
    """
    if scene.change.colours is None or not mask.any():
        return mask
    kinds = _kinds(scene)
    energy = _energy(odds, scene, *_in_one_light(*scene.change.colours, scene))
    result, least = mask.copy(), DEFAULT.gain * max(mask.shape) / WORKING_SIDE
    fresh = np.ones_like(mask)  # where something was moved in the round before
    for _ in range(DEFAULT.rounds):
        before = result.copy()
        for move in _proposed(before, scene, kinds, keep):
            _make(move, result, energy, ~(keep if move.side else take), least, fresh)
        fresh = result != before
        if not fresh.any():
            break
    return result


def _make(move: Move, mask: Mask, energy: Energy, free: Mask, least: float, fresh: Mask) -> None:
    """Make the move in ``mask`` if it saves enough; not where nothing is ``fresh``: it was weighed already."""
    area = move.box.grown_by(1).clip(*mask.shape)
    if not fresh[area.slices].any():
        return
    old = mask[area.slices]
    flip = np.zeros_like(old)
    top, left = move.box.y0 - area.y0, move.box.x0 - area.x0
    flip[top : top + move.box.height, left : left + move.box.width] = move.pixels
    flip &= (old != move.side) & free[area.slices]
    count = int(flip.sum())
    if not count or (move.side and count > DEFAULT.grows * mask.sum()):
        return
    now, new = energy.of(old, area), np.where(flip, move.side, old)
    if now > least and energy.of(new, area) < now - least:
        mask[area.slices] = new


def _in_one_light(first: Lab, second: Lab, scene: Scene) -> tuple[Lab, Lab]:
    """Both pictures' colours, the edit's in the light that the original has around: tone is matched later, beside seams.

    Light is the mean difference over what both pictures show and nobody asked for (normalised convolution, Knutsson and
    Westin 1993).
    """
    grounds = np.minimum(scene.before[PART_ID["background"]], scene.after[PART_ID["background"]])
    same = (np.minimum(*scene.skin) > DEFAULT.skin) | (grounds > DEFAULT.ground)
    same = (same & (delta_e(first, second) < DEFAULT.alike)).astype(np.float32)
    sigma = DEFAULT.light * max(same.shape)
    amount = blurred(same, sigma)
    light = blurred((first - second) * same[..., None], sigma) / np.maximum(amount, 1e-4)[..., None]
    light *= np.minimum(amount / DEFAULT.light_share, 1)[..., None]
    return first, np.asarray(second + light, np.float32)


def _energy(odds: Map, scene: Scene, first: Lab, second: Lab) -> Energy:
    """The energy of any mask of the scene."""
    first, second = (np.asarray(blurred(colours, DEFAULT.blur), np.float32) for colours in (first, second))
    per_pixel = WORKING_SIDE / max(odds.shape)  # areas grow faster than seams
    sure = np.clip(odds, -DEFAULT.odds_limit, DEFAULT.odds_limit)
    keep = DEFAULT.kept * np.maximum(sure, 0) * np.minimum(2 * scene.either, 1)
    keep = np.maximum(keep, DEFAULT.old * (scene.was > 0.5)) * scene.changed
    take = DEFAULT.taken * (1 - scene.changed * (scene.either > 0.5)) + DEFAULT.odds * np.maximum(-sure, 0)
    if "hair" not in scene.parts:
        take = take + DEFAULT.hair * (scene.before[PART_ID["hair"]] > 0.5)
    down = _seams((first[:-1], first[1:]), (second[:-1], second[1:]), ((0, 1), (0, 0)))
    right = _seams((first[:, :-1], first[:, 1:]), (second[:, :-1], second[:, 1:]), ((0, 0), (0, 1)))
    return Energy((keep * per_pixel).astype(np.float32), (take * per_pixel).astype(np.float32), down, right)


def _seams(
    first: tuple[Lab, Lab], second: tuple[Lab, Lab], padding: tuple[tuple[int, int], tuple[int, int]]
) -> tuple[Map, Map]:
    """Costs of seams between neighbours of both pictures, as ``Energy`` holds them."""
    one, other = delta_e(*first), delta_e(*second)
    own = np.maximum(one, other) + DEFAULT.masking * np.minimum(one, other) + DEFAULT.least
    steps = delta_e(first[0], second[1]), delta_e(second[0], first[1])
    kept, taken = (np.pad(np.clip(step - own, 0, DEFAULT.most), padding) for step in steps)
    return np.asarray(kept, np.float32), np.asarray(taken, np.float32)


def _kinds(scene: Scene) -> NDArray[np.uint8]:
    """What each pixel shows before and after, uint8 (h, w): the kind before times ``KINDS``, and that after."""
    kind = np.full(len(PARTS), OTHER, np.uint8)
    for number, parts in ((GROUND, ("background",)), (SKIN, BARE), (HAIR, ("hair",)), (TARGET, scene.parts)):
        kind[[PART_ID[part] for part in parts]] = number
    before, after = (kind[probs.argmax(0)] for probs in (scene.before, scene.after))
    return np.asarray(before * KINDS + after, np.uint8)


def _proposed(mask: Mask, scene: Scene, kinds: NDArray[np.uint8], keep: Mask) -> Iterator[Move]:
    """The moves that may mend the mask: limbs, holes, islands, and pieces of one kind at its outline."""
    yield from _limbs(scene, keep)
    for side, regions in ((True, connected_regions(~mask)), (False, connected_regions(mask))):
        small = (regions.areas >= DEFAULT.least_area * mask.size) & (regions.areas <= DEFAULT.most_area * mask.size / 2)
        yield from (_whole(regions, index, side) for index in np.flatnonzero(small))
    for reach in DEFAULT.reaches:
        for side, pieces in ((True, _bays(mask, reach)), (False, _bays(~mask, reach))):
            fit = (pieces.areas > 4) & (pieces.areas <= DEFAULT.most_area * mask.size)
            yield from (_whole(pieces, int(index), side) for index in np.flatnonzero(fit))
    line = widened(mask) & widened(~mask)
    hair = (kinds // KINDS == HAIR) | (kinds % KINDS == HAIR)
    ground = kinds == GROUND * KINDS + GROUND
    for regions, sides in ((equal_regions(kinds), (True, False)), (equal_regions(kinds + np.uint8(KINDS**2) * mask), ())):
        at_line = regions.total(line & ~hair) > 0
        at_line &= (regions.areas <= DEFAULT.most_area * mask.size) & (regions.areas > 4)
        within, is_ground = regions.total(mask) > 0, regions.total(ground) > 0
        for index in np.flatnonzero(at_line):
            # Ground that stays ground is given back, never taken: the edit's ground is nothing that was asked for.
            for side in sides or (not within[index],):
                if not (side and is_ground[index]):
                    yield _whole(regions, int(index), side)


def _bays(mask: Mask, reach: float) -> Regions:
    """What a closing adds to a mask, bool (h, w): bays and straits narrower than twice ``reach`` of the long side."""
    distance = max(1.0, reach * max(mask.shape))
    return connected_regions((distance_to(distance_to(mask) > distance) > distance) & ~mask)


def _whole(regions: Regions, index: int, side: bool) -> Move:
    box = regions.boxes[index]
    return Move(box, regions.labels[box.slices] == index, side)


def _limbs(scene: Scene, keep: Mask) -> Iterator[Move]:
    """Each limb from one picture: the edit's with the old one's rim, or the original's where no garment lay on it.

    Not a neck, which goes on in a face that stays.
    """
    if "skin" in scene.parts:
        return
    rim = max(1, round(DEFAULT.rim * max(keep.shape)))
    old, new = (prob > 0.5 for prob in scene.skin)  # parsers call fists faces
    face = keep & (np.maximum(scene.before[PART_ID["face"]], scene.after[PART_ID["face"]]) > 0.5)
    limbs = connected_regions((new | (old & (scene.becomes <= 0.5))) & ~face)
    fit = (limbs.areas >= DEFAULT.least_area * keep.size) & (limbs.total(widened(face, 2 * rim)) == 0)
    for index in np.flatnonzero(fit):
        box = limbs.boxes[index].grown_by(rim).clip(*keep.shape)
        limb = limbs.labels[box.slices] == index
        yield Move(box, limb | (widened(limb, rim) & (scene.becomes[box.slices] <= 0.5)), True)
        yield Move(box, limb & (scene.was[box.slices] <= 0.5), False)
