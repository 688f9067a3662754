"""Real processes: they answer, die, hang and are replaced."""

from __future__ import annotations

import os
import signal
import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from segmask.batch.crew import ProcessCrew
from segmask.batch.schedule import Loss, Schedule
from segmask.core.errors import ModelError


def handle(work: tuple[str, Any], note) -> Any:
    """Does what the task says."""
    kind, value = work
    note(kind)
    if kind == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "die once" and not Path(value).exists():
        Path(value).touch()
        os._exit(7)
    if kind == "hang":
        time.sleep(600)
    if kind == "threads":
        import cv2

        return cv2.getNumThreads(), os.environ["OMP_NUM_THREADS"], os.environ["OPENBLAS_NUM_THREADS"]
    return value


def make() -> Any:
    return handle


def make_unfit() -> Any:
    raise ModelError("no such model")


def answers(crew: ProcessCrew, works: list[Any], timeout: float | None = None) -> dict[str, Any]:
    return {answer.work[0]: answer.value for answer in Schedule(crew, works, timeout=timeout).run()}


def test_workers_die_and_hang_and_the_rest_goes_on(tmp_path: Path) -> None:
    works = [("echo", 5), ("die", None), ("die once", str(tmp_path / "mark")), ("hang", None), ("threads", None)]
    with ProcessCrew(make, 2, threads=1) as crew:
        found = answers(crew, works, timeout=3)
    assert found["echo"] == 5
    assert found["threads"] == (1, "1", "1")
    assert found["die once"] == str(tmp_path / "mark")
    losses = {kind: value for kind, value in found.items() if isinstance(value, Loss)}
    assert {kind: (loss.code, loss.for_good, loss.note) for kind, loss in losses.items()} == {
        "die": ("killed", True, "die"),
        "hang": ("timeout", False, "hang"),
    }
    assert "SIGKILL" in losses["die"].message


def test_a_handler_that_cannot_be_made_is_one_error() -> None:
    with ProcessCrew(make_unfit, 1) as crew, pytest.raises(ModelError):
        answers(crew, [("echo", 1)])


def test_no_worker_outlives_its_crew() -> None:
    with ProcessCrew(partial(make), 2) as crew:
        pids = crew.pids
        answers(crew, [("echo", 1)])
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
