"""Several files that appear together: written aside, entered in a journal, then moved into place.

The journal is a small file beside the first output. While its writer lives, it holds a lock on it. A journal that
nobody holds was left by a killed process: if its moves had begun they are finished, else what it wrote aside is
removed. Folders are locked while files are moved, so that two writers of one set of names can't mix their sets.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import signal
import stat
import threading
import time
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

from segmask.core.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows: no advisory locks; files still appear in one step each
    fcntl = None  # type: ignore[assignment]

PREFIX = ".segmask-"
"""How the names of all temporary files begin."""
JOURNAL = re.compile(r"\.segmask-([0-9a-f]{16})\.journal")
MAX_JOURNAL = 1 << 20
"""Bytes: a thousand paths."""
LONGEST_WAIT = 10
"""Seconds for which a folder is waited for."""


@dataclass(frozen=True)
class _Move:
    """One file: written aside as ``part``, to become ``target``; ``old`` is a second name for what stands there."""

    part: Path
    old: Path
    target: Path


def publish(contents: Mapping[Path, bytes], known: Container[Path] = ()) -> None:
    """Write files at resolved paths, all or none. Raises OutputError; then everything is as it was before.

    In folders that are ``known`` nobody looks for what killed runs left: listing a folder of 100 000 files takes long.

    >>> publish({Path("mask.png").resolve(): b"mask"})
    >>> Path("mask.png").read_bytes()
    b'mask'
    """
    token = secrets.token_hex(8)
    moves = [
        _Move(target.with_name(f"{PREFIX}{token}-{n}.part"), target.with_name(f"{PREFIX}{token}-{n}.old"), target)
        for n, target in enumerate(contents)
    ]
    if not moves:
        return
    with _signals_held() as hold, _journal(moves, token, known) as enter:
        try:
            for move, data in zip(moves, contents.values(), strict=True):
                with _named(move.target):
                    _write_aside(move, data)
            hold()
            with _locked({move.target.parent for move in moves}):
                with _named(moves[0].target):
                    enter(moving=True)
                _move_all(moves)
        finally:
            for move in moves:
                move.part.unlink(missing_ok=True)


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Failures of the system become an OutputError that names the file that was asked for."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{path}: could not be written ({reason}); nothing was written") from error


def _write_aside(move: _Move, data: bytes) -> None:
    """Write a part; it gets the permissions, and where allowed the owner, of the file that it will replace."""
    with move.part.open("xb") as file:
        file.write(data)
        file.flush()
        with contextlib.suppress(FileNotFoundError, AttributeError):
            old = move.target.stat()
            with contextlib.suppress(PermissionError):
                os.fchown(file.fileno(), old.st_uid, old.st_gid)
            os.fchmod(file.fileno(), old.st_mode & 0o777)
        os.fsync(file.fileno())


def _move_all(moves: list[_Move]) -> None:
    done: list[_Move] = []
    move = moves[0]
    try:
        for move in moves:
            _keep_old(move)
            done.append(move)
            move.part.replace(move.target)
    except OSError as error:
        for entry in done:
            if entry.old.exists():
                entry.old.replace(entry.target)
            elif not entry.part.exists():
                entry.target.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise OutputError(f"{move.target}: could not be written ({reason}); nothing was written") from error
    finally:
        for entry in moves:
            entry.old.unlink(missing_ok=True)


def _keep_old(move: _Move) -> None:
    """A second name for the file that is about to be replaced; the file itself stays in place."""
    if not move.target.exists():
        return
    try:
        os.link(move.target, move.old)
    except OSError:  # a file system without hard links
        move.old.write_bytes(move.target.read_bytes())


@contextlib.contextmanager
def _journal(moves: list[_Move], token: str, known: Container[Path]) -> Iterator[Any]:
    """A journal that lists the moves while they are prepared and done; before, what killed runs left is put right."""
    path = moves[0].target.with_name(f"{PREFIX}{token}.journal")
    for folder in sorted({move.target.parent for move in moves}):
        if folder not in known:
            put_right(folder)
    with _named(moves[0].target):
        file = _created(path)
    with file:

        def enter(moving: bool) -> None:
            lines = [[str(move.part), str(move.old), str(move.target), _stamp(move.target)] for move in moves]
            file.seek(0)
            file.write(json.dumps({"moving": moving, "moves": lines}).encode() + b"\n")  # one line, one write
            file.truncate()
            os.fsync(file.fileno())

        try:
            with _named(moves[0].target):
                enter(moving=False)
            yield enter
        finally:
            path.unlink(missing_ok=True)


def _created(path: Path) -> BinaryIO:
    """A new journal, locked; made once more where another run took it for one of the dead before it was locked."""
    while True:
        file = path.open("x+b", buffering=0)
        until = time.monotonic() + LONGEST_WAIT
        while fcntl is not None and not try_lock(file.fileno()) and time.monotonic() < until:
            time.sleep(0.001)  # another run looks at what it is, for a moment
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        file.close()


def put_right(folder: Path) -> None:
    """Finish or undo what killed runs left in a folder. Whatever can't be put right stays as it is."""
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            if match := JOURNAL.fullmatch(path.name):
                with contextlib.suppress(OSError, ValueError, KeyError, TypeError, RecursionError):
                    _settle(path, match[1])


def _settle(path: Path, token: str) -> None:
    """Roll one journal forward or back, if its writer is gone and it is ours."""
    with path.open("rb") as file:
        if fcntl is None or not try_lock(file.fileno()) or not _is_ours(file.fileno()):
            return
        line, ended, _ = file.read(MAX_JOURNAL).partition(b"\n")
        # Without a whole line its writer was killed before it wrote anything else.
        entered = json.loads(line) if ended else {"moving": False, "moves": []}
        moves = [(_Move(*map(Path, line[:3])), line[3]) for line in entered["moves"]]
        if not all(_belongs(move, token) for move, _ in moves):
            return
        with _locked({move.target.parent for move, _ in moves}):
            for move, stamp in moves:
                if entered["moving"] and move.part.exists() and _stamp(move.target) == stamp:
                    move.part.replace(move.target)
                move.part.unlink(missing_ok=True)
                move.old.unlink(missing_ok=True)
        path.unlink(missing_ok=True)


def _stamp(path: Path) -> list[int] | None:
    """Which file stands at a path, so that one that somebody put there later is not replaced; None for none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_ino, found.st_mtime_ns, found.st_size]


def _is_ours(handle: int) -> bool:
    """Only one's own journals are believed: in a folder that others may write, they could name anything."""
    found = os.fstat(handle)
    return stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o022


def _belongs(move: _Move, token: str) -> bool:
    """Are the temporary names of this journal's token, beside their target?"""
    ours = re.compile(rf"\.segmask-{token}-\d+\.(part|old)")
    parts = (move.part, move.old)
    return all(path.parent == move.target.parent and ours.fullmatch(path.name) for path in parts)


def try_lock(handle: int) -> bool:
    """Lock an open file if nobody has."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


@contextlib.contextmanager
def _locked(folders: Iterable[Path]) -> Iterator[None]:
    """Folders that no other writer moves files in meanwhile; without, where the file system has no locks.

    Moves take milliseconds: who holds a folder for longer is no writer of ours, and is not waited for.
    """
    with contextlib.ExitStack() as stack:
        until = time.monotonic() + LONGEST_WAIT
        for folder in sorted(folders) if fcntl is not None else ():
            with contextlib.suppress(OSError):
                handle = os.open(folder, os.O_RDONLY)
                stack.callback(os.close, handle)
                while not try_lock(handle) and time.monotonic() < until:
                    time.sleep(0.002)
        yield


@contextlib.contextmanager
def _signals_held() -> Iterator[Any]:
    """A function from whose call on SIGINT and SIGTERM wait for the end of the block.

    Only the main thread ever gets them in Python, so only there is something to do.
    """
    came: list[int] = []
    held: dict[int, Any] = {}

    def note(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    def hold() -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                handler = signal.getsignal(number)
                if handler is not None:  # else it was set outside of Python and could not be put back
                    held[number] = handler
                    signal.signal(number, note)

    try:
        yield hold
    finally:
        for number, handler in held.items():
            signal.signal(number, handler)
        for number in came[:1]:
            signal.raise_signal(number)
