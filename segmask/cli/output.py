"""What commands say: people's lines on stderr, machines' on stdout."""

from __future__ import annotations

import sys

import typer

from segmask.report import OK, Report
from segmask.result import report_json

STRICT_EXIT = 3


def say(line: str) -> None:
    """One line for the person at the terminal."""
    typer.echo(line, err=True)


def finish(report: Report, report_option: str | None, strict: bool) -> None:
    """Notes and reasons, the report on stdout if asked for, and the exit code."""
    for note in report.notes:
        say(f"note: {note}")
    for reason in report.reasons:
        say(f"look: {reason}")
    if report_option == "-":
        sys.stdout.write(report_json(report).decode())
        sys.stdout.flush()
    if strict and report.verdict != OK:
        raise typer.Exit(STRICT_EXIT)
