"""The labelled photos, and how one becomes a training sample."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import Dataset

from training import augment, compose
from training.pseudo import UNSURE

IGNORE = 255  # pixels beyond the photo's frame: no loss


@dataclass(frozen=True)
class Split:
    """Names of the photos of one part of the set, and where they lie."""

    root: Path
    names: tuple[str, ...]

    def photo(self, name: str) -> np.ndarray:
        """uint8 (H, W, 3) RGB. Raises FileNotFoundError where there is none that can be read."""
        path = self.root / "photos" / f"{name}.jpg"
        image = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
        if image is None:
            raise FileNotFoundError(f"{path}: no photo that can be read")
        return image

    def label(self, name: str) -> np.ndarray:
        """uint8 (H, W), one part id per pixel."""
        from PIL import Image

        return np.array(Image.open(self.root / "labels" / f"{name}.png"))


def load_split(root: Path, part: str, fold: int | None = None, folds: int = 2) -> Split:
    """One part of the set. ``fold`` leaves every ``folds``-th photo out: the out-of-fold parsers train so."""
    names = json.loads((root / "split.json").read_text())[part]
    if fold is not None:
        names = [name for index, name in enumerate(names) if index % folds != fold]
    return Split(root, tuple(names))


class Samples(Dataset[tuple[Tensor, Tensor]]):
    """Augmented samples of one epoch; the same seed, epoch and index give the same sample.

    ``more`` lends every second of its photos to an epoch, those between to the next.
    """

    def __init__(
        self,
        split: Split,
        size_hw: tuple[int, int],
        seed: int,
        *,
        hard: bool = False,
        more: Split | None = None,
        colours: bool = True,
    ) -> None:
        self.split, self.size_hw, self.seed, self.epoch, self.hard = split, size_hw, seed, 0, hard
        self.more, self.colours = more, colours

    def __len__(self) -> int:
        return len(self.split.names) + (len(self.more.names) // 2 if self.more else 0)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        cv2.setNumThreads(0)
        rng = np.random.default_rng((self.seed, self.epoch, index))
        split, name = self._photo(index)
        if self.hard:
            return self._hard(split, name, rng)
        other = self.split.photo(self._any(rng)) if rng.random() < 0.2 else None
        image, label = augment.sample(
            split.photo(name), split.label(name), self.size_hw, rng, texture=other, ignore=IGNORE, colours=self.colours
        )
        return to_input(image), _truth(label)

    def _photo(self, index: int) -> tuple[Split, str]:
        own = len(self.split.names)
        if index < own or self.more is None:
            return self.split, self.split.names[index]
        return self.more, self.more.names[2 * (index - own) + self.epoch % 2]

    def _any(self, rng: np.random.Generator) -> str:
        return self.split.names[rng.integers(len(self.split.names))]

    def _hard(self, split: Split, name: str, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
        other = self._any(rng)
        image, label = compose.hard_sample(
            split.photo(name),
            split.label(name),
            (self.split.photo(other), self.split.label(other)),
            self.size_hw,
            rng,
            ignore=IGNORE,
        )
        return to_input(image), _truth(label)


def _truth(label: np.ndarray) -> Tensor:
    return torch.from_numpy(np.where(label == UNSURE, IGNORE, label).astype(np.int64))


def to_input(image: np.ndarray) -> Tensor:
    """uint8 (H, W, 3) RGB -> float32 (3, H, W) in [-1, 1]."""
    return torch.from_numpy(np.ascontiguousarray(image.transpose(2, 0, 1))).float() / 127.5 - 1


def class_weights(split: Split, classes: int) -> Tensor:
    """Inverse square root of each class's share of the pixels, mean 1 over the pixels, at most 4."""
    counts = np.zeros(classes)
    for name in split.names:
        counts += np.bincount(split.label(name)[::4, ::4].ravel(), minlength=classes)[:classes]
    share = counts / counts.sum()
    weights = 1 / np.sqrt(np.maximum(share, 1e-6))
    weights /= (weights * share).sum()
    return torch.from_numpy(np.minimum(weights, 4.0)).float()
