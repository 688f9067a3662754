"""Samples of the wide phase: the labelled photos, everyday scenes with partial labels, photos with lent labels.

EXTRA holds ``train/SET/photos``, ``labels`` and ``sets`` (codes of ``training.sets``), ``codes.json`` beside ``train``
and ``teacher/*.onnx``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image as Pictures
from torch import Tensor
from torch.utils.data import Dataset

from training import augment, compose, drawings, from_behind, headscarves, looks, scenes, spectacles
from training.data import IGNORE, Split, to_input
from training.pseudo import UNSURE

SHARES = {
    "labelled": 0.28,
    "plain": 0.20,
    "drawn": 0.11,
    "lent": 0.11,
    "scene": 0.17,
    "composed": 0.06,
    "nobody": 0.07,
}
"""Of the samples; plain ones are labelled photos as the first phases see them: street photos are not to be unlearnt."""
THINGS, ATTEMPTS = 60, 500
"""Cut out once, at the start."""
SCARF, BEHIND, SKIN_TONE, HAIR_COLOUR, CLOSE_UP = 0.07, 0.11, 0.2, 0.2, 0.22
SPECTACLES, SPECTACLES_CLOSE_UP = 0.12, 0.3
THING, SLAB = 0.2, 0.05
"""Shares of the figures: something cut out of a scene before them, or a disc or slab of ground."""
DRAWN_SCENE = 0.1

Rng = np.random.Generator
Picture = tuple[np.ndarray, np.ndarray]
Source = Callable[[Rng], Picture]
"""Draws a photo, uint8 (H, W, 3) RGB, and its codes, uint8 (H, W)."""


@dataclass(frozen=True)
class Photos:
    """Draws one of a split's photos."""

    split: Split
    bystanders: Path | None = None
    """Folder of ``training.teacher``'s codes, for ``without_bystanders``."""

    def __call__(self, rng: Rng) -> Picture:
        name = self.split.names[rng.integers(len(self.split.names))]
        return self.split.photo(name), without_bystanders(self.split.label(name), self.bystanders, name)


@dataclass(frozen=True)
class Scenes:
    """Draws an everyday scene."""

    photos: tuple[tuple[Split, str], ...]

    def __call__(self, rng: Rng) -> Picture:
        split, name = self.photos[rng.integers(len(self.photos))]
        return split.photo(name), scene_codes(split, name)


@dataclass(frozen=True)
class World:
    """Where samples come from. It can be pickled, so that other processes draw them too."""

    labelled: Source
    lent: Source
    scene: Source
    things: tuple[scenes.Thing, ...]

    def sample(self, kind: str, size_hw: tuple[int, int], rng: Rng) -> Picture:
        """A sample of one of ``SHARES``, uint8 (H, W, 3), and its codes, uint8 (H, W)."""
        if kind == "scene":
            image, codes = scenes.scene_sample(self.scene(rng), size_hw, rng)
            if rng.random() < DRAWN_SCENE:
                image = drawings.painted(image, rng) if rng.random() < 0.5 else drawings.posterised(image, rng)
        elif kind == "nobody":
            image, codes = self._nobody(size_hw, rng), np.zeros(size_hw, np.uint8)
        elif kind == "plain":
            return augment.sample(*self.labelled(rng), size_hw, rng)
        else:
            image, codes = self._figure(kind, size_hw, rng)
        image = looks.looked_at_otherwise(augment.tone(image, rng), rng)
        return augment.degrade(image, rng), codes

    def _nobody(self, size_hw: tuple[int, int], rng: Rng) -> np.ndarray:
        empty = scenes.without_people(self.scene(rng), size_hw, rng) if rng.random() < 0.7 else None
        if empty is None:
            empty = cv2.resize(augment.nobody(*self.labelled(rng), rng), size_hw[::-1])
        return drawings.posterised(empty, rng) if rng.random() < 0.15 else empty

    def _figure(self, kind: str, size_hw: tuple[int, int], rng: Rng) -> Picture:
        photo, label = self.lent(rng) if kind == "lent" else self.labelled(rng)
        other = self.labelled(rng)
        near = rng.random() < CLOSE_UP
        if near:
            image, label = _close_up(photo, label, size_hw, rng)
        else:
            image, label = compose.placed(photo, label, other, size_hw, rng)
        if kind == "composed":
            image, label = scenes.behind(image, label, self.scene(rng), rng)
        texture = other[0] if rng.random() < 0.2 else None
        image = compose.dressed_anew(image, label, texture, rng)
        if rng.random() < SKIN_TONE:
            image = looks.skin_tone(image, label, rng)
        if rng.random() < HAIR_COLOUR:
            image = looks.hair_colour(image, label, rng)
        if rng.random() < SCARF:
            image, label = headscarves.with_headscarf(image, label, rng, other[0])
        elif rng.random() < BEHIND:
            image, label = from_behind.from_behind(image, label, rng)
        elif rng.random() < (SPECTACLES_CLOSE_UP if near else SPECTACLES):
            image, label = spectacles.with_spectacles(image, label, rng)
        if self.things and rng.random() < (0.5 if kind == "composed" else THING):
            image, label = scenes.in_front(image, label, self.things[rng.integers(len(self.things))], rng)
        elif rng.random() < SLAB:
            image, label = compose.in_front(image, label, other, rng)
        return drawings.drawing(image, label, rng) if kind == "drawn" else (image, label)


def _close_up(photo: np.ndarray, label: np.ndarray, size_hw: tuple[int, int], rng: Rng) -> Picture:
    """Head and neck, or the head alone, over most of the frame."""
    rows, columns = np.nonzero(np.isin(label, augment.HEAD))
    if len(rows) < 30:
        return augment.warped(photo, label, augment.framing(label, size_hw, rng), size_hw, IGNORE)
    tall = max(rows.max() - rows.min(), 12)
    side, middle = tall * rng.uniform(1.0, 2.0), columns.mean()
    top = rows.min() - rng.uniform(0.0, 0.25) * tall
    box = middle - side / 2, top, middle + side / 2, top + side
    return augment.warped(photo, label, augment.framing(label, size_hw, rng, box=box), size_hw, IGNORE)


class WideSamples(Dataset[tuple[Tensor, Tensor]]):
    """Sample ``index`` of a run, always the same one; batches of ``batch`` samples have one size."""

    def __init__(self, world: World, sizes: tuple[tuple[int, int], ...], batch: int, seed: int) -> None:
        self.world, self.sizes, self.batch, self.seed = world, sizes, batch, seed

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        cv2.setNumThreads(0)
        rng = np.random.default_rng((self.seed, 77, index))
        size_hw = self.sizes[index // self.batch % len(self.sizes)]
        kind = str(rng.choice(list(SHARES), p=list(SHARES.values())))
        image, codes = self.world.sample(kind, size_hw, rng)
        return to_input(image), torch.from_numpy(codes.astype(np.int64))


def read_world(labelled: Split, lent: Split, extra: Path, bystanders: Path | None, seed: int) -> World:
    """The sources. ``bystanders``: folder of ``training.teacher``'s codes of the labelled photos.

    Where it is sure of a person whom the labels call background, the pixel has no loss: bystanders are unlabelled.
    """
    scene = Scenes(tuple((split, name) for split in scene_splits(extra) for name in split.names))
    rng = np.random.default_rng((seed, 78))
    things = (thing for _ in range(ATTEMPTS) if (thing := scenes.cut_thing(scene(rng), rng)) is not None)
    return World(Photos(labelled, bystanders), Photos(lent), scene, tuple(islice(things, THINGS)))


def scene_splits(extra: Path) -> list[Split]:
    """The sets of EXTRA/train, each with all of its photos."""
    folders = sorted(path for path in (extra / "train").iterdir() if (path / "photos").is_dir())
    return [Split(path, tuple(sorted(photo.stem for photo in (path / "photos").glob("*.jpg")))) for path in folders]


def scene_codes(split: Split, name: str) -> np.ndarray:
    """The codes of a scene, uint8 (H, W); unknown pixels are ``UNSURE``, so that only the frame's outside is 255."""
    sets = split.root / "sets" / f"{name}.png"
    codes = np.array(Pictures.open(sets)) if sets.exists() else split.label(name)
    return np.where(codes == IGNORE, UNSURE, codes).astype(np.uint8)


def without_bystanders(label: np.ndarray, codes: Path | None, name: str) -> np.ndarray:
    """Labels, the background where the teacher is sure of a person made ``UNSURE``."""
    path = None if codes is None else codes / f"{name}.png"
    if path is None or not path.exists():
        return label
    seen = np.array(Pictures.open(path))
    figure = cv2.dilate((label > 0).astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    return np.where((seen >= 200) & (seen != IGNORE) & ~figure, UNSURE, label).astype(np.uint8)
