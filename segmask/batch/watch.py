"""Hot folders: pairs are processed as they arrive, with the journal of a batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from segmask.batch import engines, places
from segmask.batch.engines import Workers
from segmask.batch.journals import open_journal
from segmask.batch.picture import Row, Setup
from segmask.batch.plan import Plan, Source, check_apart, problem_of
from segmask.batch.run import BatchResult, Progress, Run, stopping
from segmask.batch.schedule import Stop
from segmask.batch.tally import Tally
from segmask.batch.task import Task
from segmask.core.errors import InputError, OptionError
from segmask.core.system import usable_cores

Stamps = tuple[str | None, ...]


@dataclass
class Arrivals:
    """Tasks whose files have rested: their sizes and times of change were the same for ``rest`` seconds.

    Args:
        listed: a fresh listing of the folder as a source.
        rest: seconds.
        problem: what is wrong with a task, or None.
        now: a clock in seconds.
    """

    listed: Callable[[], Source]
    rest: float
    problem: Callable[[Task], str | None]
    now: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[Stamps, float]] = field(default_factory=dict)
    _given: dict[str, Stamps] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Outputs that can't be made, with the reason."""

    def ready(self) -> list[Task]:
        """The tasks that have come or changed since the last call and have rested."""
        try:
            tasks = [task for task in self.listed().tasks() if isinstance(task, Task)]
        except InputError as error:  # two originals of one name: said once, until it is mended
            self.refused[""] = str(error)
            return []
        self.refused.pop("", None)
        self._refuse_twins(tasks)
        return [task for task in tasks if task.output not in self.refused and self._has_rested(task)]

    def _refuse_twins(self, tasks: list[Task]) -> None:
        makers: dict[str, int] = {}
        for task in tasks:
            for name in task.outputs:
                makers[name.lower()] = makers.get(name.lower(), 0) + 1
        for task in tasks:
            twins = any(makers[name.lower()] > 1 for name in task.outputs)
            reason = "several originals would be written there" if twins else self.problem(task)
            if reason is None:
                self.refused.pop(task.output, None)
            else:
                self.refused[task.output] = reason

    def _has_rested(self, task: Task) -> bool:
        stamps = tuple(places.stamp(place) for _, place in task.inputs)
        if None in stamps or self._given.get(task.output) == stamps:
            return False
        before = self._seen.get(task.output)
        if before is None or before[0] != stamps:
            before = self._seen[task.output] = (stamps, self.now())
        if self.now() - before[1] < self.rest:
            return False
        self._given[task.output] = stamps
        del self._seen[task.output]
        return True


def watch(
    listed: Callable[[], Source],
    setup: Setup,
    workers: int | None = None,
    *,
    rest: float = 2.0,
    interval: float = 1.0,
    timeout: float | None = None,
    resume: bool | None = None,
    progress: Progress | None = None,
    refused: Callable[[str, str], None] = lambda _output, _reason: None,
    stop: Stop | None = None,
) -> BatchResult:
    """Process pairs as they arrive in a folder, until it is stopped.

    Args:
        listed: a fresh listing of the folder as a source (``segmask.batch.sources.open_source``).
        setup: as for a batch; its output lies outside of the folder.
        workers: processes; without it one a core.
        rest: seconds for which a file must not have changed before it is taken.
        interval: seconds between two looks.
        timeout: seconds for one picture.
        resume: as for a batch.
        progress: called after each row.
        refused: called with an output and the reason when it can't be made.
        stop: asked before each task; Ctrl-C asks it too.

    Raises OptionError for an output in the folder and for numbers out of range.
    """
    if not (rest >= 0 and interval > 0):
        raise OptionError(f"rest and interval: expected seconds from 0 and above 0; got {rest!r} and {interval!r}")
    first = listed()
    check_apart(setup.output, first.folders)
    places.check_writable(setup.output)
    stop = stop or Stop()
    cores = usable_cores()
    count = workers or max(1, cores // (setup.options.threads or 1))
    crew = Workers("local", count, setup.options.threads or max(1, cores // count), timeout)
    arrivals = Arrivals(listed, rest, lambda task: problem_of(task, setup.options))
    plan = Plan(first, setup.output, 0)
    with open_journal(setup.output, setup.options, resume) as journal, stopping(stop):
        run, tally = Run(plan, setup, journal, crew, stop, progress), Tally(None)
        work = _arriving(arrivals, run, interval, refused)
        for answer in engines.answers(work, plan, setup, crew, stop):
            run.enter(answer, tally)
        names = run.write_up() if stop.level < 2 else []
    counts = {str(verdict): number for verdict, number in tally.counts.items()}
    return BatchResult(setup.output, tally.done, counts, tally.kept, (), False, tuple(names))


def _arriving(
    arrivals: Arrivals, run: Run, interval: float, refused: Callable[[str, str], None]
) -> Iterator[tuple[Task, Row | None] | None]:
    """Tasks as they arrive; None where there is none at the moment."""
    waiting: list[Task] = []
    looked = float("-inf")
    told: dict[str, str] = {}
    while True:
        now = arrivals.now()
        if not waiting and now - looked >= interval:
            looked = now
            waiting = arrivals.ready()
            for output, reason in arrivals.refused.items():
                if told.get(output) != reason:
                    told[output] = reason
                    refused(output, reason)
        if not waiting:
            yield None
            continue
        task = waiting.pop(0)
        yield task, run.journal.find(task.output)
