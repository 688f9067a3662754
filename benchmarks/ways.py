"""The README's table: segmask against the other ways to get an edit's outfit into the original.

    python -m benchmarks.ways LABELLED_SET --cases 40

On the synthetic edits of ``benchmarks.quality``; writes the section *ways* of benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from benchmarks.quality import make_pairs
from benchmarks.recipes import lab_difference_merge, rgb_difference
from benchmarks.sections import RESULTS, replace_section
from segmask.core.types import Alpha
from segmask.evaluation import Evaluation, Example, FunctionStrategy, MaskerStrategy, Strategy, evaluate, read_dataset

BUILD = Path("build/ways")


def whole_edit(example: Example) -> Alpha:
    """What one has without doing anything: all of the edit."""
    return np.ones(example.original.shape[:2], np.float32)


WAYS: dict[str, Strategy] = {
    "the edit as it is": FunctionStrategy(whole_edit, "whole edit", version="1"),
    "RGB difference, threshold 10 %, feather 30 px": FunctionStrategy(rgb_difference, "RGB difference", version="1"),
    "LAB difference merge (a published editor node)": FunctionStrategy(lab_difference_merge, "LAB merge", version="1"),
    "segmask": MaskerStrategy("hybrid"),
}
COLUMNS = {
    "face_kept": "face untouched",
    "kept": "must-stay pixels untouched",
    "leak_delta_e": "colour error on them, ΔE",
    "coverage": "outfit arrived",
    "strict_success": "all of it right",
}


def main() -> None:
    """Make pairs, score, write."""
    parser = argparse.ArgumentParser(description="segmask against the other ways, on synthetic edits.")
    parser.add_argument("labelled_set", type=Path, help="folder with photos/, labels/ and split.json")
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--level", default="standard")
    options = parser.parse_args()
    folder = BUILD / f"{options.level}-{options.cases}"
    pairs = make_pairs(options.labelled_set, folder, options.cases, options.level, 0)
    result = evaluate(read_dataset(pairs), tuple(WAYS.values()), output=folder / "report")
    text = describe(result, options.cases, options.level)
    print(text)
    replace_section("ways", text)
    print(f"section ways of {RESULTS}")


def describe(result: Evaluation, cases: int, level: str) -> str:
    """The section: a row for each way."""
    rows = [f"| way | {' | '.join(COLUMNS.values())} |", "|---" * (len(COLUMNS) + 1) + "|"]
    for words, strategy in WAYS.items():
        means = result.summary[strategy.name]
        shown = [f"{means[name]:.2f}" if name == "leak_delta_e" else f"{means[name]:.1%}" for name in COLUMNS]
        rows.append(f"| {words} | {' | '.join(shown)} |")
    about = (
        f"`python -m benchmarks.ways LABELLED_SET --cases {cases} --level {level}`: means over {cases} synthetic edits "
        "(seed 0) of photos that the built-in\nparser was not trained on. *Untouched*: alpha of at most 1/255. "
        "*All of it right*: untouched ≥ 98 %, arrived ≥ 95 % and no pixel of the face\ntouched. The other ways lay "
        "the edit on resized, without alignment or tone match."
    )
    return "\n".join(["## The other ways", "", about, "", *rows])


if __name__ == "__main__":
    main()
