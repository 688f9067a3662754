"""Per-part IoU, calibration and time of parsers: ``python -m benchmarks.parser DATA [--parser NAME]…``.

DATA holds photos/, labels/ and split.json. IoU is pooled over the pixels of all photos, at the photos' own size; the
intervals are bootstrapped over photos. Protected faces: share of photos of whose labelled face at least 98 % lies in
the region that the parser's face part protects, with no detector.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.fusion.protect import protected_region
from segmask.labels import PART_ID, PARTS, WORN, part_ids
from segmask.models.base import Parser
from segmask.models.registry import load_parser

RESAMPLES = 1000
BINS = 15  # of the expected calibration error (Guo et al. 2017)


@dataclass(frozen=True)
class Measured:
    """What was measured on every photo."""

    confusion: NDArray[np.int64]
    """(photos, 14, 14): truth by guess, in pixels."""
    bins: NDArray[np.float64]
    """(15, 3): pixels, sum of confidence, sum of right answers."""
    face_protected: NDArray[np.float64]
    """Share of the labelled face that is protected, a photo; photos without a face are left out."""
    below_chin: NDArray[np.float64]
    """Protected skin and garment below the labelled face, as a share of the face's area."""
    seconds: NDArray[np.float64]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=Path)
    options.add_argument("--parser", action="append", help="name or ONNX file; the built-in one without it")
    options.add_argument("--part", default="val")
    chosen = options.parse_args()
    names = json.loads((chosen.data / "split.json").read_text())[chosen.part]
    for name in chosen.parser or ["builtin"]:
        print_table(name, measure(load_parser(name), chosen.data, names))


def measure(parser: Parser, data: Path, names: list[str]) -> Measured:
    """Run a parser over the named photos."""
    confusion, faces, below, seconds = [], [], [], []
    bins = np.zeros((BINS, 3))
    for name in names:
        photo = io.read_image(data / "photos" / f"{name}.jpg")
        truth = io.read_labels(data / "labels" / f"{name}.png")
        began = time.perf_counter()
        parsing = parser.parse(photo)
        seconds.append(time.perf_counter() - began)
        guess = parsing.label_map
        counts = np.bincount(truth.ravel().astype(np.int64) * len(PARTS) + guess.ravel(), minlength=len(PARTS) ** 2)
        confusion.append(counts.reshape(len(PARTS), len(PARTS)))
        confidence = np.max([parsing.probs(part) for part in PARTS], 0).ravel()
        index = np.minimum((confidence * BINS).astype(int), BINS - 1)
        for column, values in enumerate((np.ones_like(confidence), confidence, (guess == truth).ravel())):
            bins[:, column] += np.bincount(index, values, BINS)
        face = truth == PART_ID["face"]
        if face.any():
            protected = protected_region(parsing, (), ("hair",))
            chin = np.nonzero(face.any(1))[0].max()
            faces.append(protected[face].mean())
            below.append(protected[chin + 1 :].sum() / face.sum())
    return Measured(np.array(confusion), bins, np.array(faces), np.array(below), np.array(seconds))


def ious(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """IoU of each part, of worn items merged and the mean over the parts, from a confusion matrix (14, 14)."""
    overlap = np.diag(confusion)
    union = confusion.sum(0) + confusion.sum(1) - overlap
    parts = overlap / np.maximum(union, 1)
    worn = list(part_ids(WORN))
    both = confusion[np.ix_(worn, worn)].sum()
    either = confusion[worn].sum() + confusion[:, worn].sum() - both
    return np.array([*parts, both / either, parts.mean()])


def print_table(name: str, measured: Measured) -> None:
    rng = np.random.default_rng(0)
    photos = len(measured.confusion)
    drawn = [ious(measured.confusion[rng.integers(0, photos, photos)].sum(0)) for _ in range(RESAMPLES)]
    low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
    print(f"\n| {name}, {photos} photos | IoU | 95 % interval |\n|---|---|---|")
    for row, value, bottom, top in zip(
        (*PARTS, "worn", "mean"), ious(measured.confusion.sum(0)), low, high, strict=True
    ):
        print(f"| {row} | {value:.3f} | {bottom:.3f}-{top:.3f} |")
    pixels, confidence, right = measured.bins.T
    error = np.abs(confidence - right).sum() / pixels.sum()
    print(f"\nExpected calibration error {error:.4f}. Median {np.median(measured.seconds) * 1000:.0f} ms a photo.")
    covered = (measured.face_protected >= 0.98).mean()
    print(f"Faces protected to 98 % on {covered:.1%} of {len(measured.face_protected)} photos;", end=" ")
    print(f"protected below the chin: median {np.median(measured.below_chin):.3f} of the face's area.")


if __name__ == "__main__":
    main()
