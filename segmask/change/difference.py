"""The change map: perceptual difference in units of the local noise floor, and the regions that really changed.

1. The difference is CIE94 (graphic arts weights) between the two pictures in CIELAB.
2. An opening and a closing clean it (an alternating filter, Serra 1988); unlike a blur they keep outlines in place.
3. A toggle mapping (Kramer and Bruckner 1975) sharpens it: a change ends at ``outline_height`` of its difference.
4. The result is divided by the noise floor. That is what recoding and redrawing leave, measured locally on the quiet
   part of the pair, and what half a pixel of misregistration leaves on the local gradient.
5. Regions are found by hysteresis (Canny 1986) and decided by their statistics (``segmask.change.regions``).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.change.regions import intended, region_statistics
from segmask.core.colour import Lab, delta_e_94, lab, over_channels
from segmask.core.geometry import resize_image, resize_mask, working_size
from segmask.core.morphology import blurred, disc, opened, slopes
from segmask.core.regions import Regions, connected_regions, filled
from segmask.core.types import Change, Image, Mask

Map = NDArray[np.float32]


@dataclass(frozen=True)
class DifferenceConfig:
    """Numbers of the change map; lengths in pixels at a working long side of ``long_side``."""

    long_side: int = 800
    """Pixels of the working size; smaller pictures are not enlarged."""
    fine_sigma: float = 1.0
    """Sigma of the blur before the two pictures are compared; takes out the noise of sensors and coders."""
    speck_px: int = 1
    """Radius of the opening: differences thinner than twice this vanish, as at a redrawn edge or a JPEG block's rim."""
    gap_px: int = 3
    """Radius of the closing: gaps narrower than twice this close, where new texture has the old colour by chance."""
    outline_px: int = 3
    """Radius of the toggle mapping: as far as blur and resampling carry a change beyond its outline."""
    outline_height: float = 0.4
    """A pixel counts as outside of an outline below this share of the step; measured: docs/decisions/0030."""
    least_floor: float = 1.2
    """Least noise floor in ΔE: nobody sees less, and JPEG at quality 60 leaves no more on smooth ground."""
    misregistration_px: float = 0.6
    """Shift that the noise floor allows for: real and synthetic edits differ from any affine map by .4-.8 px."""
    most_floor: float = 6.0
    """ΔE beyond which an even difference is no noise: a picture that was redrawn throughout."""
    floor_sigma: float = 40.0
    """Sigma of the surroundings from which the local noise floor is measured."""
    floor_prior: float = 0.1
    """Share of quiet surroundings at which the local floor and the whole picture's count the same."""
    floor_reach: float = 2.5
    """Times the whole picture's floor: larger differences are not quiet."""
    floor_margin: float = 1.25
    """Factor on the mean of the quiet differences: half of them lie above it."""
    flat_slope: float = 1.0
    """ΔE that misregistration explains, below which ground is flat; the noise is looked for there."""
    flat_least: int = 500
    """Pixels: with less flat ground, noise is looked for everywhere."""
    noise_least: int = 50
    """Pixels: fewer tell no noise, and ``least_floor`` holds."""
    low: float = 3.0
    """Lower threshold of the hysteresis in units of the noise floor; noise reaches it now and then."""
    high: float = 6.0
    """Upper threshold of the hysteresis; noise never reaches it over an area."""
    least_change: float = 3.5
    """Least ΔE of a changed pixel: about the step that people who see both side by side call another colour."""
    min_area: float = 0.0008
    """Least area of a changed region, as a share of the picture."""
    strong_share: float = 0.25
    """Least share of ``min_area`` that must reach ``high``."""
    own_share: float = 0.25
    """Least share of its region's median difference that a pixel must have; spilt colour and redrawn ground beside a
    garment have less. On 60 train cases .2, .25 and .3 gave kept .9957, .9962 and .9966."""
    hole_area: float = 0.01
    """Unchanged holes in a changed region belong to it up to this share of the picture."""


DEFAULT = DifferenceConfig()
HISTOGRAM_BIN, HISTOGRAM_BINS = 0.2, 100
"""Width in ΔE, and number, of the bins in which the differences of a pair are counted."""
HISTOGRAM_SIGMA = 1.5
"""Bins by which the histogram is smoothed before its first peak is looked for."""
LEAST_PEAK = 0.3
"""Share of the highest peak that the first one must have."""


def measure_change(
    original: Image,
    matched: Image,
    usable: Mask,
    *,
    threshold: float | None = None,
    min_area: float | None = None,
) -> Change:
    """The change map of an original and its aligned, tone-matched edit.

    Args:
        original: uint8 (H, W, 3).
        matched: uint8 (H, W, 3).
        usable: bool (H, W): pixels that the edit covers; nothing changes elsewhere.
        threshold: lower hysteresis threshold in units of the noise floor. If it is given, it decides together with the
            least area alone; otherwise the default threshold holds, and the statistics of each region decide too.
        min_area: smallest region as a share of the picture; ``DEFAULT.min_area`` without it.

    >>> original = np.full((120, 160, 3), 90, np.uint8)
    >>> matched = original.copy()
    >>> matched[40:80, 60:100] = (200, 60, 60)
    >>> change = measure_change(original, matched, np.ones((120, 160), bool))
    >>> bool(change.mask[60, 80]), bool(change.mask[10, 10]), round(float(change.noise_floor.min()), 1)
    (True, False, 1.2)
    """
    return change_between(*_at_work(original, matched, usable), threshold=threshold, min_area=min_area)


def change_between(
    colours: tuple[Lab, Lab], inside: Mask, *, threshold: float | None = None, min_area: float | None = None
) -> Change:
    """``measure_change`` of two pictures whose CIELAB is at hand at the working size, float32 (h, w, 3) each.

    ``inside``, bool (h, w), says which pixels the edit covers.

    >>> first, second = np.full((60, 80, 3), 50, np.float32), np.full((60, 80, 3), 50, np.float32)
    >>> second[20:40, 20:40] += 30
    >>> change = change_between((first, second), np.ones((60, 80), bool))
    >>> bool(change.mask[30, 30]), bool(change.mask[5, 5])
    (True, False)
    """
    seen = _compared(*colours, inside)
    low = DEFAULT.low if threshold is None else threshold
    regions, wanted = candidate_regions(
        seen.score,
        seen.delta,
        seen.inside,
        low=low,
        high=low * DEFAULT.high / DEFAULT.low,
        min_area=DEFAULT.min_area if min_area is None else min_area,
    )
    if threshold is None:
        wanted &= intended(region_statistics(regions, wanted, seen.difference, seen.delta))
    mask = filled(regions.select(wanted), DEFAULT.hole_area * seen.score.size) & seen.inside
    return Change(score_map=seen.score, noise_floor=seen.floor, threshold=low, mask=mask)


@dataclass(frozen=True)
class Comparison:
    """The two pictures compared at the working size; float32 (h, w) unless said otherwise."""

    difference: Map
    """ΔE before cleaning."""
    delta: Map
    """ΔE after opening, closing and toggle mapping."""
    floor: Map
    """Noise floor, ΔE: a difference that small means nothing here."""
    score: Map
    """``delta`` in units of ``floor``; 0 where the edit does not reach."""
    inside: Mask
    """bool (h, w): pixels that the edit covers."""


def compare(original: Image, matched: Image, usable: Mask) -> Comparison:
    """Difference and noise floor of an original and its aligned, tone-matched edit; arguments as ``measure_change``.

    >>> grey = np.full((60, 80, 3), 90, np.uint8)
    >>> compared = compare(grey, grey + np.uint8(40), np.ones((60, 80), bool))
    >>> round(float(compared.difference.mean()), 1), compared.score.shape
    (16.3, (60, 80))
    """
    (first, second), inside = _at_work(original, matched, usable)
    return _compared(first, second, inside)


def _at_work(original: Image, matched: Image, usable: Mask) -> tuple[tuple[Lab, Lab], Mask]:
    """Both pictures' colours and what the edit covers at the working size."""
    work_hw = working_size(original.shape[:2], DEFAULT.long_side)
    first, second = (lab(resize_image(image, work_hw)) for image in (original, matched))
    return (first, second), resize_mask(usable, work_hw)


def _compared(first: Lab, second: Lab, inside: Mask) -> Comparison:
    first, second = (np.asarray(blurred(colours, DEFAULT.fine_sigma), np.float32) for colours in (first, second))
    difference = delta_e_94(first, second)
    delta = _cleaned(difference)
    slope = np.minimum(_gradient(first), _gradient(second))
    blurred_slope = np.asarray(blurred(slope, DEFAULT.fine_sigma), np.float32)
    quiet = _quiet_floor(delta, blurred_slope * DEFAULT.misregistration_px, inside)
    floor = np.hypot(quiet, blurred_slope * DEFAULT.misregistration_px)
    score = np.where(inside, delta / floor, 0).astype(np.float32)
    return Comparison(difference, delta, floor.astype(np.float32), score, inside)


def _cleaned(delta: Map) -> Map:
    """ΔE without specks (opening) and gaps (closing), and with steps where outlines were blurred (toggle mapping)."""
    import cv2

    without_specks = cv2.morphologyEx(delta, cv2.MORPH_OPEN, disc(DEFAULT.speck_px, corners=False))
    closed = cv2.morphologyEx(without_specks, cv2.MORPH_CLOSE, disc(DEFAULT.gap_px, corners=False))
    around = disc(DEFAULT.outline_px, corners=False)
    top, bottom = cv2.dilate(closed, around), cv2.erode(closed, around)
    outside = closed < bottom + DEFAULT.outline_height * (top - bottom)
    return np.where(outside, bottom, closed).astype(np.float32)


def _gradient(colours: Map) -> Map:
    """ΔE that a shift by one pixel makes, float32 (h, w)."""
    dx, dy = slopes(colours)
    return np.sqrt(over_channels(np.add, dx * dx + dy * dy))


def _quiet_floor(delta: Map, explained: Map, inside: Mask) -> Map:
    """Noise floor without misregistration, float32 (h, w), measured on the quiet part; never below ``least_floor``.

    The quiet part is what differs little more than the first peak of the histogram of differences. However much is
    edited, unchanged pixels make that peak, near zero.
    """
    flat = inside & (explained < DEFAULT.flat_slope)
    values = delta[flat if flat.sum() > DEFAULT.flat_least else inside]
    if values.size < DEFAULT.noise_least:
        return np.full_like(delta, DEFAULT.least_floor)
    level = float(np.clip(_low_mode(values), DEFAULT.least_floor, DEFAULT.most_floor))
    quiet = (inside & (delta < DEFAULT.floor_reach * np.hypot(level, explained))).astype(np.float32)
    excess = np.sqrt(np.maximum(delta**2 - explained**2, 0)) * quiet
    weight = blurred(quiet, DEFAULT.floor_sigma)
    local = (blurred(excess, DEFAULT.floor_sigma) + DEFAULT.floor_prior * level) / (weight + DEFAULT.floor_prior)
    return np.maximum(DEFAULT.floor_margin * local, DEFAULT.least_floor).astype(np.float32)


def _low_mode(values: Map) -> float:
    """Median of the differences up to three times the first peak of their histogram."""
    from scipy.ndimage import gaussian_filter1d

    counts, edges = np.histogram(values, bins=np.linspace(0, HISTOGRAM_BINS * HISTOGRAM_BIN, HISTOGRAM_BINS + 1))
    smooth = gaussian_filter1d(counts.astype(np.float64), HISTOGRAM_SIGMA)
    peaks = np.nonzero((smooth[:-1] >= smooth[1:]) & (smooth[:-1] > LEAST_PEAK * smooth.max()))[0]
    peak = float(edges[peaks[0]]) + HISTOGRAM_BIN / 2 if peaks.size else float(np.median(values))
    near = values[values <= max(3 * peak, 0.5)]
    return float(np.median(near)) if near.size else peak


def candidate_regions(
    score: Map,
    delta: Map,
    inside: Mask,
    *,
    low: float = DEFAULT.low,
    high: float = DEFAULT.high,
    min_area: float = DEFAULT.min_area,
) -> tuple[Regions, NDArray[np.bool_]]:
    """Changed regions by hysteresis, and which of them are large and strong enough to be looked at, bool (n + 1,).

    Args:
        score: float32 (h, w): difference in units of the noise floor.
        delta: float32 (h, w): the difference itself, ΔE.
        inside: bool (h, w): pixels that the edit covers.
        low: lower threshold of the hysteresis.
        high: upper threshold; a region needs pixels above it.
        min_area: share of the picture that a region has at least.

    >>> score = np.zeros((20, 20), np.float32)
    >>> score[2:9, 2:9], score[12:19, 12:19] = 9, 4
    >>> regions, strong = candidate_regions(score, score, score >= 0)
    >>> len(regions), strong.tolist()  # the second region never reaches the upper threshold
    (2, [False, True, False])
    """
    weak = (score >= low) & (delta >= DEFAULT.least_change) & inside
    weak = _without_lines(weak) | (weak & (score >= high))
    least = min_area * score.size
    regions = connected_regions(weak)
    weak &= delta >= DEFAULT.own_share * _own_strength(regions, regions.areas >= least, delta)[regions.labels]
    regions = connected_regions(_without_lines(weak))
    strong = regions.total(score >= high)
    return regions, (regions.areas >= least) & (strong >= DEFAULT.strong_share * least) & (strong > 0)


def _own_strength(regions: Regions, wanted: NDArray[np.bool_], delta: Map) -> NDArray[np.float64]:
    """Median difference of each wanted region, (n + 1,); 0 for the others."""
    strength = np.zeros(len(regions) + 1)
    for index in np.nonzero(wanted)[0]:
        box = regions.boxes[index].slices
        strength[index] = np.median(delta[box][regions.labels[box] == index])
    return strength


def _without_lines(mask: Mask) -> Mask:
    """The mask without lines thinner than three pixels: the doubled outline of what was redrawn a pixel off."""
    return opened(mask, corners=False)
