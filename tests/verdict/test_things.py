from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from segmask.core.types import Box
from segmask.verdict.residue import Residue, Trace
from segmask.verdict.things import DEFAULT, confidence_in_thing, judge_thing


def residue(**amounts: float) -> Residue:
    places = np.zeros((40, 60), bool)
    places[10:20, 30:50] = True
    traces = {field.name: Trace(0.0, places & False, None) for field in fields(Residue)}
    return Residue(
        **{**traces, **{name: Trace(amount, places, Box(30, 10, 50, 20)) for name, amount in amounts.items()}}
    )


def test_a_composite_in_which_nothing_shows_is_sure() -> None:
    confidence, findings, places = judge_thing(residue(), (80, 120))
    assert confidence > 0.95
    assert not findings
    assert not places.any()


def test_a_composite_with_steps_and_the_old_outline_is_shown_with_its_place() -> None:
    confidence, (finding,), places = judge_thing(residue(ghost=0.6, step=0.5), (80, 120))
    assert confidence < DEFAULT.least
    assert finding.code == "low-confidence"
    assert finding.box == (60, 20, 100, 40)
    assert places[15, 40]


@pytest.mark.parametrize("name", ["ghost", "step"])
def test_the_more_shows_the_less_sure_it_is(name: str) -> None:
    sure = [confidence_in_thing(residue(**{name: amount})) for amount in (0.0, 0.1, 0.3, 0.9)]
    assert sure == sorted(sure, reverse=True)
