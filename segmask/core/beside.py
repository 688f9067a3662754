"""Two things at once, where there are threads for both."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from segmask.core.system import usable_cores

First = TypeVar("First")
Second = TypeVar("Second")


def both(first: Callable[[], First], second: Callable[[], Second], threads: int | None) -> tuple[First, Second]:
    """What two functions give that know nothing of each other; at once where ``threads`` allows more than one.

    Results and errors are those of one call after the other: where both fail, the first's error is raised. The first
    is called in the caller's thread. Without a number of threads the cores decide that this process may use.

    >>> both(lambda: 1, lambda: "a", threads=2)
    (1, 'a')
    """
    if (threads or usable_cores()) == 1:
        return first(), second()
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(second)
        return first(), later.result()
