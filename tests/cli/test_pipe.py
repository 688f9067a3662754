"""``-``: pictures from stdin and results to stdout have the bytes of files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import segmask
from segmask.io import write_png


@pytest.fixture
def drawn(tmp_path: Path) -> tuple[Path, Path]:
    """A square and the same with a patch."""
    before = np.random.default_rng(3).integers(60, 140, (64, 64, 3)).astype(np.uint8)
    after = before.copy()
    after[20:44, 16:48] = 220
    paths = tmp_path / "a.png", tmp_path / "b.png"
    for path, image in zip(paths, (before, after), strict=True):
        write_png(path, image)
    return paths


def run(*arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(Path(segmask.__file__).parents[1])}
    command = [sys.executable, "-m", "segmask", *map(str, arguments), "--strategy", "diff"]
    return subprocess.run(command, input=stdin, capture_output=True, check=False, env=environment)


def test_an_edit_from_stdin_and_the_result_to_stdout(drawn: tuple[Path, Path], tmp_path: Path) -> None:
    original, edited = drawn
    done = run("apply", original, "-", "-o", "-", "--mask", tmp_path / "m.png", stdin=edited.read_bytes())
    assert done.returncode == 0, done.stderr
    result = segmask.apply(original, edited, strategy="diff")
    result.save(tmp_path / "api.png", mask=tmp_path / "api-mask.png")
    assert done.stdout == (tmp_path / "api.png").read_bytes()
    assert (tmp_path / "m.png").read_bytes() == (tmp_path / "api-mask.png").read_bytes()


def test_a_mask_to_stdout(drawn: tuple[Path, Path], tmp_path: Path) -> None:
    original, edited = drawn
    done = run("mask", "-", edited, "-o", "-", "--report", tmp_path / "r.json", stdin=original.read_bytes())
    assert done.returncode == 0, done.stderr
    segmask.apply(original, edited, strategy="diff").save_mask(tmp_path / "api.png")
    assert done.stdout == (tmp_path / "api.png").read_bytes()
    assert (tmp_path / "r.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "stdin", "code"),
    [
        (("apply", "-", "-", "-o", "out.png"), b"x", 2),
        (("apply", "a.png", "-", "-o", "-", "--report", "-"), b"x", 2),
        (("apply", "a.png", "-", "-o", "-"), b"", 1),
        (("apply", "a.png", "-", "-o", "-"), b"no picture", 1),
    ],
)
def test_what_cannot_be_piped(
    arguments: tuple[str, ...], stdin: bytes, code: int, drawn: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(drawn[0].parent)
    done = run(*arguments, stdin=stdin)
    assert (done.returncode, done.stdout) == (code, b"")
    assert b"Traceback" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals")
def test_a_terminal_gets_no_picture(drawn: tuple[Path, Path]) -> None:
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "segmask", "apply", *map(str, drawn), "-o", "-", "--strategy", "diff"]
    done = subprocess.run(command, stdout=theirs, stderr=subprocess.PIPE, check=False)
    os.close(theirs)
    os.set_blocking(ours, False)
    assert done.returncode == 2
    assert b"terminal" in done.stderr
    with pytest.raises((BlockingIOError, OSError)):
        os.read(ours, 1)
    os.close(ours)
