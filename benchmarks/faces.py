"""Face detectors on labelled photos: how many labelled faces are found, what else is, how long it takes.

``python benchmarks/faces.py SET [--detector NAME ...] [--photos N]``: SET is a folder with photos/, labels/ and
split.json. Detectors are names or files as for ``segmask --face-detector``; without any, all that are downloaded.

A labelled face is found when a box covers half of it. A face elsewhere is counted as another face: passers-by are not
labelled, so these are to be looked at, not all wrong.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segmask import io
from segmask.labels import PART_ID
from segmask.models.base import FaceDetector
from segmask.models.catalog import CATALOG
from segmask.models.registry import load_face_detector
from segmask.models.store import is_present

SMALLEST_FACE = 40  # labelled pixels: smaller scraps are noise of the labels
COVERED = 0.5


@dataclass
class Tally:
    """Counts over a set."""

    labelled: int = 0
    found: int = 0
    outlined: int = 0
    others: int = 0
    seconds: float = 0.0
    photos: int = 0

    def line(self, name: str) -> str:
        share = self.found / max(self.labelled, 1)
        outlined = self.outlined / max(self.found, 1)
        milliseconds = 1000 * self.seconds / max(self.photos, 1)
        return f"{name}\t{self.found}/{self.labelled}\t{share:.3f}\t{outlined:.3f}\t{self.others}\t{milliseconds:.0f}"


def measure(detector: FaceDetector, root: Path, names: list[str]) -> Tally:
    """Run one detector over the photos."""
    tally = Tally()
    for name in names:
        image = io.read_image(root / "photos" / f"{name}.jpg")
        face = io.read_labels(root / "labels" / f"{name}.png") == PART_ID["face"]
        start = time.perf_counter()
        faces = detector.detect(image)
        tally.seconds += time.perf_counter() - start
        tally.photos += 1
        covered = [face[found.box.slices].sum() / max(face.sum(), 1) for found in faces]
        tally.others += sum(share < COVERED / 10 for share in covered)
        if face.sum() < SMALLEST_FACE:
            continue
        tally.labelled += 1
        best = int(np.argmax(covered)) if covered else None
        if best is not None and covered[best] >= COVERED:
            tally.found += 1
            tally.outlined += faces[best].oval is not None
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--detector", action="append")
    parser.add_argument("--photos", type=int)
    parser.add_argument("--split", default="val")
    options = parser.parse_args()
    names = json.loads((options.set / "split.json").read_text())[options.split][: options.photos]
    present = [entry.name for entry in CATALOG if entry.task == "face detector" and is_present(entry)]
    print("detector\tfound\tshare\toutlined\tothers\tms")
    for choice in options.detector or present:
        detector = load_face_detector(choice, threads=2)
        if detector is not None:
            print(measure(detector, options.set, names).line(detector.name), flush=True)


if __name__ == "__main__":
    main()
