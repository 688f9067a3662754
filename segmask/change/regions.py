"""Which changed regions were intended, by statistics of each whole region.

A garment that was changed on purpose differs strongly, about as strongly as the main change, and ends at an outline:
inside of it the difference is high, 3 pixels further out it is noise. What a model redraws by itself (light, a smeared
wall, other leaves) differs less and fades out. Four statistics tell the two apart, weighed by a logistic regression
that is fitted on synthetic edits of the labelled photos' ``train`` part (training/fit_regions.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.morphology import distance_to
from segmask.core.regions import Regions, filled
from segmask.core.types import Mask

Map = NDArray[np.float32]


@dataclass(frozen=True)
class RegionConfig:
    """Numbers of the rule; lengths in pixels at the change map's working size."""

    rim_px: float = 3.0
    """Width of the rim inside the outline whose difference gives the sharpness."""
    near_px: float = 8.0
    """Depth inside the outline whose difference gives the contrast."""
    gap_px: float = 2.0
    """The outside begins at this distance from the outline, since blur mixes both sides of it."""
    outside_px: float = 5.0
    """The outside ends at this distance from the outline."""
    main_share: float = 0.2
    """Regions of at least this share of the largest one's area are the main change."""
    strength_unit: float = 16.0
    """ΔE at which the strength counts 0; the choice is free, since the intercept is fitted with it."""
    contrast_unit: float = 3.0
    """Ratio of inside to outside at which the contrast counts 0; the choice is free, too."""
    least_outside: float = 0.5
    """Least ΔE of the outside in the contrast's ratio; less means the same."""
    intercept: float = 0.60
    """Bias of the regression."""
    weights: tuple[float, float, float, float] = (0.50, 1.74, 1.40, 0.32)
    """Weights of sharpness, relative strength, strength and contrast; the last three count in doublings.

    Fitted on 60 standard and 60 hard cases. A missed region was weighted by its share of the truth, a leaked one by
    eight times its share of the picture."""


DEFAULT = RegionConfig()


def region_statistics(
    regions: Regions, wanted: NDArray[np.bool_], difference: Map, strength: Map
) -> NDArray[np.float64]:
    """Sharpness, relative strength, strength and contrast of each wanted region, float64 (n + 1, 4); 0 for the others.

    Args:
        regions: the candidates.
        wanted: bool (n + 1,): which to measure.
        difference: float32 (h, w): ΔE as measured.
        strength: float32 (h, w): ΔE after cleaning; its median is a region's strength.

    >>> from segmask.core.regions import connected_regions
    >>> delta = np.full((40, 40), 1, np.float32)
    >>> delta[10:30, 10:30] = 16
    >>> regions = connected_regions(delta > 3)
    >>> region_statistics(regions, np.array([False, True]), delta, delta)[1].round(2).tolist()
    [0.94, 0.0, 0.0, 2.42]
    """
    table = np.zeros((len(regions) + 1, 4))
    medians = np.zeros(len(regions) + 1)
    for index in np.nonzero(wanted)[0]:
        box = regions.boxes[index].slices
        medians[index] = _middle(strength[box], regions.labels[box] == index)
        table[index, [0, 3]] = _outline(regions, int(index), difference, medians[index])
    if not wanted.any():
        return table
    areas = np.where(wanted, regions.areas, 0)
    main = areas >= DEFAULT.main_share * areas.max()
    whole = float((areas * medians)[main].sum() / areas[main].sum())
    table[wanted, 1] = np.log2(np.clip(medians[wanted] / max(whole, 1e-6), 0.02, 2))
    table[wanted, 2] = np.log2(np.maximum(medians[wanted], 1) / DEFAULT.strength_unit)
    return table


def intended(statistics: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which regions were likelier intended than merely redrawn, bool (n + 1,), by the statistics (n + 1, 4).

    >>> strong_and_sharp, faint = [0.9, 0.0, 0.0, 2.0], [0.1, -2.0, -2.0, 0.0]
    >>> intended(np.array([strong_and_sharp, faint])).tolist()
    [True, False]
    """
    return DEFAULT.intercept + statistics @ np.array(DEFAULT.weights) > 0


def _outline(regions: Regions, index: int, difference: Map, median: float) -> tuple[float, float]:
    """Sharpness and contrast of a region, from the rims on both sides of its outline."""
    margin = int(np.ceil(DEFAULT.outside_px)) + 1
    around = regions.boxes[index].grown_by(margin).clip(*difference.shape).slices
    region = filled(regions.labels[around] == index)
    values = difference[around]
    inner, outer = distance_to(~region), distance_to(region)
    rim = _middle(values, region & (inner <= DEFAULT.rim_px))
    near = _middle(values, region & (inner <= DEFAULT.near_px))
    beyond = _middle(values, (outer > DEFAULT.gap_px) & (outer <= DEFAULT.outside_px))
    sharpness = float(np.clip((rim - beyond) / max(median, 1.0), -1, 1))
    contrast = float(np.clip(near / max(beyond, DEFAULT.least_outside), 0.5, 16)) / DEFAULT.contrast_unit
    return sharpness, float(np.log2(contrast))


def _middle(values: Map, where: Mask) -> float:
    return float(np.median(values[where])) if where.any() else 0.0
