"""Morphology: dilation (``widened``), erosion (``narrowed``), opening (``opened``), Gaussian blur and distances.

The picture's border is no outline: no mask is eroded from there, and no distance is measured to it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Box, Mask

Element = NDArray[np.uint8]
"""A structuring element: the neighbours that count, 1, in a square around a pixel, else 0."""


WIDE, SMALL_SIGMA = 5.0, 2.5
"""Sigma in pixels from which a blur is made on a smaller grid, and at least so large there."""


def square(radius: int) -> Element:
    """The pixels at most ``radius`` rows and columns away.

    >>> square(1).tolist()
    [[1, 1, 1], [1, 1, 1], [1, 1, 1]]
    """
    return np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)


def disc(radius: int, corners: bool = True) -> Element:
    """The pixels at most ``radius`` away. A disc of radius 1 is a square, or a cross where ``corners`` is off.

    >>> disc(1).tolist()
    [[1, 1, 1], [1, 1, 1], [1, 1, 1]]
    >>> disc(1, corners=False).tolist()
    [[0, 1, 0], [1, 1, 1], [0, 1, 0]]
    >>> disc(2)[0].tolist()
    [0, 0, 1, 0, 0]
    """
    import cv2

    if radius == 1 and corners:
        return square(1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1)), np.uint8)


def widened(mask: Mask, radius: int = 1, corners: bool = True) -> Mask:
    """Dilation by ``disc(radius, corners)``: the mask and what lies within ``radius`` pixels of it.

    >>> widened(np.array([[0, 0, 1, 0, 0]], bool)).tolist()
    [[False, True, True, True, False]]
    """
    import cv2

    return cv2.dilate(mask.view(np.uint8), disc(radius, corners)).view(np.bool_)


def narrowed(mask: Mask, radius: int = 1, corners: bool = True) -> Mask:
    """Erosion by ``disc(radius, corners)``: the mask less what lies within ``radius`` pixels of its outline.

    >>> narrowed(np.array([[1, 1, 1, 0, 0]], bool)).tolist()
    [[True, True, False, False, False]]
    """
    import cv2

    return cv2.erode(mask.view(np.uint8), disc(radius, corners)).view(np.bool_)


def opened(mask: Mask, radius: int = 1, corners: bool = True) -> Mask:
    """Opening by ``disc(radius, corners)``: the mask without what is too thin for the disc to lie in.

    >>> opened(np.array([[1, 0, 0, 1, 1, 1, 0]], bool)).astype(int).tolist()
    [[0, 0, 0, 1, 1, 1, 0]]
    """
    return widened(narrowed(mask, radius, corners), radius, corners)


def distance_to(mask: Mask) -> NDArray[np.float32]:
    """Distance of each pixel to the nearest one of ``mask`` in pixels, float32 (H, W), at most 2 % off.

    0 on the mask, infinite everywhere if it is empty. ``distance_to(~mask)`` is the depth inside of a mask.

    >>> distance_to(np.array([[1, 1, 0, 0, 0]], bool)).tolist()
    [[0.0, 0.0, 1.0, 2.0, 3.0]]
    """
    import cv2

    if not mask.any():
        return np.full(mask.shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform((~mask).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5), np.float32)


def within(mask: Mask, distance: float) -> Mask:
    """``mask`` with the pixels whose distance to it is at most ``distance``; an empty mask stays empty.

    >>> within(np.array([[1, 0, 0, 0]], bool), 1.5).tolist()
    [[True, True, False, False]]
    """
    around = Box.around(mask)
    if around is None:
        return mask.copy()
    area = around.grown_by(int(distance) + 1).clip(mask.shape[0], mask.shape[1]).slices
    result = np.zeros_like(mask)
    result[area] = distance_to(mask[area]) <= distance
    return result


def slopes(values: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Change a pixel to the right and downwards, float32 as (H, W) or (H, W, C), by Sobel's filter.

    >>> across, down = slopes(np.array([[0, 2, 4, 6]] * 3, np.float32))
    >>> across[1].tolist(), down[1].tolist()
    ([0.0, 2.0, 2.0, 0.0], [0.0, 0.0, 0.0, 0.0])
    """
    import cv2

    unit = 1 / 8  # the filter's weights on each side sum to 4, and the two sides are 2 pixels apart
    return cv2.Sobel(values, -1, 1, 0, scale=unit), cv2.Sobel(values, -1, 0, 1, scale=unit)  # type: ignore[return-value]


def grown(mask: Mask, distance: float) -> Mask:
    """``mask`` wider by ``distance`` pixels, or narrower where it is below 0.

    >>> row = np.array([[0, 0, 1, 1, 1, 0, 0]], bool)
    >>> [grown(row, distance).astype(int).tolist() for distance in (1, 0, -1)]
    [[[0, 1, 1, 1, 1, 1, 0]], [[0, 0, 1, 1, 1, 0, 0]], [[0, 0, 0, 1, 0, 0, 0]]]
    """
    if distance == 0:
        return mask
    return within(mask, distance) if distance > 0 else ~within(~mask, -distance)


def blurred(values: NDArray, sigma: float, *, edge_twice: bool = True) -> NDArray[np.float32]:
    """A Gaussian blur of float (H, W) or (H, W, C) by ``sigma`` pixels, float32; float64 stays so.

    Beyond its border the picture is mirrored. The outermost pixels come twice (c b a | a b c), or once with
    ``edge_twice`` off (c b | a b c). From ``WIDE`` pixels on the blur is made on a smaller grid, as in a pyramid (Burt
    and Adelson 1983): what is left has no finer detail, and differs by less than a hundredth of a step's height.

    >>> blurred(np.array([[0, 0, 100, 0, 0]], np.float32), 0.5).round().tolist()
    [[0.0, 11.0, 79.0, 11.0, 0.0]]
    """
    import cv2

    border = cv2.BORDER_REFLECT if edge_twice else cv2.BORDER_REFLECT_101
    step = int(sigma / SMALL_SIGMA)
    if sigma < WIDE or min(values.shape[:2]) < 4 * step:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma, borderType=border), values.dtype)
    height, width = values.shape[:2]
    small_wh = -(-width // step), -(-height // step)
    small = cv2.resize(values, small_wh, interpolation=cv2.INTER_AREA)
    own = np.sqrt(sigma**2 - step**2 / 4)  # shrinking and enlarging blur by a quarter of the step's square themselves
    across, down = (own * side / whole for side, whole in zip(small_wh, (width, height), strict=True))
    small = cv2.GaussianBlur(small, (0, 0), across, sigmaY=down, borderType=border)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), values.dtype)


def blurred_in(values: NDArray[np.float32], box: Box, sigma: float, *, edge_twice: bool = True) -> NDArray[np.float32]:
    """The part of ``blurred`` that lies in a box, float32 (h, w) or (h, w, C), made of what lies around it alone.

    >>> values = np.random.default_rng(0).random((40, 40), np.float32)
    >>> box = Box(10, 0, 20, 15)
    >>> bool((blurred_in(values, box, 1.5) == blurred(values, 1.5)[box.slices]).all())
    True
    """
    roomy = box.grown_by(int(4 * sigma) + 2).clip(*values.shape[:2])
    return blurred(values[roomy.slices], sigma, edge_twice=edge_twice)[box.moved(-roomy.x0, -roomy.y0).slices]
