"""How well outlines agree.

The truth's outline runs in the middle of a don't-care band; outline pixels that lie further than the tolerance inside a
don't-care area are left out, on both sides. The picture's own border is no outline.
"""

from __future__ import annotations

import numpy as np

from segmask.evaluation.metrics.region import DECIDED
from segmask.evaluation.metrics.truth import Truth
from segmask.types import Alpha, Mask

TOLERANCE_PX = 2.0
"""Distance within which outlines agree, at REFERENCE_HEIGHT_PX; it scales with the picture's height."""
REFERENCE_HEIGHT_PX = 830
BAND = 0.02
"""Width of boundary IoU's band as a share of the picture's diagonal (Cheng et al. 2021)."""


def boundary_f(alpha: Alpha, truth: Truth) -> float:
    """F measure of the outline pixels within 2 px at 830 px height (Martin et al. 2004, Perazzi et al. 2016).

    Precision is the share of the mask's outline near the truth's, recall the reverse; no outline on either side
    is 1, on one side only 0.
    """
    tolerance = TOLERANCE_PX * alpha.shape[0] / REFERENCE_HEIGHT_PX
    valid = ~_deep_inside(~truth.counted, tolerance)
    found, real = _outline(alpha >= DECIDED) & valid, _outline(truth.region) & valid
    if not found.any() and not real.any():
        return 1.0
    if not found.any() or not real.any():
        return 0.0
    precision = float((_distance_to(real)[found] <= tolerance).mean())
    recall = float((_distance_to(found)[real] <= tolerance).mean())
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def boundary_iou(alpha: Alpha, truth: Truth) -> float:
    """IoU of the bands inside the two outlines, 2 % of the diagonal wide (Cheng et al., Boundary IoU, CVPR 2021)."""
    width = max(1, round(BAND * float(np.hypot(*alpha.shape))))
    found = _band(alpha >= DECIDED, width) & truth.counted
    real = _band(truth.region, width) & truth.counted
    union = np.count_nonzero(found | real)
    return np.count_nonzero(found & real) / union if union else 1.0


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
    import cv2

    return cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)


def _deep_inside(mask: Mask, depth: float) -> Mask:
    """Pixels of the mask further than ``depth`` from everything outside it."""
    return mask & (_distance_to(~mask) > depth) if mask.any() else mask
