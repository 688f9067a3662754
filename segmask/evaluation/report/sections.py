"""What the page's sections say: chosen, counted and put in order here, laid out by the templates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from segmask.evaluation.compare import SAME, Comparison, Direction, MatchedCase, MetricChange
from segmask.evaluation.criteria import Tally, shortfall, tally
from segmask.evaluation.metrics import METRICS, Metric
from segmask.evaluation.report.formats import number
from segmask.evaluation.results import Evaluation, Row
from segmask.evaluation.statistics import Estimate

DECISIVE = ("kept", "coverage", "face_kept")
"""Metrics that the lists of moved cases show."""
LISTED = 12
"""Cases that the comparison lists on either side."""


@dataclass(frozen=True)
class Card:
    """How many cases of one strategy meet each criterion, and what it says of itself."""

    strategy: str
    tallies: tuple[Tally, ...]
    honesty: str


def cards(evaluation: Evaluation) -> list[Card]:
    """A card for each strategy.

    >>> from segmask.evaluation.traits import Traits
    >>> traits = Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4)
    >>> scores = {"kept": 0.9, "strict_success": 0.0}
    >>> evaluation = Evaluation("my-set", ("mine",), (Row("a", "mine", scores, traits, verdict="review"),))
    >>> cards(evaluation)[0].honesty
    'Of the 1 cases that fall short it asked for a look at 1, of the 0 others at 0.'
    """
    rows = {name: evaluation.rows_of(name) for name in evaluation.strategies}
    return [Card(name, tally(mine), _honesty(mine)) for name, mine in rows.items()]


def _honesty(rows: tuple[Row, ...]) -> str:
    """Does the strategy's own verdict find the bad cases?"""
    judged = [row for row in rows if row.verdict]
    if not judged:
        return "It gives no verdict of its own."
    if all(math.isnan(row.score("strict_success")) for row in judged):
        return f"It asked for a look at {_asked(judged)} of the {len(judged)} cases; whether rightly, no truth tells."
    good, bad = ([row for row in judged if (row.score("strict_success") < 1) is short] for short in (False, True))
    if not bad:
        return f"No case falls short; it asked for a look at {_asked(good)} of the {len(good)}."
    return (
        f"Of the {len(bad)} cases that fall short it asked for a look at {_asked(bad)}, "
        f"of the {len(good)} others at {_asked(good)}."
    )


def _asked(rows: Sequence[Row]) -> int:
    """How many the strategy itself did not call ok."""
    return sum(row.verdict != "ok" for row in rows)


@dataclass(frozen=True)
class Cell:
    """A mean with its interval."""

    estimate: Estimate
    best: bool
    """Is it as good as the best strategy's, to the digits shown? Said only where there are several."""


@dataclass(frozen=True)
class MetricRow:
    """One metric of every strategy."""

    metric: Metric
    cells: tuple[Cell | None, ...]
    """None where a strategy's cases could not tell."""


def metric_rows(evaluation: Evaluation) -> list[MetricRow]:
    """Every metric that any strategy's cases could tell.

    >>> from segmask.evaluation.traits import Traits
    >>> traits = Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4)
    >>> evaluation = Evaluation("my-set", ("mine",), (Row("a", "mine", {"kept": 0.99}, traits),))
    >>> [(line.metric.label, line.cells[0].estimate.value) for line in metric_rows(evaluation)]
    [('kept', 0.99)]
    """
    found = {name: [evaluation.estimates[strategy].get(name) for strategy in evaluation.strategies] for name in METRICS}
    return [_metric_row(METRICS[name], cells) for name, cells in found.items() if any(cells)]


def _metric_row(metric: Metric, estimates: list[Estimate | None]) -> MetricRow:
    known = [estimate.value for estimate in estimates if estimate is not None]
    best = number((max if metric.better == "higher" else min)(known), metric.name)

    def leads(estimate: Estimate) -> bool:
        return len(known) > 1 and number(estimate.value, metric.name) == best

    return MetricRow(metric, tuple(None if e is None else Cell(e, leads(e)) for e in estimates))


@dataclass(frozen=True)
class Moved:
    """The cases whose shortfall changed in one direction, those that moved most first."""

    direction: Direction
    total: int
    cases: tuple[MatchedCase, ...]
    """At most ``LISTED`` of them."""


def headline_changes(comparison: Comparison) -> list[MetricChange]:
    """The changes of the metrics that come first.

    >>> from segmask.evaluation.compare import compare
    >>> from segmask.evaluation.traits import Traits
    >>> traits = Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4)
    >>> old, new = (Evaluation("my-set", ("m",), (Row("a", "m", {"kept": kept}, traits),)) for kept in (0.9, 0.99))
    >>> [(change.metric, change.better) for change in headline_changes(compare(new, old))]
    [('kept', 1)]
    """
    return [change for change in comparison.changes if METRICS[change.metric].headline]


def moved(comparison: Comparison, direction: Direction) -> Moved:
    """The cases that got better, or worse.

    >>> from segmask.evaluation.compare import compare
    >>> from segmask.evaluation.traits import Traits
    >>> traits = Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4)
    >>> old, new = (Evaluation("my-set", ("m",), (Row("a", "m", {"kept": kept}, traits),)) for kept in (0.9, 0.99))
    >>> moved(compare(new, old), "better").total, moved(compare(new, old), "worse").total
    (1, 0)
    """
    sign = 1 if direction == "better" else -1
    gains = [(sign * (shortfall(case.old) - shortfall(case.new)), case) for case in comparison.cases]
    ordered = sorted(((gain, case) for gain, case in gains if gain > SAME), key=lambda item: item[0], reverse=True)
    return Moved(direction, len(ordered), tuple(case for _, case in ordered[:LISTED]))
