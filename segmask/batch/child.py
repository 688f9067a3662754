"""What runs in a worker process: make the handler, then answer one task after the other."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any

from segmask.core.system import bound_opencv

READY = "ready"


def serve(pipe: Connection, make_handler: Callable[[], Callable[..., Any]], threads: int | None) -> None:
    """Answer tasks from a pipe until None comes or the parent is gone.

    Sends ``("ready", None)`` once, or ``("unfit", error)``; then for each task ``("done", answer)``, perhaps after
    ``("note", value)``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the parent decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    try:
        bound_opencv(threads)
        handler = make_handler()
    except Exception as error:  # told to the parent, which raises it
        pipe.send(("unfit", error))
        return
    pipe.send((READY, None))
    while True:
        try:
            work = pipe.recv()
        except (EOFError, OSError):
            return
        if work is None:
            return
        pipe.send(("done", handler(work, lambda value: pipe.send(("note", value)))))


def _leave_with_parent() -> None:
    """A killed parent leaves no workers behind: what they were writing is not there yet or whole."""
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
