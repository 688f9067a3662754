"""A forearm that the model has put elsewhere, with whatever hangs on it: the pose drifts by a few pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segmask.core.types import LabelMap, Mask
from segmask.evaluation.synth.anatomy import Figure
from segmask.evaluation.synth.fields import Map, Rng, blur, displaced, mirror_fill, mix, signed_distance, within

REACH = 0.075  # radius of the bend, share of the figure's height: about a forearm


@dataclass(frozen=True)
class MovedArm:
    """Where the bend is centred and how far its middle goes, px."""

    name: ClassVar[str] = "arms"
    x: float
    y: float
    dx: float
    dy: float
    radius_px: float


@dataclass(frozen=True)
class Moved:
    """The picture with the arm elsewhere."""

    image: Map
    label: LabelMap
    shift: Map
    """float32 (H, W): how far the content has come or gone, px."""


def choose_arm(figure: Figure, deviation_px: float, rng: Rng) -> MovedArm | None:
    """One bare hand or forearm and its shift; None where the figure shows none.

    >>> from segmask.core.labels import PART_ID
    >>> from segmask.evaluation.synth.anatomy import read_figure
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:100, 30:70] = PART_ID["face"], PART_ID["upper"]
    >>> label[45:110, 22:30] = label[45:110, 70:78] = PART_ID["skin"]  # bare arms
    >>> figure = read_figure(label)
    >>> arm = choose_arm(figure, 5.0, np.random.default_rng(0))
    >>> 22 <= arm.x < 78, arm.radius_px
    (True, 7.5)
    """
    import cv2

    count, pieces, stats, _ = cv2.connectedComponentsWithStats(figure.arms.astype(np.uint8))
    large = [i for i in range(1, count) if stats[i][cv2.CC_STAT_AREA] > (0.025 * figure.height) ** 2]
    if not large:
        return None
    index = large[int(rng.integers(len(large)))]
    rows, columns = np.nonzero(pieces == index)
    lowest = rows > np.quantile(rows, 0.6)
    angle, length = rng.uniform(0, 2 * np.pi), max(0.6, abs(rng.normal())) * deviation_px
    values = columns[lowest].mean(), rows[lowest].mean(), length * np.cos(angle), length * np.sin(angle)
    x, y, dx, dy = (round(float(value), 2) for value in values)
    return MovedArm(x, y, dx, dy, round(REACH * figure.height, 1))


def move_arm(image: Map, figure: Figure, arm: MovedArm, unit: float) -> Moved:
    """The figure bent about the arm, over a background that is taken on behind it.

    >>> from segmask.core.labels import PART_ID
    >>> from segmask.evaluation.synth.anatomy import read_figure
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:100, 30:70] = PART_ID["face"], PART_ID["upper"]
    >>> label[45:110, 22:30] = label[45:110, 70:78] = PART_ID["skin"]  # bare arms
    >>> figure = read_figure(label)
    >>> arm = MovedArm(x=26.0, y=90.0, dx=-6.0, dy=0.0, radius_px=8.0)
    >>> moved = move_arm(np.full((200, 100, 3), 90, np.float32), figure, arm, unit=0.25)
    >>> int(moved.label[90, 18]), round(float(moved.shift.max()))  # skin is 3
    (3, 6)
    """
    rows, columns = np.indices(figure.label.shape, dtype=np.float32)
    weight = np.exp(-((columns - arm.x) ** 2 + (rows - arm.y) ** 2) / (2 * arm.radius_px**2))
    dx, dy = arm.dx * weight, arm.dy * weight
    person = figure.body
    alpha = np.clip(blur(signed_distance(person), unit) / (1.4 * unit) + 0.5, 0, 1)
    near = weight > 0.02
    background = mirror_fill(image, within(person, 3 * unit) & near | person)
    bent = displaced(image, dx, dy)
    bent_alpha = displaced(alpha, dx, dy)
    touched = np.clip(np.hypot(dx, dy) / 0.4 - 0.5, 0, 1)
    picture = mix(image, mix(background, bent, np.clip(bent_alpha, 0, 1)), touched)
    label = _displaced_label(figure.label, dx, dy)
    return Moved(np.clip(picture, 0, 255), label, np.hypot(dx, dy))


def _displaced_label(label: LabelMap, dx: Map, dy: Map) -> LabelMap:
    import cv2

    rows, columns = np.indices(label.shape, dtype=np.float32)
    x, y = (np.asarray(at, np.float32) for at in (columns - dx, rows - dy))
    moved = cv2.remap(label, x, y, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.uint8)


def limb_to_take(before: Figure, after: Figure, moved: Moved, must: Mask, unit: float) -> Mask:
    """Pixels of a moved arm that must come from the edit for a whole picture, bool (H, W).

    An arm that meets the new garment where it has moved can't stay: the sleeve would end beside its hand, or the new
    garment would carry half of a second one. Then the arm's old place and its new one are the edit's. An arm that
    meets no new garment there stays the original's, however it was redrawn.

    >>> from segmask.core.labels import PART_ID
    >>> from segmask.evaluation.synth.anatomy import read_figure
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:100, 30:70] = PART_ID["face"], PART_ID["upper"]
    >>> label[45:110, 22:30] = label[45:110, 70:78] = PART_ID["skin"]  # bare arms
    >>> figure = read_figure(label)
    >>> arm = MovedArm(x=26.0, y=90.0, dx=-6.0, dy=0.0, radius_px=8.0)
    >>> moved = move_arm(np.full((200, 100, 3), 90, np.float32), figure, arm, unit=0.25)
    >>> beside, far = np.zeros((2, 200, 100), bool)
    >>> beside[80:100, 28:40], far[150:160, 40:60] = True, True
    >>> [bool(limb_to_take(figure, read_figure(moved.label), moved, must, unit=0.25).any()) for must in (beside, far)]
    [True, False]
    """
    import cv2

    went = (before.arms | after.arms) & (moved.shift > unit)
    count, pieces = cv2.connectedComponents(went.astype(np.uint8))
    meets = within(must, 3 * unit) & (moved.shift > 1.5 * unit)
    taken = np.zeros_like(must)
    for index in range(1, count):
        piece = pieces == index
        if np.count_nonzero(piece & meets) > 6 * unit:
            taken |= piece
    return taken
