"""Looks that street fashion seldom shows: other skin tones and hair colours, low light, no colour, redrawn texture."""

from __future__ import annotations

import cv2
import numpy as np

from segmask.core.labels import PART_ID

SKIN = (PART_ID["skin"], PART_ID["face"])
HAIR_COLOURS = (
    (20, 18, 18),
    (50, 35, 28),
    (100, 65, 40),
    (190, 155, 95),
    (140, 60, 35),
    (185, 185, 190),
    (200, 90, 150),
)
LOW_LIGHT, NO_COLOUR, BLURRED, REDRAWN = 0.07, 0.08, 0.06, 0.12
"""Shares of the samples that get each look."""

Rng = np.random.Generator


def skin_tone(image: np.ndarray, label: np.ndarray, rng: Rng) -> np.ndarray:
    """Skin and face, uint8 (H, W, 3), darker or lighter as other skin is; light and shade on it stay."""
    region = np.isin(label, SKIN)
    if region.sum() < 50:
        return image
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
    mean = np.median(lab[region], 0)
    goal = rng.uniform(45, 215)  # of 255: from deep to fair skin
    lightness = lab[region][:, 0]
    gain = goal / max(mean[0], 1)
    lab[region] = np.stack(
        [
            goal + (lightness - mean[0]) * np.clip(gain, 0.5, 1.2),
            lab[region][:, 1] + rng.normal(0, 3),
            lab[region][:, 2] + rng.normal(0, 4),
        ],
        1,
    )
    return _blended(image, lab, region)


def hair_colour(image: np.ndarray, label: np.ndarray, rng: Rng) -> np.ndarray:
    """Hair in another colour, its strands kept."""
    region = label == PART_ID["hair"]
    if region.sum() < 50:
        return image
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
    colour = np.clip(np.array(HAIR_COLOURS[rng.integers(len(HAIR_COLOURS))]) + rng.normal(0, 10, 3), 0, 255)
    goal = cv2.cvtColor(np.rint(colour).astype(np.uint8)[None, None], cv2.COLOR_RGB2LAB)[0, 0].astype(np.float32)
    values = lab[region]
    lab[region] = goal + (values - values.mean(0)) * rng.uniform(0.6, 1.2)
    return _blended(image, lab, region)


def looked_at_otherwise(image: np.ndarray, rng: Rng) -> np.ndarray:
    """Low light, black and white, blur of a lens or a movement, redrawn texture, each now and then."""
    if rng.random() < REDRAWN:
        image = redrawn(image, rng)
    if rng.random() < LOW_LIGHT:
        dark = (image / 255.0) ** rng.uniform(1.2, 2.2) * rng.uniform(0.25, 0.7)
        noise = rng.normal(0, rng.uniform(0.005, 0.04), image.shape)
        image = np.clip(np.rint((dark + noise) * 255), 0, 255).astype(np.uint8)
    if rng.random() < NO_COLOUR:
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        image = np.repeat(grey[..., None], 3, 2)
    if rng.random() < BLURRED:
        if rng.random() < 0.5:
            return cv2.GaussianBlur(image, (0, 0), rng.uniform(1.5, 4))
        length = int(rng.integers(5, 15))
        kernel = np.zeros((length, length), np.float32)
        angle, middle = rng.uniform(0, np.pi), length / 2
        across, down = middle * np.cos(angle), middle * np.sin(angle)
        start, end = ((round(middle + sign * across), round(middle + sign * down)) for sign in (-1, 1))
        cv2.line(kernel, start, end, (1.0,))
        image = cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1))
    return image


def redrawn(image: np.ndarray, rng: Rng) -> np.ndarray:
    """Texture as an image model redraws it: fine detail gone, what is left sharp and saturated."""
    height, width = image.shape[:2]
    scale = rng.uniform(0.35, 0.8)
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = cv2.bilateralFilter(small, 5, float(rng.uniform(20, 60)), 4)
    large = cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    large += rng.uniform(0.3, 1.2) * (large - cv2.GaussianBlur(large, (0, 0), 1.5))
    grey = large.mean(2, keepdims=True)
    return np.clip(np.rint(grey + (large - grey) * rng.uniform(0.9, 1.4)), 0, 255).astype(np.uint8)


def _blended(image: np.ndarray, lab: np.ndarray, region: np.ndarray) -> np.ndarray:
    changed = cv2.cvtColor(np.clip(np.rint(lab), 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB).astype(np.float32)
    alpha = cv2.GaussianBlur(region.astype(np.float32), (0, 0), 0.7)[..., None]
    return np.clip(np.rint(image + alpha * (changed - image)), 0, 255).astype(np.uint8)
