"""``segmask.batch``: a source of any size through workers into an output folder, with a journal."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Unpack

from segmask.batch import engines, places
from segmask.batch.engines import Workers
from segmask.batch.index import digest64
from segmask.batch.journal import Journal
from segmask.batch.journals import open_journal, read_journal
from segmask.batch.picture import Done, Row, Setup, lost_row
from segmask.batch.plan import Plan, make_plan
from segmask.batch.report import write_report
from segmask.batch.schedule import Answer, Loss, Stop
from segmask.batch.sources import open_source
from segmask.batch.table import write_tables
from segmask.batch.tally import Tally
from segmask.batch.task import Task
from segmask.io import check_compression, output_format
from segmask.options import OptionArguments, Options

Progress = Callable[[Row, Tally], None]
"""Called after each row with the row, which also says whether it was ``kept``, and the counts so far."""
UNMATCHED = "unmatched.txt"
"""The pictures without a partner, one a line."""
FAILED_EXIT, STRICT_EXIT, STOPPED_EXIT = 1, 3, 130


@dataclass(frozen=True)
class BatchResult:
    """What became of a batch; its rows are in the output folder."""

    output: str
    """The output folder or URL."""
    total: int
    counts: dict[str, int]
    """By verdict: ``ok``, ``review``, ``failed``, ``quarantined``; rows kept from earlier runs too."""
    kept: int
    """Rows that an earlier run had done."""
    unmatched: tuple[str, ...] = ()
    """Pictures without a partner."""
    stopped: bool = False
    """Ended by Ctrl-C before all were done."""
    files: tuple[str, ...] = ()
    """Tables and report, as names under ``output``."""

    @property
    def failed(self) -> int:
        """Rows without an output."""
        return self.counts.get("failed", 0) + self.counts.get("quarantined", 0)

    def exit_code(self, *, strict: bool = False, allow_unmatched: bool = False) -> int:
        """The shell's: 0 all ok, 1 some failed or had no partner, 3 some need a look and ``strict``, 130 stopped.

        >>> BatchResult("out", 2, {"ok": 1, "review": 1}, 0).exit_code(strict=True)
        3
        """
        if self.stopped:
            return STOPPED_EXIT
        if self.failed or (self.unmatched and not allow_unmatched):
            return FAILED_EXIT
        return STRICT_EXIT if strict and self.counts.get("review") else 0

    def rows(self) -> Iterator[Row]:
        """The journal's rows, the last of each output."""
        with read_journal(self.output) as journal:
            yield from journal.rows()


@dataclass
class Run:
    """A plan on its way: rows go into the journal as they come."""

    plan: Plan
    setup: Setup
    journal: Journal
    workers: Workers
    stop: Stop = field(default_factory=Stop)
    progress: Progress | None = None

    def finish(self) -> BatchResult:
        """Do all tasks, then write the tables and the report."""
        tally = Tally(self.plan.count)
        with stopping(self.stop):
            for answer in engines.answers(self.work(), self.plan, self.setup, self.workers, self.stop):
                self.enter(answer, tally)
        self.journal.flush()
        names = self.write_up() if self.stop.level < 2 else ()
        counts = {str(verdict): number for verdict, number in tally.counts.items()}
        stopped = self.stop.level > 0 and tally.done < self.plan.count
        unmatched = self.plan.source.unmatched
        return BatchResult(self.plan.output, self.plan.count, counts, tally.kept, unmatched, stopped, tuple(names))

    def enter(self, answer: Answer[tuple[Task, Row | None]], tally: Tally) -> Row:
        """Put an answer into the journal, the counts and the progress."""
        row, kept = _row(answer)
        if not kept:
            self.journal.append(row)
        tally.add(row, kept=kept)
        if self.progress:
            self.progress({**row, "kept": kept}, tally)
        return row

    def work(self) -> Iterator[tuple[Task, Row | None]]:
        """The tasks, each with what the journal has of it."""
        return ((task, self.journal.find(task.output)) for task in self.plan.tasks())

    def write_up(self) -> list[str]:
        """Write the tables and the report; gives the files' names. Rows of an older plan are left out."""
        wanted = (
            {digest64(task.output) for task in self.plan.tasks()} if len(self.journal) > self.plan.count > 0 else None
        )
        rows = partial(_rows, self.journal, wanted)
        names = [*write_tables(self.plan.output, rows()), *write_report(self.plan.output, rows, self.setup.thumbnails)]
        unmatched = self.plan.source.unmatched
        if unmatched:
            text = "".join(f"{name}\n" for name in unmatched)
            places.write({places.join(self.plan.output, UNMATCHED): text.encode("utf-8", "surrogateescape")})
        return [*names, *([UNMATCHED] if unmatched else [])]


def batch(
    source: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    edited: str | os.PathLike[str] | None = None,
    pattern: Sequence[str] = (),
    each: bool = False,
    file_format: str = "png",
    sides: Sequence[str] = (),
    thumbnails: bool = True,
    mark: bool = False,
    compression: int | None = None,
    workers: int | None = None,
    timeout: float | None = None,
    resume: bool | None = None,
    verify: bool = False,
    engine: str = "local",
    progress: Progress | None = None,
    stop: Stop | None = None,
    **options: Unpack[OptionArguments],
) -> BatchResult:
    """Run any number of pairs; what a run did is not done again by the next one.

    Args:
        source: a manifest (.csv, .jsonl, .parquet), a folder, or a pattern such as ``shoot/*_before.jpg``; paths and
            URLs (``s3://…``). docs/batch.md says how files are paired.
        output: folder or URL of the results, with ``journal/``, ``results.csv`` and ``report.html``.
        edited: the edits' folder or pattern; without it ``source`` holds both.
        pattern: what an edit is called, as ``("{stem}_v*",)``.
        each: of several edits of an original all, instead of the best.
        file_format: ending of the composites where a manifest doesn't name them: png, tif, webp, jpg.
        sides: what is written beside each composite, of ``mask``, ``report``, ``preview``, and ``layers.psd``,
            ``layers.ora`` or ``layers.tif``.
        thumbnails: draw small pictures for ``report.html``.
        mark: say in each composite's XMP that a part of it was generated.
        compression: effort for each composite's PNG, 0 (none) to 9 (smallest and slowest); 3 if not given.
        workers: processes; without it one a core, or as many as go with ``threads``.
        timeout: seconds for one picture; then it is a failed row.
        resume: True wants an earlier journal in ``output``, False forgets it, None goes on if its options are the same.
        verify: compare the contents of files, even where size and time of change are the same as in the journal.
        engine: ``local``, or ``ray`` for a Ray cluster.
        progress: called after each row with the row and the counts so far.
        stop: asked before each task; Ctrl-C asks it too.
        options: fields of ``segmask.Options``; a manifest's columns go on top.

    Raises, before anything runs, InputError for a source that can't be used and for outputs that collide, OptionError
    for choices that don't go together, OutputError for a folder with other contents; ModelError for models.

    A script that hands over a parser object needs ``if __name__ == "__main__":`` around the call: workers import it.

    >>> import numpy as np
    >>> from segmask import io
    >>> from pathlib import Path
    >>> Path("in").mkdir()
    >>> for name, level in (("in/a.png", 90), ("in/a_edited.png", 200)):
    ...     io.write_png(name, np.full((64, 64, 3), level, np.uint8))
    >>> result = batch("in", "out", workers=1, strategy="diff")
    >>> result.total, [row["output"] for row in result.rows()]
    (1, ['a.png'])
    """
    chosen = Options(**options)
    given = open_source(source, edited=edited, patterns=pattern, each=each, file_format=file_format, sides=sides)
    plan = make_plan(given, os.fspath(output), chosen)
    crew = engines.choose_workers(engine, workers, timeout, chosen, plan)
    check_compression(compression, output_format(Path(f"composite.{file_format.lstrip('.')}")))
    setup = Setup(plan.output, chosen, crew.threads, thumbnails, verify, mark, compression)
    return run_plan(plan, setup, crew, resume=resume, progress=progress, stop=stop)


def run_plan(
    plan: Plan,
    setup: Setup,
    workers: Workers,
    *,
    resume: bool | None = None,
    progress: Progress | None = None,
    stop: Stop | None = None,
) -> BatchResult:
    """Run a plan that was made before; arguments as for ``batch``."""
    with open_journal(plan.output, setup.options, resume) as journal:
        return Run(plan, setup, journal, workers, stop or Stop(), progress).finish()


@contextmanager
def stopping(stop: Stop) -> Iterator[None]:
    """SIGINT and SIGTERM ask a stop inside; only the main thread gets them in Python."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, lambda *_: stop.ask())
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)


def _row(answer: Answer[tuple[Task, Row | None]]) -> tuple[Row, bool]:
    """The row of an answer, and whether the journal has it already."""
    if isinstance(answer.value, Loss):
        return lost_row(answer.work[0], answer.value), False
    assert isinstance(answer.value, Done)
    return answer.value.row, answer.value.kept


def _rows(journal: Journal, wanted: set[int] | None) -> Iterable[Row]:
    """The journal's rows that belong to the plan."""
    rows = journal.rows()
    return rows if wanted is None else (row for row in rows if digest64(row["output"]) in wanted)
