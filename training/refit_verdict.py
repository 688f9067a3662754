"""Fit the verdict on real pairs that were graded by eye, and on synthetic edits:

    python -m training.refit_verdict OUT.npz --pairs PAIRS --grades GRADES.tsv [MORE.tsv …] --synthetic SET [SET …]

PAIRS holds a folder a pair; a line of a grades file is a pair's name, a tab and its grade (``benchmarks.residue``). A
is right, C is wrong, B (a small fault) is wrong by half of the weight; N is right where the mask is empty, else wrong.
SET is a folder of synthetic edits. All are run with the package's own models. The table says how many would be shown to
a person, each family of pairs and each photo judged by a fit to the others.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.residue import read_grades
from segmask.evaluation import read_dataset
from segmask.evaluation.datasets.case import load_example
from segmask.evaluation.metrics.score import score_alpha
from segmask.masker import Masker

DECAY = 0.02  # of the standardised weights: a few hundred cases carry no more
TOLERANCE = 1e-8
"""Of the gradient, where the fit ends: weights are then exact to six digits."""
RANGE = (0.05, 0.95)
"""Quantiles that measurements are clipped to: beyond them too few cases were measured to fit a weight."""
FALSE_ALARMS = 0.15
"""Share of right masks that a person may be asked to look at."""
HALF = 0.5  # weight of a small fault


@dataclass(frozen=True)
class Row:
    """A run and what it was worth."""

    family: str
    """Pairs of one model, or edits of one photo: never fitted and judged together."""
    kind: str
    """Grade of a real pair, or ``right`` or ``wrong``."""
    measurements: np.ndarray

    @property
    def right(self) -> bool:
        return self.kind in ("A", "right")

    @property
    def weight(self) -> float:
        return HALF if self.kind == "B" else 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--grades", type=Path, nargs="+", required=True)
    parser.add_argument("--synthetic", type=Path, nargs="+", required=True)
    options = parser.parse_args()
    print(refit(Masker(), options.pairs, options.grades, options.synthetic, options.out))


def refit(masker: Masker, pairs: Path, grades: list[Path], synthetic_sets: list[Path], out: Path) -> str:
    """Run all pairs with ``masker``, fit, and write ``out``; the table is returned."""
    arrays, table = fit([*real(masker, pairs, grades), *synthetic(masker, synthetic_sets)])
    np.savez(out, **arrays)  # type: ignore[arg-type]
    return table


def real(masker: Masker, pairs: Path, grades: list[Path]) -> list[Row]:
    """The graded pairs; those without a grade have to be empty to count, as right."""
    given, rows = {name: grade for path in grades for name, grade in read_grades(path).items()}, []
    for folder in sorted(path for path in pairs.iterdir() if path.is_dir()):
        original, edited = (next(folder.glob(f"{kind}.*")) for kind in ("original", "edited"))
        result = masker.apply(original, edited)
        empty, measurements = not result.alpha.any(), result.stages.measurements
        grade = given.get(folder.name, "N" if empty else "")
        if measurements is not None and grade:
            kind = ("A" if empty else "C") if grade == "N" else grade
            rows.append(Row("_".join(folder.name.split("_")[:2]), kind, measurements))
    return rows


def synthetic(masker: Masker, sets: list[Path]) -> list[Row]:
    """Synthetic edits, judged by their truth."""
    rows = []
    for case in (case for folder in sets for case in read_dataset(folder).cases):
        example = load_example(case)
        result = masker.apply(example.original, example.edited)
        if result.stages.measurements is not None:
            good = bool(score_alpha(result.alpha, example.truth)["strict_success"])
            rows.append(Row(case.name.split("-")[0], "right" if good else "wrong", result.stages.measurements))
    return rows


def fit(rows: list[Row]) -> tuple[dict[str, np.ndarray], str]:
    """What the package reads (``segmask.verdict.confidence``), and a table of what is held out."""
    measured = np.stack([row.measurements for row in rows])
    lows, highs = np.quantile(measured, RANGE, 0)
    measured = np.clip(measured, lows, highs)
    families, kinds = (np.array([getattr(row, name) for row in rows]) for name in ("family", "kind"))
    held_out = np.zeros(len(rows))
    for family in np.unique(families):
        out = families == family
        weights, bias = _regress(measured[~out], [row for row, is_out in zip(rows, out, strict=True) if not is_out])
        held_out[out] = measured[out] @ weights + bias
    least = float(np.quantile(held_out[kinds == "right"], FALSE_ALARMS))
    weights, bias = _regress(measured, rows)
    arrays = {"weights": weights, "lows": lows, "highs": highs, "bias": bias, "least": 1 / (1 + np.exp(-least))}
    lines = [
        f"{kind}: {(held_out[kinds == kind] < least).sum()} of {(kinds == kind).sum()}" for kind in np.unique(kinds)
    ]
    return {name: np.asarray(value, np.float32) for name, value in arrays.items()}, "\n".join(
        ["shown to a person:", *lines]
    )


def _regress(measured: np.ndarray, rows: list[Row]) -> tuple[np.ndarray, float]:
    """``training.fit_verdict.regress`` with weights."""
    scaler = StandardScaler().fit(measured)
    model = LogisticRegression(C=1 / (2 * DECAY * len(rows)), solver="newton-cholesky", tol=TOLERANCE)
    right, weight = [row.right for row in rows], [row.weight for row in rows]
    model.fit(scaler.transform(measured), right, sample_weight=weight)
    weights = model.coef_[0] / scaler.scale_
    return weights, float(np.squeeze(model.intercept_) - weights @ scaler.mean_)


if __name__ == "__main__":
    main()
