"""Alignment: warps the edited picture onto the original's pixel grid. Only the edit is ever warped.

1. Corners are followed by pyramidal Lucas-Kanade forward and backward (Bouguet 2001), and a similarity is fitted to
   them by RANSAC (Fischler and Bolles 1981). An affine map is kept only where it explains clearly more.
2. Where that finds nothing (a crop, a large shift), SIFT matches (Lowe 2004) give the first guess.
3. Where there are no corners, blocks of the gradient image vote (``blocks``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_image, working_size
from segmask.core.types import Alignment, Image, Matrix
from segmask.register.blocks import fit_blocks
from segmask.register.coverage import thin_strips
from segmask.register.motion import DEFAULT, Fit, Points, fit_points, scaling
from segmask.register.turns import CLEARLY, LEAST_POINTS, LEAST_SHARE, SIDE, TURNS, Turn
from segmask.register.warp import warp

FEATURES_SIDE = 600
"""Pixels of the long side at which SIFT looks for a first guess; it need only come near."""
_NONE = Fit(np.eye(3), "identity", 0, 0, float("nan"), trusted=False)


@dataclass(frozen=True, eq=False)
class _Grey:
    """The two pictures in grey at the working size, the edit stretched to the original's frame."""

    first: NDArray[np.uint8]
    second: NDArray[np.uint8]

    @cached_property
    def corners(self) -> NDArray[np.float32] | None:
        """What is followed, float32 (n, 1, 2), best first; None where there is nothing."""
        import cv2

        height, width = self.first.shape
        found = cv2.goodFeaturesToTrack(self.first, DEFAULT.corners, 0.005, max(4, min(height, width) / 90))
        return None if found is None else np.asarray(found, np.float32)


def align(original: Image, edited: Image) -> tuple[Image, Alignment]:
    """Warp ``edited`` onto the grid of ``original``.

    Args:
        original: uint8 (H, W, 3).
        edited: uint8 (h, w, 3) of any size and aspect.

    Returns:
        The warped edit, uint8 (H, W, 3), and its alignment. Where the edit's frame does not reach, its border is
        repeated. Where no fit can be trusted the edit is only resized: ``trusted`` is False, and the counts are those
        of the best rejected fit. An edit that was turned by quarters or mirrored is turned back first, and the matrix
        holds that.

    >>> rng = np.random.default_rng(0)
    >>> coarse = rng.integers(0, 256, (30, 40, 3), dtype=np.uint8)
    >>> original = resize_image(coarse, (300, 400))
    >>> shifted = np.roll(original, 5, axis=1)  # 5 pixels to the right
    >>> aligned, alignment = align(original, shifted)
    >>> alignment.trusted, [round(shift) for shift in alignment.matrix[:2, 2].tolist()]
    (True, [-5, 0])
    """
    straight, weak = _aligned(original, edited)
    turn = _turn(original, edited) if weak else None
    if turn is None:
        return straight
    aligned, alignment = _aligned(original, turn.apply(edited))[0]
    if _apart(original, aligned) > CLEARLY * _apart(original, straight[0]):
        return straight  # a figure that is much like its mirror image
    return aligned, replace(alignment, matrix=alignment.matrix @ turn.matrix(edited.shape))


def _aligned(original: Image, edited: Image) -> tuple[tuple[Image, Alignment], bool]:
    """``align`` without turns, and whether few points agree with the motion that was found."""
    size_hw = original.shape[:2]
    work_hw = working_size(size_hw, DEFAULT.long_side)
    grey = _Grey(_gray(resize_image(original, work_hw)), _gray(resize_image(edited, work_hw)))
    stretch = scaling(edited.shape[:2], size_hw)
    if np.array_equal(grey.first, grey.second):
        return _result(edited, size_hw, stretch, Fit(np.eye(3), "identity", 0, 0, 0.0), ""), False
    fit = _best_fit(grey, edited.shape[:2], size_hw)
    up = scaling(work_hw, size_hw)
    if not fit.trusted:
        fit = replace(fit, matrix=np.eye(3), method="identity", residual_px=fit.residual_px * up[0, 0])
        note = "no motion model fits the two pictures; the edit was only resized"
        return _result(edited, size_hw, stretch, fit, note), True
    moved = np.linalg.inv(up) @ stretch  # edited -> stretched working pixels
    matrix, weak = up @ fit.matrix @ moved, fit.inliers < LEAST_SHARE * fit.matches
    if _largest_step(fit.matrix, work_hw) * up[0, 0] < DEFAULT.still_px * max(1.0, up[0, 0]):
        matrix, fit = stretch, replace(fit, method="identity")
    return _result(edited, size_hw, matrix, replace(fit, residual_px=fit.residual_px * up[0, 0]), ""), weak


def _apart(first: Image, second: Image) -> float:
    """Mean difference of two pictures of one size in grey levels, at a small size."""
    small_hw = working_size(first.shape[:2], SIDE)
    grey = [resize_image(image, small_hw).astype(np.float32).mean(2) for image in (first, second)]
    return float(np.abs(grey[0] - grey[1]).mean())


def _turn(original: Image, edited: Image) -> Turn | None:
    """How the edit was turned or mirrored; None where no turn explains it much better than chance."""
    first = _gray(resize_image(original, working_size(original.shape[:2], SIDE)))
    small = resize_image(edited, working_size(edited.shape[:2], SIDE))
    best, found = _NONE, None
    for turn in TURNS:
        laid = turn.apply(small)
        grey = _Grey(first, _gray(resize_image(laid, (first.shape[0], first.shape[1]))))
        for guess in _guesses(first.shape, laid.shape, first.shape):
            fit = _better(best, _follow(grey, guess))
            if fit is not best and fit.trusted:
                best, found = fit, turn
    return found if best.inliers >= max(LEAST_POINTS, LEAST_SHARE * best.matches) else None


def _gray(image: Image) -> NDArray[np.uint8]:
    import cv2

    gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.createCLAHE(2.0, (8, 8)).apply(gray), np.uint8)


def _best_fit(grey: _Grey, edited_hw: tuple[int, ...], original_hw: tuple[int, ...]) -> Fit:
    """The best-supported fit over the guesses how the edit's frame lies in the original's."""
    guesses = _guesses(grey.first.shape, edited_hw, original_hw)
    best = _best_followed(grey, guesses)
    if best.trusted:
        return best
    for guess in guesses:
        best = _better(best, fit_blocks(grey.first, grey.second, guess))
    if best.trusted:
        best = _better(best, fit_blocks(grey.first, grey.second, best.matrix))
    return best


def _best_followed(grey: _Grey, guesses: list[Matrix]) -> Fit:
    """The best fit to followed corners."""
    best = _NONE
    for guess in guesses:
        best = _better(best, _follow(grey, guess))
    if not best.trusted or best.inliers < 0.4 * best.matches:
        guess = _from_features(grey.first, grey.second)
        best = _better(best, None if guess is None else _follow(grey, guess))
    if best.trusted:
        best = _better(best, _follow(grey, best.matrix))  # from close by: sub-pixel
    return best


def _better(best: Fit, fit: Fit | None) -> Fit:
    """The better of two fits: trusted before not trusted, then more inliers; of equals the second."""
    if fit is None or (fit.trusted, fit.inliers) < (best.trusted, best.inliers):
        return best
    return fit


def _guesses(work_hw: tuple[int, ...], edited_hw: tuple[int, ...], original_hw: tuple[int, ...]) -> list[Matrix]:
    """First guesses of the motion: the plain stretch; for another aspect, also a centred crop and centred borders."""
    guesses = [np.eye(3)]
    ratio = (edited_hw[1] / edited_hw[0]) / (original_hw[1] / original_hw[0])
    if abs(np.log(ratio)) > 0.01:
        for scale_x, scale_y in ((max(ratio, 1.0), max(1 / ratio, 1.0)), (min(ratio, 1.0), min(1 / ratio, 1.0))):
            scaled = np.diag([scale_x, scale_y, 1.0])
            centre = np.array([(work_hw[1] - 1) / 2, (work_hw[0] - 1) / 2])
            scaled[:2, 2] = centre - scaled[:2, :2] @ centre
            guesses.append(scaled)
    return guesses


def _follow(grey: _Grey, guess: Matrix) -> Fit | None:
    """A motion fitted to corners that are followed from ``first`` to ``second``, which the guess has warped before."""
    import cv2

    first, second = grey.first, grey.second
    height, width = first.shape
    flags = cv2.INTER_AREA if np.allclose(guess, np.eye(3)) else cv2.INTER_LINEAR
    warped = cv2.warpAffine(second, guess[:2], (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    corners = grey.corners
    if corners is None or len(corners) < DEFAULT.min_inliers:
        return None
    window = {"winSize": (21, 21), "maxLevel": 4}
    forth, seen, _ = cv2.calcOpticalFlowPyrLK(first, warped, corners, np.zeros_like(corners), **window)
    back, returned, _ = cv2.calcOpticalFlowPyrLK(warped, first, forth, np.zeros_like(corners), **window)
    error = np.linalg.norm(back - corners, axis=2)
    good = (seen.ravel() == 1) & (returned.ravel() == 1) & (error.ravel() < DEFAULT.round_trip_px)
    good &= _inside(forth[:, 0], np.linalg.inv(guess).astype(np.float64), second.shape)
    return fit_points(forth[good, 0], corners[good, 0], guess)


def _inside(points: Points, matrix: Matrix, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Which points, mapped by ``matrix``, lie inside a picture of this shape."""
    mapped = points @ matrix[:2, :2].T + matrix[:2, 2]
    inside = (mapped >= 0) & (mapped <= np.array([shape[1] - 1, shape[0] - 1]))
    return np.asarray(inside.all(axis=1), bool)


def _from_features(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> Matrix | None:
    """An affine guess from SIFT matches with the ratio test; None with too few matches."""
    import cv2

    small_hw = working_size(first.shape, FEATURES_SIDE)
    up = scaling(small_hw, first.shape)
    sift = cv2.SIFT.create(1500)
    points_1, values_1 = sift.detectAndCompute(resize_image(first, small_hw), None)
    points_2, values_2 = sift.detectAndCompute(resize_image(second, small_hw), None)
    if values_1 is None or values_2 is None or min(len(points_1), len(points_2)) < DEFAULT.min_inliers:
        return None
    pairs = cv2.BFMatcher().knnMatch(values_2, values_1, k=2)
    good = [match[0] for match in pairs if len(match) == 2 and match[0].distance < 0.8 * match[1].distance]
    if len(good) < DEFAULT.min_inliers:
        return None
    moved = np.array([points_2[match.queryIdx].pt for match in good], np.float32)
    fixed = np.array([points_1[match.trainIdx].pt for match in good], np.float32)
    matrix, inliers = cv2.estimateAffine2D(moved, fixed, method=cv2.RANSAC, ransacReprojThreshold=2.5)
    if matrix is None or inliers.sum() < DEFAULT.min_inliers:
        return None
    return up @ np.vstack([matrix, [0, 0, 1]]) @ np.linalg.inv(up)


def _largest_step(matrix: Matrix, size_hw: tuple[int, ...]) -> float:
    """The largest distance by which the map moves a corner of the frame along x or y, in pixels."""
    height, width = size_hw
    corners = np.array([[0, 0], [width - 1, 0], [0, height - 1], [width - 1, height - 1]], float)
    return float(np.abs(corners @ matrix[:2, :2].T + matrix[:2, 2] - corners).max())


def _result(edited: Image, size_hw: tuple[int, ...], matrix: Matrix, fit: Fit, note: str) -> tuple[Image, Alignment]:
    warped, inside = warp(edited, matrix, (size_hw[0], size_hw[1]))
    covered = inside | thin_strips(~inside)
    alignment = Alignment(
        matrix=matrix,
        method=fit.method,
        trusted=fit.trusted,
        inliers=fit.inliers,
        matches=fit.matches,
        residual_px=fit.residual_px,
        covered=covered,
        note=note,
        repeated=covered & ~inside if (covered & ~inside).any() else None,
    )
    return warped, alignment
