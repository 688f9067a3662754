"""Resizing, cropping and letterboxing, with pixel centres kept: x -> (x + .5) * s - .5."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Box, Image, Mask

REFERENCE_SIDE = 1024
"""Lengths in pixels that a user gives hold for a picture whose long side is this; they scale with the picture."""
WORKING_SIDE = 800
"""Long side in pixels of the working size, at which change is measured and decided."""


def resize_image(image: Image, size_hw: tuple[int, int]) -> Image:
    """uint8 (H, W, C) or (H, W) at another size: area average down, bilinear up.

    >>> resize_image(np.array([[0, 40, 80, 120]], np.uint8), (1, 2)).tolist()
    [[20, 100]]
    """
    return _resize(image, size_hw)


def resize_map(values: NDArray[np.float32], size_hw: tuple[int, int]) -> NDArray[np.float32]:
    """float32 (H, W) at another size: area average down, bilinear up; the range is kept.

    >>> resize_map(np.array([[0, 1]], np.float32), (1, 4)).tolist()
    [[0.0, 0.25, 0.75, 1.0]]
    """
    return _resize(np.ascontiguousarray(values), size_hw)


def resize_mask(mask: Mask, size_hw: tuple[int, int]) -> Mask:
    """bool (H, W) at another size: resized as a map in steps of 1/255, then decided at one half.

    >>> resize_mask(np.array([[1, 1, 0, 0, 0, 1, 0, 0]], bool), (1, 4)).tolist()
    [[True, False, True, False]]
    """
    if mask.shape == size_hw:
        return mask
    if mask.all() or not mask.any():  # as most masks of corrections and frames are
        return np.full(size_hw, mask.any())
    return _quickly(mask.astype(np.uint8) * np.uint8(255), size_hw) >= 128


def resize_alpha(alpha: NDArray[np.float32], size_hw: tuple[int, int]) -> NDArray[np.float32]:
    """An alpha, float32 (H, W), at another size: as ``resize_map``, in steps of 1/255 and without a float copy.

    >>> (resize_alpha(np.array([[0, 1, 1, 1]], np.float32), (1, 2)) * 255).round().tolist()
    [[128.0, 255.0]]
    """
    import cv2

    if alpha.shape == size_hw:
        return alpha
    return _quickly(cv2.convertScaleAbs(alpha, alpha=255), size_hw).astype(np.float32) / 255  # type: ignore[return-value]


def resize_planes(planes: NDArray[np.float32], size_hw: tuple[int, int]) -> NDArray[np.float32]:
    """Maps float32 (C, h, w) at another size, each as ``resize_map`` does it; themselves if they have that size.

    >>> resize_planes(np.array([[[0, 1]], [[1, 1]]], np.float32), (1, 4)).tolist()
    [[[0.0, 0.25, 0.75, 1.0]], [[1.0, 1.0, 1.0, 1.0]]]
    """
    import cv2

    if planes.shape[1:] == size_hw:
        return planes
    result = np.empty((len(planes), *size_hw), np.float32)
    for plane, place in zip(planes, result, strict=True):
        cv2.resize(np.ascontiguousarray(plane), size_hw[::-1], place, interpolation=_way(plane.shape, size_hw))
    return result


def _way(from_hw: tuple[int, ...], size_hw: tuple[int, int]) -> int:
    """Area average to shrink, bilinear otherwise."""
    import cv2

    return cv2.INTER_AREA if size_hw[0] <= from_hw[0] and size_hw[1] <= from_hw[1] else cv2.INTER_LINEAR


def _resize(array: NDArray, size_hw: tuple[int, int]) -> NDArray:
    import cv2

    if array.shape[:2] == size_hw:
        return array
    array = _halved(array, size_hw)
    return cv2.resize(array, size_hw[::-1], interpolation=_way(array.shape, size_hw))


def _halved(array: NDArray, size_hw: tuple[int, int]) -> NDArray:
    """``array`` halved while both sides are even and at least twice ``size_hw``: the same averages in less time."""
    import cv2

    while array.dtype == np.uint8 and array.shape[0] >= 2 * size_hw[0] and array.shape[1] >= 2 * size_hw[1]:
        if array.shape[0] % 2 or array.shape[1] % 2:
            break
        array = cv2.resize(array, (array.shape[1] // 2, array.shape[0] // 2), interpolation=cv2.INTER_AREA)
    return array


def resize_glance(image: Image, size_hw: tuple[int, int]) -> Image:
    """``resize_image`` for a look that no decision follows from: a little softer, in half of the time.

    >>> resize_glance(np.array([[0, 40, 80, 120]], np.uint8), (1, 2)).tolist()
    [[20, 100]]
    """
    return _quickly(image, size_hw)


def _quickly(array: NDArray[np.uint8], size_hw: tuple[int, int]) -> NDArray[np.uint8]:
    """An area average at less than half of the size, by way of twice the size, from which OpenCV averages quickly."""
    import cv2

    if array.shape[:2] == size_hw:
        return array
    array = _halved(array, size_hw)
    if all(small < side < 2 * small for side, small in zip(array.shape, size_hw, strict=False)):
        double_wh = 2 * size_hw[1], 2 * size_hw[0]
        return _resize(cv2.resize(array, double_wh, interpolation=cv2.INTER_LINEAR), size_hw)
    return _resize(array, size_hw)


def resized_part(values: NDArray[np.float32], box: Box, size_hw: tuple[int, int]) -> NDArray[np.float32]:
    """The part of a small map, float32 (h, w), that a box of a picture of ``size_hw`` shows, at the picture's size.

    >>> small = np.array([[0, 1]], np.float32)
    >>> resized_part(small, Box(2, 0, 4, 1), (1, 4)).tolist()
    [[0.75, 1.0]]
    """
    import cv2

    scale_x, scale_y = values.shape[1] / size_hw[1], values.shape[0] / size_hw[0]
    matrix = np.array(
        [[scale_x, 0, (box.x0 + 0.5) * scale_x - 0.5], [0, scale_y, (box.y0 + 0.5) * scale_y - 0.5]], np.float64
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    part = cv2.warpAffine(values, matrix, (box.width, box.height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(part, np.float32)


def working_size(size_hw: tuple[int, int], long_side: int) -> tuple[int, int]:
    """Height and width with the long side at most ``long_side``, each at least 1, the aspect kept.

    >>> working_size((3000, 2000), 600), working_size((30, 20), 600)
    ((600, 400), (30, 20))
    """
    scale = min(1.0, long_side / max(size_hw))
    return max(1, round(size_hw[0] * scale)), max(1, round(size_hw[1] * scale))


@dataclass(frozen=True)
class Letterbox:
    """A picture scaled into the upper left of a canvas of fixed size, and where it lies there."""

    canvas: Image
    content: Box
    """Where the picture lies in the canvas."""

    def crop(self, maps: NDArray[np.float32]) -> NDArray[np.float32]:
        """The picture's part of maps (C, h, w) whose size is the canvas's or a fraction of it."""
        scale, box = maps.shape[-2] / self.canvas.shape[0], self.content
        y0, y1, x0, x1 = (round(side * scale) for side in (box.y0, box.y1, box.x0, box.x1))
        return maps[..., y0 : max(y0 + 1, y1), x0 : max(x0 + 1, x1)]


def letterbox(
    image: Image, size_hw: tuple[int, int], fill: int = 127, margin: float = 0.0, mirrored: bool = False
) -> Letterbox:
    """``image`` scaled to fit a canvas of ``size_hw``; the rest of the canvas is grey.

    With a ``margin``, a share of its sides, the picture goes on beyond each of its borders as its own reflection;
    ``mirrored``, left and right change places.

    >>> placed = letterbox(np.zeros((10, 20, 3), np.uint8), (8, 8))
    >>> placed.content, placed.canvas[:, 0, 0].tolist()
    (Box(x0=0, y0=0, x1=8, y1=4), [0, 0, 0, 0, 127, 127, 127, 127])
    >>> placed.crop(np.ones((14, 4, 4), np.float32)).shape
    (14, 2, 4)
    >>> letterbox(np.zeros((10, 20, 3), np.uint8), (8, 8), margin=0.2).content
    Box(x0=1, y0=1, x1=7, y1=3)
    """
    import cv2

    height, width = image.shape[:2]
    scale = min(size_hw[0] / height, size_hw[1] / width)
    outer = (max(1, round(height * scale)), max(1, round(width * scale)))
    y, x = (round(side * margin / (1 + 2 * margin)) for side in outer)
    small = resize_image(image, (outer[0] - 2 * y, outer[1] - 2 * x))
    if mirrored:
        small = small[:, ::-1]
    canvas = np.full((*size_hw, 3), fill, np.uint8)
    canvas[: outer[0], : outer[1]] = cv2.copyMakeBorder(small, y, y, x, x, cv2.BORDER_REFLECT)
    return Letterbox(canvas, Box(x, y, outer[1] - x, outer[0] - y))
