"""Workers as processes of this machine, each with its own models; none outlives the process that started it."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import time
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, get_context
from typing import Any

from segmask.batch.child import READY, serve
from segmask.batch.schedule import Event

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""What libraries read when they are loaded: a worker's own bound."""
PARTING = 5.0
"""Seconds for a worker to end by itself."""


@dataclass
class _Worker:
    process: Any
    pipe: Any
    ready: bool = False
    busy: bool = False
    note: Any = None


class InlineCrew:
    """One worker that is this process itself: for files that no other process sees. Nothing can be killed here.

    >>> crew = InlineCrew(lambda work, note: work * 2)
    >>> crew.give(0, 21)
    >>> crew.wait(0)[0].value
    42
    """

    def __init__(self, handler: Callable[..., Any]) -> None:
        self._handler = handler
        self._events: list[Event] = []

    def __enter__(self) -> InlineCrew:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def idle(self) -> int | None:
        """The worker, unless its last answer was not fetched yet."""
        return None if self._events else 0

    def give(self, worker: int, work: Any) -> None:
        """Do the work, here and now."""
        self._events.append(Event(worker, "done", self._handler(work, lambda _: None)))

    def wait(self, seconds: float) -> list[Event]:  # noqa: ARG002
        """The last answer."""
        events, self._events = self._events, []
        return events

    def kill(self, worker: int) -> Any:
        """Not possible: a task that runs here is over before anybody could ask."""
        raise NotImplementedError

    def now(self) -> float:
        """Seconds of a clock that only goes forward."""
        return time.monotonic()


class ProcessCrew:
    """Processes that each make a handler once and then answer tasks.

    Args:
        make_handler: called in each process; must be picklable. Its handler takes ``(work, note)``.
        size: number of processes.
        threads: for the libraries in each of them; None leaves it to them.
        with_main: whether a process runs the program's main module first, as tasks need that hold things of it; None
            does it where ``make_handler`` holds one.

    An exception of ``make_handler`` is raised by ``wait``.
    """

    def __init__(
        self,
        make_handler: Callable[[], Callable[..., Any]],
        size: int,
        threads: int | None = None,
        *,
        with_main: bool | None = None,
    ) -> None:
        # Spawned, not forked: the models' threads don't survive a fork.
        self._context = get_context("spawn")
        self._make_handler, self._threads = make_handler, threads
        self._needs_main = b"__main__" in pickle.dumps(make_handler) if with_main is None else with_main
        self._workers = {number: self._start() for number in range(size)}

    def __enter__(self) -> ProcessCrew:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pids(self) -> list[int]:
        """The processes' ids, in order of the workers' numbers."""
        return [worker.process.pid for worker in self._workers.values()]

    def idle(self) -> int | None:
        """A worker that is ready for a task; None if there is none now."""
        for number, worker in self._workers.items():
            if worker.ready and not worker.busy:
                return number
        return None

    def give(self, worker: int, work: Any) -> None:
        """Hand a task to an idle worker."""
        mate = self._workers[worker]
        mate.busy, mate.note = True, None
        with suppress(BrokenPipeError):  # it died just now: wait() will say so
            mate.pipe.send(work)

    def wait(self, seconds: float) -> list[Event]:
        """What happened to the workers. Raises what a worker's handler could not be made for."""
        pipes = {worker.pipe: number for number, worker in self._workers.items()}
        events = []
        for pipe in connection.wait(list(pipes), seconds):
            event = self._received(pipes[pipe])
            if event is not None:
                events.append(event)
        return events

    def kill(self, worker: int) -> Any:
        """End a worker's process and start another in its place; gives what it had noted."""
        mate = self._workers[worker]
        mate.process.kill()
        mate.process.join()
        with suppress(EOFError, OSError):
            while mate.pipe.poll():
                kind, value = mate.pipe.recv()
                mate.note = value if kind == "note" else mate.note
        self._bury(mate)
        self._workers[worker] = self._start()
        return mate.note

    def now(self) -> float:
        """Seconds of a clock that only goes forward."""
        return time.monotonic()

    def close(self) -> None:
        """End all processes: those that have no task by themselves, the others at once."""
        for worker in self._workers.values():
            if worker.busy or not worker.ready:
                worker.process.kill()
            else:
                with suppress(OSError):
                    worker.pipe.send(None)
        for worker in self._workers.values():
            worker.process.join(PARTING)
            if worker.process.is_alive():
                worker.process.kill()
            self._bury(worker)
        self._workers.clear()

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        with _environment(self._threads), _main_hidden(self._needs_main):
            process = self._context.Process(target=serve, args=(theirs, self._make_handler, self._threads), daemon=True)
            process.start()
        theirs.close()
        return _Worker(process, ours)

    def _received(self, number: int) -> Event | None:
        worker = self._workers[number]
        try:
            kind, value = worker.pipe.recv()
        except (EOFError, OSError):
            return self._died(number)
        if kind == READY:
            worker.ready = True
            return None
        if kind == "unfit":
            raise value
        if kind == "note":
            worker.note = value
            return None
        worker.busy = False
        return Event(number, "done", value)

    def _died(self, number: int) -> Event:
        worker = self._workers[number]
        self._bury(worker)
        how = _how(worker.process.exitcode)
        self._workers[number] = self._start()
        return Event(number, "died" if worker.busy else "unready", how, worker.note)

    def _bury(self, worker: _Worker) -> None:
        worker.process.join()
        worker.pipe.close()


def _how(code: int | None) -> str:
    """An exit code in words.

    >>> _how(-9), _how(3)
    ('killed by SIGKILL, as the system does when memory runs out', 'exit code 3')
    """
    if code is None or code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name if -code in set(signal.Signals) else str(-code)
    return f"killed by {name}" + (", as the system does when memory runs out" if name == "SIGKILL" else "")


@contextmanager
def _environment(threads: int | None) -> Iterator[None]:
    """What a child finds in its environment: how many threads its libraries may use."""
    if threads is None:
        yield
        return
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _main_hidden(needed: bool) -> Iterator[None]:
    """A child that needs nothing of the program's main module does not run it: a script needs no guard then."""
    if needed:
        yield
        return
    main = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main
