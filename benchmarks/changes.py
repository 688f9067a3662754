"""What alignment, tone match and change map are worth: accuracy, ablation, and the same mask at every size.

    python -m benchmarks.changes LABELLED_SET PAIRS [--large PHOTO ...] [--cases 60]

LABELLED_SET: photos/ and split.json; known motions of its ``val`` photos are measured. PAIRS: a folder that ``segmask
synth`` wrote; strategy ``diff`` is run on it with one stage left out or replaced at a time. PHOTO: large originals.
Writes the section *changes* of benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.alignment import corner_error, make_warp
from benchmarks.formulas import delta_e_1976, delta_e_2000
from benchmarks.sections import RESULTS, replace_section
from segmask import io
from segmask.change import difference
from segmask.compose.alpha import make_alpha
from segmask.core.geometry import resize_image, resize_map
from segmask.core.types import Image, Mask
from segmask.evaluation import read_dataset
from segmask.evaluation.datasets.case import load_example
from segmask.evaluation.metrics.score import score_alpha
from segmask.evaluation.statistics import mean_estimate
from segmask.register.align import align
from segmask.register.tone import apply_tone, match_tone

METRICS = ("kept", "coverage", "iou", "face_kept", "boundary_f", "strict_success")
SMALL_PX, SEED = 500_000, 11
CONSTANT_FLOOR = 2.0  # ΔE: one value everywhere, a round number above the least floor of 1.2


@dataclass(frozen=True)
class Variant:
    """The strategy with a stage left out or replaced."""

    label: str
    aligned: bool = True
    toned: bool = True
    patches: dict[str, Callable[..., Any]] = field(default_factory=dict)
    """Functions of segmask.change.difference by name."""


def _constant_floor(delta: np.ndarray, *_: Any) -> np.ndarray:
    return np.full_like(delta, CONSTANT_FLOOR)


def _no_gradient(lab: np.ndarray) -> np.ndarray:
    return np.zeros(lab.shape[:2], np.float32)


def _all_intended(statistics: np.ndarray) -> np.ndarray:
    return np.ones(len(statistics), bool)


VARIANTS = (
    Variant("as it is"),
    Variant("align off (edit only resized)", aligned=False),
    Variant("tone match off", toned=False),
    Variant(
        f"noise floor off ({CONSTANT_FLOOR:g} ΔE everywhere)",
        patches={"_quiet_floor": _constant_floor, "_gradient": _no_gradient},
    ),
    Variant("cleaning and sharpening off", patches={"_cleaned": lambda delta, _: delta}),
    Variant("region statistics off", patches={"intended": _all_intended}),
    Variant("CIE 1976 instead of CIE94", patches={"_delta_e": delta_e_1976}),
    Variant("CIEDE2000 instead of CIE94", patches={"_delta_e": delta_e_2000}),
)


@contextmanager
def _patched(patches: dict[str, Callable[..., Any]]) -> Iterator[None]:
    old = {name: getattr(difference, name) for name in patches}
    try:
        for name, function in patches.items():
            setattr(difference, name, function)
        yield
    finally:
        for name, function in old.items():
            setattr(difference, name, function)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("labelled_set", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--large", type=Path, nargs="*", default=[])
    parser.add_argument("--cases", type=int, default=60)
    options = parser.parse_args()
    parts = [
        "## Changes: alignment, ablation, size",
        f"`python -m benchmarks.changes LABELLED_SET PAIRS --large PHOTO ... --cases {options.cases}`",
        accuracy(options.labelled_set, options.cases),
        ablation(options.pairs, options.cases),
    ]
    if options.large:
        parts.append(sizes(options.large))
    replace_section("changes", "\n\n".join(parts))
    print(f"section changes of {RESULTS}")


def accuracy(labelled_set: Path, cases: int) -> str:
    """Corner errors of known motions."""
    names = json.loads((labelled_set / "split.json").read_text())["val"]
    errors, doubted, seconds = [], 0, []
    for index in range(cases):
        rng = np.random.default_rng([SEED, index])
        photo, other = (
            io.read_image(labelled_set / "photos" / f"{names[i]}.jpg") for i in rng.choice(len(names), 2, replace=False)
        )
        case = make_warp(photo, other, rng)
        began = time.perf_counter()
        _, alignment = align(case.original, case.edited)
        seconds.append(time.perf_counter() - began)
        errors.append(corner_error(alignment.matrix, case.matrix, case.original.shape[:2]))
        doubted += not alignment.trusted
    median, high = np.quantile(errors, [0.5, 0.95])
    text = (
        f"**Alignment.** {cases} known motions of `val` photos at 0.5 MP (shift to 8 % of the width, zoom .9-1.1, "
        "rotation to 2°, aspect to 4 %, edit at 0.4-3 times the size, one side cropped by up to 12 %, up to 60 % of "
        f"the picture replaced, JPEG 75-95): corner error median **{median:.2f} px**, 95th percentile "
        f"**{high:.2f} px**, largest {max(errors):.2f} px; {doubted} not trusted; {np.median(seconds):.2f} s each."
    )
    print(text, flush=True)
    return text


def ablation(pairs: Path, cases: int) -> str:
    """The metrics of ``diff`` with one stage left out or replaced at a time."""
    dataset = read_dataset(pairs)
    step = max(1, len(dataset.cases) // cases)
    rows: dict[str, list[dict[str, float]]] = {variant.label: [] for variant in VARIANTS}
    seconds: dict[str, list[float]] = {variant.label: [] for variant in VARIANTS}
    for case in dataset.cases[::step][:cases]:
        example = load_example(case)
        original = example.original
        aligned, alignment = align(original, example.edited)
        for variant in VARIANTS:
            source = aligned if variant.aligned else example.edited_on_grid
            covered = alignment.covered if variant.aligned else np.ones(original.shape[:2], bool)
            with _patched(variant.patches):
                alpha, spent = _diff(original, source, covered, variant.toned)
            rows[variant.label].append(score_alpha(alpha, example.truth))
            seconds[variant.label].append(spent)
    lines = [["strategy `diff`", *METRICS, "change map, s"], ["---", *["---:"] * (len(METRICS) + 1)]]
    for label, scores in rows.items():
        means = [mean_estimate([score[metric] for score in scores]).value for metric in METRICS]
        lines.append([label, *(f"{value:.3f}" for value in means), f"{np.median(seconds[label]):.2f}"])
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    print(table, flush=True)
    return f"**What each stage is worth**, on {len(rows[VARIANTS[0].label])} cases of `{pairs.name}`:\n\n{table}"


def _diff(original: Image, aligned: Image, covered: Mask, toned: bool) -> tuple[np.ndarray, float]:
    if toned:
        tone, light = match_tone(original, aligned, covered)
        aligned = apply_tone(aligned, tone, light)
    began = time.perf_counter()
    change = difference.measure_change(original, aligned, covered)
    spent = time.perf_counter() - began
    return make_alpha(change.mask, (original.shape[0], original.shape[1]), ~covered), spent


def sizes(photos: list[Path]) -> str:
    """IoU of the masks of a recoloured photo at its own size and at 0.5 MP."""
    found = []
    for path in photos:
        large = io.read_image(path)
        edited = recoloured(large)
        scale = np.sqrt(SMALL_PX / (large.shape[0] * large.shape[1]))
        small_hw = (round(large.shape[0] * scale), round(large.shape[1] * scale))
        small = _mask(resize_image(large, small_hw), resize_image(edited, small_hw))
        brought = resize_map(_mask(large, edited).astype(np.float32), small_hw) >= 0.5
        found.append((large.shape[0] * large.shape[1] / 1e6, float((small & brought).sum() / (small | brought).sum())))
    text = "; ".join(f"{megapixels:.0f} MP: {iou:.3f}" for megapixels, iou in found)
    print(text, flush=True)
    return f"**Size.** IoU of the masks of one pair at its full size and at 0.5 MP: {text}."


def recoloured(photo: Image) -> Image:
    """The photo with an ellipse in its lower middle in another colour, as a JPEG of quality 85."""
    import cv2

    height, width = photo.shape[:2]
    y, x = np.mgrid[:height, :width]
    inside = np.hypot((y / height - 0.7) / 0.22, (x / width - 0.5) / 0.3) < 1
    edited = photo.copy()
    edited[inside] = photo[inside] // 2 + np.array([10, 80, 70], np.uint8)
    coded = cv2.imencode(".jpg", edited, [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def _mask(original: Image, edited: Image) -> Mask:
    aligned, alignment = align(original, edited)
    alpha, _ = _diff(original, aligned, alignment.covered, toned=True)
    return alpha >= 0.5


if __name__ == "__main__":
    main()
