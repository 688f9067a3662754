"""kill -9 at random moments: nothing is lost, nothing is doubled, no file is half.

SEGMASK_KILLS=100 makes it a hundred moments instead of a few.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import segmask
from tests.batch.conftest import outputs

KILLS = int(os.environ.get("SEGMASK_KILLS", "5"))
PAIRS = 24
RUN = """
import sys, segmask
if __name__ == "__main__":
    source, edits, out = sys.argv[1:]
    segmask.batch(source, out, edited=edits, strategy="diff", workers=2, sides=("mask",),
                  progress=lambda row, tally: print(tally.done, flush=True))
"""


def start(script: Path, *arguments: Path) -> subprocess.Popen[str]:
    command = [sys.executable, str(script), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(Path(segmask.__file__).parents[1])}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True)


def kill_at(process: subprocess.Popen[str], row: int, seconds: float, everything: bool) -> None:
    """Kill the run, or it and its workers, a random time after it has said so many rows."""
    assert process.stdout is not None
    for line in process.stdout:
        if int(line) >= row:
            break
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    with contextlib.suppress(ProcessLookupError):
        if everything:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
    process.stdout.close()


def journal_lines(out: Path) -> list[dict[str, Any]]:
    """All whole lines of a journal."""
    texts = [path.read_text() for path in (out / "journal").glob("*.jsonl")]
    return [json.loads(line) for text in texts for line in text.splitlines(keepends=True) if line.endswith("\n")]


def test_kills_lose_nothing(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(PAIRS)
    keywords: dict[str, Any] = {"edited": edits, "strategy": "diff", "workers": 2, "sides": ("mask",)}
    segmask.batch(originals, tmp_path / "whole", **keywords)
    expected = outputs(tmp_path / "whole")
    script, out, chance = tmp_path / "run.py", tmp_path / "out", random.Random(18)
    script.write_text(RUN)
    killed = 0
    while killed < KILLS:
        process = start(script, originals, edits, out)
        kill_at(process, chance.randrange(1, PAIRS // 4), chance.uniform(0, 0.1), chance.random() < 0.5)
        killed += process.returncode == -signal.SIGKILL
        found = outputs(out)
        assert [name for name, digest in found.items() if digest != expected[name]] == [], "a half file"
        if len(found) == len(expected) and killed < KILLS:
            shutil.rmtree(out)
    before = len(journal_lines(out))
    last = segmask.batch(originals, out, **keywords)
    assert last.exit_code() == 0
    assert outputs(out) == expected
    rows = list(last.rows())
    assert Counter(row["output"] for row in rows) == {f"{'sub/' * (n % 2 == 0)}{n}.png": 1 for n in range(PAIRS)}
    assert all(expected[row["output"]] == row["sha256"] for row in rows)
    assert len(journal_lines(out)) - before == PAIRS - last.kept
    assert list(out.rglob(".segmask-*.part")) == []
