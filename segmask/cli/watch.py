"""``segmask watch``: a hot folder."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from segmask.cli import batch as b
from segmask.cli import options as o
from segmask.cli.batch_progress import json_line, told
from segmask.cli.output import say

Folder = Annotated[str, typer.Argument(metavar="DIR", help="Folder that pairs arrive in.", show_default=False)]
Rest = Annotated[float, typer.Option(min=0, metavar="SECONDS", help="A file is taken when it has not changed so long.")]
Interval = Annotated[float, typer.Option(min=0.05, metavar="SECONDS", help="Time between two looks.")]


@o.with_options()
def watch(
    folder: Folder,
    output: b.Output,
    edited: b.Edited = None,
    pattern: b.Pattern = None,
    each: b.Each = False,
    file_format: b.Format = "png",
    masks: b.Masks = False,
    reports: b.Reports = False,
    previews: b.Previews = False,
    layers: b.Layers = None,
    mark: b.Mark = False,
    thumbnails: b.Thumbnails = True,
    workers: b.Workers = None,
    timeout: b.Timeout = None,
    resume: b.Resume = None,
    rest: Rest = 2.0,
    interval: Interval = 1.0,
    quiet: b.Quiet = False,
    as_json: b.Json = False,
    **options: Any,
) -> None:
    """Process pairs as they arrive in DIR, until Ctrl-C; what was done before is not done again.

    Pairs are found as by `segmask batch`. Exit codes: 0 stopped, 1 some failed, 2 usage.
    """
    from segmask.batch import places
    from segmask.batch.picture import Setup
    from segmask.batch.schedule import Stop
    from segmask.batch.sources import open_source
    from segmask.batch.table_in import is_table
    from segmask.batch.watch import watch as run
    from segmask.core.errors import OptionError
    from segmask.options import Options

    if is_table(folder) or "*" in folder:
        raise OptionError(f"{folder}: expected a folder to watch")
    chosen = Options(**options)
    sides = b.sides_of(masks, reports, previews, layers)
    finding = {"edited": edited, "patterns": pattern or (), "each": each, "file_format": file_format, "sides": sides}
    setup = Setup(places.settled(output), chosen, chosen.threads, thumbnails, mark=mark)
    if not quiet:
        say(f"watching {folder}; Ctrl-C ends it")
    with told(None, quiet=quiet, as_json=as_json) as progress:
        result = run(
            lambda: open_source(folder, **finding),
            setup,
            workers,
            rest=rest,
            interval=interval,
            timeout=timeout,
            resume=resume,
            progress=progress,
            refused=lambda output, reason: say(f"left alone: {output or folder}: {reason}"),
            stop=Stop(b.say_stop),
        )
    if as_json:
        json_line({"summary": b.summary(result)})
    if not quiet:
        b.say_result(result)
    if result.failed:
        raise typer.Exit(1)
