"""Heads from behind, drawn from labelled photos: the face, and what is worn on it, under hair."""

from __future__ import annotations

import cv2
import numpy as np

from segmask.core.labels import PART_ID

LEAST_HAIR, LEAST_FACE = 150, 80  # pixels: less hair gives no texture, a smaller face is a dot
FACE = (PART_ID["face"], PART_ID["eyewear"])
CROWN = 0.25  # of the face's width: how far hair lies beyond the face's outline

Rng = np.random.Generator
Picture = tuple[np.ndarray, np.ndarray]
"""A photo, uint8 (H, W, 3) RGB, and its labels, uint8 (H, W)."""


def from_behind(image: np.ndarray, label: np.ndarray, rng: Rng) -> Picture:
    """``image`` with hair over the face, sometimes far down the back; as it was without hair or face to draw from."""
    hair, face = label == PART_ID["hair"], np.isin(label, FACE)
    if hair.sum() < LEAST_HAIR or face.sum() < LEAST_FACE:
        return image, label
    strands = _strands(image, hair, label.shape, rng)
    where = _covered(hair, face, rng)
    x, y, width, height = cv2.boundingRect(where.astype(np.uint8))
    rows, columns = np.indices(label.shape, np.float32)
    round_head = np.hypot((columns - x - width / 2) / width, (rows - y - height / 2) / max(height, 1))
    light = 1.15 - rng.uniform(0.2, 0.9) * round_head  # the middle of the head is nearest to the light
    alpha = cv2.GaussianBlur(where.astype(np.float32), (0, 0), 1.0)[..., None]
    painted = np.clip(strands * light[..., None], 0, 255)
    result = np.rint(image + alpha * (painted - image)).astype(np.uint8)
    return result, np.where(where, PART_ID["hair"], label).astype(np.uint8)


def _covered(hair: np.ndarray, face: np.ndarray, rng: Rng) -> np.ndarray:
    """The face, a rim around it, and for long hair a tongue down from it."""
    x, y, width, height = cv2.boundingRect(face.astype(np.uint8))
    side = 2 * int(CROWN * width * rng.uniform(0.3, 1)) + 1
    where = cv2.dilate(face.astype(np.uint8), cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    middle, low = x + width / 2, y + height * rng.uniform(0.9, 1.2)
    if rng.random() < 0.6:
        long = height * rng.uniform(0.3, 2.0)
        spread = width * rng.uniform(0.45, 0.9)
        corners = [
            (x - width * 0.15, y + height * 0.4),
            (middle - spread, low + long),
            (middle + spread, low + long),
            (x + width * 1.15, y + height * 0.4),
        ]
        cv2.fillPoly(where, [np.rint(corners).astype(np.int32)], 1)
    bumps = cv2.resize(rng.normal(0, 1, (9, 9)).astype(np.float32), face.shape[::-1], interpolation=cv2.INTER_CUBIC)
    soft = cv2.GaussianBlur(where.astype(np.float32), (0, 0), max(1.0, 0.06 * width))
    return (soft + 0.12 * bumps > 0.5) | (hair & (soft > 0.02))


def _strands(image: np.ndarray, hair: np.ndarray, size_hw: tuple[int, ...], rng: Rng) -> np.ndarray:
    """Hair of the photo over the whole frame: its largest patch mirrored on and on, float32 (H, W, 3)."""
    inside = cv2.distanceTransform(np.pad(hair.astype(np.uint8), 1), cv2.DIST_C, 3)[1:-1, 1:-1]
    row, column = (int(place) for place in np.unravel_index(int(inside.argmax()), inside.shape))
    reach = max(2, int(inside.max()) - 1)
    patch = image[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]
    scale = rng.uniform(1, 2.5, 2)
    patch = cv2.resize(patch, None, fx=scale[0], fy=scale[1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
    mirrored = np.pad(patch, ((0, patch.shape[0]), (0, patch.shape[1]), (0, 0)), "symmetric")
    tiled = np.tile(mirrored, (*(2 - -np.array(size_hw[:2]) // mirrored.shape[:2]), 1))
    top, left = (int(rng.integers(0, side)) for side in mirrored.shape[:2])
    light = rng.normal(0, 0.12, (5, 5)).astype(np.float32)
    smooth = cv2.resize(light, (size_hw[1], size_hw[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(tiled[top : top + size_hw[0], left : left + size_hw[1]] * (1 + smooth[..., None]), np.float32)
