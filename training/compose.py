"""Hard samples of the fine phase: unusual framings, seated figures, company, other grounds, things in front."""

from __future__ import annotations

import cv2
import numpy as np

from training import augment, surround

SMALL = 0.22  # share of samples; likewise below
SEATED = 0.12
TURNED = 0.12
COMPANY = 0.1
GROUND = 0.12
IN_FRONT = 0.12
SOFT = 0.7  # pixels: blur of the edge of what is pasted

Rng = np.random.Generator
Picture = tuple[np.ndarray, np.ndarray]
"""A photo, uint8 (H, W, 3) RGB, and its labels, uint8 (H, W)."""


def hard_sample(
    photo: np.ndarray, label: np.ndarray, other: Picture, size_hw: tuple[int, int], rng: Rng, ignore: int = 255
) -> Picture:
    """One training sample at ``size_hw``; ``other`` lends its figure, its ground or its texture."""
    if rng.random() < augment.EMPTY:
        return augment.sample(photo, label, size_hw, rng, ignore=ignore)
    image, label = placed(photo, label, other, size_hw, rng, ignore)
    image = dressed_anew(image, label, other[0] if rng.random() < 0.2 else None, rng)
    if rng.random() < IN_FRONT:
        image, label = in_front(image, label, other, rng)
    return augment.degrade(augment.tone(image, rng), rng), label


def placed(
    photo: np.ndarray, label: np.ndarray, other: Picture, size_hw: tuple[int, int], rng: Rng, ignore: int = 255
) -> Picture:
    """A figure in its frame: seated, small, before another ground, in company, each now and then."""
    if rng.random() < SEATED:
        photo, label = seated(photo, label, rng)
    small = rng.random() < SMALL
    box = surround.small_box(label, size_hw, rng) if small else hard_box(label, rng)
    matrix = augment.framing(label, size_hw, rng, box=box, turned=rng.random() < TURNED)
    image, label = augment.warped(photo, label, matrix, size_hw, ignore)
    if small:
        image, label = surround.surrounded(image, label, other, rng, ignore)
    elif rng.random() < GROUND:
        ground = cv2.resize(augment.nobody(*other, rng), size_hw[::-1], interpolation=cv2.INTER_LINEAR)
        image = _pasted(image, ground, label == 0)
    if rng.random() < COMPANY:
        image, label = company(image, label, other, rng, ignore)
    return image, label


def dressed_anew(image: np.ndarray, label: np.ndarray, texture: np.ndarray | None, rng: Rng) -> np.ndarray:
    """New colours for four of ten garments."""
    for part in augment.GARMENTS:
        if rng.random() < 0.4:
            image = augment.recolour(image, label == part, rng, texture)
    return image


def hard_box(label: np.ndarray, rng: Rng) -> tuple[float, float, float, float] | None:
    """What to frame (x0, y0, x1, y1): a head close up, a trunk without its head, legs alone; None for the usual."""
    rows, columns = np.nonzero(augment.figure(label))
    head_rows, head_columns = np.nonzero(np.isin(label, augment.HEAD))
    kind = rng.random()
    if kind > 0.25 or len(head_rows) < 30:
        return None
    head = max(head_rows.max() - head_rows.min(), 12)
    tall = rows.max() - rows.min()
    middle = columns.mean()
    if kind < 0.1:  # the head fills the frame
        side = head * rng.uniform(0.9, 1.5)
        centre, top = head_columns.mean(), head_rows.min() - 0.1 * head
        return centre - side / 2, top, centre + side / 2, top + side
    top, bottom = (head_rows.max(), rows.min() + rng.uniform(0.5, 0.75) * tall)
    if kind > 0.19:
        top, bottom = rows.min() + rng.uniform(0.35, 0.55) * tall, rows.max() + 0.03 * tall
    wide = max(bottom - top, 12) / 1.5
    return middle - wide / 2, top, middle + wide / 2, top + max(bottom - top, 12)


def seated(photo: np.ndarray, label: np.ndarray, rng: Rng) -> Picture:
    """Thighs shortened as they look from the front when someone sits."""
    rows = np.nonzero(augment.figure(label).any(1))[0]
    if rows.size < 40:
        return photo, label
    top, tall = rows[0], rows[-1] - rows[0]
    hip, knee = (int(top + share * tall) for share in (rng.uniform(0.44, 0.5), rng.uniform(0.68, 0.75)))
    kept = np.linspace(hip, knee, max(2, int((knee - hip) * rng.uniform(0.15, 0.6)))).astype(int)
    order = np.concatenate([np.arange(hip), kept, np.arange(knee, len(label))])
    return photo[order], label[order]


def company(image: np.ndarray, label: np.ndarray, other: Picture, rng: Rng, ignore: int) -> Picture:
    """Another photo's figure beside or behind the one in the sample."""
    size_hw = (label.shape[0], label.shape[1])
    matrix = augment.framing(other[1], size_hw, rng)
    matrix[0, 2] += rng.choice([-1, 1]) * rng.uniform(0.2, 0.5) * size_hw[1]
    guest, guest_label = augment.warped(*other, matrix, size_hw, ignore)
    where = (label == 0) & (guest_label > 0) & (guest_label != ignore)
    return _pasted(image, guest, where), np.where(where, guest_label, label).astype(np.uint8)


def in_front(image: np.ndarray, label: np.ndarray, other: Picture, rng: Rng) -> Picture:
    """A disc or a slab of another photo's ground before the figure; it counts as background."""
    height, width = label.shape
    shape = np.zeros(label.shape, np.uint8)
    centre = (int(rng.integers(0, width)), int(rng.integers(height // 4, height)))
    axes = (float(rng.uniform(0.05, 0.3) * width), float(rng.uniform(0.05, 0.3) * width))
    angle = float(rng.uniform(0, 180))
    if rng.random() < 0.5:
        cv2.ellipse(shape, centre, (int(axes[0]), int(axes[1])), angle, 0, 360, 1, -1)
    else:
        corners = cv2.boxPoints((centre, (2 * axes[0], 2 * axes[1]), angle))
        cv2.fillPoly(shape, [np.rint(corners).astype(np.int32)], 1)
    ground = cv2.resize(augment.nobody(*other, rng), (width, height), interpolation=cv2.INTER_LINEAR)
    return _pasted(image, ground, shape > 0), np.where(shape > 0, 0, label).astype(np.uint8)


def _pasted(image: np.ndarray, other: np.ndarray, where: np.ndarray) -> np.ndarray:
    alpha = cv2.GaussianBlur(where.astype(np.float32), (0, 0), SOFT)[..., None]
    return np.rint(image + alpha * (other.astype(np.float32) - image)).astype(np.uint8)
