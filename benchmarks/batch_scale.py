"""A million rows through the batch's scheduler and journal, without pictures: how fast, and in how much memory.

Workers exist on paper: their clock jumps from one end of a task to the next. Seconds of a picture are drawn from a
log-normal distribution around the measured mean; pictures that can't be read, that kill a worker and that hang are
drawn too. Manifest, plan, scheduler, journal, tables and report are the real ones.

    python benchmarks/batch_scale.py --rows 1000000 --workers 64
"""

from __future__ import annotations

import argparse
import heapq
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from segmask.batch.engines import Workers
from segmask.batch.index import digest64
from segmask.batch.journals import open_journal
from segmask.batch.picture import Done, Row, Setup
from segmask.batch.plan import make_plan
from segmask.batch.run import Run
from segmask.batch.schedule import Event, Schedule
from segmask.batch.sources import open_source
from segmask.batch.tally import Tally
from segmask.batch.task import Task
from segmask.options import Options

MEAN_SECONDS, SPREAD = 1.6, 0.35
"""Of a picture on one core (benchmarks/RESULTS.md, batches), and the log-normal's sigma."""
UNREADABLE, DEADLY, HANGING, REVIEW = 0.01, 0.0005, 0.0005, 0.15
"""Shares of the pictures; guesses, above what is usual."""
TIMEOUT = 60.0


class PaperCrew:
    """Workers whose tasks take drawn times on a clock of their own."""

    def __init__(self, size: int, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.time = 0.0
        self.free = list(range(size))
        self.ends: list[tuple[float, int, int]] = []
        self.held: dict[int, tuple[int, Any]] = {}
        self.given = self.deaths = 0

    def idle(self) -> int | None:
        return self.free[-1] if self.free else None

    def give(self, worker: int, work: tuple[Task, Row | None]) -> None:
        self.free.remove(worker)
        self.given += 1
        seconds = float(self.random.lognormal(np.log(MEAN_SECONDS), SPREAD))
        if digest64(work[0].output) % 10_000 < HANGING * 10_000:
            seconds = 1e6
        self.held[worker] = (self.given, work)
        heapq.heappush(self.ends, (self.time + seconds, worker, self.given))

    def wait(self, seconds: float) -> list[Event]:
        while self.ends and self.held.get(self.ends[0][1], (0, None))[0] != self.ends[0][2]:
            heapq.heappop(self.ends)  # of a worker that was killed
        if not self.ends or self.ends[0][0] > self.time + seconds:
            self.time += seconds
            return []
        end, worker, _ = heapq.heappop(self.ends)
        self.time = max(self.time, end)
        task, _ = self.held.pop(worker)[1]
        self.free.append(worker)
        if digest64(task.output) % 10_000 >= 10_000 * (1 - DEADLY):
            self.deaths += 1
            return [Event(worker, "died", "killed by SIGKILL")]
        return [Event(worker, "done", Done(self._row(task), False))]

    def kill(self, worker: int) -> Any:
        del self.held[worker]
        self.free.append(worker)

    def now(self) -> float:
        return self.time

    def _row(self, task: Task) -> Row:
        """A row as long as a real one."""
        digest = f"{digest64(task.output):016x}" * 4
        row: Row = {"output": task.output, "original": task.original, "edited": list(task.edited), "facts": {}}
        files = {"sha256": digest, "stamp": "7926-1795789879883663495"}
        row |= {"options": digest[:16], "version": "0.1.0", "code": digest[:16], "models": {"parser.onnx": digest[:16]}}
        row |= {"inputs": {"original": files, "edited": files}, "seconds": 1.6, "rss_mb": 250.0, "error": None}
        row |= {"finished": "2026-01-01T00:00:00+00:00", "reasons": []}
        if self.random.random() < UNREADABLE:
            error = {"code": "input", "message": f"{task.original}: damaged or cut short, can't be decoded"}
            return row | {"verdict": "failed", "confidence": None, "error": error, "reasons": ["input"]}
        doubtful = self.random.random() < REVIEW
        row |= {"verdict": "review" if doubtful else "ok", "confidence": round(float(self.random.random()), 4)}
        row |= {"reasons": ["confidence-low"] if doubtful else [], "share": 0.2, "size": [1024, 1536]}
        return row | {"bytes": 3_000_000, "sha256": digest, "files": {task.output: {"bytes": 3_000_000, **files}}}


@contextmanager
def timed(what: str, rows: int) -> Iterator[None]:
    began, cpu_before = time.perf_counter(), time.process_time()
    yield
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu_before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"{what:<22} {seconds:7.1f} s, {cpu:6.1f} CPU s, {rows / cpu:6.0f} rows a CPU second, peak {peak:4.0f} MB")


def write_manifest(path: Path, rows: int) -> None:
    with path.open("w") as file:
        file.write("original,edited,output\n")
        for n in range(rows):
            folder = f"{n // 1000:04d}"
            file.write(f"in/{folder}/{n:08d}.jpg,edits/{folder}/{n:08d}.jpg,{folder}/{n:08d}.png\n")


def simulate(folder: Path, rows: int, workers: int) -> Tally:
    options, manifest, out = Options(), folder / "set.csv", folder / "out"
    write_manifest(manifest, rows)
    with timed("plan", rows):
        plan = make_plan(open_source(manifest), str(out), options)
    crew, tally = PaperCrew(workers, 1), Tally(rows)
    with open_journal(plan.output, options, None) as journal:
        run = Run(plan, Setup(plan.output, options, 1), journal, Workers("local", workers, 1, TIMEOUT))
        with timed("schedule and journal", rows):
            for answer in Schedule(crew, run.work(), timeout=TIMEOUT).run():
                run.enter(answer, tally)
        with timed("tables and report", rows):
            run.write_up()
    with timed("journal read anew", rows), open_journal(plan.output, options, True) as journal:
        found = len(journal)
    size = sum(path.stat().st_size for path in (out / "journal").iterdir())
    print(f"{found} rows in the journal, {size / rows:.0f} bytes each; {tally.to_dict()}; {crew.deaths} workers died")
    print(
        f"{crew.time / 3600:.1f} h for {workers} workers: {rows * MEAN_SECONDS / 3600 / workers:.1f} h without losses"
    )
    return tally


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=64)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        simulate(Path(scratch), given.rows, given.workers)
