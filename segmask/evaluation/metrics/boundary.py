"""How well outlines agree.

A don't-care band along the truth's outline says that the outline runs somewhere in it: its middle is taken for the
outline and half its width is added to the tolerance there. A don't-care *area* is wider; outline pixels deep inside
one are left out, on both sides. The picture's own border is no outline.
"""

from __future__ import annotations

import numpy as np

from segmask.core.types import Alpha, Mask
from segmask.evaluation.metrics.region import DECIDED
from segmask.evaluation.metrics.truth import Truth

TOLERANCE_PX = 2.0
"""Distance within which outlines agree, at REFERENCE_HEIGHT_PX; it scales with the picture's height."""
AREA_PX = 8.0
"""Depth from which a don't-care pixel lies in an area and not in a band, at REFERENCE_HEIGHT_PX: bands that account
for label noise are up to 5 px deep."""
REFERENCE_HEIGHT_PX = 830
BAND = 0.02
"""Width of boundary IoU's band as a share of the picture's diagonal (Cheng et al. 2021)."""


def boundary_f(alpha: Alpha, truth: Truth) -> float:
    """F measure of the outline pixels within 2 px at 830 px height (Martin et al. 2004, Perazzi et al. 2016).

    Precision is the share of the mask's outline near the truth's, recall the reverse; no outline on either side
    is 1, on one side only 0.

    >>> rows = np.arange(830)[:, None].repeat(100, axis=1)
    >>> truth = Truth(np.where(rows < 400, np.uint8(0), np.uint8(255)))
    >>> boundary_f(np.float32(rows >= 402), truth), boundary_f(np.float32(rows >= 403), truth)
    (1.0, 0.0)
    """
    scale = alpha.shape[0] / REFERENCE_HEIGHT_PX
    depth = _distance_to(truth.counted)
    valid = depth <= AREA_PX * scale
    found, real = _outline(alpha >= DECIDED) & valid, _outline(truth.region) & valid
    if not found.any() and not real.any():
        return 1.0
    if not found.any() or not real.any():
        return 0.0
    tolerance = TOLERANCE_PX * scale + depth
    distance, nearest = _nearest(real)
    precision = float((distance[found] <= tolerance[nearest][found]).mean())
    recall = float((_distance_to(found)[real] <= tolerance[real]).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def boundary_iou(alpha: Alpha, truth: Truth) -> float:
    """IoU of the bands inside the two outlines, 2 % of the diagonal wide (Cheng et al., Boundary IoU, CVPR 2021).

    >>> truth = Truth(np.zeros((300, 400), np.uint8))
    >>> truth.values[150:] = 255
    >>> boundary_iou(truth.alpha, truth), boundary_iou(1 - truth.alpha, truth)
    (1.0, 0.0)
    """
    width = max(1, round(BAND * float(np.hypot(*alpha.shape))))
    found = _band(alpha >= DECIDED, width) & truth.counted
    real = _band(truth.region, width) & truth.counted
    union = np.count_nonzero(found | real)
    return float(np.count_nonzero(found & real) / union) if union else 1.0


def _outline(mask: Mask) -> Mask:
    """Pixels of the mask with a 4-neighbour outside it."""
    import cv2

    cross = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))
    return mask & (cv2.erode(mask.astype(np.uint8), cross) == 0)


def _band(mask: Mask, width: int) -> Mask:
    """Pixels of the mask within ``width`` of its outside, chessboard metric; beyond the picture counts as outside."""
    import cv2

    padded = np.pad(mask.astype(np.uint8), 1)
    depth = cv2.distanceTransform(padded, cv2.DIST_C, cv2.DIST_MASK_3)[1:-1, 1:-1]
    return mask & (depth <= width)


def _distance_to(mask: Mask) -> np.ndarray:
    """Distance of each pixel to the nearest of the mask, float32 (H, W); very large if the mask is empty."""
    import cv2

    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


def _nearest(mask: Mask) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Distance of each pixel to the nearest of the mask, and that one's row and column."""
    from scipy.ndimage import distance_transform_edt

    distance, index = distance_transform_edt(~mask, return_indices=True)  # type: ignore[misc]
    return distance, tuple(index)
