"""Fit the verdict: ``python -m training.fit_verdict OUT CACHE [CACHE …]``.

OUT is what ``training.fit_fusion`` wrote. Each case is decided with the pixel model of the half that its photo is not
in, measured, and judged by its truth; a logistic regression learns to tell right from wrong. OUT gets ``verdict.npz``,
``verdict.csv`` (measurements of each case) and the shares of wrong and right masks that would be shown to a person, by
ten-fold cross-validation.
"""

from __future__ import annotations

import argparse
import csv
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

from segmask.fusion.confidence import NAMES, measure_doubt
from segmask.fusion.hybrid import decide_hybrid
from segmask.fusion.pixel_model import PixelModel, read_pixel_model
from segmask.labels import CLOTHING
from segmask.types import Alignment, ToneMatch
from training.fit_fusion import half_of
from training.fusion_cases import FusionCase, case_files, load_case

DECAY = 0.02  # of the standardised weights: a few hundred cases carry no more
FOLDS = 10
RANGE = (0.05, 0.95)
"""Quantiles that measurements are held to: beyond, nothing was seen that a weight could rest on."""
FALSE_ALARMS = 0.15
"""Share of right masks that a person may be asked to look at."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("caches", type=Path, nargs="+", metavar="CACHE")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    models = [read_pixel_model(options.out / f"half{half}.npz") for half in (0, 1)]
    with ProcessPoolExecutor(options.workers) as pool:
        cases = list(pool.map(partial(measure, models), case_files(options.caches)))
    _write_table(options.out / "verdict.csv", cases)
    measured, truth = np.stack([case.measurements for case in cases]), np.array([case.right for case in cases])
    lows, highs = np.quantile(measured, RANGE, 0)
    measured = np.clip(measured, lows, highs)
    held_out = np.empty(len(truth))
    for fold in range(FOLDS):
        out = np.arange(len(truth)) % FOLDS == fold
        weights, bias = regress(measured[~out], truth[~out])
        held_out[out] = measured[out] @ weights + bias
    least = float(np.quantile(held_out[truth], FALSE_ALARMS))
    print(f"{len(truth)} cases, {(~truth).sum()} wrong; of these {np.mean(held_out[~truth] < least):.0%} are shown,")
    print(f"of the right ones {np.mean(held_out[truth] < least):.0%}; area under the curve {_auc(held_out, truth):.3f}")
    weights, bias = regress(measured, truth)
    for name, weight in zip(NAMES, weights * measured.std(0), strict=True):
        print(f"{weight:+.2f} {name}")
    np.savez(
        options.out / "verdict.npz",
        weights=weights.astype(np.float32),
        lows=lows.astype(np.float32),
        highs=highs.astype(np.float32),
        bias=np.float32(bias),
        least=np.float32(1 / (1 + np.exp(-least))),
    )


@dataclass(frozen=True)
class Measured:
    """A decided case."""

    name: str
    measurements: np.ndarray
    kept: float
    coverage: float

    @property
    def right(self) -> bool:
        """Strict success, faces apart: they are protected whatever is decided."""
        return self.kept >= 0.98 and self.coverage >= 0.95


def measure(models: list[PixelModel], path: Path) -> Measured:
    """Decide and measure one case."""
    case = load_case(path)
    model = models[half_of(case.photo)]
    nothing = np.zeros_like(case.keep)
    decision = decide_hybrid(case.before, case.after, case.change, CLOTHING, case.keep, nothing, model=model)
    doubt = measure_doubt(decision, case.change, *_stages(case), case.keep)
    stay, must = case.truth == 0, case.truth == 255
    kept = float((~decision.mask)[stay].mean())
    coverage = float(decision.mask[must].mean()) if must.any() else 1.0
    return Measured(f"{case.level}/{case.name}", doubt.measurements, kept, coverage)


def _stages(case: FusionCase) -> tuple[Alignment, ToneMatch]:
    """What the verdict asks of the alignment and the tone match."""
    facts = case.facts
    alignment = Alignment(
        matrix=np.eye(3),
        method="similarity",
        trusted=bool(facts["trusted"]),
        inliers=int(facts["inliers"]),
        matches=int(facts["matches"]),
        residual_px=facts["residual_px"],
        covered=~case.keep,
    )
    return alignment, ToneMatch((1, 1, 1), (0, 0, 0), 0.0, 0, True, facts["tone_residual"])


def regress(measured: np.ndarray, truth: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of the log odds of being right."""
    mean, deviation = measured.mean(0), measured.std(0) + 1e-6
    values = torch.from_numpy((measured - mean) / deviation).double()
    goal = torch.from_numpy(truth.astype(np.float64))
    weights = torch.zeros(values.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights, bias], max_iter=200)

    def closure() -> torch.Tensor:
        optimiser.zero_grad()
        loss = F.binary_cross_entropy_with_logits(values @ weights + bias, goal) + DECAY * (weights**2).sum()
        loss.backward()
        return loss

    optimiser.step(closure)  # type: ignore[arg-type]
    scaled = weights.detach().numpy() / deviation
    return scaled, float(bias.detach()) - float(scaled @ mean)


def _auc(score: np.ndarray, truth: np.ndarray) -> float:
    """Chance that a right case scores above a wrong one."""
    if truth.all() or not truth.any():
        return float("nan")
    return float((score[truth][:, None] > score[~truth][None]).mean())


def _write_table(path: Path, cases: list[Measured]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["case", "kept", "coverage", *NAMES])
        writer.writerows([case.name, case.kept, case.coverage, *case.measurements] for case in cases)


if __name__ == "__main__":
    main()
