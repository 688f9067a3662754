"""A patch of a picture filled with another piece of it, as a healing brush does.

The piece is the one that fits best around the patch (one shift for a patch: Pritch, Kav-Venaki and Peleg 2009,
Shift-map image editing), and its light is brought to the surroundings by a membrane (Georgiev 2004, Photoshop healing
brush; here by what ``ground`` carries across a patch).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.compose.ground import carried
from segmask.core.geometry import resize_map
from segmask.core.morphology import blurred, widened
from segmask.core.types import Box, Image, Mask

Map = NDArray[np.float32]
Shift = tuple[int, int]
"""Rows and columns."""


@dataclass(frozen=True)
class HealingConfig:
    """Numbers of the healing; lengths as shares of the long side."""

    rings: tuple[float, ...] = (0.015, 0.03, 0.06, 0.1)
    """How far around a patch the piece must fit; the first that holds enough of what is known."""
    ring_pixels: int = 60
    reach: float = 0.25
    """How far from a patch its piece may lie."""
    light: float = 0.015
    """Sigma above which a difference is light, which the membrane takes out …"""
    light_counts: float = 0.3
    """… and the share of it that counts all the same when a piece is looked for."""
    pure: float = 0.99
    """Share of a piece, and of what must fit around it, that may be used."""
    compared: int = 20_000
    """Pixels by which a piece is placed at the picture's own size."""
    soft: float = 0.7
    """Pixels: sigma of a filling's edge."""


DEFAULT = HealingConfig()


@dataclass(frozen=True, eq=False)
class Filling:
    """What is added to the edit, so that its ground becomes the original's."""

    area: Box
    """Where in the picture."""
    levels: Map
    """float32 (h, w, 3) in 8-bit levels; 0 where nothing is filled."""

    def lay_over(self, edited: Image) -> None:
        """Add it to the edit, uint8 (H, W, 3), in place."""
        part = edited[self.area.slices] + self.levels
        edited[self.area.slices] = np.clip(np.rint(part), 0, 255).astype(np.uint8)

    def within(self, area: Box) -> Map:
        """What is added in a box of the picture, float32 (h, w, 3).

        >>> filling = Filling(Box(1, 1, 3, 3), np.ones((2, 2, 3), np.float32))
        >>> filling.within(Box(0, 0, 2, 3))[..., 0].tolist()
        [[0.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
        """
        result = np.zeros((area.height, area.width, 3), np.float32)
        both = self.area.shared_with(area)
        if both is not None:
            own = self.levels[both.moved(-self.area.x0, -self.area.y0).slices]
            result[both.moved(-area.x0, -area.y0).slices] = own
        return result


@dataclass(frozen=True, eq=False)
class Source:
    """A picture at the working size (h, w), and what of it pieces may be made of."""

    picture: Map
    """float32 (h, w, 3) in 8-bit levels."""
    usable: Mask
    """bool (h, w)."""
    structure: Map
    """float32 (h, w, 3): the picture with most of its light taken out."""

    @classmethod
    def of(cls, picture: Map, usable: Mask) -> Source:
        """The source that a picture, float32 (h, w, 3), is."""
        light = blurred(picture, DEFAULT.light * max(usable.shape))
        return cls(picture, usable, np.asarray(picture - (1 - DEFAULT.light_counts) * light, np.float32))


def best_piece(patch: Mask, box: Box, source: Source) -> tuple[Shift, float] | None:
    """How far the piece lies that fits best around a patch, and by how much it misfits there, in levels.

    None where too little that may be used lies around the patch, or no piece of it is large enough.

    Args:
        patch: bool, box's size.
        box: where in the source it lies, with room around.
        source: where pieces come from.

    >>> stripes = np.tile(np.float32([[50], [50], [200], [200]]), (30, 120))[..., None].repeat(3, 2)
    >>> patch = np.zeros((120, 120), bool)
    >>> patch[56:64, 56:64] = True
    >>> found = best_piece(patch, Box(0, 0, 120, 120), Source.of(stripes, ~widened(patch)))
    >>> found is not None and found[0][0] % 4, found is not None and found[1] < 1
    (0, True)
    """
    import cv2

    size_hw = source.usable.shape
    unit, ring = max(size_hw), np.zeros_like(patch)
    for width in DEFAULT.rings:
        ring = widened(patch, max(2, round(width * unit))) & source.usable[box.slices] & ~widened(patch)
        if ring.sum() >= DEFAULT.ring_pixels:
            break
    else:
        return None
    tight = Box.around(widened(patch, 2) | ring)
    assert tight is not None
    ring, here = ring[tight.slices], tight.moved(box.x0, box.y0)
    needed = (widened(patch, 2)[tight.slices] | ring).astype(np.float32)
    area = here.grown_by(round(DEFAULT.reach * unit)).clip(*size_hw)
    template, searched = (np.ascontiguousarray(source.structure[part.slices]) for part in (here, area))
    weight = np.dstack([ring.astype(np.float32)] * 3)
    apart = np.asarray(cv2.matchTemplate(searched, template, cv2.TM_SQDIFF, mask=weight))
    usable = cv2.matchTemplate(source.usable[area.slices].astype(np.float32), needed, cv2.TM_CCORR)
    apart[np.asarray(usable) < DEFAULT.pure * needed.sum()] = np.inf
    if not np.isfinite(apart).any():
        return None
    row, column = np.unravel_index(int(apart.argmin()), apart.shape)
    misfit = float(np.sqrt(max(float(apart.min()), 0.0) / weight.sum()))
    return (int(row) + area.y0 - here.y0, int(column) + area.x0 - here.x0), misfit


def piece_light(shift: Shift, box: Box, source: Source) -> Map:
    """What to add to a piece for the light of its new surroundings, float32 (h, w, 3), box's size.

    >>> wall = np.full((60, 60, 3), 100, np.float32)
    >>> wall[:, 30:] = 90  # the right half lies in the shade
    >>> source = Source.of(wall, np.ones((60, 60), bool))
    >>> piece_light((0, -30), Box(40, 20, 50, 40), source)[10, 5].round().tolist()
    [-10.0, -10.0, -10.0]
    """
    step = source.picture[box.slices] - _moved(source.picture, shift, box)
    return carried(step, source.usable[box.slices], max(source.usable.shape))[0]


def healed(shift: Shift, box: Box, source: Source) -> Map:
    """The box with a piece in the light of its surroundings, float32 (h, w, 3) in 8-bit levels.

    >>> wall = np.full((60, 60, 3), 100, np.float32)
    >>> wall[:, 30:] = 90
    >>> healed((0, -30), Box(40, 20, 50, 40), Source.of(wall, np.ones((60, 60), bool)))[10, 5].round().tolist()
    [90.0, 90.0, 90.0]
    """
    return np.clip(_moved(source.picture, shift, box) + piece_light(shift, box, source), 0, 255)


def filling_of(patch: Mask, shift: Shift, box: Box, source: Source, pictures: tuple[Image, Image]) -> Filling:
    """The filling of a patch at the pictures' own size.

    Args:
        patch: bool, box's size.
        shift: where its piece lies, at the source's size.
        box: where in the source it lies, with room around.
        source: a small copy of the picture that pieces come from.
        pictures: that picture and the one that is filled, uint8 (H, W, 3).

    >>> wall, edited = np.full((60, 60, 3), 100, np.uint8), np.full((60, 60, 3), 30, np.uint8)
    >>> patch = np.zeros((60, 60), bool)
    >>> patch[25:35, 25:35] = True
    >>> source = Source.of(wall.astype(np.float32), ~widened(patch))
    >>> filling = filling_of(patch, (0, 20), Box(0, 0, 60, 60), source, (wall, edited))
    >>> filling.lay_over(edited)
    >>> edited[30, 30].tolist(), edited[5, 5].tolist()
    ([100, 100, 100], [30, 30, 30])
    """
    picture, filled = pictures
    rows, columns = (large / small for large, small in zip(picture.shape, source.usable.shape, strict=False))
    area = Box(round(box.x0 * columns), round(box.y0 * rows), round(box.x1 * columns), round(box.y1 * rows))
    area_hw = (area.height, area.width)
    around = widened(patch, max(2, round(DEFAULT.rings[0] * max(source.usable.shape))))
    known = resize_map((around & source.usable[box.slices]).astype(np.float32), area_hw) > 0.99
    placed = _placed(
        (round(shift[0] * rows), round(shift[1] * columns)), round(max(rows, columns)) - 1, area, known, picture
    )
    levels = _moved(picture, placed, area) + resize_map(piece_light(shift, box, source), area_hw)
    levels = np.clip(levels, 0, 255) - filled[area.slices]
    return Filling(area, levels * resize_map(blurred(patch.astype(np.float32), DEFAULT.soft), area_hw)[..., None])


def _placed(shift: Shift, within: int, area: Box, known: Mask, picture: Image) -> Shift:
    """The shift, ``within`` so many pixels of the one given, by which known pixels are most alike."""
    rows, columns = np.nonzero(known)
    if within <= 0 or not len(rows):
        return shift
    every = max(1, len(rows) // DEFAULT.compared)
    rows, columns = rows[::every] + area.y0, columns[::every] + area.x0
    here, best, found = picture[rows, columns].astype(np.float32), np.inf, shift
    for down in range(-within, within + 1):
        for right in range(-within, within + 1):
            moved = _at(picture, rows + shift[0] + down, columns + shift[1] + right)
            apart = moved - here
            cost = float(np.square(apart - apart.mean(0)).sum())
            if cost < best:
                best, found = cost, (shift[0] + down, shift[1] + right)
    return found


def _moved(picture: NDArray, shift: Shift, box: Box) -> Map:
    """What lies ``shift`` away from a box of a picture (H, W, 3), float32 (h, w, 3); the border is repeated."""
    rows, columns = np.arange(box.y0, box.y1) + shift[0], np.arange(box.x0, box.x1) + shift[1]
    return _at(picture, rows[:, None], columns[None])


def _at(picture: NDArray, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Map:
    last_row, last_column = picture.shape[0] - 1, picture.shape[1] - 1
    return picture[np.clip(rows, 0, last_row), np.clip(columns, 0, last_column)].astype(np.float32)
