"""Known motions of labelled photos: what the alignment is measured on.

Each case warps a photo by a random similarity with a change of aspect, crops and resizes the frame, replaces up to
60 % of the picture by other content, and codes it as JPEG. Corner error: the largest distance between where the found
and the true map take the original's four corners.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from segmask.core.geometry import resize_image
from segmask.core.types import Image, Matrix

AREA_PX = 500_000
"""The photo's size: half a megapixel."""
SHIFT, ZOOM, DEGREES, ASPECT, SIZE, CROP, EDITED = 0.08, 0.1, 2.0, 0.04, (0.4, 3.0), 0.12, 0.6
"""Largest shift in widths, |zoom - 1|, rotation, |aspect - 1|, size of the edit, crop of one side, edited share."""


@dataclass(frozen=True)
class Warped:
    """An edit with its true place."""

    original: Image
    edited: Image
    matrix: Matrix
    """(3, 3): original pixels (x, y, 1) to edited pixels."""
    changed: float
    """Share of the edited frame that shows other content."""


def make_warp(photo: Image, other: Image, rng: np.random.Generator) -> Warped:
    """A warped edit of ``photo`` with pieces of ``other`` in it."""
    import cv2

    scale = np.sqrt(AREA_PX / (photo.shape[0] * photo.shape[1]))
    original = resize_image(photo, (round(photo.shape[0] * scale), round(photo.shape[1] * scale)))
    height, width = original.shape[:2]
    matrix, (rows, columns) = _motion(height, width, rng)
    shrink = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    source = cv2.GaussianBlur(original, (0, 0), 0.4 / shrink) if shrink < 0.95 else original
    edited: Any = cv2.warpAffine(
        source, matrix[:2], (columns, rows), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
    )
    mask = _pieces(rows, columns, rng.uniform(0, EDITED), rng)
    edited[mask] = resize_image(other, (rows, columns))[mask]
    quality = int(rng.integers(75, 96))
    edited = cv2.imdecode(cv2.imencode(".jpg", edited, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)
    return Warped(original, np.asarray(edited, np.uint8), matrix, float(mask.mean()))


def _motion(height: int, width: int, rng: np.random.Generator) -> tuple[Matrix, tuple[int, int]]:
    """Original to edited pixels, and the edited frame's rows and columns."""
    angle = np.deg2rad(rng.uniform(-DEGREES, DEGREES))
    zoom, aspect = 1 + rng.uniform(-ZOOM, ZOOM), 1 + rng.uniform(-ASPECT, ASPECT)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    move = np.eye(3)
    move[:2, :2] = turn @ np.diag([zoom * np.sqrt(aspect), zoom / np.sqrt(aspect)])
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    way = rng.uniform(0, 2 * np.pi)
    shift = rng.uniform(0, SHIFT) * width * np.array([np.cos(way), np.sin(way)])
    move[:2, 2] = centre + shift - move[:2, :2] @ centre
    crop_w, crop_h = (1 - rng.uniform(0, CROP) * np.array(_one_of_two(rng))) * np.array([width, height])
    move[:2, 2] -= (np.array([width, height]) - [crop_w, crop_h]) / 2
    size = np.exp(rng.uniform(*np.log(SIZE)))
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    matrix = np.linalg.inv(half) @ np.diag([size, size, 1.0]) @ half @ move
    return matrix, (round(crop_h * size), round(crop_w * size))


def _one_of_two(rng: np.random.Generator) -> tuple[float, float]:
    return (1.0, 0.0) if rng.random() < 0.5 else (0.0, 1.0)


def _pieces(rows: int, columns: int, share: float, rng: np.random.Generator) -> np.ndarray:
    """Ellipses that cover at least nearly ``share`` of the frame, bool (rows, columns)."""
    y, x = np.mgrid[:rows, :columns]
    mask = np.zeros((rows, columns), bool)
    while mask.mean() < share:
        size_y, size_x = rng.uniform(0.12, 0.3, 2) * (rows, columns)
        middle_y, middle_x = rng.uniform(0, rows), rng.uniform(0, columns)
        grown = mask | (np.hypot((y - middle_y) / size_y, (x - middle_x) / size_x) < 1)
        if grown.mean() > EDITED:
            break
        mask = grown
    return mask


def corner_error(found: Matrix, truth: Matrix, size_hw: tuple[int, int]) -> float:
    """Largest error of the original's corners in its pixels; ``found`` maps edited to original, ``truth`` back."""
    height, width = size_hw
    corners = np.array([[0, 0, 1], [width - 1, 0, 1], [0, height - 1, 1], [width - 1, height - 1, 1]], float).T
    return float(np.linalg.norm((found @ truth @ corners - corners)[:2], axis=0).max())
