"""Where tasks run: processes of this machine, this process, or a Ray cluster; and how many workers there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from segmask.batch.crew import InlineCrew, ProcessCrew
from segmask.batch.picture import PictureJob, Row, Setup
from segmask.batch.plan import Plan
from segmask.batch.schedule import Answer, Schedule, Stop
from segmask.batch.task import Task
from segmask.core.errors import OptionError, unknown
from segmask.core.system import usable_cores
from segmask.options import Options

ENGINES = ("local", "ray")


@dataclass(frozen=True)
class Workers:
    """Who does the work."""

    engine: str
    count: int | None
    """Processes; None lets Ray take what its cluster has."""
    threads: int
    """Of each; workers times threads are the cores, unless both were named."""
    timeout: float | None
    inline: bool = False
    """This process does the work: some files are seen by it alone."""


def choose_workers(engine: str, count: int | None, timeout: float | None, options: Options, plan: Plan) -> Workers:
    """Workers for a plan, threads bounded so that they fill the cores and no more.

    Raises OptionError, and MissingLibraryError where Ray is missing.

    >>> from segmask.batch.plan import Source
    >>> plan = Plan(Source("in", "two folders", lambda: iter(())), "out", 9)
    >>> choose_workers("local", 2, None, Options(threads=1), plan)
    Workers(engine='local', count=2, threads=1, timeout=None, inline=False)
    """
    if engine not in ENGINES:
        raise unknown("engine", engine, ENGINES)
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
        raise OptionError(f"workers: expected a whole number from 1; got {count!r}")
    if timeout is not None and not timeout > 0:
        raise OptionError(f"timeout: expected seconds above 0; got {timeout!r}")
    if plan.in_process:
        if engine == "ray" or timeout is not None or (count or 1) > 1:
            raise OptionError(
                "memory:// is seen by this process alone, so nothing else can work on it: leave out engine, timeout "
                "and workers, or use files that all workers reach"
            )
        return Workers(engine, 1, options.threads or usable_cores(), None, inline=True)
    if engine == "ray":
        from segmask.batch.ray_engine import require_ray

        require_ray()
        return Workers(engine, count, options.threads or 1, timeout)
    cores = usable_cores()
    wanted = count or min(max(1, cores // (options.threads or 1)), plan.count)
    return Workers(engine, wanted, options.threads or max(1, cores // wanted), timeout)


def answers(
    work: Iterable[tuple[Task, Row | None] | None], plan: Plan, setup: Setup, workers: Workers, stop: Stop
) -> Iterator[Answer[Any]]:
    """Do the work; answers in the order in which they come."""
    if workers.engine == "ray":
        from segmask.batch.ray_engine import ray_answers

        yield from ray_answers(work, plan, setup, workers, stop)
        return
    if workers.inline:
        yield from Schedule(InlineCrew(PictureJob(setup)), work, stop=stop).run()
        return
    assert workers.count is not None
    with ProcessCrew(partial(PictureJob, setup), workers.count, workers.threads) as crew:
        yield from Schedule(crew, work, timeout=workers.timeout, stop=stop).run()
