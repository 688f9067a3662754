"""A composite and what it was made of, at the working size; what both looks at it need is made once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from segmask.core.colour import Lab, lab
from segmask.core.morphology import narrowed
from segmask.core.types import Alpha, Box, Image, Mask, Probs
from segmask.verdict.sides import outline_sides

Map = NDArray[np.float32]

ACROSS = 0.005
"""Of the long side: distance from the outline at which both sides are looked at, beyond a soft edge."""
ROOM = 0.012
"""Of the long side: how far beyond that a blur before the look reaches (four times its sigma), or a rim."""


@dataclass(frozen=True)
class Finished:
    """A composite and what it was made of, all at one size."""

    original: Image
    edited: Image
    """The edit as it was composited: aligned and toned."""
    composite: Image
    alpha: Alpha
    score_map: Map
    """The change map, in units of ``noise_floor``."""
    noise_floor: Map
    """ΔE."""
    covered: Mask
    """Pixels that the edit reaches."""
    faces: Mask
    """Protected faces: they stay whatever changed in them."""
    probs: tuple[Probs, Probs] | None = None
    """float32 (14, h, w) each: what the original and the edit show; None where nobody asked a parser."""

    @cached_property
    def mask(self) -> Mask:
        """What mostly comes from the edit."""
        return self.alpha >= 0.5

    @cached_property
    def line(self) -> Mask:
        """The mask's outline: its own pixels."""
        return self.mask & ~narrowed(self.mask)

    @cached_property
    def near(self) -> Box:
        """The box around the outline outside of which no colour is looked at."""
        return self.beside.grown_by(round(ROOM * max(self.mask.shape)) + 4).clip(*self.mask.shape)

    @cached_property
    def colours(self) -> tuple[Lab, Lab, Lab]:
        """CIELAB of the original, the edit and the composite in the box ``near``."""
        area = self.near.slices
        return lab(self.original[area]), lab(self.edited[area]), lab(self.composite[area])

    def within_near(self, box: Box) -> Box:
        """A box of the pictures in ``near``'s pixels."""
        return box.moved(-self.near.x0, -self.near.y0)

    @cached_property
    def sides(self) -> tuple[Map, Map]:
        """Points inside and outside of each pixel of the outline, float32 (2, n) each: x, y."""
        rows, columns = np.nonzero(self.line)
        return outline_sides(self.mask, rows, columns, ACROSS * max(self.mask.shape))

    @cached_property
    def beside(self) -> Box:
        """The box around the outline in which all of those points lie."""
        around = Box.around(self.line) or Box(0, 0, 1, 1)
        return around.grown_by(int(ACROSS * max(self.mask.shape)) + 2).clip(*self.mask.shape)

    def at_sides(self, values: Map) -> tuple[Map, Map]:
        """Values of the box ``beside``, float32 (h, w) or (h, w, C), at the points inside and outside, (n, …) each."""
        import cv2

        corner = np.array([[self.beside.x0], [self.beside.y0]], np.float32)
        found = []
        for x, y in (side - corner for side in self.sides):
            way = cv2.INTER_LINEAR, cv2.BORDER_REPLICATE
            found.append(cv2.remap(values, x[:, None], y[:, None], way[0], borderMode=way[1])[:, 0])
        return found[0], found[1]
