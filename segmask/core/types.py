"""Array aliases, and the values that stages hand to each other.

Conventions: Image uint8 (H, W, 3) RGB; Mask bool (H, W); Alpha and Prob float32 (H, W) in [0, 1]; LabelMap uint8
(H, W); Probs float32 (C, H, W). Boxes are half-open pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PART_ID, PARTS

Image = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Alpha = NDArray[np.float32]
Prob = NDArray[np.float32]
LabelMap = NDArray[np.uint8]
Probs = NDArray[np.float32]
Matrix = NDArray[np.float64]

GIVEN = "given"
"""Source of a parsing that the user brought."""


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
        """The smallest box around what is set in bool (H, W), or is not 0 in numbers; None if nothing is.

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
        """x and y of the middle, as edges of pixels count: that of one pixel in the corner is (.5, .5)."""
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

    def grow(self, factor: float) -> Box:
        """The box about the same centre with its sides times ``factor``.

        >>> Box(2, 2, 6, 4).grow(2)
        Box(x0=0, y0=1, x1=8, y1=5)
        """
        (centre_x, centre_y), half_w, half_h = self.centre, self.width * factor / 2, self.height * factor / 2
        return Box(
            round(centre_x - half_w), round(centre_y - half_h), round(centre_x + half_w), round(centre_y + half_h)
        )

    def grown_by(self, pixels: int) -> Box:
        """The box with so many pixels more on each side.

        >>> Box(2, 2, 6, 4).grown_by(1)
        Box(x0=1, y0=1, x1=7, y1=5)
        """
        return Box(self.x0 - pixels, self.y0 - pixels, self.x1 + pixels, self.y1 + pixels)

    def moved(self, x: int, y: int) -> Box:
        """The box so many pixels further right and down.

        >>> Box(0, 0, 4, 2).moved(10, 20)
        Box(x0=10, y0=20, x1=14, y1=22)
        """
        return Box(self.x0 + x, self.y0 + y, self.x1 + x, self.y1 + y)

    def scaled(self, from_hw: tuple[int, ...], to_hw: tuple[int, ...], *, outwards: bool = False) -> Box:
        """The same place in the picture at another size: rounded, or ``outwards`` to whole pixels that cover it.

        >>> Box(1, 1, 3, 2).scaled((4, 4), (6, 6)), Box(1, 1, 3, 2).scaled((4, 4), (6, 6), outwards=True)
        (Box(x0=2, y0=2, x1=4, y1=3), Box(x0=1, y0=1, x1=5, y1=3))
        """
        y, x = to_hw[0] / from_hw[0], to_hw[1] / from_hw[1]
        low, high = (floor, ceil) if outwards else (round, round)
        return Box(low(self.x0 * x), low(self.y0 * y), high(self.x1 * x), high(self.y1 * y))


@dataclass(frozen=True)
class Face:
    """One face that a detector found, in the picture's pixels."""

    box: Box
    score: float
    """The detector's own confidence in [0, 1]."""
    source: str
    """Name of the detector."""
    oval: NDArray[np.float32] | None = field(default=None, compare=False)
    """Outline of the face, (N, 2) x and y, where a landmarker gave one."""


@dataclass(frozen=True, eq=False)
class Parsing:
    """What each pixel of a picture shows, kept at the parser's working size."""

    working_probs: Probs
    """float32 (14, h, w): probabilities of the canonical parts, each pixel's sum 1."""
    size_hw: tuple[int, int]
    """Height and width of the picture."""
    source: str
    """Name of the parser, or ``given``."""

    def probs(self, part: str) -> Prob:
        """Probability of one part at the picture's size, float32 (H, W); resized when asked for."""
        from segmask.core.geometry import resize_map

        return resize_map(self.working_probs[PART_ID[part]], self.size_hw)

    @cached_property
    def label_map(self) -> LabelMap:
        """The likeliest part of each pixel at the picture's size, uint8 (H, W): probabilities resized, then decided."""
        best = self.probs(PARTS[0]).copy()
        label = np.zeros(self.size_hw, np.uint8)
        for index, part in enumerate(PARTS[1:], start=1):
            if not self.working_probs[index].any():
                continue
            prob = self.probs(part)
            better = prob > best
            best[better] = prob[better]
            label[better] = index
        label.setflags(write=False)
        return label


@dataclass(frozen=True, eq=False)
class Alignment:
    """How the edited picture was brought onto the original's grid."""

    matrix: Matrix
    """(3, 3): pixel (x, y, 1) of the edited picture, as read, to the original's pixel."""
    method: str
    """``identity``, ``similarity``, ``affine`` …: the model of the motion that was kept."""
    trusted: bool
    """False where no fit could be trusted and the plain resize was used."""
    inliers: int
    matches: int
    residual_px: float
    """Median distance of the inliers after the fit, in the original's pixels; NaN without inliers."""
    covered: Mask
    """bool (H, W): pixels of the original that the edited frame reaches."""
    note: str = ""


@dataclass(frozen=True)
class ToneMatch:
    """The model's global drift of colour and light: edited = original * gain + offset, channel by channel."""

    gain: tuple[float, float, float]
    offset: tuple[float, float, float]
    field_strength: float
    """Largest step of the smooth light field on top, in 8-bit levels."""
    samples: int
    """Pixels that should be equal and were used."""
    applied: bool
    residual: float
    """Median absolute difference of those pixels after the match, 8-bit levels."""


@dataclass(frozen=True, eq=False)
class Texture:
    """How the fabric differs where its colour does not; float32 (h, w) each, smooth, at half the working size."""

    structure_near: Prob
    """Difference of the fine structure: 0 equal (or none to see), 1 unrelated."""
    structure_around: Prob
    """The same over wider surroundings."""
    energy_ratio: Prob
    """Absolute natural logarithm of the ratio of the structures' strengths."""
    colour_shift: Prob
    """Mean colour's step over wider surroundings, ΔE."""


@dataclass(frozen=True, eq=False)
class Change:
    """What really changed, at the working size."""

    score_map: NDArray[np.float32]
    """float32 (h, w): perceptual difference in units of the local noise floor; about 1 is noise."""
    noise_floor: NDArray[np.float32]
    """float32 (h, w): what a difference that means nothing looks like here, in ΔE."""
    threshold: float
    """Score from which a pixel counts as changed (the lower of the hysteresis pair)."""
    mask: Mask
    """bool (h, w): changed regions after hysteresis and the region rules."""
    texture: Texture | None = None
    """Where a strategy asks for it."""
    colours: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None
    """Both pictures in CIELAB at the working size, float32 (h, w, 3) each; where a strategy asks for it."""

    @property
    def size_hw(self) -> tuple[int, int]:
        """The working size."""
        return self.mask.shape[0], self.mask.shape[1]


@dataclass(frozen=True, eq=False)
class Stages:
    """What every stage produced, at its working size; ``None`` where the strategy skips the stage."""

    aligned: Image
    """uint8 (H, W, 3): the edited picture on the original's grid, before tone match."""
    alignment: Alignment
    tone: ToneMatch
    change: Change
    parsing: Parsing | None = None
    edited_parsing: Parsing | None = None
    faces: tuple[Face, ...] = ()
    prior: Prob | None = None
    """float32 (h, w): probability from parsing and faces alone that a pixel belongs to the target."""
    protected: Mask | None = None
    """bool (H, W): pixels that stay original whatever the evidence says."""
    decision: Mask | None = None
    """bool (h, w): what the strategy took from the edit, before the matte."""
    trimap: NDArray[np.uint8] | None = None
    """uint8 (H, W): 0 original, 255 edited, 128 the band in between."""
    doubt: Mask | None = None
    """bool (h, w): places that a person should look at."""
    measurements: NDArray[np.float32] | None = None
    """What the confidence was measured on, in the order of ``segmask.verdict.confidence.NAMES``."""
