"""``segmask evaluate``: how good masks are on a labelled set."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from segmask.cli.output import STRICT_EXIT, say
from segmask.core.labels import TARGETS
from segmask.options import DEFAULT_TARGET, STRATEGIES, Options

if TYPE_CHECKING:
    from segmask.evaluation import Evaluation, Strategy
    from segmask.evaluation.compare import Comparison

SAID = 10
"""Failures that are told one by one; the report lists all."""


def evaluate(
    dataset: Annotated[
        Path,
        typer.Argument(
            metavar="DATASET",
            help="Case folders, parallel folders or a manifest (.csv, .jsonl, .parquet), with masks or without.",
        ),
    ],
    strategy: Annotated[
        list[str] | None,
        typer.Option("--strategy", "-s", metavar="|".join(STRATEGIES), help="What to measure; may be given again."),
    ] = None,
    parser: Annotated[
        list[str] | None,
        typer.Option(
            "--parser", metavar="NAME|FILE|truth", help="Parser, or the set's own labels; may be given again."
        ),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            "-t",
            metavar="NAME[,NAME]",
            help=f"For all cases: {', '.join(TARGETS)}. Without it {DEFAULT_TARGET}, or the case's own beyond that.",
        ),
    ] = None,
    masks: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="Masks that any tool made, NAME.png a case; may be given again."),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Results, report and masks; a second run takes it up.")
    ] = Path("report"),
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = 1,
    compare: Annotated[
        Path | None, typer.Option(metavar="RESULTS.json", help="An older evaluation of the set: what moved?")
    ] = None,
    fail_under: Annotated[
        str | None, typer.Option(metavar="METRIC=VALUE,…", help="Exit 3 if a mean is lower, as iou=.9,face_kept=1.")
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="End at the first case that can't be scored.")] = False,
) -> None:
    """Score strategies, parsers or any tool's masks on a labelled set: results.json, results.csv, report.html.

    A set without any masks is judged by what shows in the composites, the worst first.

    Exit codes: 0 done, 1 nothing could be scored, 2 usage, 3 below --fail-under.
    """
    from segmask.evaluation import evaluate as run_evaluation
    from segmask.evaluation import read_dataset, read_results
    from segmask.evaluation.compare import compare as compare_results
    from segmask.evaluation.criteria import missed_thresholds, parse_thresholds
    from segmask.evaluation.output import check_folder, write_evaluation

    check_folder(output, dataset, compare)
    thresholds = parse_thresholds(fail_under) if fail_under is not None else ()
    older = read_results(compare) if compare else None
    strategies = choose_strategies(strategy or [], parser or [], masks or [], target)
    found = read_dataset(dataset)
    with _bar(len(found.cases)) as told:
        result = run_evaluation(found, strategies, output=output, workers=workers, strict=strict, progress=told)
    comparison = compare_results(result, older) if older else None
    page = write_evaluation(result, found, output, comparison)
    _tell(result, comparison, page)
    missed = missed_thresholds(result, thresholds)
    for line in missed:
        say(f"below: {line}")
    if not result.rows:
        raise typer.Exit(1)
    if missed:
        raise typer.Exit(STRICT_EXIT)


def choose_strategies(names: list[str], parsers: list[str], masks: list[Path], target: str | None) -> list[Strategy]:
    """Every strategy with every parser, then the folders of masks; hybrid if nothing is named.

    Raises OptionError for names and folders that don't exist.
    """
    from segmask.core.errors import OptionError
    from segmask.core.labels import resolve_target
    from segmask.evaluation import MaskerStrategy, StoredMasks

    if target is not None:
        resolve_target(target)
    names = names or ([] if masks else [Options.strategy])
    if (parsers or target) and set(names) <= {"diff"}:
        used = "--parser" if parsers else "--target"
        raise OptionError(f"{used}: neither diff nor stored masks ask for it; leave it out, or add hybrid or semantic")
    chosen: list[Strategy] = []
    for name in names:
        used = [str(Options.parser)] if name == "diff" else parsers or [str(Options.parser)]
        chosen += [MaskerStrategy(name, parser, target) for parser in used]
    for folder in masks:
        if not folder.is_dir():
            raise OptionError(f"--masks {folder}: no such folder")
        chosen.append(StoredMasks(folder))
    return chosen


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("cases", total=total)
        yield lambda done, _: progress.update(task, completed=done)


def _tell(result: Evaluation, comparison: Comparison | None, page: Path) -> None:
    """The summary on stdout; what went wrong and where the report is on stderr."""
    from segmask.evaluation.criteria import shortfall
    from segmask.evaluation.metrics import METRICS
    from segmask.evaluation.metrics.shown import TRACES

    typer.echo(result.table())
    if result.is_of_pairs:
        say("no case has a mask: judged by what shows of faults in the composites, without any truth")
        for row in sorted(result.rows, key=shortfall, reverse=True)[:SAID]:
            worst = max(TRACES, key=row.score)
            said = f", it said {row.verdict}" if row.verdict else ""
            typer.echo(f"{row.strategy} {row.name}: shows {shortfall(row):.3f}, most of it {worst}{said}")
    for change in comparison.changes if comparison else ():
        if METRICS[change.metric].headline and change.verdict != "same":
            difference = change.difference
            typer.echo(
                f"{change.verdict}: {change.strategy}, {METRICS[change.metric].label} {change.old:.4f} to "
                f"{change.new:.4f} ({difference.low:+.4f} to {difference.high:+.4f})"
            )
    for failure in result.failures[:SAID]:
        say(f"not scored: {failure.message}")
    if len(result.failures) > SAID:
        say(f"not scored: {len(result.failures) - SAID} more, see the report")
    say(f"report: {page}")
