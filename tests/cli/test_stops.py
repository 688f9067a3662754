"""The command line under signals, with odd names and with a standard output that fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "segmask"]
posix = pytest.mark.skipif(os.name != "posix", reason="signals and full devices of POSIX")

STOPPED_WHILE_LOADING = """
import builtins, os, signal, sys
import segmask.__main__ as start
real = builtins.__import__
def stopping(name, *rest, **more):
    if name == WHERE:
        exec("os.kill(os.getpid(), signal.NUMBER)")  # what is stopped in `exec`, Python reports in its own way
    return real(name, *rest, **more)
builtins.__import__ = stopping
sys.argv = ["segmask", "apply", *sys.argv[1:]]
start.main()
"""


@posix
@pytest.mark.parametrize(("number", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
@pytest.mark.parametrize("where", ["typer", "numpy", "cv2"])
def test_a_signal_ends_a_run_with_one_line(
    number: str, code: int, where: str, pair: tuple[Path, Path], tmp_path: Path
) -> None:
    script = STOPPED_WHILE_LOADING.replace("NUMBER", number).replace("WHERE", repr(where))
    (tmp_path / "stopping.py").write_text(script)
    output = tmp_path / "out" / "out.png"
    output.parent.mkdir()
    output.write_bytes(b"old")
    command = [sys.executable, "-m", "stopping", *map(str, pair), "-o", str(output)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])}
    done = subprocess.run(
        command,
        capture_output=True,
        check=False,
        env=environment,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,  # tests may run under nohup
    )
    assert (done.returncode, done.stderr.splitlines()) == (code, [b"segmask: stopped"])
    assert output.read_bytes() == b"old"
    assert [path.name for path in output.parent.iterdir()] == ["out.png"]


@posix
def test_an_ignored_signal_stays_ignored(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """As under ``nohup``."""
    script = STOPPED_WHILE_LOADING.replace("NUMBER", "SIGINT").replace("WHERE", "'typer'")
    output = tmp_path / "out.png"
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, pair), "-o", str(output), "-s", "diff"],
        capture_output=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN) and None,
    )
    assert done.returncode == 0
    assert output.exists()


@posix
def test_a_name_that_is_no_text_goes_into_a_report(pair: tuple[Path, Path], tmp_path: Path) -> None:
    palette = tmp_path / os.fsdecode(b"\xff.gif")
    from PIL import Image as Pil

    with Pil.open(pair[0]) as photo:
        photo.quantize(16).save(palette, "GIF")
    command = [*COMMAND, "apply", palette, pair[1], "-o", tmp_path / "out.png", "-s", "diff"]
    done = subprocess.run([*command, "--report", tmp_path / "r.json"], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    texts = [finding["text"] for finding in json.loads((tmp_path / "r.json").read_bytes())["findings"]]
    assert any(text.startswith("\udcff.gif") for text in texts)
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([*command, "--report", "-"], capture_output=True, check=False, env=ascii_only)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["verdict"]


@posix
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_standard_output_that_fails_is_one_line(pair: tuple[Path, Path], tmp_path: Path) -> None:
    command = [*COMMAND, "apply", *map(str, pair), "-o", str(tmp_path / "out.png"), "-s", "diff", "--report", "-"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(b"segmask: --report -: the files are written")
    assert (tmp_path / "out.png").exists()
    (tmp_path / "out.png").unlink()
    closed = subprocess.run(["sh", "-c", 'exec "$@" >&-', "sh", *command], stderr=subprocess.PIPE, check=False)
    assert (closed.returncode, len(closed.stderr.splitlines())) == (1, 1)
    assert not (tmp_path / "out.png").exists(), "known before the work"


def test_what_a_format_can_not_hold_is_known_before_the_work(tmp_path: Path) -> None:
    import numpy as np

    from segmask import io

    wide = tmp_path / "wide.png"
    io.write_png(wide, np.zeros((16, 16400, 3), np.uint8))
    for output in ("out.webp", "a" * 300 + ".png"):
        command = [*COMMAND, "apply", str(wide), str(tmp_path / "missing.png"), "-o", str(tmp_path / output)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "missing.png" not in done.stderr
