"""Thousands of pictures in one process: ``python -m benchmarks.long_run`` writes its section of RESULTS.md.

Small pairs by ``diff``, and every fiftieth by ``semantic`` as well, composited, written and read again. Memory, open
handles, threads and seconds a pair must stay flat: each is listed after every tenth of the run. Needs psutil.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.sections import replace_section
from segmask import Masker

SIDE = 64
"""Pixels."""
SEMANTIC_EVERY = 50


def pair(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A small picture with grain, and the same with a patch of another colour."""
    rng = np.random.default_rng(seed)
    original = np.clip(rng.normal(120, 12, (SIDE, SIDE, 3)), 0, 255).astype(np.uint8)
    edited = original.copy()
    x, y = rng.integers(4, 30, 2)
    edited[y : y + 24, x : x + 20] = rng.integers(0, 255, 3)
    return original, edited


def main() -> None:
    """Run, measure, write."""
    import psutil

    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pairs", type=int, default=5000)
    options.add_argument("--minutes", type=float, default=60)
    options.add_argument("--dry", action="store_true")
    given, process = options.parse_args(), psutil.Process()
    diff, semantic = Masker(strategy="diff"), Masker(strategy="semantic", face_detector="none")
    lines = ["| pairs | RSS, MB | handles | threads | ms a pair |", "| ---: | ---: | ---: | ---: | ---: |"]
    with tempfile.TemporaryDirectory() as scratch:
        began = time.monotonic()
        until = began + 60 * given.minutes
        for number in range(given.pairs):
            original, edited = pair(number)
            diff.apply(original, edited).save(Path(scratch) / "out.png", mask=Path(scratch) / "mask.png")
            if number % SEMANTIC_EVERY == 0:
                semantic.apply(original, edited)
            if (number + 1) % (given.pairs // 10) == 0:
                seconds = time.monotonic() - began
                gc.collect()
                figures = process.memory_info().rss / 2**20, process.num_fds(), process.num_threads()
                each = 1000 * seconds / (given.pairs // 10)
                lines.append(f"| {number + 1} | {figures[0]:.0f} | {figures[1]} | {figures[2]} | {each:.1f} |")
                print(lines[-1], flush=True)
                began = time.monotonic()
                if began > until:
                    break
    text = "## One process, many pictures\n\n`python -m benchmarks.long_run`: pairs of "
    text += f"{SIDE} px by `diff`, every {SEMANTIC_EVERY}th by `semantic` too, written and proved.\n\n"
    text += "\n".join(lines) + "\n"
    if not given.dry:
        replace_section("long run", text)


if __name__ == "__main__":
    main()
