"""What people do today: two difference recipes, as published, on the edit as it comes (only resized)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Alpha, Image, Mask
from segmask.evaluation import Example

RGB_THRESHOLD = 0.10  # of full scale, on the largest channel's difference
RGB_FEATHER_PX = 30  # sigma of the Gaussian, as picture editors count a blur's radius

LAB_WEIGHTS = np.array([0.5, 0.25, 0.25], np.float32)  # L, a, b, each 0..255
LAB_THRESHOLD = 0.02 * 255
LAB_GLOBAL = 0.15 * 255  # from this mean difference on, the threshold is relative to the mean
LAB_MIN_AREA_PX = 250
LAB_EXPAND_PX = 8
LAB_BLUR_PX = 15


def rgb_difference(example: Example) -> Alpha:
    """Plain difference: any channel differs by more than 10 %, the largest region, feather of 30 px."""
    difference = np.abs(example.original.astype(np.int16) - example.edited_on_grid).max(2)
    mask = _largest_region(difference > RGB_THRESHOLD * 255)
    return np.clip(cv2.GaussianBlur(mask.astype(np.float32), (0, 0), RGB_FEATHER_PX), 0, 1).astype(np.float32)


def lab_difference_merge(example: Example) -> Alpha:
    """The difference-merge node of a popular editor graph with its defaults.

    Weighted Lab difference, absolute or relative threshold, area filter, closing and opening, growth by 8 px, blur
    and feather of 15 px each (its blending apart: the mask alone is compared).
    """
    mask = _large_regions(_lab_changed(example.original, example.edited_on_grid), LAB_MIN_AREA_PX)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    mask = cv2.morphologyEx(cv2.morphologyEx(mask, cv2.MORPH_CLOSE, disc), cv2.MORPH_OPEN, disc)
    grown = cv2.dilate(mask, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * LAB_EXPAND_PX + 1,) * 2))
    blurred = _blurred(grown.astype(np.float32), LAB_BLUR_PX, sigma=0)
    return _blurred(blurred, LAB_BLUR_PX, sigma=LAB_BLUR_PX / 3)


def _lab_changed(original: Image, edited: Image) -> Mask:
    first, second = (cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32) for image in (original, edited))
    difference = np.abs(first - second) @ LAB_WEIGHTS
    mean = float(difference.mean())
    return difference > (mean + LAB_THRESHOLD if mean > LAB_GLOBAL else LAB_THRESHOLD)


def _largest_region(mask: Mask) -> Mask:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    return np.asarray(labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA]))


def _large_regions(mask: Mask, min_area: int) -> NDArray[np.uint8]:
    """Regions above an area, holes filled, uint8 0 and 1."""
    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    large = [contour for contour in contours if cv2.contourArea(contour) > min_area]
    filled = np.zeros(mask.shape, np.uint8)
    for contour in large:
        cv2.fillPoly(filled, [contour], (1,))
    return filled


def _blurred(alpha: NDArray[np.float32], radius: int, *, sigma: float) -> Alpha:
    blurred = cv2.GaussianBlur(alpha, (2 * radius + 1,) * 2, sigma)
    return np.clip(blurred, 0, 1).astype(np.float32)
