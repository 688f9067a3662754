"""Small figures in large frames: what lies around a photo, so that a net learns what is not cloth."""

from __future__ import annotations

import cv2
import numpy as np

from training import augment

REPLACED = 0.5  # share of the small figures whose own ground goes too
SMALL_SIDE = 160  # pixels of the picture in which a figure is painted over
SOFT = 0.7  # pixels: blur of the edge of what is pasted

Rng = np.random.Generator
Picture = tuple[np.ndarray, np.ndarray]


def small_box(label: np.ndarray, size_hw: tuple[int, int], rng: Rng) -> tuple[float, float, float, float]:
    """A frame (x0, y0, x1, y1) in which the figure takes a tenth to six tenths of the height, anywhere."""
    rows, columns = np.nonzero(augment.figure(label))
    if len(rows) < 100:
        return 0.0, 0.0, float(label.shape[1]), float(label.shape[0])
    tall, wide = rows.max() - rows.min() + 1, columns.max() - columns.min() + 1
    share = np.exp(rng.uniform(np.log(0.1), np.log(0.6)))
    height = max(tall / share, wide * 1.2 * size_hw[0] / size_hw[1])
    width = height * size_hw[1] / size_hw[0]
    top = rows.min() - rng.uniform(0, 1) * (height - tall)
    left = columns.min() - rng.uniform(0, 1) * (width - wide)
    return left, top, left + width, top + height


def surrounded(image: np.ndarray, label: np.ndarray, other: Picture, rng: Rng, ignore: int) -> Picture:
    """``image`` with a ground beyond its frame, now and then behind the figure too; the ground counts as nobody."""
    beyond = label == ignore
    if rng.random() < 0.25 and beyond.any() and not beyond.all():
        return _drawn_out(image, beyond), np.where(beyond, 0, label).astype(np.uint8)
    where = beyond | (label == 0) if rng.random() < REPLACED else beyond
    around = ground(other, (label.shape[0], label.shape[1]), rng)
    alpha = cv2.GaussianBlur(where.astype(np.float32), (0, 0), SOFT)[..., None]
    mixed = np.rint(image + alpha * (around.astype(np.float32) - image)).astype(np.uint8)
    return mixed, np.where(where, 0, label).astype(np.uint8)


def ground(other: Picture, size_hw: tuple[int, int], rng: Rng) -> np.ndarray:
    """A ground of uint8 (H, W, 3): a street whose figure is painted over, a mosaic of a photo's sides, or drawn."""
    kind = rng.random()
    if kind < 0.45:
        return _fitted(_painted_over(*other), size_hw, rng)
    if kind < 0.75:
        return _mosaic(other, size_hw, rng)
    if kind < 0.85:
        return np.full((*size_hw, 3), rng.integers(0, 256, 3), np.uint8)
    return cv2.resize(augment.drawn(rng), size_hw[::-1], interpolation=cv2.INTER_LINEAR)


def _drawn_out(image: np.ndarray, beyond: np.ndarray) -> np.ndarray:
    """The photo's border pixels drawn out over what lies beyond."""
    inside = (~beyond).astype(np.uint8)
    x, y, width, height = cv2.boundingRect(inside)
    if width < 8 or height < 8:
        return image
    core = image[y + 2 : y + height - 2, x + 2 : x + width - 2]
    rows, columns = image.shape[:2]
    sides = y + 2, rows - y - height + 2, x + 2, columns - x - width + 2
    return cv2.copyMakeBorder(core, *sides, cv2.BORDER_REPLICATE)


def _painted_over(photo: np.ndarray, label: np.ndarray) -> np.ndarray:
    """The photo, small, its figure filled from around it."""
    scale = SMALL_SIDE / max(label.shape)
    size = (round(label.shape[1] * scale), round(label.shape[0] * scale))
    figure = cv2.resize((label > 0).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    figure = cv2.dilate(figure, np.ones((5, 5), np.uint8))
    small = cv2.resize(photo, size, interpolation=cv2.INTER_AREA)
    return cv2.inpaint(small, figure, 3, cv2.INPAINT_TELEA)


def _fitted(picture: np.ndarray, size_hw: tuple[int, int], rng: Rng) -> np.ndarray:
    """A random window of ``picture`` with the aspect of ``size_hw``, at that size."""
    height, width = picture.shape[:2]
    scale = min(height / size_hw[0], width / size_hw[1]) * rng.uniform(0.5, 1)
    rows, columns = max(1, int(size_hw[0] * scale)), max(1, int(size_hw[1] * scale))
    top, left = rng.integers(0, height - rows + 1), rng.integers(0, width - columns + 1)
    window = picture[top : top + rows, left : left + columns]
    return cv2.resize(window, size_hw[::-1], interpolation=cv2.INTER_LINEAR)


def _mosaic(other: Picture, size_hw: tuple[int, int], rng: Rng) -> np.ndarray:
    """Pieces of the ground beside a figure, repeated in mirror images."""
    strip = augment.nobody(*other, rng)
    scale = rng.uniform(0.25, 1.0)
    strip = cv2.resize(strip, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    rows, columns = (max(0, side - piece) for side, piece in zip(size_hw, strip.shape[:2], strict=True))
    return cv2.copyMakeBorder(strip, 0, rows, 0, columns, cv2.BORDER_REFLECT)[: size_hw[0], : size_hw[1]]
