"""Hard scenes: bystanders who must stay as they are, in front of the figure, beside it or far behind it.

A scene keeps what is edited (``figure_label``) apart from what is only there (``rest_label``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from segmask.core.geometry import resize_map
from segmask.core.types import Image, LabelMap, Mask
from segmask.evaluation.synth.anatomy import FRONT
from segmask.evaluation.synth.fields import Map, Rng, blur, mirror_fill, mix, within

Labelled: TypeAlias = tuple[Image, LabelMap]


@dataclass(frozen=True)
class Bystander:
    """Where a person from another photo stands, for the log; px of the scene."""

    x: float
    foot_y: float
    height_px: float
    in_front: bool


@dataclass(frozen=True)
class Scene:
    """The picture to edit."""

    image: Image
    figure_label: LabelMap
    """uint8 (H, W): the figure that is edited; ``FRONT`` where something else hides it."""
    rest_label: LabelMap
    """uint8 (H, W): the parts of everybody else."""
    forgetful: tuple[Image, LabelMap] | None = None
    """Picture and figure label with one thing less, which the model may forget."""

    @property
    def parsing(self) -> LabelMap:
        """Parts of all people in the picture."""
        return self.parsing_with(self.figure_label)

    def parsing_with(self, figure_label: LabelMap) -> LabelMap:
        """Parts of all people, this being the figure's own."""
        own = (figure_label > 0) & (figure_label < FRONT)
        return np.where(own, figure_label, self.rest_label)


def plain_scene(photo: Image, label: LabelMap) -> Scene:
    """The photo alone.

    >>> label = np.zeros((4, 4), np.uint8)
    >>> bool((plain_scene(np.zeros((4, 4, 3), np.uint8), label).parsing == label).all())
    True
    """
    return Scene(photo, label, np.zeros_like(label))


def add_people(scene: Scene, others: tuple[Labelled, ...], rng: Rng) -> tuple[Scene, tuple[Bystander, ...]]:
    """A wider street with other people on it, cut out of their own photos.

    >>> photo, label = np.full((100, 60, 3), 90, np.uint8), np.zeros((100, 60), np.uint8)
    >>> label[20:90, 20:40] = 4
    >>> scene, people = add_people(plain_scene(photo, label), ((photo, label),), np.random.default_rng(0))
    >>> len(people), scene.image.shape[1] > 60
    (1, True)
    """
    scene = _widened(scene, rng.uniform(0.2, 0.45))
    placed = []
    for photo, label in others:
        bystander = _placed(scene.figure_label, rng, side=-1 if len(placed) % 2 else 1)
        scene = _with_bystander(scene, photo, label, bystander)
        placed.append(bystander)
    return scene, tuple(placed)


def resize_label(label: LabelMap, size_hw: tuple[int, int]) -> LabelMap:
    """A label map at another size: each class as a map of its own, then decided.

    >>> resize_label(np.uint8([[4, 4, 7, 7]]), (1, 2)).tolist()
    [[4, 7]]
    """
    best = np.zeros(size_hw, np.float32)
    resized = np.zeros(size_hw, np.uint8)
    for index in np.unique(label):
        share = resize_map((label == index).astype(np.float32), size_hw)
        resized[share > best] = index
        best = np.maximum(best, share)
    return resized


def _widened(scene: Scene, share: float) -> Scene:
    """The frame taken on to both sides by a share of its width: the mirrored street without the figure."""
    import cv2

    extra = round(share * scene.image.shape[1])
    inner = (slice(None), slice(extra, extra + scene.image.shape[1]))
    figure = scene.figure_label > 0
    empty = np.rint(mirror_fill(scene.image.astype(np.float32), within(figure, 4.0))).clip(0, 255).astype(np.uint8)
    street = np.array(cv2.copyMakeBorder(empty, 0, 0, extra, extra, cv2.BORDER_REFLECT_101), np.uint8)
    street[inner] = scene.image
    figure_label, rest_label = (
        np.pad(label, ((0, 0), (extra, extra))) for label in (scene.figure_label, scene.rest_label)
    )
    return Scene(street, figure_label, rest_label)


def _placed(figure_label: LabelMap, rng: Rng, *, side: int) -> Bystander:
    """A place beside the figure, overlapping it a little now and then, or far behind it."""
    width = figure_label.shape[1]
    rows, columns = np.nonzero((figure_label > 0) & (figure_label < FRONT))
    tall, foot = rows.max() - rows.min(), rows.max()
    far = rng.random() < 0.35
    share = rng.uniform(0.4, 0.65) if far else rng.uniform(0.85, 1.05)
    away = rng.uniform(0.05, 0.35) * width if far else (0.14 + rng.uniform(-0.03, 0.12)) * tall
    edge = columns.max() if side > 0 else columns.min()
    # Feet of people as tall lie on a line to the horizon, which a camera at chest height has at .65 of the figure.
    foot_y = foot - 0.65 * tall * (1 - share) if far else foot + rng.uniform(-0.05, 0.04) * tall
    x = float(np.clip(edge + side * away, 0.05 * width, 0.95 * width))
    in_front = bool(not far and foot_y > foot)
    return Bystander(round(x, 1), round(float(foot_y), 1), round(float(share * tall), 1), in_front)


def _with_bystander(scene: Scene, photo: Image, label: LabelMap, place: Bystander) -> Scene:
    import cv2

    rows, columns = np.nonzero(label)
    if not len(rows):
        return scene
    height, width = scene.figure_label.shape
    scale = place.height_px / max(1, rows.max() - rows.min())
    origin = np.array([columns.mean(), float(rows.max())])
    matrix = np.array([[scale, 0, place.x - scale * origin[0]], [0, scale, place.foot_y - scale * origin[1]]])
    soft = _cut_out(photo, label > 0)
    source = photo.astype(np.float32)
    if scale < 0.9:
        source, soft = blur(source, 0.4 / scale), blur(soft, 0.4 / scale)
    there = (width, height)
    person = np.asarray(cv2.warpAffine(source, matrix, there, borderMode=cv2.BORDER_REPLICATE), np.float32)
    alpha = np.asarray(cv2.warpAffine(soft, matrix, there), np.float32)
    parts = np.asarray(cv2.warpAffine(label, matrix, there, flags=cv2.INTER_NEAREST), np.uint8)
    figure = scene.figure_label > 0
    hidden = np.zeros_like(figure) if place.in_front else figure
    alpha = alpha * (1 - _cut_out(scene.image, hidden)) if hidden.any() else alpha
    image = np.rint(mix(scene.image.astype(np.float32), person, alpha)).clip(0, 255).astype(np.uint8)
    shown = (alpha > 0.5) & (parts > 0) & ~hidden
    return replace(
        scene,
        image=image,
        rest_label=np.where(shown, parts, scene.rest_label),
        figure_label=np.where(shown & figure, np.uint8(FRONT), scene.figure_label),
    )


def _cut_out(photo: Image, mask: Mask) -> Map:
    """Soft cover of what a mask shows, drawn to the photo's edges (guided filter, He 2010)."""
    import cv2

    soft = cv2.ximgproc.guidedFilter(photo.astype(np.float32) / 255, mask.astype(np.float32), 4, 1e-3)
    return np.clip((soft - 0.5) * 1.8 + 0.45, 0, 1)
