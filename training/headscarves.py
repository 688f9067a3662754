"""Headscarves and hoods, drawn over the hair of labelled photos: cloth around the face, labelled headwear."""

from __future__ import annotations

import cv2
import numpy as np

from segmask.core.labels import PART_ID

LEAST_FACE = 80  # pixels; a smaller face has no room for a scarf's outline
COVERED = tuple(PART_ID[part] for part in ("background", "hair", "skin", "upper", "outerwear", "dress", "headwear"))
"""What the cloth lies over besides the brow; glasses, bags and unknown pixels show through."""

Rng = np.random.Generator
Picture = tuple[np.ndarray, np.ndarray]


def with_headscarf(image: np.ndarray, label: np.ndarray, rng: Rng, texture: np.ndarray | None = None) -> Picture:
    """``image`` with a scarf around the face, and its labels; as it was where no face is large enough."""
    face = label == PART_ID["face"]
    if face.sum() < LEAST_FACE:
        return image, label
    cloth = _region(face, label, rng)
    alpha = cv2.GaussianBlur(cloth.astype(np.float32), (0, 0), 0.8)[..., None]
    painted = _cloth(face, rng, texture)
    result = np.clip(np.rint(image + alpha * (painted - image)), 0, 255).astype(np.uint8)
    return result, np.where(cloth, PART_ID["headwear"], label).astype(np.uint8)


def _region(face: np.ndarray, label: np.ndarray, rng: Rng) -> np.ndarray:
    """The cloth: an oval around the head and a drape below the chin; all of the hair; not the face's inside."""
    x, y, width, height = cv2.boundingRect(face.astype(np.uint8))
    centre = (x + width / 2, y + height * 0.42)
    shape = np.zeros(face.shape, np.uint8)
    oval = (width * rng.uniform(0.66, 0.85), height * rng.uniform(0.66, 0.82))
    cv2.ellipse(shape, (centre, (2 * oval[0], 2 * oval[1]), float(rng.normal(0, 4))), 1, -1)
    if rng.random() < 0.75:  # over neck and shoulders
        drop = height * rng.uniform(0.25, 1.3)
        wide = width * rng.uniform(0.5, 1.1)
        bottom = y + height + drop
        sides = [[centre[0] + sign * 0.95 * oval[0], centre[1]] for sign in (-1, 1)]
        tip = [centre[0] + rng.normal(0, 0.2) * width, bottom + 0.25 * drop]
        corners = np.array([*sides, [centre[0] + wide, bottom], tip, [centre[0] - wide, bottom]])
        cv2.fillPoly(shape, [np.rint(corners).astype(np.int32)], 1)
    cloth = (shape > 0) & np.isin(label, COVERED)
    hair = label == PART_ID["hair"]
    near = cv2.dilate(shape, np.ones((9, 9), np.uint8)) > 0
    cloth |= hair if rng.random() < 0.7 else hair & near
    brow = np.zeros(face.shape, bool)
    brow[: round(y + height * rng.uniform(0.08, 0.25))] = True
    sides = face & ~_opening(face.shape, (x, y, width, height), rng)
    return cloth | (face & brow) | sides


def _opening(shape: tuple[int, ...], box: tuple[int, int, int, int], rng: Rng) -> np.ndarray:
    """The oval in which the face shows."""
    x, y, width, height = box
    opening = np.zeros(shape, np.uint8)
    axes = (width * rng.uniform(0.84, 1.05), height * rng.uniform(0.92, 1.1))
    cv2.ellipse(opening, ((x + width / 2, y + height * 0.54), axes, 0.0), 1, -1)
    return opening > 0


def _cloth(face: np.ndarray, rng: Rng, texture: np.ndarray | None) -> np.ndarray:
    """A colour with folds around the face, sometimes with another photo's texture: float32 (H, W, 3)."""
    rows, columns = np.indices(face.shape, np.float32)
    x, y, width, height = cv2.boundingRect(face.astype(np.uint8))
    across, down = (columns - x - width / 2) / width, (rows - y - height / 2) / height
    waves = rng.uniform(4, 14) * np.hypot(across, down * 0.7) + rng.uniform(1, 4) * np.arctan2(across, down + 0.1)
    bumps = cv2.resize(rng.normal(0, 1, (5, 5)).astype(np.float32), face.shape[::-1], interpolation=cv2.INTER_CUBIC)
    light = 1 + rng.uniform(0.03, 0.16) * np.sin(waves + 1.5 * bumps) + 0.08 * bumps
    colour = rng.uniform(10, 250, 3) if rng.random() < 0.5 else rng.uniform(10, 245) + rng.normal(0, 12, 3)
    painted = colour * light[..., None]
    if texture is not None and rng.random() < 0.5:
        pattern = cv2.resize(texture, face.shape[::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
        painted = painted + (pattern - pattern.mean((0, 1))) * rng.uniform(0.2, 0.9)
    return np.asarray(painted, np.float32)
