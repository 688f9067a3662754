"""Motion models between two pictures: how they are fitted to points, and when a fit is trusted.

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
    """Pixels of the working size; smaller pictures are not enlarged."""
    corners: int = 1500
    """At most so many corners are followed."""
    inlier_px: float = 1.5
    """RANSAC's tolerance; following a corner errs by 0.1-0.5 px, and by more in redrawn texture."""
    round_trip_px: float = 1.0
    """A corner counts if it returns this close after it was followed forward and backward."""
    min_inliers: int = 14
    """Fewer inliers make no trusted fit, however large their share."""
    min_share: float = 0.12
    """Least share of inliers among the points; with a lower one, points of unrelated pictures would fit as well."""
    affine_gain: float = 1.08
    """The affine map is kept if it has this many times the similarity's inliers, or half its residual."""
    max_scale: float = 1.6
    """A fit that enlarges or shrinks by more than this factor is not trusted."""
    max_shear: float = 0.1
    """A fit whose two scales differ by more than this share is not trusted."""
    blocks: int = 12
    """A block's side is two of this many parts of the long side; neighbouring blocks are a quarter of a side apart."""
    block_response: float = 0.05
    """Least share of the phase correlation's power in its peak; blocks of unrelated pictures have .01-.03."""
    still_px: float = 0.06
    """A motion that moves the frame's corners by less is dropped: resampling would only blur the edit."""


DEFAULT = AlignConfig()


@dataclass(frozen=True)
class Fit:
    """A motion, and how many points agree with it."""

    matrix: Matrix  # (3, 3), edited working pixels -> original working pixels
    method: str
    inliers: int
    matches: int
    residual_px: float
    trusted: bool = True


def scaling(source_hw: tuple[int, ...], target_hw: tuple[int, ...]) -> Matrix:
    """The plain resize between two sizes as a map (3, 3) of pixels, pixel centres kept.

    >>> scaling((10, 10), (20, 30)).tolist()
    [[3.0, 0.0, 1.0], [0.0, 2.0, 0.5], [0.0, 0.0, 1.0]]
    """
    scale_y, scale_x = target_hw[0] / source_hw[0], target_hw[1] / source_hw[1]
    return np.array([[scale_x, 0, (scale_x - 1) / 2], [0, scale_y, (scale_y - 1) / 2], [0, 0, 1]])


def fit_points(moved: Points, fixed: Points, guess: Matrix) -> Fit | None:
    """A similarity from points ``moved`` to ``fixed``, (N, 2) each, or an affine map where that explains clearly more.

    None for fewer than ``min_inliers`` points. A fit is not trusted where too few points agree with it, or where it
    stretches more than a frame is ever stretched.

    Args:
        moved: points of the edit that ``guess`` has warped.
        fixed: the same points of the original.
        guess: (3, 3); the fit's matrix is the whole motion, the guess included.

    >>> fixed = np.random.default_rng(0).uniform(0, 500, (40, 2))
    >>> fit = fit_points(fixed * 1.02 + 3, fixed, np.eye(3))
    >>> fit.method, fit.inliers, round(float(fit.matrix[0, 0]), 3)
    ('similarity', 40, 0.98)
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
