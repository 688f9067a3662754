"""How many labelled points of real pairs come from the picture they should: ``python -m benchmarks.points PAIRS``.

PAIRS holds a folder a pair (original.*, edited.*). ``tests/data/points.tsv`` has a line a point: pair, x and y in the
original's pixels, ``edit`` (must come from the edit for the target ``clothing``) or ``stay``, and the place in words.
Points were set by looking at both pictures, where faults are likely and the answer is plain. A point is right where
alpha is at least .98 or at most 1/255.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from segmask.core.types import Alpha
from segmask.masker import Masker

POINTS = Path(__file__).resolve().parent.parent / "tests" / "data" / "points.tsv"


@dataclass(frozen=True)
class Point:
    """A labelled pixel."""

    pair: str
    x: int
    y: int
    label: str
    """``edit`` or ``stay``."""
    place: str

    def is_right(self, alpha: Alpha) -> bool:
        """Does the pixel come from the picture that it should?"""
        value = float(alpha[self.y, self.x])
        return value >= 0.98 if self.label == "edit" else value <= 1 / 255


def read_points(path: Path = POINTS) -> list[Point]:
    """All labelled points."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return [Point(row["pair"], int(row["x"]), int(row["y"]), row["label"], row["place"]) for row in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("names", nargs="*", help="some pairs; all without it")
    options = parser.parse_args()
    points = read_points()
    names = options.names or sorted({point.pair for point in points})
    masker, judged = Masker(), []
    for name in names:
        original, edited = (next((options.pairs / name).glob(f"{kind}.*")) for kind in ("original", "edited"))
        alpha = masker.apply(original, edited).alpha
        own = [(point, point.is_right(alpha)) for point in points if point.pair == name]
        wrong = ", ".join(f"{p.place} {p.x},{p.y} ({p.label})" for p, right in own if not right)
        print(f"{name}\t{sum(right for _, right in own)} of {len(own)}\t{wrong}", flush=True)
        judged += own
    print(summary(judged))


def summary(judged: Iterable[tuple[Point, bool]]) -> str:
    """Shares of right points, by label."""
    judged = list(judged)
    lines = []
    for label in ("edit", "stay"):
        right = [is_right for point, is_right in judged if point.label == label]
        lines.append(f"{label}: {sum(right)} of {len(right)} right ({sum(right) / max(1, len(right)):.1%})")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
