"""Where and how it runs: odd paths, no home, a package that can't be written, strict Python; threads and forks."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

import segmask
from segmask import Masker
from segmask.result import Result

STRICT = """
import sys
sys.path[:0] = {paths!r}
sys.argv = ["segmask", "apply", *{pair!r}, "-o", {out!r}]
from segmask.__main__ import main
import segmask
if not segmask.__file__.startswith({package!r}):
    sys.exit("another segmask ran: " + segmask.__file__)
main()
"""


def digest(result: Result) -> str:
    return hashlib.sha256(result.raster.tobytes() + result.alpha.tobytes()).hexdigest()


def held(folder: Path) -> set[Path]:
    """Its files, without what Python compiled."""
    return {path for path in folder.rglob("*") if path.is_file() and path.parent.name != "__pycache__"}


def test_a_strict_python_without_a_home_runs_it_from_an_odd_path(
    pair: tuple[Path, Path], composed: Result, tmp_path: Path
) -> None:
    """``-I -OO -W error``, no HOME, a package in a folder with spaces that can't be written."""
    odd = tmp_path / "a folder, with spaces \N{SNOWMAN}"
    package = Path(segmask.__file__).parent
    shutil.copytree(package, odd / "segmask", ignore=shutil.ignore_patterns("__pycache__"))
    for folder, _, names in os.walk(odd / "segmask"):
        for name in names:
            (Path(folder) / name).chmod(0o444)
        Path(folder).chmod(0o555)
    packed = held(odd / "segmask")
    others = [path for path in sys.path if path and Path(path).resolve() != package.parent.resolve()]
    inputs = [str(shutil.copy(path, odd / f"the {path.name}")) for path in pair]
    out = odd / "the result.png"
    script = STRICT.format(paths=[str(odd), *others], pair=inputs, out=str(out), package=str(odd))
    environment = {key: value for key, value in os.environ.items() if key not in ("HOME", "PYTHONPATH", "USERPROFILE")}
    command = [sys.executable, "-I", "-OO", "-W", "error", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=odd)
    for folder, _, _ in os.walk(odd / "segmask"):
        Path(folder).chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    assert held(odd / "segmask") == packed, "nothing is written in the package, even where root could"
    composed.save(tmp_path / "api.png")
    assert out.read_bytes() == (tmp_path / "api.png").read_bytes()


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "PYTHONHASHSEED": "1"},
        {"LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "2"},
        {"LANG": "de_DE.ISO-8859-1", "PYTHONUTF8": "0", "OMP_NUM_THREADS": "2"},
    ],
)
def test_the_bytes_are_the_same_in_every_environment(
    environment: dict[str, str], pair: tuple[Path, Path], composed: Result, tmp_path: Path
) -> None:
    """Locale, time zone, hash seed, threads."""
    command = [sys.executable, "-m", "segmask", "apply", *map(str, pair), "-o", "out.png", "--mask", "mask.png"]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, **environment}, check=True, capture_output=True)
    composed.save(tmp_path / "api.png", mask=tmp_path / "api.mask.png")
    assert (tmp_path / "out.png").read_bytes() == (tmp_path / "api.png").read_bytes()
    assert (tmp_path / "mask.png").read_bytes() == (tmp_path / "api.mask.png").read_bytes()


def test_one_masker_in_many_threads_gives_the_same_bytes(pair: tuple[Path, Path], composed: Result) -> None:
    masker, found, failed = Masker(), [], []

    def run() -> None:
        try:
            found.append(digest(masker.apply(*pair)))
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert set(found) == {digest(composed)}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="POSIX")
def test_a_masker_works_on_both_sides_of_a_fork(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """In a process of its own: pytest's has threads."""
    script = f"""
import hashlib, os, warnings
warnings.simplefilter("ignore")
from segmask import Masker
masker = Masker()
def digest():
    return hashlib.sha256(masker.apply(*{[str(path) for path in pair]!r}).raster.tobytes()).hexdigest()
before = digest()
child = os.fork()
open("child" if child == 0 else "parent", "w").write(digest())
if child == 0:
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert before == open("child").read() == open("parent").read()
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_arrays_that_were_handed_in_stay_as_they_are() -> None:
    original = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    edited = 255 - original
    held = original.copy(), edited.copy()
    mask = np.full((64, 64), 255, np.uint8)
    for array in (original, edited, mask):
        array.setflags(write=False)
    result = Masker(strategy="diff").apply(original, edited, include=mask)
    assert result.alpha.any()
    np.testing.assert_array_equal(original, held[0])
    np.testing.assert_array_equal(edited, held[1])
