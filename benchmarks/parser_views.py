"""The same labelled photos as other users' photos: half bodies, other frames, turned, a small figure in 24 MP."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PART_ID
from segmask.core.types import Image, LabelMap

HEAD = tuple(PART_ID[part] for part in ("hair", "face", "headwear"))
HALF_BODY_HEIGHT = 1024
LARGE_HW = (6000, 4000)
LARGE_SHARE = 0.15
"""Of the large canvas's height: the figure."""
TURN_DEGREES = 10

View = Callable[[Image, LabelMap], tuple[Image, LabelMap]]


def whole(image: Image, label: LabelMap) -> tuple[Image, LabelMap]:
    """The photo as it is."""
    return image, label


def half_body(image: Image, label: LabelMap) -> tuple[Image, LabelMap]:
    """From the top of the head to the middle of the figure (the hips), as wide as the figure there, 1024 high."""
    rows = np.nonzero(label.any(1))[0]
    head_rows = np.nonzero(np.isin(label, HEAD).any(1))[0]
    top = int(head_rows[0] if head_rows.size else rows[0])
    bottom = top + max(8, int(rows[-1] - top) // 2)
    columns = np.nonzero(label[top:bottom].any(0))[0]
    room = (columns[-1] - columns[0]) // 20
    left, right = max(0, columns[0] - room), columns[-1] + 1 + room
    scale = HALF_BODY_HEIGHT / (bottom - top)
    size = (round((min(right, label.shape[1]) - left) * scale), HALF_BODY_HEIGHT)
    crop, crop_label = image[top:bottom, left:right], label[top:bottom, left:right]
    return _resized(crop, size, cv2.INTER_CUBIC), _resized(crop_label, size, cv2.INTER_NEAREST)


def framed(aspect: float) -> View:
    """The photo in a frame of height / width ``aspect``, its border pixels drawn out."""

    def view(image: Image, label: LabelMap) -> tuple[Image, LabelMap]:
        height, width = label.shape
        return _framed(image, label, max(height, round(width * aspect)), max(width, round(height / aspect)))

    return view


def turned(image: Image, label: LabelMap) -> tuple[Image, LabelMap]:
    """Turned by ``TURN_DEGREES`` about the middle, its border pixels drawn out."""
    height, width = label.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), TURN_DEGREES, 1.0)
    moved = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    labels = cv2.warpAffine(label, matrix, (width, height), flags=cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8), np.asarray(labels, np.uint8)


def small_figure(image: Image, label: LabelMap) -> tuple[Image, LabelMap]:
    """24 megapixels, the figure 15 % of their height."""
    rows = np.nonzero(label.any(1))[0]
    scale = LARGE_SHARE * LARGE_HW[0] / (rows[-1] - rows[0] + 1)
    size = (round(label.shape[1] * scale), round(label.shape[0] * scale))
    image = _resized(image, size, cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    return _framed(image, _resized(label, size, cv2.INTER_NEAREST), *LARGE_HW)


def _resized(values: NDArray[np.uint8], size_xy: tuple[int, int], interpolation: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(values, size_xy, interpolation=interpolation), np.uint8)


def _framed(image: Image, label: LabelMap, height: int, width: int) -> tuple[Image, LabelMap]:
    """In the middle of a larger frame; what is beyond the photo's own is background."""
    above, left = (height - label.shape[0]) // 2, (width - label.shape[1]) // 2
    sides = above, height - label.shape[0] - above, left, width - label.shape[1] - left
    framed_image = cv2.copyMakeBorder(image, *sides, cv2.BORDER_REPLICATE)
    framed_label = cv2.copyMakeBorder(label, *sides, cv2.BORDER_CONSTANT, value=0)
    return np.asarray(framed_image, np.uint8), np.asarray(framed_label, np.uint8)


VIEWS: dict[str, View] = {
    "whole": whole,
    "half body": half_body,
    "aspect 1:4": framed(0.25),
    "aspect 4:1": framed(4.0),
    "turned by 10 degrees": turned,
    "24 MP, figure 15 %": small_figure,
}
"""Aspects are height to width."""
