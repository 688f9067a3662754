"""Batches of a service: the pictures and results of many pairs in memory, run pair by pair between other requests."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from segmask.batch.manifest import BadRow
from segmask.batch.picture import QUARANTINED, Row, lost_row
from segmask.batch.plan import problem_of, shown
from segmask.batch.schedule import DEATHS, Loss
from segmask.batch.sources import named_source
from segmask.batch.task import Task
from segmask.core.errors import SegmaskError
from segmask.options import Options
from segmask.report import FAILED, OK, REVIEW
from segmask.serve.pool import Pool
from segmask.serve.problems import Problem
from segmask.serve.problems import problem_of as problem_for
from segmask.serve.settings import MIB, Settings
from segmask.serve.work import BatchRow, Made

MOST_FILES = 5000
"""Pictures that a job may have."""
PATIENCE = 20.0
"""Seconds that a question waits for news."""
COLLECTING, RUNNING, DONE, STOPPED = "collecting", "running", "done", "stopped"
LOSSES = {"timed-out": "timeout", "worker-lost": "killed", "option-unusable": "option", "model-unusable": "model"}
"""What a batch calls a worker's problems."""


@dataclass
class Entry:
    """One pair of a job, and what became of it."""

    task: Task
    state: str = "waiting"
    """``waiting``, ``running``, or the row's verdict."""
    row: Row | None = None
    """As in the journal of a batch."""
    files: dict[str, bytes] = field(default_factory=dict)
    """By name: the composite, what is wanted beside it, and the small picture."""


@dataclass
class Job:
    """A batch from its first upload to its last download."""

    key: str
    options: dict[str, Any]
    """As the API takes them."""
    file_format: str = "png"
    sides: tuple[str, ...] = ()
    mark: bool = False
    pictures: dict[str, bytes] = field(default_factory=dict)
    entries: list[Entry] = field(default_factory=list)
    unmatched: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    """Files that are no pictures."""
    state: str = COLLECTING
    version: int = 0
    """Counts what changed."""
    used: float = 0.0
    """When it was last asked for, on the store's clock."""

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        made = (data for entry in self.entries for data in entry.files.values())
        return sum(map(len, self.pictures.values())) + sum(map(len, made))

    def plan(self) -> None:
        """Find the pairs by name, as ``segmask batch`` does in a folder. Problem where there are none."""
        source = named_source(list(self.pictures), file_format=self.file_format, sides=self.sides)
        tasks: list[Task] = [task for task in source.tasks() if not isinstance(task, BadRow)]
        if not tasks:
            lone = f"; without a partner: {shown(source.unmatched)}" if source.unmatched else ""
            text = f"no pairs were found; name them as coat.jpg and coat_edited.png{lone}"
            raise Problem(422, "picture-unusable", text)
        options = Options(**self.options)
        wrong = [text for task in tasks if (text := problem_of(task, options))]
        names = Counter(name.lower() for task in tasks for name in task.outputs)
        wrong += [f"{name}: two pairs would be written under this name" for name, count in names.items() if count > 1]
        if wrong:
            raise Problem(422, "option-unusable", shown(wrong))
        self.entries = [Entry(task) for task in tasks]
        self.unmatched, self.others = source.unmatched, source.others

    def counts(self) -> dict[str, int]:
        """Pairs by state."""
        found = Counter(entry.state for entry in self.entries)
        return {name: found[name] for name in ("waiting", "running", OK, REVIEW, FAILED, QUARANTINED)}

    def rows(self) -> Iterator[Row]:
        """The rows of what is done."""
        return (entry.row for entry in self.entries if entry.row is not None)


class Jobs:
    """All jobs of a service, with a cap and a lifetime, and the tasks that run them."""

    def __init__(self, settings: Settings, pool: Pool, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings, self.pool, self.clock = settings, pool, clock
        self.cap, self.lifetime = settings.jobs_mib * MIB, settings.lifetime * 60
        self.jobs: dict[str, Job] = {}
        self._runs: dict[str, asyncio.Task[None]] = {}
        self._changed = asyncio.Condition()

    @property
    def size(self) -> int:
        """Bytes of all jobs."""
        return sum(job.size for job in self.jobs.values())

    def new(self, job: Job) -> Job:
        """Keep a new job; its id is one that nobody can guess."""
        job.key, job.used = secrets.token_urlsafe(24), self.clock()
        self.jobs[job.key] = job
        return job

    def get(self, key: str) -> Job:
        """A job; it counts as used now. Problem where there is none."""
        job = self.jobs.get(key)
        if job is None:
            text = "no job of this id; it was deleted or has expired: send the pictures again"
            raise Problem(404, "unknown-job", text)
        job.used = self.clock()
        return job

    def add(self, job: Job, pictures: dict[str, bytes]) -> None:
        """Add pictures to a job that has not begun. Problem for too many or too large ones, and for a name twice."""
        if job.state != COLLECTING:
            raise Problem(409, "malformed", "the job has begun; send more pictures as another job")
        if len(job.pictures) + len(pictures) > MOST_FILES:
            raise Problem(413, "too-large", f"a job may have {MOST_FILES} pictures; make several jobs")
        twice = sorted(job.pictures.keys() & pictures.keys())
        if twice:
            raise Problem(422, "malformed", f"{twice[0]}: two files have this name")
        more = sum(map(len, pictures.values()))
        if job.size + more > self.cap:
            raise Problem(413, "too-large", f"a job may have {self.cap // MIB} MiB; make several jobs")
        if self.size + more > self.cap:
            text = f"other jobs fill the {self.cap // MIB} MiB that jobs have together; try again when they are fetched"
            raise Problem(503, "busy", text, {"Retry-After": "60"})
        job.pictures |= pictures

    def start(self, job: Job) -> None:
        """Plan a job and run it. Problem where it has begun, and for what ``Job.plan`` finds wrong."""
        if job.state != COLLECTING:
            raise Problem(409, "malformed", "the job has begun already")
        try:
            job.plan()
        except SegmaskError as error:
            raise problem_for(error) from error
        job.state = RUNNING
        self._runs[job.key] = asyncio.create_task(self._run(job))

    def stop(self, job: Job) -> None:
        """Let what runs end and begin no more."""
        if job.state == RUNNING:
            job.state = STOPPED

    def drop(self, key: str) -> bool:
        """Forget a job; False if it was not there. What runs of it ends first, and is thrown away."""
        job = self.jobs.pop(key, None)
        if job is not None:
            self.stop(job)
        return job is not None

    def sweep(self) -> None:
        """Forget the jobs that were unused for too long; one that runs is in use."""
        now = self.clock()
        for key, job in list(self.jobs.items()):
            if job.state == RUNNING:
                job.used = now
            elif now - job.used > self.lifetime:
                self.drop(key)

    async def close(self) -> None:
        """Stop all jobs, let what runs end, and forget them."""
        for job in self.jobs.values():
            self.stop(job)
        await asyncio.gather(*self._runs.values())
        self.jobs.clear()

    async def _run(self, job: Job) -> None:
        waiting = iter(job.entries)

        async def work() -> None:
            for entry in waiting:
                if job.state != RUNNING:
                    return
                await self._work(job, entry)

        try:
            await asyncio.gather(*(work() for _ in range(self.settings.workers)))
            if job.state == RUNNING:
                job.state = DONE
        finally:  # whatever went wrong, nobody waits for a job that runs no more
            self.stop(job)
            await self._tell(job)
            self._runs.pop(job.key, None)

    async def _work(self, job: Job, entry: Entry) -> None:
        entry.state = "running"
        await self._tell(job)
        pictures = {name: job.pictures[name] for _, name in entry.task.inputs}
        task = BatchRow(entry.task, pictures, job.options, job.mark, self.settings.max_pixels)
        try:
            made = await self._asked(task)
        except Problem as problem:
            if problem.code == "busy":  # the service is about to end
                entry.state = "waiting"
                self.stop(job)
                return
            code = LOSSES.get(problem.code, "unexpected")
            loss = Loss(code, problem.detail, for_good=problem.code == "worker-lost")
            made = Made(lost_row(entry.task, loss), {})
        await self.settle(job, entry, made)

    async def _asked(self, task: BatchRow) -> Made:
        """What a worker made; one that dies is given the task again, as often as a batch does."""
        for _ in range(DEATHS - 1):
            try:
                return await self.pool.do(task, patient=True)
            except Problem as problem:
                if problem.code != "worker-lost":
                    raise
        return await self.pool.do(task, patient=True)

    async def settle(self, job: Job, entry: Entry, made: Made) -> None:
        """Enter what was made of a pair, as far as there is room for it."""
        entry.files = {}
        if self.size + sum(map(len, made.files.values())) > self.cap:
            text = f"the {self.cap // MIB} MiB that jobs have are full; fetch and delete jobs, or make smaller ones"
            made = Made(replace_row(made.row, FAILED, {"code": "memory", "message": text}), {})
        entry.row, entry.files, entry.state = made.row, dict(made.files), made.row["verdict"]
        await self._tell(job)

    async def _tell(self, job: Job) -> None:
        job.version += 1
        async with self._changed:
            self._changed.notify_all()

    async def news(self, job: Job, seen: int) -> None:
        """Wait until a job is another than in the version that was seen, or has ended, or for ``PATIENCE``."""
        async with self._changed:
            with contextlib.suppress(TimeoutError):
                changed = self._changed.wait_for(lambda: job.version != seen or job.state not in (COLLECTING, RUNNING))
                await asyncio.wait_for(changed, PATIENCE)


def replace_row(row: Row, verdict: str, error: dict[str, str]) -> Row:
    """A row of something that failed after all."""
    return {**row, "verdict": verdict, "confidence": None, "reasons": [error["code"]], "error": error, "files": {}}


def corrected(entry: Entry, files: dict[str, bytes], report: dict[str, Any]) -> Made:
    """A pair's files and row with the composite that somebody made of it by hand.

    Args:
        entry: the pair as the batch left it.
        files: the composite and what is wanted beside it, by name.
        report: of the composite.
    """
    assert entry.row is not None
    known = {name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()}
    reasons = [finding["code"] for finding in report["findings"] if finding["level"] == "look"]
    told = {
        **known[entry.task.output],
        "verdict": report["verdict"],
        "confidence": report["confidence"],
        "reasons": list(dict.fromkeys(reasons)),
        "share": report["mask"]["share"],
        "size": list(report["original_size"]),
        "error": None,
        "files": known,
        "facts": {**(entry.row.get("facts") or {}), "corrected": True},
    }
    return Made({**entry.row, **told}, files)
