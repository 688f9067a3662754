"""Fit the weights of ``segmask.change.regions``: which changed regions were intended.

    python -m training.fit_regions PAIRS [PAIRS ...] --cases 60

PAIRS: folders that ``segmask synth --split train`` wrote (one a level). A region that the truth wants weighs the share
of its truth that would be missed, one that must stay eight times the share of the picture that would leak. Prints the
intercept and the weights; logistic regression with a small ridge.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from sklearn.linear_model import LogisticRegression

from segmask.change.difference import candidate_regions, compare
from segmask.change.regions import region_statistics
from segmask.evaluation import read_dataset
from segmask.evaluation.datasets.case import load_example
from segmask.register.align import align
from segmask.register.tone import apply_tone, match_tone

LEAK_WEIGHT = 8.0
LEAST_TRUTH = 0.03  # of the picture: a small truth doesn't weigh more than this
RIDGE = 0.003
TOLERANCE = 1e-8  # of the gradient, where the fit ends


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path, nargs="+")
    parser.add_argument("--cases", type=int, default=60)
    options = parser.parse_args()
    weights, regions = fit_pairs(options.pairs, options.cases)
    print(f"{regions} regions; intercept {weights[0]:.2f}, weights", np.round(weights[1:], 2))


def fit_pairs(folders: list[Path], cases: int) -> tuple[np.ndarray, int]:
    """Intercept and weights, and how many regions of about ``cases`` edits a folder they were fitted on."""
    tables = [table for pairs in folders for table in tables_of(pairs, cases)]
    statistics, missed, leaked = (np.concatenate(column) for column in zip(*tables, strict=True))
    return fit(statistics, missed, leaked), len(statistics)


def tables_of(pairs: Path, cases: int) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Statistics, cost of missing and cost of taking of each case's candidate regions."""
    dataset = read_dataset(pairs)
    tables = []
    for case in dataset.cases[:: max(1, len(dataset.cases) // cases)][:cases]:
        example = load_example(case)
        aligned, alignment = align(example.original, example.edited)
        tone, light = match_tone(example.original, aligned, alignment.covered)
        compared = compare(example.original, apply_tone(aligned, tone, light), alignment.covered)
        regions, wanted = candidate_regions(compared.score, compared.delta, compared.inside)
        truth = cv2.resize(example.truth.values, compared.score.shape[::-1], interpolation=cv2.INTER_NEAREST)
        change, stay = truth == 255, truth == 0
        missed = regions.total(change) / max(LEAST_TRUTH * truth.size, change.sum())
        leaked = LEAK_WEIGHT * regions.total(stay) / max(1, stay.sum())
        statistics = region_statistics(regions, wanted, compared.difference, compared.delta)
        tables.append((statistics[wanted], missed[wanted], leaked[wanted]))
    return tables


def fit(statistics: np.ndarray, missed: np.ndarray, leaked: np.ndarray) -> np.ndarray:
    """Intercept and weights of a logistic regression: the least mean cost + ``RIDGE`` * |weights|².

    Every region takes part twice, as one to take at the cost of missing it and as one to leave at that of taking it.
    """
    cost = np.concatenate([missed, leaked])
    wanted = np.repeat([True, False], len(statistics))
    model = LogisticRegression(C=1 / (2 * RIDGE * cost.sum()), solver="newton-cholesky", tol=TOLERANCE)
    model.fit(np.tile(statistics, (2, 1)), wanted, sample_weight=cost)
    return np.append(model.intercept_, model.coef_)


if __name__ == "__main__":
    main()
