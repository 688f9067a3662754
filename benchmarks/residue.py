"""How well what shows of a mask's faults follows the grades that a person gave.

    python -m benchmarks.residue PAIRS --grades GRADES.tsv [MORE.tsv …] --out TABLE.tsv --write

PAIRS holds a folder a pair (original.*, edited.*). A line of a grades file is a pair's name, a tab and its grade: A
(could be delivered), B (a small local fault), C (seen at a glance), N (nothing was asked for, right is an empty mask:
it counts as A where the mask is empty and as C where it is not). A grade of another target ("C with …") is left out.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.stats import rankdata

from benchmarks.sections import RESULTS, replace_section
from segmask.masker import Masker
from segmask.verdict.residue import Residue

TRACES = tuple(field.name for field in fields(Residue))
COMBINED = (("step", "halved"), ("held", "step", "halved"), TRACES)
ABOUT = """Composites of real pairs by `hybrid`, graded A (could be delivered), B (a small local fault) or C (seen at a
glance) by looking at them at full size, without these figures. *C from all*: area under the curve of telling C from the
other pairs. *C from B*: the same among the masks that hold something; every A here is a right, empty mask, so that only
this column says how well the size of a fault is told. *Together*: logistic regression on the square roots of the
amounts, each pair judged by a fit to the others."""


@dataclass(frozen=True)
class Graded:
    """A pair's grade and what shows of it."""

    name: str
    grade: str
    taken: bool
    """Is there a mask at all?"""
    amounts: tuple[float, ...]
    """Of ``TRACES``."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--grades", type=Path, nargs="+", required=True)
    parser.add_argument("--out", type=Path, help="a table with a line a pair")
    parser.add_argument("--write", action="store_true", help="write the section of RESULTS.md")
    options = parser.parse_args()
    grades = {name: grade for path in options.grades for name, grade in read_grades(path).items()}
    masker = Masker()
    rows = [graded(masker, options.pairs / name, grade) for name, grade in sorted(grades.items())]
    text = describe(rows)
    print(text)
    if options.out:
        with options.out.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, delimiter="\t")
            table.writerow(["name", "grade", *TRACES])
            table.writerows([row.name, row.grade, *(f"{amount:.4f}" for amount in row.amounts)] for row in rows)
    if options.write:
        replace_section("residue", text)
        print(f"section residue of {RESULTS}")


def read_grades(path: Path) -> dict[str, str]:
    """Grade of each name, one of A, B, C and N."""
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    return {cells[0]: cells[1][0] for cells in lines if cells[1][:1] in "ABCN" and " with " not in cells[1]}


def graded(masker: Masker, folder: Path, grade: str) -> Graded:
    """Make a pair's composite and measure it."""
    original, edited = (next(folder.glob(f"{kind}.*")) for kind in ("original", "edited"))
    result = masker.apply(original, edited)
    taken, residue = bool((result.alpha >= 0.5).any()), result.report.residue
    amounts = tuple(float(getattr(residue, name)) for name in TRACES)
    print(folder.name, grade, *(f"{amount:.3f}" for amount in amounts), sep="\t", flush=True)
    return Graded(folder.name, {"N": "C" if taken else "A"}.get(grade, grade), taken, amounts)


def describe(rows: list[Graded]) -> str:
    """The section's text: how each measurement and some together follow the grades."""
    grade = np.array([row.grade for row in rows])
    bad, some = grade == "C", np.array([row.taken for row in rows])
    amounts = np.array([row.amounts for row in rows])
    counts = ", ".join(f"{int((grade == name).sum())} {name}" for name in "ABC")
    lines = [
        "| measurement | C from all | C from B | mean A | mean B | mean C |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for index, name in enumerate(TRACES):
        values = amounts[:, index]
        means = " | ".join(f"{values[grade == letter].mean():.4f}" for letter in "ABC")
        lines.append(f"| {name} | {auc(values, bad):.2f} | {auc(values[some], bad[some]):.2f} | {means} |")
    for names in COMBINED:
        roots = np.sqrt(amounts[:, [TRACES.index(name) for name in names]])
        every, held = (auc(left_out(roots[which], bad[which]), bad[which]) for which in (np.ones_like(some), some))
        lines.append(f"| together: {', '.join(names)} | {every:.2f} | {held:.2f} | | | |")
    return "\n\n".join(
        [
            "## What an eye sees, without truth",
            f"`python -m benchmarks.residue PAIRS --grades GRADES.tsv --write`, {len(rows)} pairs ({counts}; "
            f"{int(some.sum())} masks hold something). {ABOUT}",
            "\n".join(lines),
        ]
    )


def auc(values: NDArray, positive: NDArray[np.bool_]) -> float:
    """Chance that a positive has the larger value; ties count half."""
    count, others = int(positive.sum()), int((~positive).sum())
    if not count or not others:
        return float("nan")
    return float((rankdata(values)[positive].sum() - count * (count + 1) / 2) / (count * others))


def left_out(features: NDArray, positive: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Log odds of each row by a logistic regression (ridge of 1) on all others."""
    found = np.zeros(len(features))
    for index in range(len(features)):
        others = np.arange(len(features)) != index
        mean, spread = features[others].mean(0), features[others].std(0) + 1e-9
        scaled = np.column_stack([np.ones(len(features)), (features - mean) / spread])
        found[index] = scaled[index] @ _fit(scaled[others], positive[others].astype(float))
    return found


def _fit(features: NDArray, target: NDArray) -> NDArray:
    def loss(weights: NDArray) -> float:
        odds = features @ weights
        return float((np.logaddexp(0, odds) - target * odds).sum() + 0.5 * (weights[1:] ** 2).sum())

    return np.asarray(minimize(loss, np.zeros(features.shape[1])).x)


if __name__ == "__main__":
    main()
