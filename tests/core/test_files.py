from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest

from segmask.core import publish
from segmask.core.errors import OptionError, OutputError
from segmask.core.files import check_outputs, write_files

NAMES = ("out.png", "mask.png", "report.json")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_all_files_appear_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"old")
    write_files({tmp_path / "a": b"1", tmp_path / "b": b"2"})
    assert contents(tmp_path) == {"a": b"1", "b": b"2"}


def test_a_failure_leaves_everything_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").write_bytes(b"x")
    contents_ = {tmp_path / "a": b"new", tmp_path / "new": b"new", tmp_path / "folder": b"new"}
    with pytest.raises(OutputError, match="is a folder"):
        write_files(contents_)
    with pytest.raises(OutputError, match="nothing was written"):  # found only when it is moved
        publish.publish(contents_)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "folder"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_full_disk_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    script = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))  # as on a full disk, the write itself fails
from pathlib import Path
from segmask.core.errors import OutputError
from segmask.core.files import write_files
try:
    write_files({{Path({str(tmp_path / "a")!r}): b"1", Path({str(tmp_path / "b")!r}): bytes(10000)}})
except OutputError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert str(tmp_path / "b") in done.stdout, done.stderr
    assert list(tmp_path.iterdir()) == []


def killed_at(call: int, folder: Path) -> None:
    """Write ``NAMES`` in another process that is killed before its move of a number."""
    script = f"""
import os, signal
from pathlib import Path
from segmask.core.files import write_files
count, move = 0, Path.replace
def replace(self, target):
    global count
    count += 1
    if count == {call}:
        os.kill(os.getpid(), signal.SIGKILL)
    return move(self, target)
Path.replace = replace
write_files({{Path({str(folder)!r}) / name: b"new" for name in {NAMES!r}}})
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


@pytest.mark.parametrize("call", [1, 2, 3])
def test_what_a_killed_run_began_the_next_one_finishes(call: int, tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_bytes(b"old")
    killed_at(call, tmp_path)
    write_files({tmp_path / "other": b"x"})
    assert contents(tmp_path) == {**dict.fromkeys(NAMES, b"new"), "other": b"x"}


def test_a_file_that_came_later_is_not_replaced_by_what_a_killed_run_left(tmp_path: Path) -> None:
    killed_at(2, tmp_path)
    (tmp_path / "mask.png").write_bytes(b"painted by hand")
    write_files({tmp_path / "other": b"x"})
    assert contents(tmp_path) == {
        "out.png": b"new", "mask.png": b"painted by hand", "report.json": b"new", "other": b"x"
    }  # fmt: skip


def test_what_a_run_killed_while_it_wrote_left_is_removed(tmp_path: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from segmask.core import publish
publish._move_all = lambda moves: None
real = os.fsync
calls = 0
def fsync(handle):
    global calls
    calls += 1
    real(handle)
    if calls == 3:  # the journal, the first part, the second part
        os.kill(os.getpid(), signal.SIGKILL)
os.fsync = fsync
publish.publish({{Path({str(tmp_path)!r}) / name: b"new" for name in {NAMES!r}}})
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(list(tmp_path.iterdir())) == 3
    write_files({tmp_path / "other": b"x"})
    assert contents(tmp_path) == {"other": b"x"}


@pytest.mark.parametrize("text", ["", '{"moving": fal', '{"moving": true, "moves": []}'])
def test_a_journal_that_its_writer_could_not_finish_is_removed_at_once(text: str, tmp_path: Path) -> None:
    (tmp_path / ".segmask-0123456789abcdef.journal").write_text(text)
    write_files({tmp_path / "other": b"x"})
    assert contents(tmp_path) == {"other": b"x"}


def test_a_journal_of_a_running_writer_stays(tmp_path: Path) -> None:
    script = f"""
import sys
from pathlib import Path
from segmask.core import publish
journal = publish._created(Path({str(tmp_path)!r}) / ".segmask-0123456789abcdef.journal")
print("there", flush=True)
sys.stdin.read()
"""
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        write_files({tmp_path / "other": b"x"})
        assert len(list(tmp_path.iterdir())) == 2
        writer.communicate()
    write_files({tmp_path / "other": b"y"})
    assert contents(tmp_path) == {"other": b"y"}


def test_a_journal_that_somebody_made_up_moves_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"mine")
    (tmp_path / "evil").write_bytes(b"theirs")
    lines = f'[["{tmp_path}/evil", "{tmp_path}/old", "{tmp_path}/secret", null]]'
    (tmp_path / ".segmask-0123456789abcdef.journal").write_text(f'{{"moving": true, "moves": {lines}}}')
    write_files({tmp_path / "other": b"x"})
    assert (tmp_path / "secret").read_bytes() == b"mine"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_wait_for_the_moves(number: signal.Signals, tmp_path: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from segmask.core.files import write_files
signal.signal({int(number)}, signal.default_int_handler)  # a shell's background jobs ignore SIGINT
move = Path.replace
def replace(self, target):
    os.kill(os.getpid(), {int(number)})
    return move(self, target)
Path.replace = replace
write_files({{Path({str(tmp_path)!r}) / name: b"new" for name in {NAMES!r}}})
print("went on")
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert contents(tmp_path) == dict.fromkeys(NAMES, b"new")
    assert "went on" not in done.stdout
    assert done.returncode != 0


def test_two_writers_of_the_same_names_never_mix_their_sets(tmp_path: Path) -> None:
    seen: Counter[bytes] = Counter()
    for _ in range(30):
        writers = [
            threading.Thread(target=write_files, args=({tmp_path / name: tag for name in NAMES},))
            for tag in (b"first", b"second")
        ]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        found = contents(tmp_path)
        assert sorted(found) == sorted(NAMES)
        assert len(set(found.values())) == 1
        seen[found["out.png"]] += 1
    assert sum(seen.values()) == 30


def test_permissions_of_a_replaced_file_are_kept(tmp_path: Path) -> None:
    private = tmp_path / "private.png"
    private.write_bytes(b"old")
    private.chmod(0o600)
    write_files({private: b"new"})
    assert private.read_bytes() == b"new"
    assert private.stat().st_mode & 0o777 == 0o600


def test_a_write_protected_file_stays(tmp_path: Path) -> None:
    held = tmp_path / "held.png"
    held.write_bytes(b"old")
    held.chmod(0o444)
    for attempt in (lambda: check_outputs([held], []), lambda: write_files({held: b"new"})):
        with pytest.raises(OutputError, match="write-protected"):
            attempt()
    assert held.read_bytes() == b"old"


def test_places_where_nothing_can_be_written_are_said_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    os.mkfifo(tmp_path / "fifo")
    refused = [tmp_path / "none" / "a.png", tmp_path, tmp_path / ("a" * 300 + ".png"), tmp_path / "loop"]
    for output in [*refused, tmp_path / "fifo"]:
        with pytest.raises(OutputError):
            check_outputs([output], [])
    with pytest.raises(OptionError):
        check_outputs([tmp_path / "a\0.png"], [])


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("\N{GRINNING FACE}" * 62 + ".png")  # 252 bytes
    check_outputs([path], [])
    write_files({path: b"x"})
    assert contents(tmp_path) == {path.name: b"x"}


def test_inputs_are_never_outputs(tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    source.write_bytes(b"x")
    os.link(source, tmp_path / "hard.png")
    (tmp_path / "soft.png").symlink_to(source)
    for output in (source, tmp_path / "." / "a.png", tmp_path / "hard.png", tmp_path / "soft.png"):
        with pytest.raises(OptionError, match="also an input"):
            check_outputs([output], [source])


def test_two_outputs_need_two_names(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="two outputs"):
        check_outputs([tmp_path / "a.png", tmp_path / "a.png"], [])
