"""Box: a rectangle of pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

STRIP_PIXELS = 1_000_000
"""Of a strip of a large picture: no float copy of more is made."""


@dataclass(frozen=True)
class Box:
    """Half-open rectangle in pixels: columns x0 <= x < x1, rows y0 <= y < y1.

    >>> box = Box(2, 1, 6, 4)
    >>> box.width, box.height, box.area, box.centre
    (4, 3, 12, (4.0, 2.5))
    >>> np.zeros((10, 10))[box.slices].shape
    (3, 4)
    """

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def around(cls, values: NDArray) -> Box | None:
        """The smallest box around what is not 0 in an array (H, W); None if everything is.

        >>> Box.around(np.array([[0, 0, 0, 0], [0, 1, 0, 1]], bool))
        Box(x0=1, y0=1, x1=4, y1=2)
        """
        rows, columns = np.flatnonzero(values.any(1)), np.flatnonzero(values.any(0))
        if not rows.size:
            return None
        return cls(int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)

    @property
    def width(self) -> int:
        """Columns."""
        return max(0, self.x1 - self.x0)

    @property
    def height(self) -> int:
        """Rows."""
        return max(0, self.y1 - self.y0)

    @property
    def area(self) -> int:
        """Pixels."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """x and y of the middle, measured from the picture's corner: the first pixel's middle is (.5, .5)."""
        return (self.x0 + self.x1) / 2, (self.y0 + self.y1) / 2

    @property
    def slices(self) -> tuple[slice, slice]:
        """Rows and columns, to index an array with; the box must be clipped."""
        return slice(self.y0, self.y1), slice(self.x0, self.x1)

    @property
    def corners(self) -> tuple[int, int, int, int]:
        """x0, y0, x1, y1, as reports have them."""
        return self.x0, self.y0, self.x1, self.y1

    def contains(self, x: float, y: float) -> bool:
        """Whether a point lies in the box or on its edge.

        >>> Box(0, 0, 4, 4).contains(4, 2.5), Box(0, 0, 4, 4).contains(5, 2.5)
        (True, False)
        """
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    def clip(self, height: int, width: int) -> Box:
        """The part of the box inside a picture of this size.

        >>> Box(-3, 2, 5, 20).clip(height=10, width=10)
        Box(x0=0, y0=2, x1=5, y1=10)
        """
        x0, x1 = (min(max(x, 0), width) for x in (self.x0, self.x1))
        y0, y1 = (min(max(y, 0), height) for y in (self.y0, self.y1))
        return Box(x0, y0, max(x0, x1), max(y0, y1))

    def shared_with(self, other: Box) -> Box | None:
        """The part that lies in both boxes; None where there is none.

        >>> Box(0, 0, 4, 4).shared_with(Box(2, 1, 9, 9)), Box(0, 0, 4, 4).shared_with(Box(4, 0, 8, 4))
        (Box(x0=2, y0=1, x1=4, y1=4), None)
        """
        x0, y0 = max(self.x0, other.x0), max(self.y0, other.y0)
        x1, y1 = min(self.x1, other.x1), min(self.y1, other.y1)
        return Box(x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None

    def grow(self, factor: float) -> Box:
        """The box around the same centre with both sides multiplied by ``factor``.

        >>> Box(2, 2, 6, 4).grow(2)
        Box(x0=0, y0=1, x1=8, y1=5)
        """
        (centre_x, centre_y), half_w, half_h = self.centre, self.width * factor / 2, self.height * factor / 2
        return Box(
            round(centre_x - half_w), round(centre_y - half_h), round(centre_x + half_w), round(centre_y + half_h)
        )

    def grown_by(self, pixels: int) -> Box:
        """The box with ``pixels`` more on each of its four sides.

        >>> Box(2, 2, 6, 4).grown_by(1)
        Box(x0=1, y0=1, x1=7, y1=5)
        """
        return Box(self.x0 - pixels, self.y0 - pixels, self.x1 + pixels, self.y1 + pixels)

    def strips(self, pixels: int = STRIP_PIXELS) -> Iterator[Box]:
        """The box cut into strips of whole rows of about so many pixels: what a strip needs besides stays small.

        >>> [strip.corners for strip in Box(0, 1, 4, 6).strips(8)]
        [(0, 1, 4, 3), (0, 3, 4, 5), (0, 5, 4, 6)]
        """
        rows = max(1, pixels // max(1, self.width))
        for top in range(self.y0, self.y1, rows):
            yield Box(self.x0, top, self.x1, min(top + rows, self.y1))

    def moved(self, x: int, y: int) -> Box:
        """The box moved by ``x`` pixels to the right and ``y`` down.

        >>> Box(0, 0, 4, 2).moved(10, 20)
        Box(x0=10, y0=20, x1=14, y1=22)
        """
        return Box(self.x0 + x, self.y0 + y, self.x1 + x, self.y1 + y)

    def scaled(self, from_hw: tuple[int, ...], to_hw: tuple[int, ...], *, outwards: bool = False) -> Box:
        """The same place in the picture at another size, rounded; or, with ``outwards``, all pixels that it touches.

        >>> Box(1, 1, 3, 2).scaled((4, 4), (6, 6)), Box(1, 1, 3, 2).scaled((4, 4), (6, 6), outwards=True)
        (Box(x0=2, y0=2, x1=4, y1=3), Box(x0=1, y0=1, x1=5, y1=3))
        """
        y, x = to_hw[0] / from_hw[0], to_hw[1] / from_hw[1]
        low, high = (floor, ceil) if outwards else (round, round)
        return Box(low(self.x0 * x), low(self.y0 * y), high(self.x1 * x), high(self.y1 * y))
