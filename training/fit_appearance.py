"""Fit what makes a composite look wrong: ``python -m training.fit_appearance OUT TABLE [TABLE …]``.

A TABLE is what ``benchmarks.residue --out`` wrote: a line a real pair with its grade by eye (A could be delivered, B a
small local fault, C seen at a glance) and its residues. A logistic regression tells C from the others; OUT gets
``appearance.npz`` and the shares of each grade that would be shown to a person, each family of pairs judged by a fit to
the other families.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from segmask.verdict.appearance import NAMES, features_of

WRONG_SHOWN = 0.9
"""Share of the composites that are wrong at a glance which a person shall be shown."""
STRENGTH = 1.0
"""Inverse of the ridge on standardised features: a hundred pairs carry no more."""


@dataclass(frozen=True)
class Graded:
    """A pair's composite as it was graded."""

    family: str
    """The edits of one model on like photos: no fit may know them from its cases."""
    grade: str
    amounts: np.ndarray
    """float64 (len(NAMES),)."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("tables", type=Path, nargs="+", metavar="TABLE")
    options = parser.parse_args()
    rows = [row for table in options.tables for row in read_table(table)]
    features = np.stack([features_of(row.amounts) for row in rows])
    wrong, families = np.array([row.grade == "C" for row in rows]), np.array([row.family for row in rows])
    judged = np.empty(len(rows))
    for family in np.unique(families):
        out = families == family
        weights, bias = fit(features[~out], wrong[~out])
        judged[out] = features[out] @ weights + bias
    most = float(np.quantile(judged[wrong], 1 - WRONG_SHOWN))
    print(f"{len(rows)} composites, area under the curve of C from the others {roc_auc_score(wrong, judged):.3f}")
    for grade in "ABC":
        own = np.array([row.grade == grade for row in rows])
        print(f"{grade}: {np.mean(judged[own] >= most):.0%} of {own.sum()} shown")
    weights, bias = fit(features, wrong)
    print(dict(zip(NAMES, weights.round(2), strict=True)), f"bias {bias:.2f}, shown from log odds {most:.2f}")
    np.savez(options.out / "appearance.npz", weights=weights.astype(np.float32), bias=bias, most=most)


def read_table(path: Path) -> list[Graded]:
    """The lines of a table of residues."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return [
        Graded(row["name"].split("_")[0], row["grade"], np.array([float(row[name]) for name in NAMES])) for row in rows
    ]


def fit(features: np.ndarray, wrong: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of the log odds of being wrong at a glance."""
    mean, deviation = features.mean(0), features.std(0) + 1e-6
    model = LogisticRegression(C=STRENGTH).fit((features - mean) / deviation, wrong)
    weights = model.coef_[0] / deviation
    return weights, float(model.intercept_[0] - weights @ mean)


if __name__ == "__main__":
    main()
