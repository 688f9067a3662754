"""Gives tasks to workers and takes back what they made; says what is to be done when a worker dies or takes too long.

Where workers are processes, an actor's child or, in a simulation, nothing at all, is the crew's business.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from segmask.core.errors import SegmaskError

DEATHS = 2
"""Workers that a task may kill before it is set aside."""
FALSE_STARTS = 3
"""Workers that may die in a row before any of them was ready."""
LOOK = 0.5
"""Seconds after which a stop, a timeout or a new task is noticed at the latest."""

Work = TypeVar("Work")


@dataclass(frozen=True)
class Event:
    """What happened to a worker."""

    worker: int
    kind: str
    """``done`` with the handler's answer, ``died`` with a text on how, ``unready`` for a death before any task."""
    value: Any = None
    note: Any = None
    """Of a dead one: what it had noted of its task."""


class Crew(Protocol):
    """Workers by number, each with at most one task."""

    def idle(self) -> int | None:
        """A worker that is ready for a task; None if there is none now."""
        ...

    def give(self, worker: int, work: Any) -> None:
        """Hand a task to an idle worker."""
        ...

    def wait(self, seconds: float) -> list[Event]:
        """What happened, waiting for it for at most so long."""
        ...

    def kill(self, worker: int) -> Any:
        """End a worker's process and start another in its place; gives what it had noted."""
        ...

    def now(self) -> float:
        """The crew's clock, in seconds."""
        ...


@dataclass(frozen=True)
class Loss:
    """Why a task has no answer."""

    code: str
    """``timeout`` or ``killed``."""
    message: str
    seconds: float = 0.0
    note: Any = None
    for_good: bool = False
    """It killed as many workers as it may."""


@dataclass(frozen=True)
class Answer(Generic[Work]):
    """A task with what its handler gave back, or why there is none."""

    work: Work
    value: Any
    """A ``Loss`` where the worker was lost."""


class Stop:
    """Whether a run is to end: 0 goes on, 1 finishes what is in flight, 2 leaves at once.

    >>> stop = Stop()
    >>> stop.ask(), stop.ask(), stop.level
    (None, None, 2)
    """

    def __init__(self, told: Callable[[int], None] = lambda _: None) -> None:
        self.level = 0
        self._told = told

    def ask(self) -> None:
        """One level more; ``told`` hears of it."""
        self.level = min(self.level + 1, 2)
        self._told(self.level)


@dataclass
class _Held(Generic[Work]):
    """A task that a worker has."""

    work: Work
    since: float


class Schedule(Generic[Work]):
    """One run of a crew over tasks.

    Args:
        crew: the workers.
        tasks: in order; None stands for "nothing to do at the moment".
        timeout: seconds for one task; None for no limit.
        stop: asked before each task.

    A task whose worker dies is given to another one; the second time it is a loss for good.
    """

    def __init__(
        self, crew: Crew, tasks: Iterable[Work | None], *, timeout: float | None = None, stop: Stop | None = None
    ) -> None:
        self._crew, self._tasks, self._timeout, self._stop = crew, iter(tasks), timeout, stop or Stop()
        self._held: dict[int, _Held[Work]] = {}
        self._again: deque[Work] = deque()
        self._deaths: dict[int, int] = {}
        self._false_starts = 0
        self._over = False

    def run(self) -> Iterator[Answer[Work]]:
        """Answers in the order in which they come. Raises SegmaskError where workers can't even start."""
        while self._stop.level < 2:
            waiting = self._fill() if self._stop.level == 0 else False
            if not self._held and not waiting:
                return
            for event in self._crew.wait(self._patience()):
                yield from self._noted(event)
            yield from self._timed_out()

    def _fill(self) -> bool:
        """Give tasks to idle workers; True where there is more to do, now or later."""
        while True:
            if self._over and not self._again:
                return False
            worker = self._crew.idle()
            if worker is None:
                return True
            work = self._again.popleft() if self._again else self._next()
            if work is None:
                return not self._over
            self._held[worker] = _Held(work, self._crew.now())
            self._crew.give(worker, work)

    def _next(self) -> Work | None:
        try:
            return next(self._tasks)
        except StopIteration:
            self._over = True
            return None

    def _patience(self) -> float:
        if self._timeout is None or not self._held:
            return LOOK
        first = min(held.since for held in self._held.values())
        return min(LOOK, max(0.0, first + self._timeout - self._crew.now()))

    def _noted(self, event: Event) -> Iterator[Answer[Work]]:
        if event.kind == "unready":
            self._false_starts += 1
            if self._false_starts >= FALSE_STARTS:
                raise SegmaskError(f"workers end before their first task: {event.value}; with fewer of them it may go")
            return
        held = self._held.pop(event.worker, None)
        if held is None:
            return
        self._false_starts = 0
        if event.kind == "done":
            self._deaths.pop(id(held.work), None)
            yield Answer(held.work, event.value)
            return
        deaths = self._deaths[id(held.work)] = self._deaths.get(id(held.work), 0) + 1
        if deaths < DEATHS:
            self._again.append(held.work)
            return
        del self._deaths[id(held.work)]
        seconds = self._crew.now() - held.since
        message = f"{DEATHS} workers died of it: {event.value}"
        yield Answer(held.work, Loss("killed", message, seconds, event.note, for_good=True))

    def _timed_out(self) -> Iterator[Answer[Work]]:
        if self._timeout is None:
            return
        now = self._crew.now()
        for worker, held in list(self._held.items()):
            if held.since + self._timeout <= now:
                note = self._crew.kill(worker)
                del self._held[worker]
                yield Answer(held.work, Loss("timeout", f"took over {self._timeout:g} s", now - held.since, note))
