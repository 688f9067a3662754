"""What commands say: people's lines on stderr, machines' on stdout."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import typer

from segmask.core.errors import OutputError

if TYPE_CHECKING:  # numpy, and all that reads and writes pictures: `segmask --help` needs neither
    from segmask.report import PreservedReport, Report

STRICT_EXIT = 3


def say(line: str) -> None:
    """One line for the person at the terminal."""
    typer.echo(line, err=True)


def said_verdict(verdict: str, confidence: float | None) -> str:
    """The verdict, with the confidence where there is one."""
    return verdict if confidence is None else f"{verdict}, confidence {confidence:.2f}"


def said_preserved(found: PreservedReport) -> str:
    """What was found outside of the mask."""
    if found.is_kept:
        return f"{found.pixels} pixels outside the mask read again: all are the original's"
    extras = ["8 bits compared"] * found.reduced + ["another colour profile"] * (not found.same_colours)
    apart = f"{found.differing} of {found.pixels} pixels outside the mask differ"
    if found.differing:
        apart += f", by {found.largest:g} of 255 levels at most and {found.mean:.3g} on average"
    return "; ".join([apart, *extras])


def say_candidates(report: Report) -> None:
    """One line for each of several edits, in the order given."""
    for candidate in report.candidates:
        place = "failed" if candidate.place is None else f"place {candidate.place}"
        found = candidate.error or said_verdict(candidate.verdict, candidate.confidence)
        count = len(candidate.reasons)
        reasons = f", {count} reason{'s' if count > 1 else ''} to look" if count else ""
        say(f"edit: {candidate.name}: {place}; {found}{reasons}")


def finish(report: Report, report_option: str | None, strict: bool, *, as_json: bool = False) -> None:
    """What was understood of a prompt, notes and reasons, the report on stdout if asked for, and the exit code.

    With ``as_json`` the report is printed as one line.
    """
    from segmask.report import OK
    from segmask.result import report_json

    if report.prompt is not None:
        changes = ", ".join(f"{words} ({'+'.join(parts)})" for words, parts in report.prompt.matched)
        stays = ", ".join(words for words, _ in report.prompt.kept)
        say(f"prompt: changes {changes}{'; stays ' + stays if stays else ''}")
    for note in report.notes:
        say(f"note: {note}")
    for reason in report.reasons:
        say(f"look: {reason}")
    if report_option == "-":
        print_bytes(report_json(report))
    if as_json:
        print_bytes(report_json(report, indent=None))
    if strict and report.verdict != OK:
        raise typer.Exit(STRICT_EXIT)


def check_stdout(report_option: str | None) -> None:
    """Raise OutputError, before any work, where the report is wanted on a standard output that is closed."""
    if report_option == "-" and sys.stdout is None:
        raise OutputError("--report -: standard output is closed; name a file, or open it")


def print_bytes(contents: bytes) -> None:
    """JSON on standard output, UTF-8 whatever the terminal's encoding. Raises OutputError."""
    try:
        binary = getattr(sys.stdout, "buffer", None)
        if binary is None:  # somebody's own stream
            sys.stdout.write(contents.decode())
        else:
            binary.write(contents)
        sys.stdout.flush()
    except OSError as error:
        give_up_stdout()
        raise OutputError(
            f"--report -: the files are written; the report can't be printed ({error.strerror})"
        ) from error


def give_up_stdout() -> None:
    """Let nothing more be written to a standard output that fails: Python would try once more on its way out."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
