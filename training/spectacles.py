"""Spectacles and sunglasses drawn on labelled faces, or pushed up into the hair: frame and lenses labelled eyewear.

Lenses count as eyewear whether one sees through them or not, as the labelled photos have it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from segmask.core.labels import PART_ID

FACE, HAIR, EYEWEAR = (PART_ID[part] for part in ("face", "hair", "eyewear"))
LEAST_FACE = 120  # pixels; glasses on a smaller face are a dot
EYES = (0.28, 0.5)  # of the face's height from above, where its eyes are looked for
MOST_TURNED = 35.0  # degrees: a mask's axis says no more of a head that lies
UNDER = tuple(PART_ID[part] for part in ("background", "face", "skin", "hair"))
"""What they lie over; a hat's brim, a hand's ring and whatever else is labelled lie over them."""
RAISED = 0.15  # share that is worn in the hair, where there is hair
LENSES = {"dark": 0.45, "tinted": 0.15, "clear": 0.4}
FRAMES = {"thick": 0.4, "thin": 0.35, "half": 0.12, "rimless": 0.13}

Rng = np.random.Generator
Picture = tuple[np.ndarray, np.ndarray]
"""A photo, uint8 (H, W, 3) RGB, and its labels, uint8 (H, W)."""


@dataclass(frozen=True)
class Place:
    """Where glasses sit."""

    eyes_xy: tuple[float, float]
    """Between the eyes."""
    half_width: float
    """Of the face at its eyes, pixels."""
    face_height: float
    angle: float
    """Of the eye line, radians."""


@dataclass(frozen=True)
class Shape:
    """Glasses in the plane of the face; lengths in half widths of the face."""

    lens: tuple[float, float]
    """Half axes of a lens."""
    gap: float
    """Half the distance between the lenses."""
    roundness: float
    """Exponent of the lens's superellipse: 2 is an ellipse, 6 nearly a box."""
    slant: float
    """How far the outer end rises (cat's eyes) or falls (aviators), a half width."""
    rim: float
    """Width of the frame."""
    far: float
    """Width of one of the lenses, of the other's: a head turned aside."""


def with_spectacles(image: np.ndarray, label: np.ndarray, rng: Rng) -> Picture:
    """``image`` with glasses on its face; as it was where no face is large enough, or one wears glasses already."""
    found = None if (label == EYEWEAR).any() else eye_line(image, label, rng)
    if found is None:
        return image, label
    raised = raised_place(found, label, rng) if rng.random() < RAISED else None
    across, down = _plane(raised or found, label.shape, 1.0 if raised is None else rng.uniform(1.2, 2.0))
    kind = str(rng.choice(list(FRAMES), p=list(FRAMES.values())))
    pixel = 1 / found.half_width
    shape = _shape(kind, rng)
    lens, frame = _parts(shape, kind, across, down, pixel, raised is None and rng.random() < 0.6)
    covers = np.isin(label, UNDER if raised is not None or rng.random() < 0.6 else UNDER[:-1]).astype(np.float32)
    lens, frame = lens * covers, frame * covers
    result = _shaded(image.astype(np.float32), frame, found, rng)
    result = _glazed(result, lens, (across, down), rng)
    result += frame[..., None] * (_frame_paint(kind, (across, down), rng) - result)
    worn = np.maximum(lens, frame) > 0.5
    return np.clip(np.rint(result), 0, 255).astype(np.uint8), np.where(worn, EYEWEAR, label).astype(np.uint8)


def eye_line(image: np.ndarray, label: np.ndarray, rng: Rng) -> Place | None:
    """The eyes of the largest face: the darkest rows of its upper half, along its axis; None without a face."""
    count, pieces, boxes, _ = cv2.connectedComponentsWithStats((label == FACE).astype(np.uint8))
    if count < 2 or boxes[1:, cv2.CC_STAT_AREA].max() < LEAST_FACE:
        return None
    rows, columns = np.nonzero(pieces == 1 + boxes[1:, cv2.CC_STAT_AREA].argmax())
    angle = _tilt(rows, columns)
    middle = np.array([columns.mean(), rows.mean()])
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    across, down = turn @ (np.stack([columns, rows]) - middle[:, None])
    top, tall = np.percentile(down, 1), max(float(np.ptp(np.percentile(down, (1, 99)))), 4.0)
    bins = np.clip(((down - top) / tall * 24).astype(int), 0, 23)
    light = np.bincount(bins, image[rows, columns].mean(1), 24) / np.maximum(np.bincount(bins, minlength=24), 1)
    low, high = (round(share * 24) for share in EYES)
    line = low + int(np.convolve(light, np.ones(3) / 3, "same")[low:high].argmin()) + 0.5
    band = across[np.abs(bins - line) < 3]
    if len(band) < 8:
        return None
    left, right = np.percentile(band, (2, 98))
    half = max((right - left) / 2, 3.0)
    eyes = middle + turn.T @ np.array([(left + right) / 2, top + tall * line / 24])
    jitter = rng.normal(0, (0.04 * half, 0.04 * half))
    return Place((eyes[0] + jitter[0], eyes[1] + jitter[1]), half, tall, angle + rng.normal(0, 0.04))


def _tilt(rows: np.ndarray, columns: np.ndarray) -> float:
    """Of the eye line, radians: across the longer axis of the face, if it has one."""
    values, vectors = np.linalg.eigh(np.cov(np.stack([columns, rows])))
    if values[1] < 1.25 * values[0]:
        return 0.0
    x, y = vectors[:, 1] * (1 if vectors[1, 1] > 0 else -1)
    turned = float(np.arctan2(-x, y))
    return turned if abs(np.rad2deg(turned)) < MOST_TURNED else 0.0


def raised_place(eyes: Place, label: np.ndarray, rng: Rng) -> Place | None:
    """Above the brow; None where no hair is there."""
    up = eyes.face_height * rng.uniform(0.42, 0.72)
    x = eyes.eyes_xy[0] + up * np.sin(eyes.angle)
    y = eyes.eyes_xy[1] - up * np.cos(eyes.angle)
    inside = 0 <= round(y) < label.shape[0] and 0 <= round(x) < label.shape[1]
    if not inside or label[round(y), round(x)] != HAIR:
        return None
    return Place((x, y), eyes.half_width * rng.uniform(0.85, 1.05), eyes.face_height, eyes.angle + rng.normal(0, 0.08))


def _plane(place: Place, size_hw: tuple[int, ...], flat: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates in half widths of the face, from between the eyes; ``flat`` foreshortens the height."""
    rows, columns = np.indices(size_hw, np.float32)
    x, y = columns - place.eyes_xy[0], rows - place.eyes_xy[1]
    cosine, sine = np.cos(place.angle), np.sin(place.angle)
    return (cosine * x + sine * y) / place.half_width, flat * (cosine * y - sine * x) / place.half_width


def _shape(kind: str, rng: Rng) -> Shape:
    width = rng.uniform(0.33, 0.46)
    height = width * rng.uniform(0.5, 1.0)
    rim = rng.uniform(0.06, 0.15) if kind == "thick" else rng.uniform(0.015, 0.05)
    far = rng.uniform(0.6, 1.0) if rng.random() < 0.4 else 1.0
    return Shape((width, height), rng.uniform(0.07, 0.14), rng.uniform(2, 5), rng.normal(0, 0.12), rim, far)


def _parts(
    shape: Shape, kind: str, across: np.ndarray, down: np.ndarray, pixel: float, with_temples: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Alpha of the lenses and of the frame, float32 (H, W)."""
    lens, frame = np.zeros(across.shape, np.float32), np.zeros(across.shape, np.float32)
    rim = max(shape.rim, 1.2 * pixel)  # a frame is never thinner than a camera shows it
    reach = []
    for side, share in ((-1, 1.0), (1, shape.far)):
        half, tall = shape.lens[0] * share, shape.lens[1]
        centre = shape.gap * share + half
        x = (side * across - centre) / half
        y = (down + shape.slant * x * half) / tall
        outside = ((np.abs(x) ** shape.roundness + np.abs(y) ** shape.roundness) ** (1 / shape.roundness) - 1) * tall
        glass = _alpha(outside, pixel)
        lens = np.maximum(lens, glass)
        ring = _alpha(np.abs(outside) - rim / 2, pixel)
        if kind == "half":
            ring = ring * (y < 0.1)
        elif kind == "rimless":
            ring = 0.35 * ring
        frame = np.maximum(frame, ring)
        end = centre + half
        reach.append(end)
        if with_temples:
            hinge = -0.45 * tall - shape.slant * half
            beyond = np.maximum(end - side * across, side * across - end - 0.5 * (1.05 - end + 0.25))
            stripe = np.abs(down - hinge + 0.1 * (side * across - end)) - max(0.7 * rim, 0.03)
            frame = np.maximum(frame, _alpha(np.maximum(beyond, stripe), pixel))
    middle = (np.abs(across) < shape.gap + 0.25 * shape.lens[0]) & (lens < 0.5)
    arch = down + 0.25 * shape.lens[1] - 1.2 * across**2
    return lens, np.maximum(frame, middle * _alpha(np.abs(arch) - max(0.7 * rim, 0.025), pixel))


def _alpha(distance: np.ndarray, pixel: float) -> np.ndarray:
    """1 inside, 0 outside, a pixel's slope between; ``distance`` and ``pixel`` in half widths."""
    return np.clip(0.5 - distance / pixel, 0, 1).astype(np.float32)


def _shaded(image: np.ndarray, frame: np.ndarray, place: Place, rng: Rng) -> np.ndarray:
    """The frame's shadow on the face."""
    drop = max(1, round(0.07 * place.half_width * rng.uniform(0.3, 1.5)))
    shadow = np.zeros_like(frame)
    shadow[drop:] = frame[:-drop]
    shadow = cv2.GaussianBlur(shadow, (0, 0), max(0.6, 0.05 * place.half_width))
    return image * (1 - rng.uniform(0, 0.45) * shadow[..., None])


def _glazed(image: np.ndarray, lens: np.ndarray, plane: tuple[np.ndarray, np.ndarray], rng: Rng) -> np.ndarray:
    """Lenses: a tint that falls off downwards, and the light that they reflect."""
    kind = str(rng.choice(list(LENSES), p=list(LENSES.values())))
    opacity = {"dark": rng.uniform(0.75, 1.0), "tinted": rng.uniform(0.3, 0.7), "clear": rng.uniform(0.0, 0.12)}[kind]
    tint = rng.uniform(5, 60) + rng.normal(0, 12, 3)
    if kind == "tinted" or rng.random() < 0.15:  # coloured or mirrored
        tint = rng.uniform(20, 220, 3)
    across, down = plane
    fades = np.clip(1 - rng.uniform(0, 0.7) * (rng.random() < 0.4) * (down + 0.3), 0.2, 1)
    result = image + (lens * opacity * fades)[..., None] * (tint - image)
    bumps = cv2.resize(rng.normal(0, 1, (6, 6)).astype(np.float32), lens.shape[::-1], interpolation=cv2.INTER_CUBIC)
    direction = rng.uniform(-1, 1, 2) * rng.uniform(3, 9)
    stripes = np.sin(direction[0] * across + direction[1] * down + 2 * bumps + rng.uniform(0, 6)) > rng.uniform(0.3, 1)
    gleam = cv2.GaussianBlur(stripes.astype(np.float32), (0, 0), 1.0) * rng.uniform(0, 0.5 if kind == "clear" else 0.35)
    sky = rng.uniform(150, 255) + rng.normal(0, 10, 3)
    return result + (lens * gleam)[..., None] * (sky - result)


def _frame_paint(kind: str, plane: tuple[np.ndarray, np.ndarray], rng: Rng) -> np.ndarray:
    """Plastic in any colour, mostly dark, sometimes mottled as tortoiseshell; metal that shines: (H, W, 3)."""
    across, down = plane
    if kind != "thick" and rng.random() < 0.6:
        metal = np.array([(190, 190, 195), (205, 170, 90), (70, 70, 75), (200, 140, 120)][rng.integers(4)], float)
        shine = 1 + 0.35 * np.sin(rng.uniform(4, 15) * across + rng.uniform(2, 9) * down + rng.uniform(0, 6))
        return metal * shine[..., None]
    colour = rng.uniform(5, 60) + rng.normal(0, 8, 3) if rng.random() < 0.65 else rng.uniform(10, 245, 3)
    if rng.random() < 0.25:
        spots = cv2.resize(rng.normal(0, 1, (40, 40)).astype(np.float32), across.shape[::-1])
        return np.array([110, 60, 25]) * (1 + 0.5 * np.clip(spots, -1.5, 1.5))[..., None]
    return colour * (1.1 - 0.25 * np.clip(down, -1, 1))[..., None]
