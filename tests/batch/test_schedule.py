"""Who does what, and what becomes of tasks whose workers are lost: with workers that exist on paper only."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmask.batch.schedule import FALSE_STARTS, Answer, Event, Loss, Schedule, Stop
from segmask.core.errors import SegmaskError


class PaperCrew:
    """Workers in a time of their own: a task is (name, seconds, how often it kills its worker)."""

    def __init__(self, size: int) -> None:
        self.time = 0.0
        self.busy: dict[int, tuple[float, Any]] = {}
        self.size, self.kills, self.most = size, 0, 0

    def idle(self) -> int | None:
        return next((number for number in range(self.size) if number not in self.busy), None)

    def give(self, worker: int, work: Any) -> None:
        self.busy[worker] = (self.time + work[1], work)
        self.most = max(self.most, len(self.busy))

    def wait(self, seconds: float) -> list[Event]:
        if not self.busy:
            self.time += seconds
            return []
        worker, (end, work) = min(self.busy.items(), key=lambda entry: entry[1][0])
        if end > self.time + seconds:
            self.time += seconds
            return []
        self.time = max(self.time, end)
        del self.busy[worker]
        if work[2] > 0:
            work[2] -= 1
            return [Event(worker, "died", "killed", "noted")]
        return [Event(worker, "done", work[0])]

    def kill(self, worker: int) -> Any:
        del self.busy[worker]
        self.kills += 1

    def now(self) -> float:
        return self.time


TASKS = st.lists(st.tuples(st.floats(0, 20), st.integers(0, 3)), max_size=30)


@given(TASKS, st.integers(1, 4), st.one_of(st.none(), st.floats(1, 15)))
def test_every_task_has_one_answer(drawn: list[tuple[float, int]], size: int, timeout: float | None) -> None:
    tasks = [[number, seconds, deaths] for number, (seconds, deaths) in enumerate(drawn)]
    answers = list(Schedule(PaperCrew(size), iter(tasks), timeout=timeout).run())
    assert Counter(answer.work[0] for answer in answers) == Counter(range(len(tasks)))
    for answer in answers:
        assert isinstance(answer.value, Loss) or answer.value == answer.work[0]


def outcome(answers: list[Answer], name: str) -> str:
    (value,) = [answer.value for answer in answers if answer.work[0] == name]
    return value.code if isinstance(value, Loss) else "done"


def test_one_death_is_forgiven_and_two_are_not() -> None:
    answers = list(Schedule(PaperCrew(2), [["good", 1, 0], ["once", 1, 1], ["twice", 1, 2]]).run())
    assert [outcome(answers, name) for name in ("good", "once", "twice")] == ["done", "done", "killed"]
    (loss,) = [answer.value for answer in answers if isinstance(answer.value, Loss)]
    assert loss.for_good
    assert loss.note == "noted"


def test_a_task_that_takes_too_long_is_ended_and_the_rest_goes_on() -> None:
    crew = PaperCrew(1)
    answers = list(Schedule(crew, [["long", 100, 0], ["short", 1, 0]], timeout=5).run())
    assert [outcome(answers, name) for name in ("long", "short")] == ["timeout", "done"]
    assert (crew.kills, crew.time) == (1, 6)


def test_all_workers_are_used() -> None:
    crew = PaperCrew(3)
    assert len(list(Schedule(crew, [[number, 1, 0] for number in range(9)]).run())) == 9
    assert (crew.most, crew.time) == (3, 3)


def test_a_stop_finishes_what_is_in_flight_and_a_second_one_nothing() -> None:
    for asked, left in ((1, 1), (2, 0)):
        stop = Stop()
        running = Schedule(PaperCrew(2), ([number, 1 + number % 2, 0] for number in range(9)), stop=stop).run()
        next(running)
        for _ in range(asked):
            stop.ask()
        assert len(list(running)) == left


def test_tasks_may_come_later() -> None:
    """None says that there is nothing now."""
    answers = list(Schedule(PaperCrew(1), iter([None, ["a", 1, 0], None, None, ["b", 1, 0]])).run())
    assert [answer.value for answer in answers] == ["a", "b"]


def test_workers_that_never_start_end_the_run() -> None:
    class Stillborn(PaperCrew):
        def idle(self) -> None:
            return None

        def wait(self, seconds: float) -> list[Event]:  # noqa: ARG002
            self.kills += 1
            return [Event(0, "unready", "exit code 1")]

    crew = Stillborn(1)
    with pytest.raises(SegmaskError):
        list(Schedule(crew, [["a", 1, 0]]).run())
    assert crew.kills == FALSE_STARTS
