"""How far a batch is: a bar on a terminal, a line a minute elsewhere, JSON lines on stdout, or nothing."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from segmask.cli.output import say

if TYPE_CHECKING:
    from segmask.batch.tally import Tally

EVERY = 60.0
"""Seconds between two lines where no terminal is."""

Told = Callable[[dict[str, Any], "Tally"], None]


@contextmanager
def told(total: int | None, *, quiet: bool, as_json: bool) -> Iterator[Told]:
    """A function that is called after each row with the row and the counts."""
    if as_json:
        yield _json_line
    elif quiet:
        yield lambda _row, _tally: None
    elif sys.stderr.isatty():
        with _bar(total) as shown:
            yield shown
    else:
        yield _Lines()


def json_line(value: dict[str, Any]) -> None:
    """One JSON object as a line on stdout."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def duration(seconds: float | None) -> str:
    """Seconds for people.

    >>> duration(59.6), duration(3725), duration(None)
    ('1:00', '1:02:05', 'unknown')
    """
    if seconds is None:
        return "unknown"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def counts(tally: Tally) -> str:
    """The counts in words."""
    kept = f", {tally.kept} of them from before" if tally.kept else ""
    return f"{tally.ok} ok, {tally.review} review, {tally.failed} failed{kept}"


def _json_line(row: dict[str, Any], _tally: Tally) -> None:
    json_line(row)


class _Lines:
    """A line at first and then one a minute."""

    def __init__(self) -> None:
        self._said = time.monotonic()

    def __call__(self, _row: dict[str, Any], tally: Tally) -> None:
        now = time.monotonic()
        if now - self._said < EVERY:
            return
        self._said = now
        of = "" if tally.total is None else f" of {tally.total}"
        rate = "" if tally.rate is None else f", {tally.rate:.2f} a second"
        left = "" if tally.seconds_left is None else f", {duration(tally.seconds_left)} left"
        say(f"{tally.done}{of}: {counts(tally)}{rate}{left}")


@contextmanager
def _bar(total: int | None) -> Iterator[Told]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=total)

        def shown(_row: dict[str, Any], tally: Tally) -> None:
            rate = "" if tally.rate is None else f"  {tally.rate:.2f}/s"
            left = "" if tally.seconds_left is None else f"  {duration(tally.seconds_left)} left"
            colours = f"[green]{tally.ok} ok[/] [yellow]{tally.review} review[/] [red]{tally.failed} failed[/]"
            bar.update(task, completed=tally.done, description=f"{colours}{rate}{left}")

        yield shown
