"""Pools of processes for work that calls OpenCV."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

START = "spawn"
"""How a process begins. A fork inherits OpenCV's pool of threads without the threads: where the parent has used it,
``cv2.setNumThreads`` in the child may wait for them for ever (glibc's pthread_cond_destroy)."""


def pool(workers: int) -> ProcessPoolExecutor:
    """Processes that begin anew, whatever the one that asks for them has done; what they get is pickled.

    >>> with pool(2) as processes:
    ...     list(processes.map(abs, [-1, 2]))
    [1, 2]
    """
    return ProcessPoolExecutor(workers, mp_context=get_context(START))
