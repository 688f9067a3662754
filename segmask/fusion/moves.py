"""Whole regions pass to the other picture where less of a seam shows then.

The minimum cut weighs each pixel by itself, so a limb that the edit moved is cut where the pictures happen to differ
least, across a wrist or along a shin; the step in its outline and tone is seen at a glance. Here the mask is improved
by moves of whole regions: a limb, a hole, a bay, a piece of one kind (what was ground and is ground, what was skin and
is cloth). A move is made if the seams that show, and what is wrongly kept or taken, weigh less after it than before
(fusion moves, Lempitsky et al. 2010; ``seam_energy``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import WORKING_SIDE
from segmask.core.labels import PART_ID, PARTS
from segmask.core.morphology import distance_to, widened
from segmask.core.regions import Regions, connected_regions, equal_regions
from segmask.core.types import Box, Mask
from segmask.fusion.scene import BARE, Scene, once_a_scene
from segmask.fusion.seam_energy import Energy, seam_energy

Map = NDArray[np.float32]


@dataclass(frozen=True)
class MoveConfig:
    """Numbers of the moves."""

    gain: float = 100.0
    """What a move must save, in ΔE along a pixel of seam at the working size of 800; less nobody sees."""
    least_area: float = 0.0002
    """Of the picture: smaller limbs and holes are specks."""
    speck: int = 5
    """Pixels: smaller pieces at the outline are no pieces."""
    most_area: float = 0.06
    """Of the picture: a larger region is not moved as one."""
    grows: float = 0.3
    """Of the mask: a move that adds more is no mending of what was decided."""
    ground: float = 0.8
    """Probability in both pictures from which a pixel is ground that stays ground, and is never taken by a move."""
    reaches: tuple[float, ...] = (0.015, 0.06)
    """Of the long side: half the widths of bays and spurs of the outline that are moved."""
    rim: float = 0.004
    """Of the long side: mixed pixels around a limb, which go with it."""
    rounds: int = 2
    """Moves lay others open; most often none is made after the second round."""


DEFAULT = MoveConfig()
OTHER, GROUND, SKIN, HAIR, TARGET, BELOW = range(6)
"""Kinds of what a pixel shows; ``OTHER`` are bags, hats, glasses and what else is not targeted."""
KINDS = 6
LEGS = ("lower", "legwear")
"""Parts of the target that are no piece of what is worn above them, though no outline shows it: black on black."""


@dataclass(frozen=True, eq=False)
class Move:
    """Pixels that are to come from one picture."""

    box: Box
    pixels: Mask
    """bool (h, w) within the box."""
    side: bool
    """From the edit?"""


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
    result, size, energy = mask.copy(), int(mask.sum()), seam_energy(odds, scene)
    grounds = np.minimum(scene.before[PART_ID["background"]], scene.after[PART_ID["background"]])
    stays = keep | (grounds > DEFAULT.ground)  # the edit's ground is nothing that was asked for
    free = {True: ~stays, False: ~take}
    limbs, fresh = list(_limbs(scene, keep)), np.ones_like(mask)  # where something was moved in the round before
    for _ in range(DEFAULT.rounds):
        before = result.copy()
        for move in chain(limbs, _at_outline(before, scene)):
            if fresh[move.box.grown_by(1).clip(*mask.shape).slices].any():  # else it was weighed already
                size += _make(move, result, energy, free[move.side], DEFAULT.grows * size)
        fresh = result != before
        if not fresh.any():
            break
    return result


def _make(move: Move, mask: Mask, energy: Energy, free: Mask, most: float) -> int:
    """Make the move in ``mask`` if it saves enough and takes at most so many pixels; how many more the mask has."""
    place = move.box.slices
    flip = move.pixels & (mask[place] != move.side) & free[place]
    around, count = Box.around(flip), int(flip.sum())
    if around is None or (move.side and count > most):
        return 0
    area = around.moved(move.box.x0, move.box.y0).grown_by(1).clip(*mask.shape)  # nothing else changes what it costs
    old, least = mask[area.slices].copy(), DEFAULT.gain * max(mask.shape) / WORKING_SIDE
    now = energy.of(old, area)
    if now > least:
        mask[place][flip] = move.side
        if energy.of(mask[area.slices], area) < now - least:
            return count if move.side else -count
        mask[area.slices] = old
    return 0


def _kinds(scene: Scene) -> NDArray[np.uint8]:
    """What each pixel shows before and after, uint8 (h, w): the kind before times ``KINDS``, and that after."""
    kind = np.full(len(PARTS), OTHER, np.uint8)
    for number, parts in ((GROUND, ("background",)), (SKIN, BARE), (HAIR, ("hair",)), (TARGET, scene.parts)):
        kind[[PART_ID[part] for part in parts]] = number
    kind[[PART_ID[part] for part in LEGS if part in scene.parts]] = BELOW
    before, after = (kind[labels] for labels in scene.label_maps)
    return np.asarray(before * KINDS + after, np.uint8)


@once_a_scene
def _of_kinds(scene: Scene) -> tuple[NDArray[np.uint8], Regions]:
    """Kinds, and the regions of each."""
    kinds = _kinds(scene)
    return kinds, equal_regions(kinds)


def _at_outline(mask: Mask, scene: Scene) -> Iterator[Move]:
    """Holes, islands, bays, spurs and what is of one kind at the outline of the mask."""
    most = DEFAULT.most_area * mask.size
    for side, outside in ((True, mask), (False, ~mask)):
        yield from _each(connected_regions(~outside), DEFAULT.least_area * mask.size, most / 2, side)
    for reach in DEFAULT.reaches:
        for side, outside in ((True, mask), (False, ~mask)):
            yield from _each(_bays(outside, reach, mask), DEFAULT.speck, most, side)
    yield from _of_one_kind(mask, *_of_kinds(scene), most)


def _each(regions: Regions, least: float, most: float, side: bool) -> Iterator[Move]:
    """Each region of at least and at most so many pixels."""
    for index in np.flatnonzero((regions.areas >= least) & (regions.areas <= most)):
        yield _whole(regions, int(index), side)


def _of_one_kind(mask: Mask, kinds: NDArray[np.uint8], wholes: Regions, most: float) -> Iterator[Move]:
    """What is of one kind and lies at the outline, as a whole to either side, and its parts on one side to the other.

    Ground that stays ground is given back, never taken: the edit's ground is nothing that was asked for. No hair.
    """
    line = widened(mask) & widened(~mask)
    line &= (kinds // KINDS != HAIR) & (kinds % KINDS != HAIR)
    still = kinds == GROUND * KINDS + GROUND
    parts = equal_regions(kinds + np.uint8(KINDS**2) * mask)
    for regions, in_parts in ((wholes, False), (parts, True)):
        fit = (regions.total(line) > 0) & (regions.areas >= DEFAULT.speck) & (regions.areas <= most)
        inside, ground = regions.total(mask) > 0, regions.total(still) > 0
        for index in np.flatnonzero(fit):
            for side in (not inside[index],) if in_parts else (True, False):
                if not (side and ground[index]):
                    yield _whole(regions, int(index), bool(side))


def _bays(mask: Mask, reach: float, inner: Mask) -> Regions:
    """What a closing adds to a mask, bool (h, w): bays and straits narrower than twice ``reach`` of the long side.

    Looked for about ``inner``, which is the mask, or what lies outside of it.
    """
    distance, bays = max(1.0, reach * max(mask.shape)), np.zeros_like(mask)
    around = Box.around(inner)
    if around is not None:
        place = around.grown_by(int(2.1 * distance) + 3).clip(*mask.shape).slices  # distances are up to 2 % off
        bays[place] = (distance_to(distance_to(mask[place]) > distance) > distance) & ~mask[place]
    return connected_regions(bays)


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
