"""``segmask batch`` from the shell: what it prints, its exit codes, and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmask as package
from segmask.batch.run import BatchResult
from segmask.batch.tally import Tally
from segmask.cli.main import run
from segmask.io import write_png
from tests.batch.conftest import draw_pair, outputs


def segmask(*arguments: object) -> int:
    """Run the command line in this process; its exit code."""
    with pytest.raises(SystemExit) as left:
        run([str(argument) for argument in arguments])
    return int(left.value.code or 0)


def batch(*arguments: object) -> int:
    return segmask("batch", *arguments, "--strategy", "diff", "--workers", "1")


def test_a_dry_run_prints_the_plan_and_does_nothing(pairs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    originals, edits = pairs(2)
    (originals / "lone.jpg").write_bytes(b"")
    common = (originals, "--edited", edits, "-o", tmp_path / "out", "--dry-run", "--json")
    assert batch(*common) == 1
    assert batch(*common, "--allow-unmatched") == 0
    said = capsys.readouterr()
    *tasks, summary = [json.loads(line) for line in said.out.splitlines()][:3]
    assert [task["output"] for task in tasks] == ["1.png", "sub/0.png"]
    assert summary["plan"]["count"] == 2
    assert summary["plan"]["unmatched"] == [str(originals / "lone.jpg")]
    assert str(originals / "lone.jpg") in said.err
    assert not (tmp_path / "out").exists()


def test_rows_come_as_json_lines(pairs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    originals, edits = pairs(2)
    (originals / "lone.jpg").write_bytes(b"")
    common = (originals, "--edited", edits, "-o", tmp_path / "out", "--json", "--quiet", "--masks", "--allow-unmatched")
    for kept in (False, True):
        assert batch(*common) == 0
        said = capsys.readouterr()
        *rows, last = map(json.loads, said.out.splitlines())
        assert {(row["output"], row["kept"]) for row in rows} == {("1.png", kept), ("sub/0.png", kept)}
        assert last["summary"]["ok"] + last["summary"]["review"] == 2
        assert said.err == ""
    assert (tmp_path / "out/unmatched.txt").read_text().splitlines() == [str(originals / "lone.jpg")]
    assert set(outputs(tmp_path / "out")) == {"1.png", "1.mask.png", "sub/0.png", "sub/0.mask.png"}


def test_exit_codes(tmp_path: Path, pairs) -> None:
    originals, edits = pairs(1)
    noise = np.random.default_rng(4).integers(0, 256, (2, 64, 64, 3)).astype(np.uint8)
    write_png(originals / "noise.png", noise[0])
    write_png(edits / "noise.png", noise[1])
    common = (originals, "--edited", edits, "--quiet")
    assert batch(*common, "-o", tmp_path / "out") == 0
    assert batch(*common, "-o", tmp_path / "out", "--strict") == 3
    draw_pair(originals / "bad.png", edits / "bad.png", 1)
    (edits / "bad.png").write_bytes(b"bad")
    assert batch(*common, "-o", tmp_path / "out", "--strict") == 1
    assert batch(*common, "-o", originals / "out") == 2
    assert batch(*common, "-o", tmp_path / "out", "--feather", "1") == 2
    assert batch(tmp_path / "nowhere", "-o", tmp_path / "o") == 1
    assert batch(*common, "-o", tmp_path / "o", "--engine", "magic") == 2
    assert batch(*common, "-o", tmp_path / "o", "--timeout", "0") == 2
    assert batch(*common, "-o", tmp_path / "o", "--format", "bmp") == 2
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    ("counts", "unmatched", "strict", "stopped", "code"),
    [
        ({"ok": 2}, (), True, False, 0),
        ({"ok": 1, "review": 1}, (), False, False, 0),
        ({"ok": 1, "review": 1}, (), True, False, 3),
        ({"review": 1, "failed": 1}, (), True, False, 1),
        ({"quarantined": 1}, (), False, False, 1),
        ({"ok": 1}, ("a.jpg",), False, False, 1),
        ({"ok": 1, "failed": 1}, (), False, True, 130),
    ],
)
def test_the_exit_code_of_a_result(
    counts: dict[str, int], unmatched: tuple[str, ...], strict: bool, stopped: bool, code: int
) -> None:
    assert BatchResult("out", 2, counts, 0, unmatched, stopped).exit_code(strict=strict) == code


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupt_finishes_what_is_in_flight_and_says_how_to_go_on(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(24)
    common = ["batch", str(originals), "--edited", str(edits), "-o", str(tmp_path / "out"), "--strategy", "diff"]
    environment = {**os.environ, "PYTHONPATH": str(Path(package.__file__).parents[1])}
    command = [sys.executable, "-m", "segmask", *common, "--workers", "2", "--json"]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment, **pipes) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, said = process.communicate()
    assert process.returncode == 130
    assert "goes on where this one ended" in said
    summary = json.loads(rest.splitlines()[-1])["summary"]
    assert summary["stopped"]
    assert len(outputs(tmp_path / "out")) == summary["ok"] + summary["review"] < 24
    assert segmask(*common, "--quiet", "--workers", "2") == 0
    assert len(outputs(tmp_path / "out")) == 24


def test_rate_and_time_left_are_of_pictures_that_were_made() -> None:
    time = [0.0]
    tally = Tally(10, clock=lambda: time[0])
    for now, kept in ((5.0, True), (7.0, False), (9.0, False)):
        time[0] = now
        tally.add({"verdict": "ok"}, kept=kept)
    assert (tally.rate, tally.seconds_left) == (0.5, 14.0)
