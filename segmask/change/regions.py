"""Which changed regions were meant: statistics of whole regions instead of "the largest wins".

A garment that was changed on purpose differs strongly, about as strongly as the main change, and ends at an outline:
inside it the difference is high, 3 pixels further it is noise. What a model redraws by itself (light, a smeared wall,
leaves drawn anew) differs less and fades out. Four statistics, a logistic regression fitted on synthetic edits of the
labelled photos' ``train`` part (training/fit_regions.py).
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
    """Width of the rim inside the outline."""
    near_px: float = 8.0
    """Depth to which the inside is compared with the outside."""
    gap_px: float = 2.0
    """Beside the outline blur mixes both sides; what lies from here..."""
    outside_px: float = 5.0
    """...to here is the outside."""
    main_share: float = 0.2
    """Regions of this share of the largest make the main change."""
    strength_unit: float = 16.0
    """ΔE at which the strength is 0; only sets the intercept's meaning, as does ``contrast_unit``."""
    contrast_unit: float = 3.0
    least_outside: float = 0.5
    """ΔE: a quieter outside says nothing more."""
    intercept: float = 0.60
    weights: tuple[float, float, float, float] = (0.50, 1.74, 1.40, 0.32)
    """Of sharpness, relative strength, strength and contrast; the last three in doublings. Fitted on 60 standard and
    60 hard cases, each weighted by the share of its truth (misses) or eight times that of the picture (leaks)."""


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


def meant(statistics: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which regions were likelier meant than redrawn, bool (n + 1,)."""
    return DEFAULT.intercept + statistics @ np.array(DEFAULT.weights) > 0


def _outline(regions: Regions, index: int, difference: Map, median: float) -> tuple[float, float]:
    """How sharply a region ends and how it stands out, from rims on both sides of its outline."""
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
