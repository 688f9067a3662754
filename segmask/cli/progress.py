"""A download's progress bar, in the shape that pooch drives."""

from __future__ import annotations

from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn


class DownloadBar:
    """One bar on stderr; ``total`` is set when the server has said how much comes."""

    def __init__(self, name: str) -> None:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
        self._progress = Progress(*columns, console=Console(stderr=True))
        self._task = self._progress.add_task(name, total=None)

    def __enter__(self) -> DownloadBar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    @property
    def total(self) -> int:
        """Bytes to come."""
        return int(self._progress.tasks[0].total or 0)

    @total.setter
    def total(self, count: int) -> None:
        self._progress.reset(self._task, total=count or None)

    def update(self, count: int, /) -> None:
        """So many bytes more."""
        self._progress.advance(self._task, count)

    def reset(self) -> None:
        """Start again at nothing."""
        self._progress.reset(self._task)

    def close(self) -> None:
        """The end; the bar stays as it is."""
