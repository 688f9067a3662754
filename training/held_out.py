"""The parser that has not seen a photo: out-of-fold probabilities of the training photos.

``python -m training.held_out DATA FOLD0.onnx FOLD1.onnx`` measures what the two parsers make of the photos that each
left out, and fits the temperature of their probabilities: on one half, judged on the other, both ways.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax, softmax

from segmask.core.labels import PARTS
from segmask.models.builtin import BuiltinParser
from segmask.models.session import Network
from training.data import Split, load_split

STEP = 6  # pixels between the pixels that are looked at
BINS = 15  # of the expected calibration error (Guo et al. 2017)
TEMPERATURES = np.round(np.arange(0.6, 1.81, 0.05), 2)


@dataclass(frozen=True)
class HeldOut:
    """The training photos, and for each the parser that was trained without it."""

    split: Split
    parsers: tuple[BuiltinParser, ...]
    """One a fold; that of fold k left out every photo whose place in ``split.json``, modulo their number, is k."""

    def parser(self, name: str) -> BuiltinParser:
        """The parser that has not seen the training photo ``name``; ValueError for any other photo."""
        return self.parsers[self.fold(name)]

    def fold(self, name: str) -> int:
        """Which fold left the photo out."""
        return self.split.names.index(name) % len(self.parsers)


def load_held_out(data: Path, networks: list[Path]) -> HeldOut:
    """``networks``: the ``parser.onnx`` of ``training.train --fold 0``, ``--fold 1``, in this order."""
    parsers = tuple(BuiltinParser(Network(path)) for path in networks)
    return HeldOut(load_split(data, "train"), parsers)


@dataclass(frozen=True)
class Pixels:
    """Some pixels of one photo."""

    fold: int
    log_probs: NDArray[np.float32]
    """(n, 14)."""
    truth: NDArray[np.uint8]
    """(n,)."""


def look(held_out: HeldOut, name: str) -> Pixels:
    """Every ``STEP``-th pixel of a photo, as the parser sees it that does not know it."""
    truth = held_out.split.label(name)
    parsing = held_out.parser(name).parse(held_out.split.photo(name))
    height, width = parsing.working_probs.shape[1:]
    rows = np.arange(STEP // 2, truth.shape[0], STEP)
    columns = np.arange(STEP // 2, truth.shape[1], STEP)
    at = np.ix_((rows * height // truth.shape[0]), (columns * width // truth.shape[1]))
    probs = np.stack([plane[at].ravel() for plane in parsing.working_probs], 1)
    return Pixels(held_out.fold(name), np.log(np.maximum(probs, 1e-7)), truth[np.ix_(rows, columns)].ravel())


def calibration_error(log_probs: NDArray[np.float32], truth: NDArray[np.uint8], temperature: float) -> float:
    """Expected calibration error of the likeliest class after ``softmax(log_probs / temperature)``."""
    confidence = softmax(log_probs / temperature, axis=1).max(1)
    right = log_probs.argmax(1) == truth
    index = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return float(np.abs(np.bincount(index, confidence - right, BINS)).sum() / len(truth))


def log_loss(log_probs: NDArray[np.float32], truth: NDArray[np.uint8], temperature: float) -> float:
    """Mean negative log likelihood after tempering."""
    return -float(log_softmax(log_probs / temperature, axis=1)[np.arange(len(truth)), truth].mean())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=Path)
    options.add_argument("networks", type=Path, nargs=2)
    options.add_argument("--every", type=int, default=1, help="look at every n-th pair of photos only")
    chosen = options.parse_args()
    held_out = load_held_out(chosen.data, chosen.networks)
    looked_at = [
        look(held_out, name)
        for index, name in enumerate(held_out.split.names)
        if index // len(held_out.parsers) % chosen.every == 0
    ]
    print(json.dumps(summary(looked_at), indent=2))


def summary(photos: list[Pixels]) -> dict[str, object]:
    """Shares of right pixels and IoUs, and calibration as it is and with the temperature of the other half."""
    halves: list[tuple[NDArray[np.float32], NDArray[np.uint8]]] = []
    for fold in (0, 1):
        chosen = [pixels for pixels in photos if pixels.fold == fold]
        halves.append((np.concatenate([p.log_probs for p in chosen]), np.concatenate([p.truth for p in chosen])))
    fitted = [min(TEMPERATURES, key=lambda t, half=half: log_loss(*half, t)) for half in halves]
    log_probs, truth = (np.concatenate(parts) for parts in zip(*halves, strict=True))
    guess = log_probs.argmax(1)
    return {
        "photos": len(photos),
        "right": float((guess == truth).mean()),
        "iou": {
            part: float(((guess == i) & (truth == i)).sum() / max(1, ((guess == i) | (truth == i)).sum()))
            for i, part in enumerate(PARTS)
        },
        "temperature fitted on fold 0, 1": [float(value) for value in fitted],
        "error as it is, fold 0, 1": [calibration_error(*half, 1.0) for half in halves],
        "error with the other fold's": [calibration_error(*halves[i], fitted[1 - i]) for i in (0, 1)],
        "log loss as it is": [log_loss(*half, 1.0) for half in halves],
        "log loss with the other fold's": [log_loss(*halves[i], fitted[1 - i]) for i in (0, 1)],
    }


if __name__ == "__main__":
    main()
