"""Faces on labelled photos: how many are found, what else is, how long it takes, and how much of them is protected.

``python benchmarks/faces.py SET [--detector NAME ...] [--photos N] [--split NAME]``: SET is a folder with photos/,
labels/ and split.json. Detectors are names or files as for ``segmask --face-detector``; without any, all that are
downloaded. A labelled face is found when a box covers half of it. A face elsewhere is counted as another face:
passers-by are not labelled, so these are to be looked at (``--others FOLDER`` writes them), not all wrong.

``python benchmarks/faces.py SET --outlines FILE``: FILE holds faces and ears outlined by hand; what share of each
stays outside of what is protected, by source, and how far below the chin protection reaches.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from segmask import io
from segmask.core.labels import CLOTHING, PART_ID, PARTS
from segmask.core.types import Face, Image, Mask, Parsing
from segmask.fusion.protect import face_region, protected_region
from segmask.models.base import FaceDetector, Parser
from segmask.models.catalog import CATALOG
from segmask.models.registry import load_face_detector, load_parser
from segmask.models.store import is_present

SMALLEST_FACE = 40  # labelled pixels: smaller scraps are noise of the labels
COVERED = 0.5
WHOLE = 0.005  # of an outline outside: less is rounding
CHIN = 0.15  # half the width of the strip below the chin, in face widths


@dataclass
class Tally:
    """Counts over a set."""

    labelled: int = 0
    found: int = 0
    outlined: int = 0
    others: int = 0
    seconds: list[float] = field(default_factory=list)

    def line(self, name: str) -> str:
        share = self.found / max(self.labelled, 1)
        outlined = self.outlined / max(self.found, 1)
        milliseconds = 1000 * float(np.median(self.seconds))
        return f"{name}\t{self.found}/{self.labelled}\t{share:.3f}\t{outlined:.3f}\t{self.others}\t{milliseconds:.0f}"


def measure(detector: FaceDetector, root: Path, names: list[str], others: Path | None) -> Tally:
    """Run one detector over the photos."""
    tally = Tally()
    for name in names:
        image = read(root, name)
        truth = io.read_labels(root / "labels" / f"{name}.png") == PART_ID["face"]
        start = time.perf_counter()
        faces = detector.detect(image)
        tally.seconds.append(time.perf_counter() - start)
        covered = [truth[face.box.slices].sum() / max(truth.sum(), 1) for face in faces]
        strangers = [face for face, share in zip(faces, covered, strict=True) if share < COVERED / 10]
        tally.others += len(strangers)
        if others is not None:
            save_others(image, strangers, others / f"{detector.name}-{name}")
        if truth.sum() < SMALLEST_FACE:
            continue
        tally.labelled += 1
        best = int(np.argmax(covered)) if covered else None
        if best is not None and covered[best] >= COVERED:
            tally.found += 1
            tally.outlined += faces[best].oval is not None
        else:
            print(f"# {detector.name} misses {name}")
    return tally


def save_others(image: Image, faces: list[Face], stem: Path) -> None:
    """Each face with what is around it, to look at."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    for index, face in enumerate(faces):
        crop = np.ascontiguousarray(image[face.box.grow(3).clip(*image.shape[:2]).slices])
        stem.with_name(f"{stem.name}-{index}-{face.score:.2f}.png").write_bytes(
            io.encode(crop, io.Metadata(), "PNG")[0]
        )


def measure_outlines(detector: FaceDetector, parser: Parser, root: Path, file: Path) -> None:
    """Print what share of the outlined faces and ears each source leaves unprotected, and the reach below the chin."""
    outlines = json.loads(file.read_text())
    missed: dict[tuple[str, str], list[float]] = {}
    reaches: list[float] = []
    for name, polygon in outlines["faces"].items():
        image = read(root, name)
        parsing, faces = parser.parse(image), detector.detect(image)
        regions = protected_by_source(parsing, faces)
        for kind, polygons in (("face", [polygon]), ("ear", outlines.get("ears", {}).get(name, []))):
            for outline in polygons:
                truth = filled(outline, parsing.size_hw)
                for source, region in regions.items():
                    missed.setdefault((kind, source), []).append(1 - float(region[truth].mean()))
        reaches.append(reach_below(regions["face part and oval"], np.array(polygon)))
    print("outlined\tsource\tmean outside\tworst\tfully inside")
    for (kind, source), shares in missed.items():
        inside = np.mean(np.array(shares) < WHOLE)
        print(f"{kind} ({len(shares)})\t{source}\t{np.mean(shares):.3f}\t{max(shares):.3f}\t{inside:.2f}")
    print(
        f"reach below the chin, in face heights: median {np.median(reaches):.3f}, "
        f"least {min(reaches):.3f}, most {max(reaches):.3f}"
    )


def protected_by_source(parsing: Parsing, faces: tuple[Face, ...]) -> dict[str, Mask]:
    """What is protected by the parser's face, by the detector's, by both, and with the hair's core."""
    blind = np.zeros_like(parsing.working_probs)
    blind[PARTS.index("background")] = 1
    bald = (*CLOTHING, "hair")  # with hair targeted, the face alone is protected
    nothing = Parsing(blind, parsing.size_hw, parsing.source)
    return {
        "detector and landmarker": protected_region(nothing, faces, bald),
        "parser's face part": face_region(parsing, CLOTHING),
        "face part and oval": face_region(parsing, CLOTHING) | protected_region(parsing, faces, bald),
        "these and hair": protected_region(parsing, faces, CLOTHING),
    }


def reach_below(region: Mask, polygon: np.ndarray) -> float:
    """How far a region reaches below the outlined chin, in the face's height; negative where it ends above."""
    (x0, y0), (x1, y1) = polygon.min(0), polygon.max(0)
    chin_x = polygon[polygon[:, 1].argmax(), 0]
    half = CHIN * (x1 - x0)
    strip = region[round(y0) : round(y1 + (y1 - y0)), max(0, round(chin_x - half)) : round(chin_x + half) + 1]
    rows = np.nonzero(strip.any(1))[0]
    return (y0 + rows[-1] + 1 - y1) / (y1 - y0) if rows.size else -1.0


def filled(polygon: object, size_hw: tuple[int, int]) -> Mask:
    """The pixels in an outline."""
    import cv2

    mask = np.zeros(size_hw, np.uint8)
    cv2.fillPoly(mask, [np.rint(np.array(polygon)).astype(np.int32)], 1)
    return mask > 0


def read(root: Path, name: str) -> Image:
    return io.read_image(root / "photos" / f"{name}.jpg")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", type=Path)
    parser.add_argument("--detector", action="append")
    parser.add_argument("--photos", type=int)
    parser.add_argument("--split", default="val")
    parser.add_argument("--others", type=Path)
    parser.add_argument("--outlines", type=Path)
    options = parser.parse_args()
    if options.outlines:
        detector = load_face_detector((options.detector or ["auto"])[0], threads=2)
        if detector is None:
            parser.error("no face detector is downloaded")
        print(f"# {detector.name}")
        measure_outlines(detector, load_parser("builtin", threads=2), options.set, options.outlines)
        return
    names = json.loads((options.set / "split.json").read_text())[options.split][: options.photos]
    present = [entry.name for entry in CATALOG if entry.task == "face detector" and is_present(entry)]
    print("detector\tfound\tshare\toutlined\tothers\tms (median)")
    for choice in options.detector or present:
        detector = load_face_detector(choice, threads=2)
        if detector is not None:
            print(measure(detector, options.set, names, options.others).line(detector.name), flush=True)


if __name__ == "__main__":
    main()
