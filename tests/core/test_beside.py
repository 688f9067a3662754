"""Two things at once give what they give in turn."""

from __future__ import annotations

import threading

import pytest

from segmask.core.beside import both
from segmask.core.errors import InputError, ModelError


def where() -> int:
    return threading.get_ident()


def test_with_one_thread_all_runs_in_the_callers() -> None:
    assert both(where, where, threads=1) == (where(), where())


def test_with_more_the_second_has_one_of_its_own() -> None:
    first, second = both(where, where, threads=2)
    assert first == where()
    assert second != where()


def test_both_run_at_once() -> None:
    met = threading.Barrier(2, timeout=20)
    assert sorted(both(met.wait, met.wait, threads=2)) == [0, 1]


@pytest.mark.parametrize("threads", [1, 2])
def test_the_firsts_error_is_raised_and_else_the_seconds(threads: int) -> None:
    def first() -> None:
        raise ModelError("first")

    def second() -> None:
        raise InputError("second")

    with pytest.raises(ModelError, match="first"):
        both(first, second, threads)
    with pytest.raises(InputError, match="second"):
        both(int, second, threads)
