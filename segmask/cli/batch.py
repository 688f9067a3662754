"""``segmask batch``: any number of pictures, with a journal, tables and a report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from segmask.cli import options as o
from segmask.cli import pictures as p
from segmask.cli.batch_progress import json_line, told
from segmask.cli.output import say

if TYPE_CHECKING:
    from segmask.batch.plan import Plan
    from segmask.batch.run import BatchResult

SOURCE_HELP = "Manifest (.csv, .jsonl, .parquet), folder, or pattern as 'shoot/*_before.jpg'; a path or URL."
LISTED = 50
"""Unmatched files that are named; unmatched.txt has all."""

Output = Annotated[
    str, typer.Option("--output", "-o", metavar="OUT", help="Folder or URL for the results.", show_default=False)
]
Edited = Annotated[
    str | None,
    typer.Option("--edited", metavar="DIR|PATTERN", help="The edits' folder or pattern.", show_default=False),
]
Pattern = Annotated[
    list[str] | None,
    typer.Option(
        "--pattern",
        metavar="{stem}_v*",
        help="What an edit is called; may be given again. Without it {stem}, {stem}_edited, _edit, _out, _tryon …",
        show_default=False,
    ),
]
Each = Annotated[bool, typer.Option("--each", help="Of several edits of an original all, instead of the best.")]
Format = Annotated[str, typer.Option("--format", metavar="png|tif|webp|jpg", help="Of results that no manifest names.")]
Masks = Annotated[bool, typer.Option("--masks", help="Write NAME.mask.png beside each result.")]
Reports = Annotated[bool, typer.Option("--reports", help="Write NAME.report.json beside each result.")]
Previews = Annotated[
    bool, typer.Option("--previews", help="Write NAME.preview.png, a sheet of all stages, beside each.")
]
Layers = Annotated[
    str | None,
    typer.Option(
        "--layers", metavar="psd|ora|tif", help="Write NAME.layers.psd (.ora, .tif) beside each.", show_default=False
    ),
]
Mark = Annotated[bool, typer.Option("--mark", help="Say in each result's XMP that a part of it was generated.")]
Thumbnails = Annotated[
    bool, typer.Option("--thumbnails/--no-thumbnails", help="Draw small pictures for report.html, 10 kB each.")
]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Processes; without it one a core, or as many as --threads leaves.", show_default=False),
]
Timeout = Annotated[
    float | None,
    typer.Option(metavar="SECONDS", help="For one picture; then it is a failed row.", show_default=False),
]
Resume = Annotated[
    bool | None,
    typer.Option(
        "--resume/--no-resume",
        help="Go on with OUT's journal (without either: if its options are the same), or do everything again.",
        show_default=False,
    ),
]
Verify = Annotated[bool, typer.Option("--verify", help="Compare files by content, not by size and time of change.")]
Engine = Annotated[str, typer.Option(metavar="local|ray", help="Processes here, or a Ray cluster (RAY_ADDRESS).")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print what would be done, and do nothing.")]
AllowUnmatched = Annotated[
    bool, typer.Option("--allow-unmatched", help="Pictures without a partner don't make the exit code 1.")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print each row and a summary as JSON lines on stdout.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 if some pictures need a look.")]


@o.with_options()
def batch(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help=SOURCE_HELP, show_default=False)],
    output: Output,
    edited: Edited = None,
    pattern: Pattern = None,
    each: Each = False,
    file_format: Format = "png",
    masks: Masks = False,
    reports: Reports = False,
    previews: Previews = False,
    layers: Layers = None,
    mark: Mark = False,
    compression: p.Compression = None,
    thumbnails: Thumbnails = True,
    workers: Workers = None,
    timeout: Timeout = None,
    resume: Resume = None,
    verify: Verify = False,
    engine: Engine = "local",
    dry_run: DryRun = False,
    allow_unmatched: AllowUnmatched = False,
    strict: Strict = False,
    quiet: Quiet = False,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Run every pair of SOURCE into OUT; what an earlier run finished there is not done again.

    OUT then also holds journal/, results.csv, report.html and, with pyarrow, results.parquet.

    Exit codes: 0 all done, 1 some failed or had no partner, 2 usage, 3 done, but --strict and some need a look, 130
    stopped.
    """
    from segmask import io
    from segmask.batch.engines import choose_workers
    from segmask.batch.picture import Setup
    from segmask.batch.plan import make_plan
    from segmask.batch.run import run_plan
    from segmask.batch.schedule import Stop
    from segmask.batch.sources import open_source
    from segmask.options import Options

    io.check_compression(compression, io.output_format(Path(f"composite.{file_format.lstrip('.')}")))
    chosen = Options(**options)
    sides = sides_of(masks, reports, previews, layers)
    given = open_source(source, edited=edited, patterns=pattern or (), each=each, file_format=file_format, sides=sides)
    plan = make_plan(given, output, chosen, look=dry_run)
    crew = choose_workers(engine, workers, timeout, chosen, plan)
    if not quiet:
        say_plan(plan)
    if dry_run:
        print_plan(plan, as_json)
        raise typer.Exit(1 if plan.missing or (given.unmatched and not allow_unmatched) else 0)
    setup = Setup(plan.output, chosen, crew.threads, thumbnails, verify, mark, compression)
    stop = Stop(say_stop)
    with told(plan.count, quiet=quiet, as_json=as_json) as progress:
        result = run_plan(plan, setup, crew, resume=resume, progress=progress, stop=stop)
    if as_json:
        json_line({"summary": summary(result)})
    if not quiet:
        say_result(result)
    code = result.exit_code(strict=strict, allow_unmatched=allow_unmatched)
    if code:
        raise typer.Exit(code)


def sides_of(masks: bool, reports: bool, previews: bool, layers: str | None) -> list[str]:
    """What is written beside each result, as ``segmask.batch`` names it. OptionError for layers of another kind."""
    from segmask.batch.sources import LAYERS
    from segmask.core.errors import unknown

    if layers is not None and layers not in LAYERS:
        raise unknown("kind of layers", layers, LAYERS)
    chosen = (("mask", masks), ("report", reports), ("preview", previews), (f"layers.{layers}", layers))
    return [name for name, wanted in chosen if wanted]


def say_plan(plan: Plan) -> None:
    """Counts, and what is in no pair."""
    source = plan.source
    say(f"{source.name}: {plan.count} results to make ({source.layout})")
    _say_names("without a partner", source.unmatched)
    _say_names("not there", plan.missing)
    _say_names("no pictures, passed over", source.others)


def print_plan(plan: Plan, as_json: bool) -> None:
    """Every task on stdout."""
    for task in plan.tasks():
        if as_json:
            json_line({"output": task.output, "original": task.original, "edited": list(task.edited)})
        else:
            typer.echo(f"{task.original} + {', '.join(task.edited)} -> {task.output}")
    if as_json:
        source = plan.source
        found = {"unmatched": list(source.unmatched), "missing": list(plan.missing), "others": list(source.others)}
        json_line({"plan": {"count": plan.count, "layout": source.layout, **found}})


def say_stop(level: int) -> None:
    """What a Ctrl-C does."""
    if level == 1:
        say("stopping: what is in flight is finished; Ctrl-C again stops at once")


def summary(result: BatchResult) -> dict[str, Any]:
    """A result as JSON takes it."""
    counts = {name: result.counts.get(name, 0) for name in ("ok", "review", "failed", "quarantined")}
    rest = {"total": result.total, "kept": result.kept, "stopped": result.stopped, "output": result.output}
    return {**counts, **rest, "unmatched": list(result.unmatched), "files": list(result.files)}


def say_result(result: BatchResult) -> None:
    """Counts, where the report is, and how to go on."""
    from segmask.batch import places
    from segmask.batch.table import PARQUET_FILE

    counts = result.counts
    done = sum(counts.values())
    kept = f" ({result.kept} kept from before)" if result.kept else ""
    quarantined = f", {counts['quarantined']} quarantined" if counts.get("quarantined") else ""
    numbers = f"{counts.get('ok', 0)} ok, {counts.get('review', 0)} review, {counts.get('failed', 0)} failed"
    say(f"{done} of {result.total}{kept}: {numbers}{quarantined}")
    for name in result.files:
        if name != PARQUET_FILE:
            say(f"{name}: {places.join(result.output, name)}")
    if result.files and PARQUET_FILE not in result.files:
        say(f"no {PARQUET_FILE}: it needs pyarrow; run pip install 'segmask[parquet]'")
    if result.stopped:
        say("stopped: the same command goes on where this one ended")


def _say_names(what: str, names: tuple[str, ...]) -> None:
    if not names:
        return
    say(f"{what}: {len(names)}")
    for name in names[:LISTED]:
        say(f"  {name}")
    if len(names) > LISTED:
        say(f"  and {len(names) - LISTED} more")
