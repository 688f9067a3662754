"""Seams that show: where skin of the original meets skin of the edit and they don't match.

An arm, a leg or a neck that both pictures show elsewhere, or in another light, can't always be put together. The step
across the outline in the composite is compared with the step that each picture has there itself, where it shows skin on
both sides: a shadow is a step in one of them; a seam is a step in neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.colour import delta_e
from segmask.core.morphology import blurred_in, widened
from segmask.core.regions import connected_regions
from segmask.core.types import Box, Mask, Prob
from segmask.verdict.finished import ACROSS, Finished

Map = NDArray[np.float32]


@dataclass(frozen=True)
class SeamConfig:
    """Numbers of what shows; lengths as shares of the long side."""

    blur: float = 0.002
    """Sigma of what they are blurred by: grain is no step."""
    step: float = 8.0
    """ΔE, from which a step shows in skin."""
    length: float = 0.03
    """A shorter strip shows nobody anything."""


DEFAULT = SeamConfig()


@dataclass(frozen=True)
class Seam:
    """What shows of the seams through skin."""

    places: Mask
    """bool (h, w): around the strips."""
    length: float
    """Of the longest strip, as a share of the long side."""
    step: float
    """ΔE beyond what either picture has there itself, mean along that strip."""
    box: Box
    """Around it."""


def visible_seam(finished: Finished, skin: tuple[Prob, Prob]) -> Seam | None:
    """The seams through skin that show, None where none does.

    Args:
        finished: the composite, at the working size.
        skin: float32 (h, w) each: bare skin in the original and in the edit.

    >>> original, edited = np.full((100, 100, 3), 190, np.uint8), np.full((100, 100, 3), 120, np.uint8)  # darker
    >>> alpha, skin = np.zeros((100, 100), np.float32), np.ones((100, 100), np.float32)
    >>> alpha[50:] = 1
    >>> made, rest = np.where(alpha[..., None] > 0, edited, original), (skin, skin, skin > 0, skin < 0)
    >>> seam = visible_seam(Finished(original, edited, made, alpha, *rest), (skin, skin))
    >>> round(seam.length), seam.step > 10
    (1, True)
    >>> visible_seam(Finished(original, original, original, alpha, *rest), (skin, skin)) is None
    True
    """
    rows, columns = np.nonzero(finished.line)
    if rows.size == 0:
        return None
    box, sigma = finished.beside, max(DEFAULT.blur * max(finished.line.shape), 0.5)
    first, second, own = (
        delta_e(*finished.at_sides(blurred_in(colours, finished.within_near(box), sigma, edge_twice=False)))
        for colours in finished.colours
    )
    shown = [[values > 0.5 for values in finished.at_sides(prob[box.slices])] for prob in skin]
    whole = [inside & outside for inside, outside in shown]  # the picture shows skin across the outline
    excess = own - np.maximum(np.where(whole[0], first, 0), np.where(whole[1], second, 0))
    in_skin = shown[0][1] & shown[1][0] & (whole[0] | whole[1])
    shows = in_skin & (excess > DEFAULT.step)
    lengths = _lengths(finished.sides)[shows]
    return _longest((rows[shows], columns[shows]), excess[shows], lengths, finished.line.shape)


def _longest(
    at: tuple[NDArray[np.intp], NDArray[np.intp]],
    excess: Map,
    lengths: Map,
    size_hw: tuple[int, ...],
) -> Seam | None:
    """The strips long enough to be seen, of the outline's pixels ``at`` with a step that shows."""
    unit = max(size_hw)
    shows, length, step = np.zeros(size_hw, bool), np.zeros(size_hw, np.float32), np.zeros(size_hw, np.float32)
    shows[at], length[at], step[at] = True, lengths / unit, excess
    strips = connected_regions(widened(shows))
    total = strips.total(length)
    total[0] = 0
    longest = int(total.argmax())
    if total[longest] < DEFAULT.length:
        return None
    places = widened(strips.select(total >= DEFAULT.length), max(1, round(ACROSS * unit)))
    mean = strips.total(step)[longest] / max(strips.total(shows)[longest], 1)
    return Seam(places, float(total[longest]), float(mean), strips.boxes[longest])


def _lengths(sides: tuple[Map, Map]) -> Map:
    """Length of the outline at each of its pixels, (n,): where it runs diagonally it has more of them."""
    across = sides[0] - sides[1]
    return np.asarray(np.hypot(*across) / np.maximum(np.abs(across).sum(0), 1e-6), np.float32)
