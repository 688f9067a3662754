"""Alignment without corners: phase correlation of blocks of the two gradient images.

Each block's shift is the peak of its phase correlation (Kuglin and Hines 1975), at sub-pixel accuracy by the peak's
centroid (``cv2.phaseCorrelate``). Blocks whose peak does not stand out are left out, and a motion is fitted to the
shifts of the others as to followed corners. This serves a studio backdrop or a blurred sea, which have outlines but no
corners.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from segmask.core.morphology import blurred, slopes
from segmask.core.types import Box, Matrix
from segmask.register.motion import DEFAULT, Fit, fit_points

LEAST_SIDE = 16
"""Pixels: a smaller block holds too little of an outline to find its shift."""
LEAST_SHOWN, OVERLAP = 0.7, 4
"""Share of a block that the edit must reach; blocks begin at every so many parts of their side."""
EDGE_SIGMA = 1.5
"""Pixels of the blur before outlines are found: the coder's noise has none."""
MIN_DEVIATION = 0.02  # of the logarithm of a block's gradient: below, it holds nothing but the coder's noise


def fit_blocks(first: NDArray[np.uint8], second: NDArray[np.uint8], guess: Matrix) -> Fit | None:
    """The motion that most blocks agree on; its ``inliers`` and ``matches`` count blocks. None with too few blocks.

    Args:
        first: uint8 (h, w), the original in grey.
        second: uint8 (h, w), the edit in grey, stretched to the original's frame.
        guess: (3, 3), ``second`` to ``first``, within half a block of the truth.

    >>> gray = np.full((240, 240), 90, np.uint8)
    >>> gray[60:180, 60:180], gray[90:150, 90:150] = 160, 220  # squares without texture
    >>> fit = fit_blocks(gray, np.roll(gray, 3, axis=0), np.eye(3))
    >>> fit.method, [round(shift) for shift in fit.matrix[:2, 2].tolist()]
    ('similarity (blocks)', [0, -3])
    """
    import cv2

    height, width = first.shape
    warped = cv2.warpAffine(second, guess[:2], (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
    shown = cv2.warpAffine(np.ones_like(second), guess[:2], (width, height), flags=cv2.INTER_NEAREST) > 0
    side = 2 * max(height, width) // DEFAULT.blocks
    if side < LEAST_SIDE:
        return None
    window = cv2.createHanningWindow((side, side), cv2.CV_32F)
    edges_1, edges_2 = _edges(first), _edges(np.asarray(warped, np.uint8))
    amount_1, amount_2, seen = _Sums(edges_1), _Sums(edges_2), _Sums(shown.astype(np.float32))
    moved, fixed = [], []
    for top in range(0, height - side + 1, side // OVERLAP):
        for left in range(0, width - side + 1, side // OVERLAP):
            block = Box(left, top, left + side, top + side)
            (mean_1, deviation_1), (mean_2, deviation_2) = amount_1.within(block), amount_2.within(block)
            if seen.within(block)[0] < LEAST_SHOWN or min(deviation_1, deviation_2) < MIN_DEVIATION:
                continue
            # Without their means: the window times a mean would be the same picture in both, unshifted.
            one, other = edges_1[block.slices] - mean_1, edges_2[block.slices] - mean_2
            (dx, dy), response = cv2.phaseCorrelate(one, other, window)
            if response > DEFAULT.block_response and max(abs(dx), abs(dy)) < side / 3:
                middle = np.array([left + (side - 1) / 2, top + (side - 1) / 2])
                fixed.append(middle)
                moved.append(middle + np.array([dx, dy]))
    fit = fit_points(np.array(moved, np.float32), np.array(fixed, np.float32), guess)
    return None if fit is None else replace(fit, method=f"{fit.method} (blocks)")


class _Sums:
    """Mean and standard deviation of any box of a map, from running sums (Crow 1984)."""

    def __init__(self, values: NDArray[np.float32]) -> None:
        import cv2

        self._sums = cv2.integral2(values, sdepth=cv2.CV_64F, sqdepth=cv2.CV_64F)

    def within(self, box: Box) -> tuple[np.float32, float]:
        total, squares = (
            (sums[box.y1, box.x1] - sums[box.y0, box.x1] - sums[box.y1, box.x0] + sums[box.y0, box.x0]) / box.area
            for sums in self._sums
        )
        return np.float32(total), float(np.sqrt(max(squares - total * total, 0)))


def _edges(gray: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Logarithm of the gradient's length, float32 (h, w): weak outlines count nearly as much as strong ones."""
    return np.log1p(np.hypot(*slopes(blurred(gray.astype(np.float32), EDGE_SIGMA, edge_twice=False))))
