"""How far a run is: counts, rate and what is left."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from segmask.batch.picture import QUARANTINED
from segmask.report import FAILED, OK, REVIEW

WINDOW = 200
"""Rows that the rate is measured over: it follows a change of picture size, and does not jump."""


@dataclass
class Tally:
    """Counts of a run; rows that were kept from an earlier one count by their verdict, and for no rate.

    >>> tally = Tally(total=3)
    >>> tally.add({"verdict": "ok"}, kept=False)
    >>> tally.add({"verdict": "review"}, kept=True)
    >>> tally.done, tally.ok, tally.review, tally.failed, tally.kept
    (2, 1, 1, 0, 1)
    """

    total: int | None
    """None where that is not known: of a watched folder."""
    clock: Callable[[], float] = time.monotonic
    counts: Counter[str] = field(default_factory=Counter)
    kept: int = 0
    _times: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))

    def __post_init__(self) -> None:
        self.began = self.clock()
        self._times.append(self.began)

    def add(self, row: dict[str, Any], *, kept: bool) -> None:
        """Count a row."""
        self.counts[row["verdict"]] += 1
        if kept:
            self.kept += 1
            if self.kept == self.done:  # the time before the first picture says nothing about pictures
                self._times[0] = self.clock()
        else:
            self._times.append(self.clock())

    @property
    def done(self) -> int:
        """Rows so far."""
        return sum(self.counts.values())

    @property
    def ok(self) -> int:
        """Rows that nobody has to look at."""
        return self.counts[OK]

    @property
    def review(self) -> int:
        """Rows that somebody should look at."""
        return self.counts[REVIEW]

    @property
    def failed(self) -> int:
        """Rows without an output."""
        return self.counts[FAILED] + self.counts[QUARANTINED]

    @property
    def rate(self) -> float | None:
        """Pictures a second, over the last ``WINDOW``; None before there is one."""
        if len(self._times) < 2 or self._times[-1] <= self._times[0]:
            return None
        return (len(self._times) - 1) / (self._times[-1] - self._times[0])

    @property
    def seconds_left(self) -> float | None:
        """Until all are done; None where that is not known."""
        if self.total is None or self.rate is None:
            return None
        return (self.total - self.done) / self.rate

    def to_dict(self) -> dict[str, Any]:
        """The counts as JSON takes them."""
        counts = {"ok": self.ok, "review": self.review, "failed": self.failed, "kept": self.kept}
        return {"done": self.done, "total": self.total, **counts, "seconds": round(self.clock() - self.began, 3)}
