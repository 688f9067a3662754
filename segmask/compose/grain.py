"""Skin and ground that come from the edit take the grain of the original's beside them.

A generative model draws smooth skin and smooth walls; beside the grain of a sensor the patch shows, however well its
light matches. The grain of both sides is measured as the spread of what a small blur takes away. What the edit lacks is
added as Gaussian noise of the same correlation, from a fixed seed: one run is like the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import REFERENCE_SIDE, resize_mask, resized_part
from segmask.core.morphology import blurred, narrowed, widened, within
from segmask.core.types import Alpha, Box, Image, Mask, Parsing, Prob
from segmask.fusion.scene import BARE, target_prob

Map = NDArray[np.float32]


@dataclass(frozen=True)
class GrainConfig:
    """Numbers of the grain; 8-bit levels of luma."""

    sure: float = 0.8
    """Probability of skin, or of ground, from which a pixel is it."""
    sigma: float = 2.0
    """Pixels: what a blur of this width takes away is grain; it has the size of the picture's own pixels."""
    window: float = 3.0
    """Pixels: sigma of the window over which the spread of the grain is taken."""
    calm: float = 0.1
    """Quantile of the windows, from the calmest, that counts as grain alone."""
    beside: float = 0.06
    """Of the long side: how far from the outline the original's grain is measured."""
    least: float = 0.5
    """Less that the edit lacks is not seen."""
    most: float = 5.0
    """Stronger grain is a pattern: gravel is not drawn as noise."""
    pixels: int = 400
    """Fewer pixels on one side tell no grain."""
    fade: float = 3.0
    """Pixels at the reference size over which the grain begins."""
    seed: int = 20260101


DEFAULT = GrainConfig()
FEW = 40
"""Pixels in which a wide distance is measured."""


@dataclass(frozen=True, eq=False)
class Grain:
    """Noise that is added to the edit."""

    area: Box
    """Where in the picture."""
    levels: Map
    """float32 (h, w): what is added to each channel, in 8-bit levels; 0 where nothing is."""

    def over(self, edited: Image) -> Image:
        """The edit, uint8 (H, W, 3), with it added."""
        result = edited.copy()
        part = result[self.area.slices].astype(np.float32) + self.levels[..., None]
        result[self.area.slices] = np.clip(np.rint(part), 0, 255).astype(np.uint8)
        return result

    def within(self, area: Box) -> Map:
        """What is added in a box of the picture, float32 (h, w).

        >>> grain = Grain(Box(1, 1, 3, 3), np.ones((2, 2), np.float32))
        >>> grain.within(Box(0, 0, 2, 3)).tolist()
        [[0.0, 0.0], [0.0, 1.0], [0.0, 1.0]]
        """
        both = self.area.shared_with(area)
        result = np.zeros((area.height, area.width), np.float32)
        if both is not None:
            own = self.levels[both.moved(-self.area.x0, -self.area.y0).slices]
            result[both.moved(-area.x0, -area.y0).slices] = own
        return result


def missing_grain(
    original: Image, edited: Image, before: Parsing, after: Parsing, alpha: Alpha, parts: tuple[str, ...]
) -> Grain | None:
    """The grain that the edit's skin and ground lack beside the original's; None where they lack none.

    Args:
        original: uint8 (H, W, 3).
        edited: uint8 (H, W, 3), aligned, in the original's tone.
        before: what the original shows.
        after: what the edit shows.
        alpha: float32 (H, W): what comes from the edit.
        parts: what is targeted; it keeps the edit's own grain.

    >>> shown = np.zeros((14, 80, 80), np.float32)
    >>> shown[0] = 1  # background
    >>> parsing, smooth = Parsing(shown, (80, 80), "given"), np.full((80, 80, 3), 100, np.uint8)
    >>> grainy = np.random.default_rng(0).normal(100, 2, (80, 80, 1)).astype(np.uint8).repeat(3, axis=2)
    >>> alpha = np.zeros((80, 80), np.float32)
    >>> alpha[20:60, 20:60] = 1
    >>> grain = missing_grain(grainy, smooth, parsing, parsing, alpha, ("upper",))
    >>> grain is not None and bool(1.5 < grain.over(smooth)[25:55, 25:55].std() < 2.5)
    True
    """
    size_hw = (alpha.shape[0], alpha.shape[1])
    inside = Box.around(alpha > 0)
    if inside is None:
        return None
    reach = max(8, round(DEFAULT.beside * max(size_hw)))
    area = inside.grown_by(reach).clip(*size_hw)
    taken = alpha[area.slices] >= 0.5
    near = _within(taken, reach) & ~widened(alpha[area.slices] > 0, round(2 * DEFAULT.sigma))
    pictures, added = (original[area.slices], edited[area.slices]), None
    for group in (("background",), BARE):
        if not set(group).isdisjoint(parts):
            continue
        sides, comes = [], taken
        for parsing, side in ((before, near), (after, taken)):
            shown = _sure(target_prob(parsing.working_probs, group), area, size_hw)
            sides.append(narrowed(shown, round(2 * DEFAULT.window)) & side)  # an outline is no grain
            comes = shown & taken
        amount = _lacking(pictures, (sides[0], sides[1]))
        if amount > 0:
            added = np.zeros(taken.shape, np.float32) if added is None else added
            np.maximum(added, np.float32(amount), out=added, where=comes)
    if added is None:
        return None
    scale = max(size_hw) / REFERENCE_SIDE
    strength = blurred(added, max(0.5, DEFAULT.fade * scale / 2))
    strength *= added > 0
    strength *= _noise(taken.shape, _correlation(pictures[0], near))
    return Grain(area, strength)


def _within(taken: Mask, reach: int) -> Mask:
    """``taken`` and what lies at most so far from it; far ones measured on a smaller grid."""
    step = max(1, reach // FEW)
    height, width = taken.shape
    small = resize_mask(taken, (-(-height // step), -(-width // step)))
    return resize_mask(within(small, reach / step), (height, width))


def _sure(prob: Prob, area: Box, size_hw: tuple[int, int]) -> Mask:
    """Where a part surely is in a box of the picture, bool (h, w)."""
    sure = np.empty((area.height, area.width), bool)
    for strip in area.strips():
        sure[strip.moved(-area.x0, -area.y0).slices] = resized_part(prob, strip, size_hw) > DEFAULT.sure
    return sure


def _details(image: Image, places: Mask) -> Iterator[tuple[Map, slice, Mask]]:
    """What a small blur takes away of the luma, float32 (h, W), around the rows that hold places; which rows of it
    these are; and the places in them. Large pictures are never held in floating point."""
    import cv2

    around, margin = Box.around(places), int(np.ceil(4 * DEFAULT.sigma + 4 * DEFAULT.window)) + 2
    for strip in () if around is None else around.strips():
        top, bottom = max(strip.y0 - margin, 0), min(strip.y1 + margin, places.shape[0])
        luma = cv2.cvtColor(image[top:bottom], cv2.COLOR_RGB2GRAY).astype(np.float32)
        luma -= blurred(luma, DEFAULT.sigma)
        yield luma, slice(strip.y0 - top, strip.y1 - top), places[strip.y0 : strip.y1]


def _lacking(pictures: tuple[Image, Image], sides: tuple[Mask, Mask]) -> float:
    """Standard deviation of the grain that the edit lacks on its side; 0 where it lacks none, or it can't be told."""
    if min(side.sum() for side in sides) < DEFAULT.pixels:
        return 0.0
    theirs, own = (_spread(image, places) for image, places in zip(pictures, sides, strict=True))
    if theirs > DEFAULT.most or theirs - own < DEFAULT.least:
        return 0.0
    return float(np.sqrt(theirs**2 - own**2))


def _spread(image: Image, places: Mask) -> float:
    """Standard deviation of the grain at the places: where least happens, a tenth of them, since what is not grain,
    an eye or a finger's outline, only adds to it."""
    energies = [blurred(detail**2, DEFAULT.window)[rows][own] for detail, rows, own in _details(image, places)]
    return float(np.sqrt(max(np.quantile(np.concatenate(energies), DEFAULT.calm), 0.0)))


def _correlation(image: Image, places: Mask) -> float:
    """Correlation of neighbours in a row: 0 for a sensor's own noise, more for what was enlarged or compressed."""
    lefts, rights = [], []
    for detail, rows, own in _details(image, places):
        both = own[:, 1:] & own[:, :-1]
        lefts.append(detail[rows][:, :-1][both])
        rights.append(detail[rows][:, 1:][both])
    left, right = np.concatenate(lefts), np.concatenate(rights)
    quiet = (np.abs(left) < 3 * DEFAULT.most) & (np.abs(right) < 3 * DEFAULT.most)
    left, right = left[quiet], right[quiet]
    energy = float(np.mean(left**2)) if left.size else 0.0
    return float(np.clip(np.mean(left * right) / energy, 0, 0.9)) if energy > 0 else 0.0


def _noise(size_hw: tuple[int, int], correlation: float) -> Map:
    """Gaussian noise of standard deviation 1 whose neighbours correlate so, float32 (h, w)."""
    noise = np.random.default_rng(DEFAULT.seed).standard_normal(size_hw, dtype=np.float32)
    if correlation > 0.05:  # a Gaussian of sigma s makes exp(-1 / (4 s^2)) of it
        noise = np.asarray(blurred(noise, 0.5 / np.sqrt(-np.log(correlation))), np.float32)
        noise /= noise.std()
    return noise
