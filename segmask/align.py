"""Bring the edited picture onto the original's pixel grid.

Corners are followed by pyramidal Lucas-Kanade forward and backward (Bouguet 2001), a similarity is fitted to them by
RANSAC (Fischler and Bolles 1981); an affine map is kept only where it explains clearly more. Where following finds
nothing (a crop, a large shift), SIFT matches (Lowe 2004) give the first guess. Only the edit is ever warped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.geometry import resize_image, working_size
from segmask.types import Alignment, Image, Mask, Matrix

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
    still_px: float = 0.06
    """Corners of the frame that move less leave the picture as it is: resampling would only blur."""


DEFAULT = AlignConfig()


@dataclass(frozen=True)
class _Fit:
    matrix: Matrix  # (3, 3), edited working pixels -> original working pixels
    method: str
    inliers: int
    matches: int
    residual_px: float


def align(original: Image, edited: Image, config: AlignConfig = DEFAULT) -> tuple[Image, Alignment]:
    """Warp ``edited`` onto the grid of ``original``.

    Args:
        original: uint8 (H, W, 3).
        edited: uint8 (h, w, 3) of any size and aspect.

    Returns:
        The warped edit, uint8 (H, W, 3) (its border repeated where it does not reach), and how it got there. Where no
        fit can be trusted the edit is only resized, and ``trusted`` is False.
    """
    size_hw = original.shape[:2]
    work_hw = working_size(size_hw, config.long_side)
    first, second = _gray(resize_image(original, work_hw)), _gray(resize_image(edited, work_hw))
    stretch = _scaling(edited.shape[:2], size_hw)
    if np.array_equal(first, second):
        return _result(edited, size_hw, stretch, _Fit(np.eye(3), "identity", 0, 0, 0.0), trusted=True, note="")
    fit = _best_fit(first, second, edited.shape[:2], size_hw, config)
    if fit is None:
        note = "no motion model fits the two pictures; the edit was only resized"
        return _result(edited, size_hw, stretch, _Fit(np.eye(3), "identity", 0, 0, np.nan), trusted=False, note=note)
    up = _scaling(work_hw, size_hw)
    moved = np.linalg.inv(up) @ stretch  # edited -> stretched working pixels
    matrix = up @ fit.matrix @ moved
    if _largest_step(fit.matrix, work_hw) * up[0, 0] < config.still_px * max(1.0, up[0, 0]):
        matrix, fit = stretch, _Fit(np.eye(3), "identity", fit.inliers, fit.matches, fit.residual_px)
    fit = _Fit(fit.matrix, fit.method, fit.inliers, fit.matches, fit.residual_px * up[0, 0])
    return _result(edited, size_hw, matrix, fit, trusted=True, note="")


def _gray(image: Image) -> NDArray[np.uint8]:
    import cv2

    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.createCLAHE(2.0, (8, 8)).apply(gray), np.uint8)


def _scaling(source_hw: tuple[int, ...], target_hw: tuple[int, ...]) -> Matrix:
    """The plain resize between two sizes, pixel centres kept."""
    scale_y, scale_x = target_hw[0] / source_hw[0], target_hw[1] / source_hw[1]
    return np.array([[scale_x, 0, (scale_x - 1) / 2], [0, scale_y, (scale_y - 1) / 2], [0, 0, 1]])


def _best_fit(
    first: NDArray[np.uint8],
    second: NDArray[np.uint8],
    edited_hw: tuple[int, ...],
    original_hw: tuple[int, ...],
    config: AlignConfig,
) -> _Fit | None:
    """The best-supported fit over the guesses how the edit's frame lies in the original's."""
    best: _Fit | None = None
    for guess in _guesses(first.shape, edited_hw, original_hw):
        fit = _follow(first, second, guess, config)
        if fit is not None and (best is None or fit.inliers > best.inliers):
            best = fit
    if best is None or best.inliers < 0.4 * best.matches:
        guess = _from_features(first, second, config)
        fit = None if guess is None else _follow(first, second, guess, config)
        if fit is not None and (best is None or fit.inliers > best.inliers):
            best = fit
    if best is None:
        return None
    again = _follow(first, second, best.matrix, config)  # from close by: sub-pixel
    return again if again is not None and again.inliers >= best.inliers else best


def _guesses(work_hw: tuple[int, ...], edited_hw: tuple[int, ...], original_hw: tuple[int, ...]) -> list[Matrix]:
    """Stretched to the frame; where the aspects differ, also centred and cropped, and centred with borders."""
    guesses = [np.eye(3)]
    ratio = (edited_hw[1] / edited_hw[0]) / (original_hw[1] / original_hw[0])
    if abs(np.log(ratio)) > 0.01:
        for scale_x, scale_y in ((max(ratio, 1.0), max(1 / ratio, 1.0)), (min(ratio, 1.0), min(1 / ratio, 1.0))):
            scaled = np.diag([scale_x, scale_y, 1.0])
            centre = np.array([(work_hw[1] - 1) / 2, (work_hw[0] - 1) / 2])
            scaled[:2, 2] = centre - scaled[:2, :2] @ centre
            guesses.append(scaled)
    return guesses


def _follow(first: NDArray[np.uint8], second: NDArray[np.uint8], guess: Matrix, config: AlignConfig) -> _Fit | None:
    """Fit a motion to corners followed from ``first`` to ``second`` as the guess has warped it."""
    import cv2

    height, width = first.shape
    flags = cv2.INTER_AREA if np.allclose(guess, np.eye(3)) else cv2.INTER_LINEAR
    warped = cv2.warpAffine(second, guess[:2], (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    corners = cv2.goodFeaturesToTrack(first, config.corners, 0.005, max(4, min(height, width) / 90))
    if corners is None or len(corners) < config.min_inliers:
        return None
    window = {"winSize": (21, 21), "maxLevel": 4}
    forth, seen, _ = cv2.calcOpticalFlowPyrLK(first, warped, corners, np.zeros_like(corners), **window)
    back, returned, _ = cv2.calcOpticalFlowPyrLK(warped, first, forth, np.zeros_like(corners), **window)
    error = np.linalg.norm(back - corners, axis=2)
    good = (seen.ravel() == 1) & (returned.ravel() == 1) & (error.ravel() < config.round_trip_px)
    good &= _inside(forth[:, 0], np.linalg.inv(guess).astype(np.float64), second.shape)
    return _fit(forth[good, 0], corners[good, 0], guess, config)


def _inside(points: Points, matrix: Matrix, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which points, mapped by ``matrix``, lie inside a picture of this shape."""
    mapped = points @ matrix[:2, :2].T + matrix[:2, 2]
    inside = (mapped >= 0) & (mapped <= np.array([shape[1] - 1, shape[0] - 1]))
    return np.asarray(inside.all(axis=1), bool)


def _fit(moved: Points, fixed: Points, guess: Matrix, config: AlignConfig) -> _Fit | None:
    """Similarity, or affine where it clearly explains more, from ``moved`` to ``fixed``; on top of the guess."""
    import cv2

    if len(moved) < config.min_inliers:
        return None
    options = {"ransacReprojThreshold": config.inlier_px, "maxIters": 3000, "confidence": 0.999, "refineIters": 20}
    fits = []
    for method, estimate in (("similarity", cv2.estimateAffinePartial2D), ("affine", cv2.estimateAffine2D)):
        matrix, inliers = estimate(moved, fixed, method=cv2.RANSAC, **options)
        if matrix is None:
            continue
        kept = inliers.ravel() == 1
        distance = np.linalg.norm(moved[kept] @ matrix[:, :2].T + matrix[:, 2] - fixed[kept], axis=1)
        whole = np.vstack([matrix, [0, 0, 1]]) @ guess
        fits.append(_Fit(whole, method, int(kept.sum()), len(moved), float(np.median(distance))))
    if not fits:
        return None
    best = fits[0]
    if len(fits) == 2 and (
        fits[1].inliers > config.affine_gain * best.inliers or fits[1].residual_px < 0.5 * best.residual_px
    ):
        best = fits[1]
    enough = best.inliers >= config.min_inliers and best.inliers >= config.min_share * best.matches
    return best if enough and _plausible(best.matrix @ np.linalg.inv(guess), config) else None


def _plausible(matrix: Matrix, config: AlignConfig) -> bool:
    stretch = np.linalg.svd(matrix[:2, :2], compute_uv=False)
    small, large = stretch.min(), stretch.max()
    return 1 / config.max_scale < small and large < config.max_scale and large / small < 1 + config.max_shear


def _from_features(first: NDArray[np.uint8], second: NDArray[np.uint8], config: AlignConfig) -> Matrix | None:
    """A similarity from SIFT matches with the ratio test, where following from a guess fails."""
    import cv2

    sift = cv2.SIFT.create(1500)
    points_1, values_1 = sift.detectAndCompute(first, None)
    points_2, values_2 = sift.detectAndCompute(second, None)
    if values_1 is None or values_2 is None or min(len(points_1), len(points_2)) < config.min_inliers:
        return None
    pairs = cv2.BFMatcher().knnMatch(values_2, values_1, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance]
    if len(good) < config.min_inliers:
        return None
    moved = np.array([points_2[match.queryIdx].pt for match in good], np.float32)
    fixed = np.array([points_1[match.trainIdx].pt for match in good], np.float32)
    matrix, inliers = cv2.estimateAffine2D(moved, fixed, method=cv2.RANSAC, ransacReprojThreshold=4.0)
    if matrix is None or inliers.sum() < config.min_inliers:
        return None
    return np.vstack([matrix, [0, 0, 1]])


def _largest_step(matrix: Matrix, size_hw: tuple[int, ...]) -> float:
    """How far the map moves the frame's corners, in pixels."""
    height, width = size_hw
    corners = np.array([[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]], float)
    return float(np.abs(corners @ matrix[:2, :2].T + matrix[:2, 2] - corners).max())


def _result(
    edited: Image, size_hw: tuple[int, ...], matrix: Matrix, fit: _Fit, *, trusted: bool, note: str
) -> tuple[Image, Alignment]:
    warped, covered = warp(edited, matrix, (size_hw[0], size_hw[1]))
    alignment = Alignment(
        matrix=matrix,
        method=fit.method,
        trusted=trusted,
        inliers=fit.inliers,
        matches=fit.matches,
        residual_px=fit.residual_px,
        covered=covered,
        note=note,
    )
    return warped, alignment


def warp(edited: Image, matrix: Matrix, size_hw: tuple[int, int]) -> tuple[Image, Mask]:
    """``edited`` on a grid of ``size_hw`` by ``matrix`` (edited -> grid), and where the grid is covered, bool (H, W).

    Shrinking averages areas first, so that nothing aliases; the rest is bicubic.
    """
    import cv2

    height, width = size_hw
    scale = np.sqrt(abs(np.linalg.det(matrix[:2, :2])))
    whole_hw = (round(edited.shape[0] * scale), round(edited.shape[1] * scale))
    if scale < 0.95 and min(whole_hw) >= 1:
        smaller = resize_image(edited, whole_hw)
        matrix = matrix @ np.linalg.inv(_scaling(edited.shape[:2], whole_hw))
        edited = smaller
    if np.allclose(matrix, np.eye(3), atol=1e-9) and edited.shape[:2] == size_hw:
        return edited.copy(), np.ones(size_hw, bool)
    warped = cv2.warpAffine(edited, matrix[:2], (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(warped, np.uint8), _covered(matrix, edited.shape[:2], size_hw)


def _covered(matrix: Matrix, edited_hw: tuple[int, ...], size_hw: tuple[int, int]) -> Mask:
    """Pixels of the grid whose place in the edit lies inside its frame (half a pixel of border allowed)."""
    inverse = np.linalg.inv(matrix)
    columns = np.arange(size_hw[1], dtype=np.float64)
    rows = np.arange(size_hw[0], dtype=np.float64)[:, None]
    x = inverse[0, 0] * columns + inverse[0, 1] * rows + inverse[0, 2]
    y = inverse[1, 0] * columns + inverse[1, 1] * rows + inverse[1, 2]
    return (x >= -0.51) & (y >= -0.51) & (x <= edited_hw[1] - 0.49) & (y <= edited_hw[0] - 0.49)
