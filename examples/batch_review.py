"""A batch, and the list of results that a person should look at, the least sure first."""

import csv
import sys
from pathlib import Path

import segmask


def main(originals: str, edits: str, output: str = "results") -> list[str]:
    done = segmask.batch(originals, output, edited=edits, sides=("mask",), workers=1)
    print(f"{done.total} pairs: {done.counts}")
    with (Path(output) / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["verdict"] != "ok"]
    rows.sort(key=lambda row: float(row["confidence"] or 0))
    names = [row["output"] for row in rows]
    Path("review.txt").write_text("\n".join(names) + "\n", encoding="utf-8")
    print(f"review.txt: {len(names)} to look at")
    return names


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["originals", "edits"]))
