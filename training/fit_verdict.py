"""Fit the verdict: ``python -m training.fit_verdict DATA OUT PAIRS [PAIRS …] --held-out FOLD0.onnx FOLD1.onnx``.

DATA is the labelled set, OUT what ``training.fit_fusion`` wrote, PAIRS are the synthetic edits of ``train``. Each
case is run as a user would run it, but with the parser that has not seen its photo and with the pixel model of the
half that the photo is not in; its mask is judged by its truth, and a logistic regression learns to tell right from
wrong by what the run measured. OUT gets ``verdict.npz``, ``verdict.csv`` (measurements of each case) and the shares
of wrong and right masks that would be shown to a person, by ten-fold cross-validation.
"""

from __future__ import annotations

import argparse
import csv
import json
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from segmask.evaluation import read_dataset
from segmask.evaluation.datasets.case import Case, load_example
from segmask.evaluation.metrics import region
from segmask.evaluation.metrics.score import COVERAGE_FROM, KEPT_FROM
from segmask.fusion.pixel_model import PixelModel, read_pixel_model
from segmask.masker import Masker
from segmask.verdict.confidence import NAMES
from training.fit_fusion import half_of
from training.fusion_cases import folds_of, masker
from training.processes import pool
from training.refit_verdict import DECAY, FALSE_ALARMS, RANGE, TOLERANCE

FOLDS = 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("pairs", type=Path, nargs="+", metavar="PAIRS")
    parser.add_argument("--held-out", type=Path, nargs=2, required=True, help="parsers of fold 0 and fold 1")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    fit_cases(options.data, options.out, options.pairs, options.held_out, options.workers)


def fit_cases(data: Path, out: Path, pairs: list[Path], parsers: list[Path], workers: int) -> Path:
    """Run every case by the parser of ``parsers`` that has not seen it, fit, and return the path of ``verdict.npz``."""
    measured_by = partial(measure, out, parsers, folds_of(data))
    every_case = [case for folder in pairs for case in read_dataset(folder).cases]
    with pool(workers) as processes:
        cases = list(processes.map(measured_by, every_case))
    asked = [case for case in cases if np.isfinite(case.measurements).all()]
    print(f"{len(cases) - len(asked)} cases without a person, of which no confidence is asked, are left out")
    cases = asked
    if len({case.right for case in cases}) < 2:
        raise ValueError(f"expected right and wrong masks to tell apart; the {len(cases)} measured ones are all alike")
    _write_table(out / "verdict.csv", cases)
    measured, truth = np.stack([case.measurements for case in cases]), np.array([case.right for case in cases])
    photos = np.array([int(case.photo) for case in cases])  # a photo is in one fold, with all of its cases
    lows, highs = np.quantile(measured, RANGE, 0)
    measured = np.clip(measured, lows, highs)
    held_out = np.empty(len(truth))
    for fold in range(FOLDS):
        left = photos % FOLDS == fold
        weights, bias = regress(measured[~left], truth[~left])
        held_out[left] = measured[left] @ weights + bias
    least = float(np.quantile(held_out[truth], FALSE_ALARMS))
    print(f"{len(truth)} cases, {(~truth).sum()} wrong; of these {np.mean(held_out[~truth] < least):.0%} are shown,")
    area = roc_auc_score(truth, held_out)
    print(f"of the right ones {np.mean(held_out[truth] < least):.0%}; area under the curve {area:.3f}")
    weights, bias = regress(measured, truth)
    for name, weight in zip(NAMES, weights * measured.std(0), strict=True):
        print(f"{weight:+.2f} {name}")
    np.savez(
        out / "verdict.npz",
        weights=weights.astype(np.float32),
        lows=lows.astype(np.float32),
        highs=highs.astype(np.float32),
        bias=np.float32(bias),
        least=np.float32(1 / (1 + np.exp(-least))),
    )
    return out / "verdict.npz"


@dataclass(frozen=True)
class Measured:
    """A case that was run."""

    name: str
    photo: str
    measurements: np.ndarray
    kept: float
    coverage: float
    face: int
    """Face pixels that were touched."""

    @property
    def right(self) -> bool:
        """Strict success, faces apart: nothing that was measured tells of a few pixels of a chin."""
        return self.kept >= KEPT_FROM and self.coverage >= COVERAGE_FROM


def measure(fit: Path, held_out: list[Path], folds: dict[str, int], case: Case) -> Measured:
    """Run and judge one case."""
    record = json.loads((case.original.parent / "case.json").read_text())
    runner: Masker = masker(held_out[folds[record["source"]]])
    runner.pixel_model = _model(fit / f"half{half_of(record['source'])}.npz")
    result = runner.apply(case.original, case.edited)
    truth = load_example(case).truth
    measurements = result.stages.measurements
    if measurements is None:  # no person was found: the verdict is not asked either
        measurements = np.full(len(NAMES), np.nan)
    kept, coverage = region.kept(result.alpha, truth.stay), region.coverage(result.alpha, truth.change)
    face = 0 if truth.face is None else int(region.touched(result.alpha, truth.face).sum())
    return Measured(f"{record['level']}/{case.name}", record["source"], measurements, kept, coverage, face)


@cache
def _model(path: Path) -> PixelModel:
    """One a process and half."""
    return read_pixel_model(path)


def regress(measured: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of the log odds of being right: the least mean cross-entropy + ``DECAY`` * |weights|².

    The penalty is on the weights of standardised measurements; those returned are for the measurements themselves.
    """
    scaler = StandardScaler().fit(measured)
    model = LogisticRegression(C=1 / (2 * DECAY * len(truth)), solver="newton-cholesky", tol=TOLERANCE)
    model.fit(scaler.transform(measured), truth)
    weights = model.coef_[0] / scaler.scale_
    return weights, float(np.squeeze(model.intercept_) - weights @ scaler.mean_)


def _write_table(path: Path, cases: list[Measured]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["case", "kept", "coverage", "face", *NAMES])
        writer.writerows([case.name, case.kept, case.coverage, case.face, *case.measurements] for case in cases)


if __name__ == "__main__":
    main()
