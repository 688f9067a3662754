"""``segmask verify``: proves later, to anybody, that a composite kept its original."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from segmask.cli import options as o
from segmask.cli.output import STRICT_EXIT, check_stdout, print_bytes, said_preserved, say
from segmask.options import Options

Composite = Annotated[Path, typer.Argument(metavar="RESULT", help="The composite.", show_default=False)]
MaskUsed = Annotated[Path, typer.Argument(metavar="MASK", help="Its mask; white is edited.", show_default=False)]
Tolerance = Annotated[
    float, typer.Option(min=0, max=255, metavar="LEVELS", help="Largest difference that passes, of 255: for a JPEG.")
]


def verify(
    original: o.Original,
    result: Composite,
    mask: MaskUsed,
    tolerance: Tolerance = 0.0,
    report: o.ReportFile = None,
    max_pixels: Annotated[int | None, typer.Option(min=1, metavar="INT", help="As for `segmask apply`.")] = None,
) -> None:
    """Compare RESULT with ORIGINAL wherever MASK is black.

    Exit codes: 0 all of it is the original, or within the tolerance; 1 a file can't be read; 2 usage; 3 it differs.
    """
    from segmask.core.files import check_outputs, write_files
    from segmask.preservation import verify as compare

    check_stdout(report)
    report_file = o.report_path(report)
    check_outputs([report_file] if report_file else [], [original, result, mask])
    found = compare(original, result, mask, max_pixels=Options(max_pixels=max_pixels).max_pixels)
    passed = found.is_kept or (found.same_colours and 0 < tolerance >= found.largest)
    contents = (json.dumps({**asdict(found), "passed": passed}, indent=2) + "\n").encode()
    if report_file:
        write_files({report_file: contents})
    say(f"{result}: {said_preserved(found)}")
    if report == "-":
        print_bytes(contents)
    if not passed:
        raise typer.Exit(STRICT_EXIT)
