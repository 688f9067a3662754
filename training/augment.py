"""Augmentation: framings, new colours and textures of garments, and what cameras and models do to a photo."""

from __future__ import annotations

import cv2
import numpy as np

from segmask.core.labels import PARTS

GARMENTS = tuple(PARTS.index(name) for name in ("upper", "outerwear", "dress", "lower", "legwear"))
HEAD = tuple(PARTS.index(name) for name in ("hair", "face"))
EMPTY = 0.1  # share of samples that show nobody: without them every picture is dressed in something
PADDING = 127  # grey beyond the frame, as at inference

Rng = np.random.Generator


def sample(
    photo: np.ndarray,
    label: np.ndarray,
    size_hw: tuple[int, int],
    rng: Rng,
    *,
    texture: np.ndarray | None = None,
    ignore: int = 255,
    colours: bool = True,
) -> tuple[np.ndarray, np.ndarray]:
    """One training sample: uint8 (H, W, 3) RGB and its labels, uint8 (H, W), at ``size_hw``.

    Without ``colours`` only its framing is drawn: garments, tone and quality are the photo's.
    """
    if rng.random() < EMPTY:
        ground = cv2.resize(nobody(photo, label, rng), size_hw[::-1], interpolation=cv2.INTER_LINEAR)
        return degrade(tone(ground, rng), rng), np.zeros(size_hw, np.uint8)
    image, label = warped(photo, label, framing(label, size_hw, rng), size_hw, ignore)
    if not colours:
        return image, label
    for part in GARMENTS:
        if rng.random() < 0.4:
            image = recolour(image, label == part, rng, texture)
    return degrade(tone(image, rng), rng), label


def warped(
    photo: np.ndarray, label: np.ndarray, matrix: np.ndarray, size_hw: tuple[int, int], ignore: int
) -> tuple[np.ndarray, np.ndarray]:
    """Photo and labels under an affine map; labels beyond the photo's frame are ``ignore``."""
    width_height = size_hw[::-1]
    shrink = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    if shrink < 0.6:
        photo = cv2.GaussianBlur(photo, (0, 0), 0.4 / shrink)
    image = cv2.warpAffine(photo, matrix, width_height, flags=cv2.INTER_LINEAR, borderValue=(PADDING,) * 3)
    return image, cv2.warpAffine(label, matrix, width_height, flags=cv2.INTER_NEAREST, borderValue=ignore)


def framing(
    label: np.ndarray,
    size_hw: tuple[int, int],
    rng: Rng,
    *,
    box: tuple[float, float, float, float] | None = None,
    turned: bool = False,
) -> np.ndarray:
    """The affine map from the photo to the sample: whole figure, half body, head and shoulders, or a small figure.

    ``box`` (x0, y0, x1, y1) frames that instead; ``turned`` allows for figures that lean, or lie.
    """
    x0, y0, x1, y1 = box or _frame_box(label, rng)
    height, width = size_hw
    scale = min(width / (x1 - x0), height / (y1 - y0)) * rng.uniform(0.85, 1.1)
    aspect = np.exp(rng.normal(0, 0.06))
    angle = np.deg2rad(rng.normal(0, 30 if turned else 5))
    flip = -1 if rng.random() < 0.5 else 1
    linear = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    linear = linear @ np.diag([flip * aspect, 1 / aspect])
    centre = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    goal = np.array([width, height]) * (0.5 + rng.uniform(-0.06, 0.06, 2))
    return np.hstack([linear, (goal - linear @ centre)[:, None]])


def _frame_box(label: np.ndarray, rng: Rng) -> tuple[float, float, float, float]:
    height, width = label.shape
    kind = rng.random()
    rows, columns = np.nonzero(figure(label))
    if kind < 0.4 or len(rows) < 100:
        return 0.0, 0.0, float(width), float(height)
    top, bottom, left, right = rows.min(), rows.max(), columns.min(), columns.max()
    if kind < 0.55:  # the figure, tightly
        margin = 0.06 * (bottom - top)
        return left - margin, top - margin, right + margin, bottom + margin
    if kind < 0.65:  # a small figure in a large frame
        grow = rng.uniform(0.2, 0.8)
        return -grow * width, -grow * height, (1 + grow) * width, (1 + grow) * height
    head_rows, head_columns = np.nonzero(np.isin(label, HEAD))
    if len(head_rows) < 30:
        return 0.0, 0.0, float(width), float(height)
    centre, head = head_columns.mean(), max(head_rows.max() - head_rows.min(), 12)
    if kind < 0.9:  # half body: three to five heads
        tall = head * rng.uniform(2.8, 5.0)
        middle = (left + right) / 2 if rng.random() < 0.5 else centre
        return middle - tall / 3, top - 0.15 * head, middle + tall / 3, top + tall
    tall = head * rng.uniform(1.5, 2.5)  # head and shoulders
    return centre - tall / 2, top - 0.3 * head, centre + tall / 2, top + tall


def figure(label: np.ndarray) -> np.ndarray:
    """The labels without pixels whose part is unknown or one of a set: what a frame is laid around."""
    return np.where(label < len(PARTS), label, 0)


def nobody(photo: np.ndarray, label: np.ndarray, rng: Rng) -> np.ndarray:
    """A picture without a person: the ground beside the figure, or drawn shapes on a ramp or noise."""
    columns = np.nonzero(label.any(0))[0]
    left, right = (columns[0], photo.shape[1] - columns[-1]) if columns.size else (photo.shape[1], 0)
    if max(left, right) > 60 and rng.random() < 0.6:
        strip = photo[:, : left - 8] if left >= right else photo[:, columns[-1] + 8 :]
        tall = int(min(photo.shape[0], strip.shape[1] * rng.uniform(1, 3)))
        top = int(rng.integers(0, photo.shape[0] - tall + 1))
        return np.ascontiguousarray(strip[top : top + tall])
    return drawn(rng)


def drawn(rng: Rng) -> np.ndarray:
    """Boxes, discs and lines on a smooth ground or a texture, uint8 (300, 240, 3)."""
    cells = int(rng.choice([2, 4, 30, 120]))
    noise = rng.uniform(0, 255, (cells, cells, 3)).astype(np.float32)
    image = cv2.resize(noise * rng.uniform(0.3, 1), (240, 300), interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.5:
        image = np.repeat(image.mean(2, keepdims=True), 3, 2)
    for _ in range(int(rng.integers(0, 12))):
        x, y, w, h = (int(value) for value in rng.integers(5, [240, 300, 120, 120]))
        colour = tuple(float(value) for value in rng.uniform(0, 255, 3))
        if rng.random() < 0.5:
            cv2.rectangle(image, (x, y), (x + w, y + h), colour, -1)
        else:
            cv2.ellipse(image, (x, y), (w // 2, h // 2), float(rng.uniform(0, 180)), 0, 360, colour, -1)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def recolour(image: np.ndarray, region: np.ndarray, rng: Rng, texture: np.ndarray | None) -> np.ndarray:
    """Another colour for a garment, its folds kept; sometimes a piece of another photo as its pattern."""
    if region.sum() < 50:
        return image
    lab = cv2.cvtColor(image, cv2.COLOR_RGB2LAB).astype(np.float32)
    values = lab[region]
    mean = values.mean(0)
    goal = np.array([rng.uniform(25, 235), rng.normal(128, 22), rng.normal(128, 22)])
    contrast = rng.uniform(0.5, 1.3)
    painted = goal + (values - mean) * (contrast, contrast, contrast)
    if texture is not None:
        scale = rng.uniform(0.3, 1.2)
        patch = cv2.resize(texture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        repeat = -(-np.array(image.shape[:2]) // patch.shape[:2])
        patch = np.tile(patch, (*repeat, 1))[: image.shape[0], : image.shape[1]]
        pattern = cv2.cvtColor(patch, cv2.COLOR_RGB2LAB).astype(np.float32)[region]
        painted = painted + (pattern - pattern.mean(0)) * rng.uniform(0.3, 1.0)
    lab[region] = painted
    changed = cv2.cvtColor(np.clip(np.rint(lab), 0, 255).astype(np.uint8), cv2.COLOR_LAB2RGB)
    alpha = cv2.GaussianBlur(region.astype(np.float32), (0, 0), 0.7)[..., None]
    return np.clip(np.rint(image + alpha * (changed.astype(np.float32) - image)), 0, 255).astype(np.uint8)


def tone(image: np.ndarray, rng: Rng) -> np.ndarray:
    """Exposure, contrast, white balance, saturation, a smooth light; sometimes no colour at all."""
    values = image.astype(np.float32) / 255
    values = values ** np.exp(rng.normal(0, 0.2))
    values = (values - 0.5) * np.exp(rng.normal(0, 0.15)) + 0.5 + rng.normal(0, 0.05)
    values = values * np.exp(rng.normal(0, 0.06, 3))
    grey = values.mean(2, keepdims=True)
    saturation = 0.0 if rng.random() < 0.05 else np.exp(rng.normal(0, 0.25))
    values = grey + (values - grey) * saturation
    if rng.random() < 0.3:
        field = cv2.resize(rng.normal(0, 0.1, (3, 3)), image.shape[1::-1], interpolation=cv2.INTER_CUBIC)
        values = values + field[..., None]
    return np.clip(np.rint(values * 255), 0, 255).astype(np.uint8)


def degrade(image: np.ndarray, rng: Rng) -> np.ndarray:
    """Blur, a smaller size, a painter's smoothness, grain and JPEG blocks, each now and then."""
    height, width = image.shape[:2]
    if rng.random() < 0.15:
        image = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.5))
    if rng.random() < 0.15:
        scale = rng.uniform(0.4, 0.8)
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        image = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    if rng.random() < 0.1:
        image = cv2.bilateralFilter(image, 5, 30, 5)
    if rng.random() < 0.2:
        grain = rng.normal(0, rng.uniform(1, 8), image.shape)
        image = np.clip(np.rint(image + grain), 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        quality = int(rng.integers(35, 95))
        _, coded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
        image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return image
