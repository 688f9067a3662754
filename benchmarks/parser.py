"""Parsers side by side: ``python -m benchmarks.parser DATA [--parser NAME[=LABELS.json]]… [--judge FOLDER] [--write]``.

DATA holds photos/, labels/ and split.json. A parser is a name of ``segmask models list`` or an ONNX file, with
``=LABELS.json`` after it where it needs a description (docs/models.md). IoU is pooled over the pixels of all photos, at
the photos' own size; the intervals are bootstrapped over photos. Of the other views (``parser_views.py``) fewer photos
are taken (``--views N``). Protected faces: share of photos of whose labelled face at least 98 % lies in the region that
the parser's face part protects, with no detector. ``--judge`` measures on every set in FOLDER besides, also where
labels leave parts open (``parser_sets.py``). ``--write`` replaces the section in ``RESULTS.md``.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.parser_sets import sets_report
from benchmarks.parser_views import VIEWS, View
from benchmarks.sections import replace_section
from segmask import io
from segmask.core.geometry import resize_image
from segmask.core.labels import CLOTHING, PART_ID, PARTS, WORN, part_ids
from segmask.core.types import LabelMap, Parsing
from segmask.evaluation.metrics.boundary import boundary_f
from segmask.evaluation.metrics.truth import Truth
from segmask.fusion.protect import face_region
from segmask.models.base import Parser
from segmask.models.registry import load_parser

RESAMPLES = 1000
BINS = 15  # of the expected calibration error (Guo et al. 2017)
TIMED_HW = (1536, 1024)  # a common size of generated pictures
TIMED_PHOTOS = 15
MERGED = {"worn": WORN, "clothes": CLOTHING, "skin and face": ("skin", "face")}
ROWS = (*PARTS, *MERGED, "mean")
ABOUT = """`python -m benchmarks.parser DATA --parser builtin --parser pan_skin_clothes_hair.onnx=LABELS.json --views 20
--write`. PAN (MobileNetV3-small, three outputs) names skin, clothes and hair only: compare *worn*, *clothes*, *skin and
face*, *hair* and *background*. Its probabilities are independent, so that its calibration error says little."""
VIEW_ROWS = ("worn", "face", "hair", "skin", "skin and face", "background", "mean")


@dataclass(frozen=True)
class Measured:
    """What was measured on every photo."""

    confusion: NDArray[np.int64]
    """(photos, 14, 14): truth by guess, in pixels."""
    bins: NDArray[np.float64]
    """(15, 3): pixels, sum of confidence, sum of right answers."""
    boundary: NDArray[np.float64]
    """Boundary F of what is worn."""
    face_protected: NDArray[np.float64]
    """Share of the labelled face that is protected, a photo; photos without a face are left out."""
    below_chin: NDArray[np.float64]
    """Protected pixels below the labelled face, as a share of the face's area."""

    @property
    def calibration_error(self) -> float:
        """Expected calibration error."""
        pixels, confidence, right = self.bins.T
        return float(np.abs(confidence - right).sum() / pixels.sum())


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=Path)
    options.add_argument("--parser", action="append", help="NAME or FILE.onnx[=LABELS.json]; builtin without it")
    options.add_argument("--part", default="val")
    options.add_argument("--views", type=int, default=25, metavar="N", help="photos of each further view")
    options.add_argument("--judge", type=Path, metavar="FOLDER", help="folder of further labelled sets")
    options.add_argument("--write", action="store_true", help="replace the section in RESULTS.md")
    chosen = options.parse_args()
    names = json.loads((chosen.data / "split.json").read_text())[chosen.part]
    parsers = {}
    for spec in chosen.parser or ["builtin"]:
        path, _, labels = spec.partition("=")
        parsers[Path(path).stem] = load_parser(path, labels=labels or None)
    text = report(parsers, chosen.data, chosen.part, names, chosen.views)
    if chosen.judge:
        text += f"\n\n{sets_report(parsers, chosen.judge)}"
    print(text)
    if chosen.write:
        replace_section("parser", text)


def report(parsers: dict[str, Parser], data: Path, part: str, names: Sequence[str], views: int) -> str:
    """The whole section, Markdown."""
    measured = {name: measure(parser, data, names) for name, parser in parsers.items()}
    times = timed(parsers, data, names)
    lines = [f"## Parsers\n\n{len(names)} photos of `{part}`. {ABOUT}", iou_table(measured)]
    lines.append(other_table(measured, times))
    chosen = names[:: max(1, len(names) // views)][:views] if views else []
    if chosen:
        lines.append(views_table(parsers, data, chosen))
    return "\n\n".join(lines)


def measure(parser: Parser, data: Path, names: Sequence[str], view: View = VIEWS["whole"]) -> Measured:
    """Run a parser over the named photos as ``view`` shows them."""
    confusion, boundaries, faces, below = [], [], [], []
    bins = np.zeros((BINS, 3))
    for name in names:
        photo = io.read_image(data / "photos" / f"{name}.jpg")
        photo, truth = view(photo, io.read_labels(data / "labels" / f"{name}.png"))
        parsing = parser.parse(photo)
        guess = parsing.label_map
        counts = np.bincount(truth.ravel().astype(np.int64) * len(PARTS) + guess.ravel(), minlength=len(PARTS) ** 2)
        confusion.append(counts.reshape(len(PARTS), len(PARTS)))
        if view is not VIEWS["whole"]:
            continue
        bins += confidences(parsing, truth)
        boundaries.append(worn_boundary(guess, truth))
        face = truth == PART_ID["face"]
        if face.any():
            protected = face_region(parsing, CLOTHING)
            chin = np.nonzero(face.any(1))[0].max()
            faces.append(protected[face].mean())
            below.append(protected[chin + 1 :].sum() / face.sum())
    return Measured(np.array(confusion), bins, np.array(boundaries), np.array(faces), np.array(below))


def confidences(parsing: Parsing, truth: LabelMap) -> NDArray[np.float64]:
    """Pixels, confidence and right answers, by confidence: (15, 3)."""
    confidence = parsing.probs(PARTS[0])
    for part in PARTS[1:]:
        confidence = np.maximum(confidence, parsing.probs(part))
    confidence = confidence.ravel()
    index = np.minimum((confidence * BINS).astype(int), BINS - 1)
    columns = (np.ones_like(confidence), confidence, (parsing.label_map == truth).ravel())
    return np.asarray(np.stack([np.bincount(index, values, BINS) for values in columns], 1), np.float64)


def worn_boundary(guess: LabelMap, truth: LabelMap) -> float:
    """Boundary F of the worn items merged."""
    worn = part_ids(WORN)
    values = np.where(np.isin(truth, worn), 255, 0).astype(np.uint8)
    return boundary_f(np.isin(guess, worn).astype(np.float32), Truth(values))


def timed(parsers: dict[str, Parser], data: Path, names: Sequence[str]) -> dict[str, float]:
    """Median seconds of one ``parse`` at 1024x1536; the parsers take turns, so that they share what else runs."""
    seconds: dict[str, list[float]] = {name: [] for name in parsers}
    for photo_name in names[:TIMED_PHOTOS]:
        photo = resize_image(io.read_image(data / "photos" / f"{photo_name}.jpg"), TIMED_HW)
        for name, parser in parsers.items():
            began = time.perf_counter()
            parser.parse(photo)
            seconds[name].append(time.perf_counter() - began)
    return {name: float(np.median(values)) for name, values in seconds.items()}


def ious(confusion: NDArray[np.int64]) -> NDArray[np.float64]:
    """IoU of each row of ``ROWS`` from a confusion matrix (14, 14)."""
    overlap = np.diag(confusion)
    union = confusion.sum(0) + confusion.sum(1) - overlap
    parts = overlap / np.maximum(union, 1)
    merged = []
    for group in MERGED.values():
        ids = list(part_ids(group))
        both = confusion[np.ix_(ids, ids)].sum()
        merged.append(both / max(1, confusion[ids].sum() + confusion[:, ids].sum() - both))
    return np.array([*parts, *merged, parts.mean()])


def iou_table(measured: dict[str, Measured]) -> str:
    """IoU of each part with its interval, a column a parser; a dash where a parser never names the part."""
    columns = []
    for one in measured.values():
        rng = np.random.default_rng(0)
        photos = len(one.confusion)
        drawn = [ious(one.confusion[rng.integers(0, photos, photos)].sum(0)) for _ in range(RESAMPLES)]
        low, high = np.percentile(drawn, [2.5, 97.5], axis=0)
        named = [*(one.confusion.sum((0, 1)) > 0), *[True] * len(MERGED), True]
        values = zip(ious(one.confusion.sum(0)), low, high, named, strict=True)
        columns.append([f"{v:.3f} [{a:.3f}, {b:.3f}]" if known else "-" for v, a, b, known in values])
    return _table(["IoU [95 % interval]", *measured], [[row, *(c[i] for c in columns)] for i, row in enumerate(ROWS)])


def other_table(measured: dict[str, Measured], times: dict[str, float]) -> str:
    """Outlines, calibration, faces and time, a column a parser; time as a ratio to the last parser's too."""
    every, last = list(measured.values()), list(times.values())[-1]
    rows = [
        ["boundary F, worn", *(f"{m.boundary.mean():.3f}" for m in every)],
        ["expected calibration error", *(f"{m.calibration_error:.4f}" for m in every)],
        ["photos with 98 % of the face protected", *(f"{(m.face_protected >= 0.98).mean():.1%}" for m in every)],
        ["protected below the chin, of the face's area, median", *(f"{np.median(m.below_chin):.3f}" for m in every)],
        ["the same, 90th percentile", *(f"{np.percentile(m.below_chin, 90):.3f}" for m in every)],
        ["ms for one picture of 1024x1536, median", *(f"{1000 * value:.0f}" for value in times.values())],
        ["the same, ratio to the last column", *(f"{value / last:.2f}" for value in times.values())],
    ]
    return _table(["", *measured], rows)


def views_table(parsers: dict[str, Parser], data: Path, names: Sequence[str]) -> str:
    """IoUs on other views of the same photos, a row a view and parser."""
    rows = []
    for name, parser in parsers.items():
        for title, view in VIEWS.items():
            values = dict(zip(ROWS, ious(measure(parser, data, names, view).confusion.sum(0)), strict=True))
            rows.append([name, title, *(f"{values[row]:.3f}" for row in VIEW_ROWS)])
    return _table([f"{len(names)} photos", "view (height:width)", *VIEW_ROWS], rows)


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


if __name__ == "__main__":
    main()
