"""A batch on this machine: does memory stay flat over thousands of pictures, and what do two workers bring?

python -m benchmarks.batch_local memory --pairs 10000      # small pairs, diff; resident memory by thousands
python -m benchmarks.batch_local workers --pairs 24        # hybrid at 300 px: one worker against two
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

import segmask
from segmask.batch.tally import Tally
from segmask.io import read_image, write_png
from segmask.samples import write_pair

SMALL, USUAL = 64, 300
"""Sides of the pairs, pixels."""
STEP = 1000
"""Rows of which a mean is told."""


def make_pairs(folder: Path, count: int, side: int) -> None:
    """The sample pair at a size, each with grain of its own."""
    (folder / "in").mkdir()
    (folder / "edits").mkdir()
    pair = [cv2.resize(read_image(path), (side, side), interpolation=cv2.INTER_AREA) for path in write_pair(folder)]
    for number in range(count):
        grain = np.random.default_rng(number).integers(-3, 4, (side, side, 3))
        for name, image in zip(("in", "edits"), pair, strict=True):
            noisy = np.clip(image.astype(np.int16) + grain, 0, 255).astype(np.uint8)
            write_png(folder / name / f"{number:05d}.png", noisy)


def measure_memory(folder: Path, count: int) -> None:
    make_pairs(folder, count, SMALL)
    began = time.perf_counter()
    result = segmask.batch(folder / "in", folder / "out", edited=folder / "edits", strategy="diff", workers=2)
    seconds = time.perf_counter() - began
    memory = [row["rss_mb"] for row in result.rows()]
    for start in range(0, count, STEP):
        part = memory[start : start + STEP]
        print(
            f"rows {start:5d} to {start + len(part):5d}: mean {statistics.mean(part):.1f} MB, most {max(part):.1f} MB"
        )
    print(f"{count} pairs in {seconds:.0f} s, {count / seconds:.1f} a second, {result.failed} failed")


def cpu_seconds() -> float:
    """Of this process and of the workers that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure_workers(folder: Path, count: int) -> None:
    make_pairs(folder, count, USUAL)
    rates, costs = [], []
    for workers in (1, 2):
        last: list[Tally] = []
        before = cpu_seconds()
        segmask.batch(
            folder / "in",
            folder / f"out{workers}",
            edited=folder / "edits",
            workers=workers,
            threads=1,
            progress=lambda _row, tally, last=last: last.append(tally),
        )
        rate = last[-1].rate
        assert rate is not None
        rates.append(rate)
        costs.append((cpu_seconds() - before) / count)
        print(f"{workers} workers of one thread: {rate:.3f} pairs a second, {costs[-1]:.2f} CPU s a pair")
    print(f"two against one: {rates[1] / rates[0]:.2f}; load average {os.getloadavg()[0]:.1f}")
    print(f"by CPU seconds, which other work on the machine stretches less: {2 * costs[0] / costs[1]:.2f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=("memory", "workers"))
    parser.add_argument("--pairs", type=int, default=24)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        (measure_memory if given.what == "memory" else measure_workers)(Path(scratch), given.pairs)
