"""kill -9, full disks, folders that can't be written, inputs that vanish, writers in competition: all or nothing."""

from __future__ import annotations

import errno
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from segmask import Masker, OutputError
from segmask.core.files import write_files
from segmask.core.publish import PREFIX

pytestmark = pytest.mark.skipif(os.name != "posix", reason="POSIX")
OUTPUTS = ("out.png", "mask.png", "report.json", "preview.png")


def command(pair: tuple[Path, Path], *more: str) -> list[str]:
    out, mask, report, preview = OUTPUTS
    options = ["-o", out, "--mask", mask, "--report", report, "--preview", preview, "-s", "diff", *more]
    return [sys.executable, "-m", "segmask", "apply", *map(str, pair), *options]


def with_old_outputs(folder: Path) -> None:
    for name in OUTPUTS:
        (folder / name).write_bytes(b"old " + name.encode())


def state(folder: Path) -> set[str]:
    """Of the outputs: old, or new."""
    return {"old" if (folder / name).read_bytes().startswith(b"old ") else "new" for name in OUTPUTS}


def temporary(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.name.startswith(PREFIX)]


def test_a_run_killed_while_it_writes_leaves_all_or_nothing(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """benchmarks/kills.py does it 200 times."""
    rng = random.Random(5)
    for _ in range(4):
        with_old_outputs(tmp_path)
        process = subprocess.Popen(command(pair), cwd=tmp_path, stderr=subprocess.DEVNULL)
        while process.poll() is None and not temporary(tmp_path):
            time.sleep(0.0005)
        time.sleep(rng.uniform(0, 0.02))
        process.send_signal(signal.SIGKILL)
        process.wait()
        write_files({tmp_path / "later": b"x"})
        assert len(state(tmp_path)) == 1
        assert not temporary(tmp_path)


@pytest.mark.parametrize("limit", [0, 5_000, 60_000])
def test_a_full_disk_is_one_line_and_changes_nothing(limit: int, pair: tuple[Path, Path], tmp_path: Path) -> None:
    """As a limit on the size of files: the same error at the same places."""
    with_old_outputs(tmp_path)
    done = subprocess.run(
        command(pair),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert "could not be written" in done.stderr
    assert state(tmp_path) == {"old"}
    assert not temporary(tmp_path)


def test_a_disk_that_is_really_full_is_one_line_and_changes_nothing(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """On a file system of 200 kB; only root can make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        with_old_outputs(disk)
        done = subprocess.run(command(pair), cwd=disk, capture_output=True, text=True, check=False)
        assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
        assert "No space left" in done.stderr
        assert state(disk) == {"old"}
        assert not temporary(disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_quota_that_is_used_up_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system says so when data is written, or not before the file is put in place."""
    with_old_outputs(tmp_path)

    def refused(*_: object) -> None:
        raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))

    monkeypatch.setattr(os, "fsync", refused)
    with pytest.raises(OutputError, match=r"could not be written .*quota"):
        write_files({tmp_path / name: b"new" for name in OUTPUTS})
    assert state(tmp_path) == {"old"}
    assert not temporary(tmp_path)


def test_an_input_that_changes_while_it_is_worked_on_does_not_count(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """Files are read once, whole: what is put in their place afterwards is neither used nor proved against."""
    original, edited = (tmp_path / path.name for path in pair)
    for own, path in zip((original, edited), pair, strict=True):
        own.write_bytes(path.read_bytes())
    masker = Masker(strategy="diff")
    expected = masker.apply(original, edited).encoded(".png")[0]
    opened = masker.open(original, edited)
    original.write_bytes(edited.read_bytes())
    edited.write_bytes(b"no picture")
    result = opened.apply()
    report = result.save(tmp_path / "out.png")
    assert (tmp_path / "out.png").read_bytes() == expected
    assert report.preserved is not None
    assert report.preserved.is_kept


def test_a_folder_that_can_not_be_written_is_said_by_name(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir()
    (locked / "out.png").write_bytes(b"old")
    locked.chmod(0o555)
    script = f"""
import os
from pathlib import Path
from segmask.core.files import check_outputs, write_files
from segmask.core.errors import OutputError
if os.geteuid() == 0:
    os.chmod({str(tmp_path)!r}, 0o755)
    os.setuid(65534)
for attempt in (lambda path: check_outputs([path], []), lambda path: write_files({{path: b"new"}})):
    for name in ("out.png", "new.png"):
        try:
            attempt(Path({str(locked)!r}) / name)
        except OutputError as error:
            assert name in str(error), error
        else:
            raise SystemExit(f"{{name}} was written")
"""
    parents = [folder for folder in tmp_path.parents if folder.stat().st_mode & 0o001 == 0]
    if os.geteuid() == 0:
        for folder in parents:
            folder.chmod(folder.stat().st_mode | 0o011)  # pytest's own folders, for the user who is nobody
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    locked.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert (locked / "out.png").read_bytes() == b"old"


def test_an_input_that_vanished_is_one_line(pair: tuple[Path, Path], tmp_path: Path) -> None:
    with_old_outputs(tmp_path)
    gone = tmp_path / "gone.png"
    done = subprocess.run(command((pair[0], gone)), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, f"segmask: {gone}: no such file\n")
    assert state(tmp_path) == {"old"}


def test_two_processes_never_mix_their_sets(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from segmask.core.files import write_files
for number in range(25):
    write_files({{Path({str(tmp_path)!r}) / name: sys.argv[1].encode() for name in {OUTPUTS!r}}})
"""
    writers = [subprocess.Popen([sys.executable, "-c", script, tag]) for tag in ("one", "two")]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len({(tmp_path / name).read_bytes() for name in OUTPUTS}) == 1
    assert not temporary(tmp_path)


def test_two_runs_on_one_output_leave_one_set(pair: tuple[Path, Path], tmp_path: Path) -> None:
    """Two whole commands with other options: what is there afterwards is all of the one or all of the other."""

    def held(folder: Path) -> dict[str, bytes]:
        return {name: (folder / name).read_bytes() for name in OUTPUTS if name != "report.json"}

    wanted = {}
    for feather in ("0", "9"):
        alone = tmp_path / feather
        alone.mkdir()
        subprocess.run(command(pair, "--feather", feather), cwd=alone, check=True, capture_output=True)
        wanted[feather] = held(alone)
    both = [
        subprocess.Popen(command(pair, "--feather", feather), cwd=tmp_path, stderr=subprocess.DEVNULL)
        for feather in wanted
    ]
    assert [process.wait() for process in both] == [0, 0]
    assert held(tmp_path) in wanted.values()
    assert not temporary(tmp_path)


def test_a_disk_that_fails_between_the_moves_gives_back_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_old_outputs(tmp_path)
    move, count = Path.replace, 0

    def failing(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == 3:
            raise OSError(5, "Input/output error")
        return move(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(OutputError, match=r"report\.json"):
        write_files({tmp_path / name: b"new" for name in OUTPUTS})
    assert state(tmp_path) == {"old"}
    assert not temporary(tmp_path)
