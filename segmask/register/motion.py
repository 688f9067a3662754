"""Models of motion between two pictures: how they are fitted to points, and which are believed.

A similarity is fitted by RANSAC (Fischler and Bolles 1981); an affine map is kept only where it explains clearly more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Matrix

Points = NDArray[Any]


@dataclass(frozen=True)
class AlignConfig:
    """Numbers of the alignment; lengths in pixels at a working long side of ``long_side``."""

    long_side: int = 1000
    corners: int = 1500
    inlier_px: float = 1.5
    """RANSAC's tolerance; following corners errs by 0.1-0.5 px, redrawn texture by more."""
    round_trip_px: float = 1.0
    """A corner followed forth and back must return this close."""
    min_inliers: int = 14
    min_share: float = 0.12
    """Of the followed corners, so many must agree: below, two random sets agree as well."""
    affine_gain: float = 1.08
    """An affine map must win this factor in inliers over the similarity, or halve its residual."""
    max_scale: float = 1.6
    max_shear: float = 0.1
    blocks: int = 12
    """Blocks along the long side, where there are no corners to follow; neighbours overlap by half."""
    block_response: float = 0.05
    """Phase correlation of a block must have this share of its power in the peak; unrelated ones have .01-.03."""
    still_px: float = 0.06
    """Corners of the frame that move less leave the picture as it is: resampling would only blur."""


DEFAULT = AlignConfig()


@dataclass(frozen=True)
class Fit:
    """A motion and what speaks for it."""

    matrix: Matrix  # (3, 3), edited working pixels -> original working pixels
    method: str
    inliers: int
    matches: int
    residual_px: float
    trusted: bool = True


def scaling(source_hw: tuple[int, ...], target_hw: tuple[int, ...]) -> Matrix:
    """The plain resize between two sizes, pixel centres kept."""
    scale_y, scale_x = target_hw[0] / source_hw[0], target_hw[1] / source_hw[1]
    return np.array([[scale_x, 0, (scale_x - 1) / 2], [0, scale_y, (scale_y - 1) / 2], [0, 0, 1]])


def fit_points(moved: Points, fixed: Points, guess: Matrix) -> Fit | None:
    """Similarity, or affine where it clearly explains more, from ``moved`` to ``fixed`` (N, 2); on top of the guess.

    None where there are too few points for any; not trusted where too few agree or the motion is no frame's.
    """
    import cv2

    if len(moved) < DEFAULT.min_inliers:
        return None
    options = {"ransacReprojThreshold": DEFAULT.inlier_px, "maxIters": 3000, "confidence": 0.999, "refineIters": 20}
    fits = []
    for method, estimate in (("similarity", cv2.estimateAffinePartial2D), ("affine", cv2.estimateAffine2D)):
        matrix, inliers = estimate(moved, fixed, method=cv2.RANSAC, **options)
        if matrix is None:
            continue
        kept = inliers.ravel() == 1
        distance = np.linalg.norm(moved[kept] @ matrix[:, :2].T + matrix[:, 2] - fixed[kept], axis=1)
        whole = np.vstack([matrix, [0, 0, 1]]) @ guess
        fits.append(Fit(whole, method, int(kept.sum()), len(moved), float(np.median(distance))))
    if not fits:
        return None
    best = fits[0]
    if len(fits) == 2 and (
        fits[1].inliers > DEFAULT.affine_gain * best.inliers or fits[1].residual_px < 0.5 * best.residual_px
    ):
        best = fits[1]
    enough = best.inliers >= DEFAULT.min_inliers and best.inliers >= DEFAULT.min_share * best.matches
    return replace(best, trusted=bool(enough and _plausible(best.matrix @ np.linalg.inv(guess))))


def _plausible(matrix: Matrix) -> bool:
    stretch = np.linalg.svd(matrix[:2, :2], compute_uv=False)
    small, large = stretch.min(), stretch.max()
    return 1 / DEFAULT.max_scale < small and large < DEFAULT.max_scale and large / small < 1 + DEFAULT.max_shear
