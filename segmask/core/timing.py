"""How long each stage took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

Timings = tuple[tuple[str, float], ...]
"""Names of stages and their seconds, in the order in which they ran."""


class Stopwatch:
    """Times stages by name.

    >>> watch = Stopwatch()
    >>> with watch("read"):
    ...     pass
    >>> [name for name, _ in watch.timings]
    ['read']
    """

    def __init__(self, before: Timings = ()) -> None:
        self._timings = list(before)

    @property
    def timings(self) -> Timings:
        """The stages timed so far."""
        return tuple(self._timings)

    def add(self, timings: Timings) -> None:
        """Add stages that another watch timed, beside this one's.

        >>> watch, other = Stopwatch((("read", 0.1),)), Stopwatch((("align", 0.2),))
        >>> watch.add(other.timings)
        >>> watch.timings
        (('read', 0.1), ('align', 0.2))
        """
        self._timings.extend(timings)

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time the block inside and add it under this name."""
        began = time.perf_counter()
        yield
        self._timings.append((stage, time.perf_counter() - began))
