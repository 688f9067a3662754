"""Names for kinds of arrays, and the values that stages hand to each other.

Conventions: Image uint8 (H, W, 3) RGB; Mask bool (H, W); Alpha and Prob float32 (H, W) in [0, 1]; LabelMap uint8
(H, W); Probs float32 (C, H, W). Boxes are half-open pixels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from segmask.core.box import Box as Box  # part of these types, in a file of its own
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
class Face:
    """One face that a detector found, in the picture's pixels.

    >>> face = Face(Box(10, 20, 60, 90), score=0.97, source="yunet-2026may")
    >>> face.box.height, face.oval is None
    (70, True)
    """

    box: Box
    score: float
    """The detector's own confidence in [0, 1]."""
    source: str
    """Name of the detector."""
    oval: NDArray[np.float32] | None = field(default=None, compare=False)
    """Outline of the face, (N, 2) x and y; None without a face landmarker."""


@dataclass(frozen=True, eq=False)
class Parsing:
    """What each pixel of a picture shows: the probabilities of the 14 canonical parts, at the parser's working size.

    >>> probs = np.zeros((len(PARTS), 2, 2), np.float32)
    >>> probs[PART_ID["background"], 0] = probs[PART_ID["hair"], 1] = 1
    >>> parsing = Parsing(probs, size_hw=(4, 2), source="given")
    >>> [PARTS[part] for part in parsing.label_map[:, 0]]
    ['background', 'background', 'hair', 'hair']
    >>> parsing.probs("hair").shape
    (4, 2)
    """

    working_probs: Probs
    """float32 (14, h, w): probabilities of the canonical parts; each pixel's add up to 1."""
    size_hw: tuple[int, int]
    """Height and width of the picture."""
    source: str
    """Name of the parser, or ``given``."""

    def probs(self, part: str) -> Prob:
        """Probability of one part at the picture's size, float32 (H, W), resized at each call."""
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
    """The motion model that was kept: ``identity``, ``similarity`` or ``affine``; ``(blocks)`` where blocks voted."""
    trusted: bool
    """False where no fit could be trusted and the edit was only resized."""
    inliers: int
    """Followed points that agree with the motion."""
    matches: int
    """Followed points in all."""
    residual_px: float
    """Median distance of the inliers after the fit, in the original's pixels; NaN without inliers."""
    covered: Mask
    """bool (H, W): pixels of the original that the edited frame reaches."""
    note: str = ""
    """Why no fit was trusted; empty otherwise."""
    repeated: Mask | None = None
    """bool (H, W): strips of ``covered`` along the picture's border that the frame misses by a few pixels, where its
    own border is repeated; None without any."""


@dataclass(frozen=True)
class ToneMatch:
    """The global drift of colour and light, and how to take it out: original = edited * gain + offset + light field."""

    gain: tuple[float, float, float]
    offset: tuple[float, float, float]
    field_strength: float
    """Largest value of the light field, in 8-bit levels."""
    samples: int
    """Pixels of the fit: those that should be equal."""
    applied: bool
    """False where too few pixels should be equal, and nothing is taken out."""
    residual: float
    """Median absolute difference of those pixels after the match, 8-bit levels."""


@dataclass(frozen=True, eq=False)
class Texture:
    """How the two pictures' texture differs, which tells fabrics of one colour apart; float32 (h, w) each.

    All maps are smooth and have half the working size.
    """

    structure_near: Prob
    """Difference of the fine structure close by: 0 where it is equal or there is none, 1 where it is unrelated."""
    structure_around: Prob
    """The same difference over wider surroundings."""
    energy_ratio: Prob
    """How much stronger one fine structure is than the other: absolute natural logarithm of their ratio."""
    colour_shift: Prob
    """Difference of the mean colours of wider surroundings, ΔE."""


@dataclass(frozen=True, eq=False)
class Change:
    """The change map at the working size: what really changed."""

    score_map: NDArray[np.float32]
    """float32 (h, w): perceptual difference in units of the local noise floor; about 1 is noise."""
    noise_floor: NDArray[np.float32]
    """float32 (h, w): ΔE that recoding and redrawing leave here; smaller differences mean nothing."""
    threshold: float
    """Score from which a pixel counts as changed (the lower of the hysteresis pair)."""
    mask: Mask
    """bool (h, w): the changed regions that were likely intended."""
    texture: Texture | None = None
    """Measured for ``hybrid`` only."""
    colours: tuple[NDArray[np.float32], NDArray[np.float32]] | None = None
    """Both pictures in CIELAB at the working size, float32 (h, w, 3) each; measured for ``hybrid`` only."""

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
    toned: Image | None = None
    """uint8 (H, W, 3): the edit as it was composited, with its drift taken out and the original's hair over it."""
    parsing: Parsing | None = None
    edited_parsing: Parsing | None = None
    faces: tuple[Face, ...] = ()
    prior: Prob | None = None
    """float32 (h, w): probability from parsing and faces alone that a pixel belongs to the target."""
    protected: Mask | None = None
    """bool (H, W): pixels that stay original whatever the evidence says."""
    decision: Mask | None = None
    """bool (h, w): what the strategy takes from the edit; its outline is refined afterwards, at full size."""
    trimap: NDArray[np.uint8] | None = None
    """uint8 (H, W): 0 original, 255 edited, 128 the band in between."""
    doubt: Mask | None = None
    """bool (h, w): places that a person should look at."""
    measurements: NDArray[np.float32] | None = None
    """What the confidence was measured on, in the order of ``segmask.verdict.confidence.NAMES``."""
