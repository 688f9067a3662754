"""Drawings made of labelled photos: flat colours a part, cel shading, painterly patches, outlines.

The labels are smoothed first and the drawing follows them, so that they are exact.
"""

from __future__ import annotations

import cv2
import numpy as np

from segmask.core.labels import PART_ID, PARTS

SMOOTH = 0.006  # of the longer side: blur of each part's mask before the likeliest is taken
SKIN = (PART_ID["skin"], PART_ID["face"])
HAIR = PART_ID["hair"]
HAIR_COLOURS = ((25, 20, 20), (60, 40, 30), (120, 75, 40), (205, 165, 95), (150, 50, 30), (190, 190, 195))
SKIN_COLOURS = ((255, 224, 200), (240, 200, 165), (214, 160, 120), (160, 110, 80), (105, 70, 50), (70, 45, 35))

Rng = np.random.Generator
Picture = tuple[np.ndarray, np.ndarray]
"""A picture, uint8 (H, W, 3) RGB, and its labels, uint8 (H, W)."""


def drawing(image: np.ndarray, label: np.ndarray, rng: Rng) -> Picture:
    """``image`` as a drawing in one of several manners, and its labels, smoothed."""
    label = smoothed(label)
    kind = rng.random()
    if kind < 0.6:
        result = flat(image, label, rng)
    elif kind < 0.78:
        result = posterised(image, rng)
    else:
        result = painted(image, rng)
    if rng.random() < (0.7 if kind < 0.6 else 0.5):
        result = outlined(result, image, label, rng)
    return result, label


def smoothed(label: np.ndarray) -> np.ndarray:
    """Labels with the outline of a brush instead of superpixels'; codes of sets and unknown pixels stay."""
    sigma = SMOOTH * max(label.shape)
    best, result = np.zeros(label.shape, np.float32), np.zeros_like(label)
    for part in np.unique(label[label < len(PARTS)]):
        share = cv2.GaussianBlur((label == part).astype(np.float32), (0, 0), sigma)
        result[share > best] = part
        best = np.maximum(best, share)
    return np.where(label < len(PARTS), result, label).astype(np.uint8)


def flat(image: np.ndarray, label: np.ndarray, rng: Rng) -> np.ndarray:
    """One colour a part, the photo's own or a new one; in the more careful ones two or three tones of it."""
    result = ground(image, rng)
    grey = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), rng.uniform(1, 4))
    new, tones, depth = rng.random() < 0.6, int(rng.integers(1, 4)), rng.uniform(0.1, 0.5)
    skin = _skin_colour(image, label, rng, new)
    for part in np.unique(label):
        region = label == part
        if part == 0 or part >= len(PARTS) or not region.any():
            continue
        colour = skin if part in SKIN else _colour(image[region], part, rng, new)
        rank = np.digitize(grey[region], np.quantile(grey[region], np.linspace(0, 1, tones + 1)[1:-1]))
        shade = 1 + depth * ((rank / max(1, tones - 1)) - 0.5 if tones > 1 else rank * 0.0)
        result[region] = np.clip(colour * shade[:, None], 0, 255).astype(np.uint8)
    return _features(result, image, label, rng)


def ground(image: np.ndarray, rng: Rng) -> np.ndarray:
    """What is behind a drawn figure: white, a colour, a ramp, or the photo's ground in few colours."""
    kind = rng.random()
    if kind < 0.25:
        return np.full_like(image, rng.integers(225, 256))
    if kind < 0.45:
        return np.full_like(image, rng.integers(0, 256, 3).astype(np.uint8))
    if kind < 0.6:
        ends = rng.uniform(0, 255, (2, 1, 3)).astype(np.float32)
        return np.rint(cv2.resize(ends, image.shape[1::-1], interpolation=cv2.INTER_LINEAR)).astype(np.uint8)
    return posterised(image, rng) if kind < 0.8 else painted(image, rng)


def posterised(image: np.ndarray, rng: Rng) -> np.ndarray:
    """Few levels of each colour over a smoothed photo."""
    smooth = cv2.medianBlur(image, int(rng.choice([5, 7, 9])))
    step = float(rng.choice([24, 36, 52]))
    return np.clip((np.floor(smooth / step) + 0.5) * step, 0, 255).astype(np.uint8)


def painted(image: np.ndarray, rng: Rng) -> np.ndarray:
    """Patches of one colour with soft transitions between them, as of a brush."""
    scale = rng.uniform(0.5, 0.8)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        small = cv2.pyrMeanShiftFiltering(small, 5, float(rng.uniform(12, 28)), maxLevel=1)
    else:
        for _ in range(2):
            small = cv2.bilateralFilter(small, 7, float(rng.uniform(30, 70)), 5)
    smooth = cv2.resize(small, image.shape[1::-1], interpolation=cv2.INTER_LINEAR).astype(np.float32)
    mean = smooth.mean((0, 1))
    return np.clip(mean + (smooth - mean) * rng.uniform(0.9, 1.4), 0, 255).astype(np.uint8)


def outlined(drawn: np.ndarray, image: np.ndarray, label: np.ndarray, rng: Rng) -> np.ndarray:
    """Lines between the parts, and along the photo's edges."""
    lines = cv2.morphologyEx(label, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > 0
    if rng.random() < 0.7:
        smooth = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.8, 1.6))
        lines |= cv2.Canny(smooth, 60, float(rng.uniform(110, 200))) > 0
    if rng.random() < 0.3:
        lines = cv2.dilate(lines.astype(np.uint8), np.ones((2, 2), np.uint8)) > 0
    alpha = cv2.GaussianBlur(lines.astype(np.float32), (0, 0), 0.6)[..., None] * rng.uniform(0.6, 1.3)
    ink = rng.uniform(0, 70, 3)
    return np.rint(drawn + np.clip(alpha, 0, 1) * (ink - drawn)).astype(np.uint8)


def _colour(values: np.ndarray, part: int, rng: Rng, new: bool) -> np.ndarray:
    if not new:
        return values.mean(0).astype(np.float32)
    if part == HAIR and rng.random() < 0.7:
        return np.asarray(HAIR_COLOURS[rng.integers(len(HAIR_COLOURS))], np.float32) + rng.normal(0, 12, 3)
    return rng.uniform(0, 255, 3)


def _skin_colour(image: np.ndarray, label: np.ndarray, rng: Rng, new: bool) -> np.ndarray:
    region = np.isin(label, SKIN)
    if not new and region.any():
        return image[region].mean(0).astype(np.float32)
    return np.asarray(SKIN_COLOURS[rng.integers(len(SKIN_COLOURS))], np.float32) + rng.normal(0, 8, 3)


def _features(drawn: np.ndarray, image: np.ndarray, label: np.ndarray, rng: Rng) -> np.ndarray:
    """Eyes and mouth, which a flat face has lost: the photo's dark details, or drawn discs."""
    face = label == PART_ID["face"]
    if face.sum() < 60:
        return drawn
    if rng.random() < 0.6:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
        dark = (cv2.GaussianBlur(grey, (0, 0), 5) - grey > rng.uniform(8, 20)) & face
        drawn[dark] = (drawn[dark] * 0.3).astype(np.uint8)
        return drawn
    x, y, width, height = cv2.boundingRect(face.astype(np.uint8))
    radius = max(1, round(width * rng.uniform(0.05, 0.12)))
    for side in (0.3, 0.7):
        cv2.circle(drawn, (round(x + side * width), round(y + 0.45 * height)), radius, (30, 25, 30), -1)
    middle = (round(x + width / 2), round(y + 0.78 * height))
    cv2.ellipse(drawn, middle, (max(1, width // 6), max(1, height // 16)), 0, 0, 180, (150, 50, 60), -1)
    return drawn
