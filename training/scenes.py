"""Scenes of everyday photos: as samples themselves, behind and in front of a figure, and empty of people."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from training import augment

SOFT = 0.7  # pixels: blur of the edge of what is pasted
TRIES = 12  # windows that are looked at for one without a person
THING_SIDE = 120  # pixels of the longer side of the window in which a thing is cut out
THING_SHARES = (0.15, 0.8)  # of its window: more or less is the ground, or nothing

Rng = np.random.Generator
Picture = tuple[np.ndarray, np.ndarray]
"""A photo, uint8 (H, W, 3) RGB, and its codes (``training.sets``), uint8 (H, W)."""


@dataclass(frozen=True)
class Thing:
    """Something cut out of a photo."""

    image: np.ndarray
    """uint8 (h, w, 3)."""
    alpha: np.ndarray
    """float32 (h, w)."""


def scene_sample(scene: Picture, size_hw: tuple[int, int], rng: Rng, ignore: int = 255) -> Picture:
    """The photo in a frame around one of its people, or around all that it shows."""
    photo, codes = scene
    matrix = augment.framing(codes, size_hw, rng, box=_window_around_someone(codes, rng))
    return augment.warped(photo, codes, matrix, size_hw, ignore)


def _window_around_someone(codes: np.ndarray, rng: Rng) -> tuple[float, float, float, float]:
    """(x0, y0, x1, y1)."""
    height, width = codes.shape
    someone = cv2.morphologyEx((codes > 0).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, _, boxes, _ = cv2.connectedComponentsWithStats(someone)
    large = [box for box in boxes[1:count] if box[4] > 0.008 * codes.size]
    if not large or rng.random() < 0.3:
        share = rng.uniform(0.4, 1.0)
        left, top = rng.uniform(0, 1 - share) * width, rng.uniform(0, 1 - share) * height
        return left, top, left + share * width, top + share * height
    x, y, w, h, _ = large[rng.integers(len(large))]
    room = rng.uniform(0.05, 0.6) * max(w, h)
    top = y + (rng.uniform(0, 0.3) * h if rng.random() < 0.2 else -room)
    bottom = y + (rng.uniform(0.4, 0.9) * h if rng.random() < 0.4 else h + room)
    return x - room, top, x + w + room, max(bottom, top + 0.2 * h)


def behind(image: np.ndarray, label: np.ndarray, scene: Picture, rng: Rng, ignore: int = 255) -> Picture:
    """``image`` with the scene, its people too, behind the figure and beyond the frame."""
    size_hw = (label.shape[0], label.shape[1])
    ground, codes = _filling(scene, size_hw, rng)
    where = (label == 0) | (label == ignore)
    return pasted(image, ground, where.astype(np.float32)), np.where(where, codes, label).astype(np.uint8)


def _filling(scene: Picture, size_hw: tuple[int, int], rng: Rng) -> Picture:
    """A window of the scene that fills the frame."""
    photo, codes = scene
    height, width = codes.shape
    scale = min(height / size_hw[0], width / size_hw[1]) * rng.uniform(0.55, 1)
    rows, columns = max(8, int(size_hw[0] * scale)), max(8, int(size_hw[1] * scale))
    top, left = int(rng.integers(0, height - rows + 1)), int(rng.integers(0, width - columns + 1))
    window = np.s_[top : top + rows, left : left + columns]
    step = -1 if rng.random() < 0.5 else 1
    ground = cv2.resize(photo[window], size_hw[::-1], interpolation=cv2.INTER_LINEAR)[:, ::step]
    return ground, cv2.resize(codes[window], size_hw[::-1], interpolation=cv2.INTER_NEAREST)[:, ::step]


def without_people(scene: Picture, size_hw: tuple[int, int], rng: Rng) -> np.ndarray | None:
    """A window of the photo in which nobody is, uint8 of ``size_hw``; None where none was found."""
    photo, codes = scene
    height, width = codes.shape
    for attempt in range(TRIES):
        share = rng.uniform(0.5, 1.0) if attempt < TRIES / 2 else rng.uniform(0.3, 0.5)
        rows, columns = int(height * share), int(width * share)
        top, left = int(rng.integers(0, height - rows + 1)), int(rng.integers(0, width - columns + 1))
        window = np.s_[top : top + rows, left : left + columns]
        if not codes[window].any():
            step = -1 if rng.random() < 0.5 else 1
            return cv2.resize(photo[window], size_hw[::-1], interpolation=cv2.INTER_LINEAR)[:, ::step]
    return None


def cut_thing(scene: Picture, rng: Rng) -> Thing | None:
    """Something without a person, cut out of a window of the photo by GrabCut; None where it found no clear thing.

    Source: Rother, Kolmogorov and Blake 2004, GrabCut.
    """
    photo, codes = scene
    height, width = codes.shape
    for _ in range(TRIES // 3):
        rows, columns = (int(side * rng.uniform(0.2, 0.6)) for side in (height, width))
        top, left = int(rng.integers(0, height - rows + 1)), int(rng.integers(0, width - columns + 1))
        window = np.s_[top : top + rows, left : left + columns]
        if codes[window].any():
            continue
        scale = min(1.0, THING_SIDE / max(rows, columns))
        image = cv2.resize(photo[window], None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        rows, columns = image.shape[:2]
        mask = np.zeros((rows, columns), np.uint8)
        inner = (columns // 10, rows // 10, columns - 2 * (columns // 10), rows - 2 * (rows // 10))
        cv2.setRNGSeed(int(rng.integers(1 << 30)))
        cv2.grabCut(image, mask, inner, np.zeros((1, 65)), np.zeros((1, 65)), 2, cv2.GC_INIT_WITH_RECT)
        shape = _largest((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD))
        if THING_SHARES[0] < shape.mean() < THING_SHARES[1]:
            x, y, w, h = cv2.boundingRect(shape.astype(np.uint8))
            alpha = cv2.GaussianBlur(shape.astype(np.float32), (0, 0), 1.0)
            return Thing(image[y : y + h, x : x + w], alpha[y : y + h, x : x + w])
    return None


def _largest(mask: np.ndarray) -> np.ndarray:
    smooth = cv2.medianBlur(mask.astype(np.uint8) * 255, 5)
    _, components, boxes, _ = cv2.connectedComponentsWithStats(smooth)
    return components == 1 + boxes[1:, 4].argmax() if len(boxes) > 1 else smooth > 0


def in_front(image: np.ndarray, label: np.ndarray, thing: Thing, rng: Rng) -> Picture:
    """``image`` with a thing before or beside the figure, mostly in the lower half; it counts as background."""
    height, width = label.shape
    scale = height * rng.uniform(0.12, 0.5) / max(thing.alpha.shape)
    turn = np.deg2rad(rng.normal(0, 12))
    linear = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) * scale
    linear = linear @ np.diag([-1.0 if rng.random() < 0.5 else 1.0, 1.0])
    centre = np.array(thing.alpha.shape[::-1]) / 2
    goal = np.array([rng.uniform(0, width), rng.triangular(0.1, 0.75, 1.1) * height])
    matrix = np.hstack([linear, (goal - linear @ centre)[:, None]])
    alpha = cv2.warpAffine(thing.alpha, matrix, (width, height))
    moved = cv2.warpAffine(thing.image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    mixed = np.rint(image + alpha[..., None] * (moved.astype(np.float32) - image)).astype(np.uint8)
    return mixed, np.where(alpha > 0.5, 0, label).astype(np.uint8)


def pasted(image: np.ndarray, other: np.ndarray, where: np.ndarray) -> np.ndarray:
    alpha = cv2.GaussianBlur(where, (0, 0), SOFT)[..., None]
    return np.rint(image + alpha * (other.astype(np.float32) - image)).astype(np.uint8)
