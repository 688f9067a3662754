"""Things that are opened once in a process and shared: sessions, detectors."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import Generic, TypeVar
from weakref import WeakSet

from segmask.core.errors import ModelError

Opened = TypeVar("Opened")


class OncePerProcess(Generic[Opened]):
    """Opens a thing when it is first asked for and keeps it until the process ends.

    A forked child starts with none: what it inherits has lost its threads.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._opened: dict[Hashable, Opened] = {}
        _all.add(self)

    def get(self, key: Hashable, make: Callable[[], Opened]) -> Opened:
        """The thing of this key, made by ``make`` the first time."""
        with self._lock:
            if key not in self._opened:
                self._opened[key] = make()
            return self._opened[key]

    def after_fork(self) -> None:
        """Start anew, in the child."""
        never_free(self._opened)  # closing an inherited thing would wait for its lost threads
        self._lock, self._opened = threading.RLock(), {}


def never_free(thing: object) -> None:
    """Keep a thing's destructor from ever running; the end of the process frees the memory."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


_all: WeakSet[OncePerProcess] = WeakSet()


def _after_fork() -> None:
    for shared in _all:
        shared.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def file_version(path: Path) -> tuple[Path, int, int]:
    """A key that changes when the file does. ModelError where there is none.

    >>> _ = Path("net.onnx").write_bytes(b"net")
    >>> file_version(Path("net.onnx"))[2]
    3
    """
    try:
        stat = path.stat()
    except OSError as error:
        raise ModelError(f"{path}: can't read the model file: {error.strerror}") from error
    if not path.is_file():
        raise ModelError(f"{path}: expected a model file; it is a folder, a pipe or a device")
    return path.resolve(), stat.st_mtime_ns, stat.st_size
