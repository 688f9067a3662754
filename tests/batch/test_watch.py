"""A hot folder: what arrives is taken when it has rested, and once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import segmask
from segmask.batch.sources import open_source
from segmask.batch.watch import Arrivals
from segmask.core.errors import OptionError
from tests.batch.conftest import draw_pair, outputs


def test_a_file_is_taken_when_it_has_rested(tmp_path: Path) -> None:
    """With a clock that the test moves."""
    (tmp_path / "in").mkdir()
    time = [0.0]
    arrivals = Arrivals(lambda: open_source(tmp_path / "in"), 2.0, lambda _: None, lambda: time[0])

    def ready(now: float) -> list[str]:
        time[0] = now
        return [task.output for task in arrivals.ready()]

    assert ready(0) == []
    draw_pair(tmp_path / "in/a.png", tmp_path / "in/a_edited.png", 1)
    assert [ready(now) for now in (1, 2)] == [[], []]
    draw_pair(tmp_path / "in/a.png", tmp_path / "in/a_edited.png", 2)  # still being written
    assert [ready(now) for now in (3, 4.9, 5, 9)] == [[], [], ["a.png"], []]
    draw_pair(tmp_path / "in/a.png", tmp_path / "in/a_edited.png", 3)  # edited once more
    assert [ready(now) for now in (10, 12, 20)] == [[], ["a.png"], []]


def test_two_originals_of_one_name_are_left_alone(tmp_path: Path) -> None:
    draw_pair(tmp_path / "in/a.png", tmp_path / "edits/a_out.png", 1)
    draw_pair(tmp_path / "in/b.png", tmp_path / "edits/b.png", 2)
    (tmp_path / "in/b.jpg").write_bytes(b"another")
    arrivals = Arrivals(lambda: open_source(tmp_path / "in", edited=tmp_path / "edits"), 0.0, lambda _: None)
    assert arrivals.ready() == []
    assert list(arrivals.refused) == [""]
    (tmp_path / "in/b.jpg").unlink()
    assert [task.output for task in arrivals.ready()] == ["a.png", "b.png"]
    assert arrivals.refused == {}


def test_no_output_in_the_watched_folder(tmp_path: Path) -> None:
    from segmask.batch.picture import Setup
    from segmask.batch.watch import watch
    from segmask.options import Options

    (tmp_path / "in").mkdir()
    with pytest.raises(OptionError):
        watch(lambda: open_source(tmp_path / "in"), Setup(str(tmp_path / "in/out"), Options(strategy="diff")))


def test_the_command_takes_what_arrives_until_it_is_interrupted(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    out = tmp_path / "out"
    command = [sys.executable, "-m", "segmask", "watch", str(tmp_path / "in"), "-o", str(out), "--strategy", "diff"]
    command += ["--json", "--quiet", "--rest", "0", "--interval", "0.1", "--workers", "1"]
    environment = {**os.environ, "PYTHONPATH": str(Path(segmask.__file__).parents[1])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        rows: list[dict[str, Any]] = []
        for number in range(2):  # the second pair comes when the first is done
            staged = tmp_path / f"staged{number}"
            draw_pair(staged / "a.png", staged / "a_edited.png", number)
            for name in ("a.png", "a_edited.png"):
                (staged / name).rename(tmp_path / "in" / name.replace("a", f"pair{number}", 1))
            rows.append(json.loads(process.stdout.readline()))
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read().splitlines()
        assert process.wait() == 0
    assert [row["output"] for row in rows] == ["pair0.png", "pair1.png"]
    assert json.loads(rest[-1])["summary"]["total"] == 2
    assert sorted(outputs(out)) == ["pair0.png", "pair1.png"]
