"""Worker processes with a bounded queue before them. One that dies or takes too long is replaced."""

from __future__ import annotations

import asyncio
import contextlib
import multiprocessing
import os
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from segmask.serve.problems import Problem
from segmask.serve.settings import Settings
from segmask.serve.work import Forget, Task
from segmask.serve.worker import run

RETRY_AFTER = 2
"""Seconds: about what a picture takes."""


class Hand:
    """One worker process, seen from the web process."""

    def __init__(self, operators: dict[str, Any]) -> None:
        self.operators = operators
        self.keys: set[str] = set()
        """Pairs that it has opened."""
        self.free = True
        self.process: Any = None
        self.connection: Connection | None = None

    def start(self) -> None:
        """Start the process if it isn't alive."""
        if self.process is not None and self.process.is_alive():
            return
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=run, args=(theirs, self.operators), daemon=True)
        self.process.start()
        theirs.close()
        self.keys = set()

    def ask(self, task: Task, timeout: float) -> Any:
        """The answer to a task; blocks. Problem for errors, also for a process that died or took too long."""
        self.start()
        assert self.connection is not None
        try:
            self.connection.send(task)
            if not self.connection.poll(timeout):
                self.stop()
                raise Problem(504, "timed-out", f"not done within {timeout:g} seconds; make the pictures smaller")
            answer = self.connection.recv()
        except (EOFError, OSError) as error:
            self.stop()
            text = "the process that worked on it ended; it was replaced: try again, or make the pictures smaller"
            raise Problem(500, "worker-lost", text) from error
        if answer[0] == "problem":
            raise Problem(*answer[1:])
        return answer[1]

    def stop(self) -> None:
        """End the process at once."""
        if self.connection is not None:
            self.connection.close()
        if self.process is not None:
            self.process.kill()
            self.process.join(5)
        self.process, self.connection, self.keys = None, None, set()


class Pool:
    """Hands tasks to free workers, the one that has opened the pair first."""

    def __init__(self, settings: Settings, operators: dict[str, Any] | None = None) -> None:
        self.settings = settings
        self.hands = [Hand(operators or {}) for _ in range(settings.workers)]
        self.waiting = 0
        self.running = 0
        self.reading = 0
        """Requests whose bodies are being read."""
        self.closing = False
        self._changed = asyncio.Condition()
        self._forgetting: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start all workers."""
        await asyncio.gather(*(asyncio.to_thread(hand.start) for hand in self.hands))

    async def do(self, task: Task, *, patient: bool = False) -> Any:
        """The answer to a task. Problem 503 where too many wait already, unless it is ``patient``: a job's."""
        if self.closing:
            raise Problem(503, "busy", "the service is about to end", {"Retry-After": "30"})
        hand = await self._take(_key_of(task), patient)
        self.running += 1
        try:
            answer = await asyncio.to_thread(hand.ask, task, self.settings.timeout)
            if (key := _key_of(task)) is not None:
                hand.keys.add(key)
            return answer
        finally:
            self.running -= 1
            async with self._changed:
                hand.free = True
                self._changed.notify_all()

    @contextlib.contextmanager
    def admitted(self) -> Iterator[None]:
        """Room for one more body in memory while it is read. Problem 503 where there is none."""
        if self.waiting + self.reading >= self.settings.queue + self.settings.workers:
            raise self._busy()
        self.reading += 1
        try:
            yield
        finally:
            self.reading -= 1

    def _busy(self) -> Problem:
        text = f"{self.waiting + self.reading} requests wait already; try again in a moment"
        return Problem(503, "busy", text, {"Retry-After": str(RETRY_AFTER * (self.waiting + 1))})

    async def _take(self, key: str | None, patient: bool) -> Hand:
        if not patient and self.waiting >= self.settings.queue:
            raise self._busy()
        self.waiting += not patient
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: any(hand.free for hand in self.hands))
                free = [hand for hand in self.hands if hand.free]
                hand = next((hand for hand in free if key in hand.keys), free[0])
                hand.free = False
                return hand
        finally:
            self.waiting -= not patient

    def forget_soon(self, key: str) -> None:
        """Drop a pair as soon as the workers that have it open are free."""
        task = asyncio.create_task(self.forget(key))
        self._forgetting.add(task)
        task.add_done_callback(self._forgetting.discard)

    async def forget(self, key: str) -> None:
        """Drop a pair wherever it is open; waits for a worker that is busy."""
        for hand in self.hands:
            if key not in hand.keys:
                continue
            async with self._changed:
                await self._changed.wait_for(lambda hand=hand: hand.free)
                hand.free = False
            try:
                if key in hand.keys:
                    hand.keys.discard(key)
                    with contextlib.suppress(Problem):  # it died: then nothing is kept
                        await asyncio.to_thread(hand.ask, Forget(key), self.settings.timeout)
            finally:
                async with self._changed:
                    hand.free = True
                    self._changed.notify_all()

    async def close(self) -> None:
        """Let running work end, then end the workers."""
        self.closing = True
        async with self._changed:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(
                    self._changed.wait_for(lambda: all(hand.free for hand in self.hands)), self.settings.timeout
                )
        for hand in self.hands:
            await asyncio.to_thread(hand.stop)

    def process_ids(self) -> list[int]:
        """Of the web process and the workers."""
        return [os.getpid(), *(hand.process.pid for hand in self.hands if hand.process is not None)]


def _key_of(task: Task) -> str | None:
    return getattr(getattr(task, "recipe", None), "key", None)
