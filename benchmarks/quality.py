"""The project's own table: how often each strategy succeeds on synthetic edits of photos it was not trained on.

    python -m benchmarks.quality LABELLED_SET --cases 200 --level standard

Makes the pairs once, scores what is missing, and writes the section *quality* of benchmarks/RESULTS.md with every level
that has been run. Ended runs are taken up. Pairs, masks and a report page a level stay under build/quality/.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.recipes import lab_difference_merge, rgb_difference
from benchmarks.sections import RESULTS, replace_section
from segmask.evaluation import (
    Evaluation,
    FunctionStrategy,
    MaskerStrategy,
    Strategy,
    evaluate,
    read_dataset,
    read_results,
)
from segmask.evaluation.metrics import METRICS
from segmask.evaluation.output import write_evaluation
from segmask.evaluation.report.formats import colour_of
from segmask.evaluation.statistics import Estimate, mean_estimate
from segmask.evaluation.synth import LEVELS, VERSION
from segmask.evaluation.synth.writer import open_labelled_set, write_pairs

BUILD = Path("build/quality")
PLOTS = RESULTS.parent / "plots"
SPLIT = "val"
STRATEGIES: tuple[Strategy, ...] = (
    FunctionStrategy(rgb_difference, "plain RGB difference", version="1"),
    FunctionStrategy(lab_difference_merge, "LAB difference merge", version="1"),
    MaskerStrategy("diff"),
    MaskerStrategy("semantic"),
    MaskerStrategy("hybrid"),
    MaskerStrategy("hybrid", "truth", label="hybrid, true parsing"),
)
COLUMNS = ("strict_success", "iou", "coverage", "kept", "face_kept", "boundary_f", "leak_delta_e", "seam_excess")
ABOUT = """The photos are the labelled set's (CCP) that the built-in parser was not trained on. *Strict success*:
kept ≥ .98, coverage ≥ .95 and no face pixel is touched; docs/metrics.md defines all columns. In brackets the 95 %
bootstrap interval. *Plain RGB difference*: 10 % threshold, largest region, feather 30 px. *LAB difference merge*: a
published editor node with its defaults (threshold, area filter, growth 8 px, blur and feather 15 px). Neither aligns
the edit. *True parsing* hands `hybrid` the labels of both pictures: what a perfect parser would give. *Badly wrong*:
coverage below .9 or kept below .96."""
BADLY = {"coverage": 0.9, "kept": 0.96}
"""A wrong mask below one of these is badly wrong: a tenth is missing, or twice the leak of a right one is taken."""
DRIFT_BINS = 5
"""Equal numbers of cases each, so that every point of the plot rests on as many."""


def main() -> None:
    """Make, score, write."""
    options = _options()
    folder = BUILD / f"v{VERSION}-seed{options.seed}-{options.cases}" / options.level
    pairs = make_pairs(options.labelled_set, folder, options.cases, options.level, options.seed)
    dataset = read_dataset(pairs)
    result = evaluate(dataset, STRATEGIES, output=folder / "report", workers=options.workers, progress=_tell)
    page = write_evaluation(result, dataset, folder / "report")
    print(result.table())
    print(f"report: {page}")
    levels = {
        level: read_results(folder.parent / level / "report")
        for level in LEVELS
        if (folder.parent / level / "report" / "results.json").is_file()
    }
    PLOTS.mkdir(exist_ok=True)
    draw_drift(levels, PLOTS / "quality-drift.png")
    draw_levels(levels, PLOTS / "quality-level.png")
    replace_section("quality", describe(levels, options.cases, options.seed))
    print(f"section quality of {RESULTS}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Strict success and the other metrics on synthetic edits.")
    parser.add_argument("labelled_set", type=Path, help="folder with photos/, labels/ and split.json")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--level", choices=list(LEVELS), default="standard")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=1)
    return parser.parse_args()


def _tell(done: int, total: int) -> None:
    if done % 10 == 0 or done == total:
        print(f"{done} of {total} cases", flush=True)


def make_pairs(labelled_set: Path, folder: Path, cases: int, level: str, seed: int) -> Path:
    """The pairs of a level; made once, and only kept when all are there."""
    pairs, unfinished = folder / f"synthetic edits ({level})", folder / "unfinished"
    if pairs.is_dir():
        return pairs
    if unfinished.is_dir():
        shutil.rmtree(unfinished)
    unfinished.mkdir(parents=True)
    labelled = open_labelled_set(labelled_set, SPLIT)
    for done, written in enumerate(write_pairs(labelled, unfinished, seed=seed, cases=cases, level=level), start=1):
        if written.problem:
            print(f"{written.name}: left out: {written.problem}")
        if done % 20 == 0:
            print(f"{done} of {cases} pairs", flush=True)
    return unfinished.rename(pairs)


def describe(levels: dict[str, Evaluation], cases: int, seed: int) -> str:
    """The section's text: a table a level, and the plots."""
    command = f"`python -m benchmarks.quality LABELLED_SET --cases {cases} --level LEVEL`"
    parts = [
        "## Quality: synthetic edits of held-out photos",
        f"{command}, generator version {VERSION}, seed {seed}. {ABOUT}",
    ]
    for level, result in levels.items():
        parts += [f"### Level {level}, {_count(result)}", _table(result), _verdicts(result)]
    parts += [
        "![Strict success against drift](plots/quality-drift.png)",
        "Drift: mean ΔE between original and edit, resized but not aligned, on pixels that must stay. Points are "
        f"{DRIFT_BINS} groups of equally many cases, bars their 95 % intervals.",
        "![Strict success against fault level](plots/quality-level.png)",
    ]
    return "\n\n".join(parts)


def _count(result: Evaluation) -> str:
    counts = {len(result.rows_of(strategy)) for strategy in result.strategies}
    failed = f", {len(result.failures)} results missing" if result.failures else ""
    return f"{max(counts)} cases{failed}"


def _table(result: Evaluation) -> str:
    header = ["strategy", *(METRICS[metric].label for metric in COLUMNS), "s a case"]
    lines = [header, ["---", *["---:"] * (len(header) - 1)]]
    for strategy in result.strategies:
        estimates = result.estimates[strategy]
        cells = [_cell(metric, estimates.get(metric)) for metric in COLUMNS]
        seconds = statistics.median(row.seconds for row in result.rows_of(strategy))
        lines.append([strategy, *cells, f"{seconds:.2f}"])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _verdicts(result: Evaluation) -> str:
    """How often each of hybrid's kinds of masks is shown to a person."""
    rows = result.rows_of("hybrid")
    groups: dict[str, list[bool]] = {"right": [], "wrong": [], "badly wrong": []}
    for row in rows:
        badly = row.score("coverage") < BADLY["coverage"] or row.score("kept") < BADLY["kept"]
        kind = "right" if row.score("strict_success") else "badly wrong" if badly else "wrong"
        groups[kind].append(row.verdict == "review")
    told = ", ".join(f"{sum(shown)} of {len(shown)} {kind}" for kind, shown in groups.items())
    return f"Verdict `review` of *hybrid*: {told} masks."


def _cell(metric: str, estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    if metric == "strict_success":
        return f"**{estimate.value:.0%}** [{estimate.low:.0%}, {estimate.high:.0%}]"
    return f"{estimate.value:.{METRICS[metric].digits}f}"


def draw_drift(levels: dict[str, Evaluation], path: Path) -> None:
    """Strict success in groups of rising drift, a panel a level."""
    figure = Figure(figsize=(5.2 * len(levels), 4.2), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(levels), sharey=True))  # type: ignore[arg-type]
    for panel, (level, result) in zip(panels, levels.items(), strict=True):
        for index, strategy in enumerate(result.strategies):
            rows = sorted(result.rows_of(strategy), key=lambda row: row.traits.drift)
            groups = [group for group in np.array_split(np.arange(len(rows)), DRIFT_BINS) if group.size]
            drift = [float(np.median([rows[i].traits.drift for i in group])) for group in groups]
            success = [mean_estimate([rows[i].score("strict_success") for i in group]) for group in groups]
            _line(panel, drift, success, strategy, index)
        panel.set(title=f"{level}, {_count(result)}", xlabel="drift of the edit, mean ΔE", ylim=(-0.03, 1.03))
    panels[0].set_ylabel("strict success")
    _legend(figure, panels[0])
    figure.savefig(path, dpi=110, metadata={"Software": None})


def draw_levels(levels: dict[str, Evaluation], path: Path) -> None:
    """Strict success at each fault level that was run."""
    figure = Figure(figsize=(6, 4.2), layout="constrained")
    panel = figure.subplots()
    names = list(levels)
    for index, strategy in enumerate(levels[names[0]].strategies):
        success = [levels[level].estimates[strategy]["strict_success"] for level in names]
        _line(panel, list(np.arange(len(names)) + (index - 2.5) * 0.03), success, strategy, index)
    panel.set(xticks=range(len(names)), xlabel="fault level", ylabel="strict success", ylim=(-0.03, 1.03))
    panel.set_xticklabels(names)
    _legend(figure, panel)
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _legend(figure: Figure, panel: Axes) -> None:
    handles, labels = panel.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=8)


def _line(panel: Axes, x: Sequence[float], success: Sequence[Estimate], label: str, index: int) -> None:
    """One strategy's line with its intervals, in the report page's colours."""
    values = np.array([estimate.value for estimate in success])
    low, high = (np.array([getattr(estimate, side) for estimate in success]) for side in ("low", "high"))
    errors = np.nan_to_num(np.clip(np.stack([values - low, high - values]), 0, None))
    panel.errorbar(x, values, errors, label=label, color=colour_of(index), marker="o", markersize=4, capsize=2)
    panel.spines[["top", "right"]].set_visible(False)
    panel.grid(axis="y", alpha=0.25)


if __name__ == "__main__":
    main()
