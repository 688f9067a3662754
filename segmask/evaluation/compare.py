"""What got better or worse between two evaluations, case by case, with paired bootstrap intervals."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import Literal

from segmask.core.errors import OptionError
from segmask.evaluation.metrics import METRICS
from segmask.evaluation.results import POOLED, Evaluation, Row
from segmask.evaluation.statistics import Estimate, paired_difference

SAME = 1e-9
"""Smaller differences of a case are rounding: it stayed the same."""
Direction = Literal["better", "worse", "same"]


@dataclass(frozen=True)
class MetricChange:
    """One metric of one strategy over the cases that both evaluations have."""

    strategy: str
    metric: str
    old: float
    new: float
    difference: Estimate
    """new - old, the mean over the cases with its interval."""
    better: int
    worse: int

    @property
    def verdict(self) -> Direction:
        """Better or worse if the interval excludes 0, else the same."""
        if math.isnan(self.difference.low) or self.difference.low <= 0 <= self.difference.high:
            return "same"
        return "better" if (self.difference.low > 0) == (METRICS[self.metric].better == "higher") else "worse"


@dataclass(frozen=True)
class MatchedCase:
    """One case in both evaluations."""

    old: Row
    new: Row

    def difference(self, metric: str) -> float:
        """new - old; NaN if either evaluation lacks the metric."""
        return self.new.score(metric) - self.old.score(metric)

    def direction(self, metric: str) -> Direction:
        """Which way the metric moved."""
        change = self.difference(metric) * (1 if METRICS[metric].better == "higher" else -1)
        return "same" if math.isnan(change) or abs(change) < SAME else "better" if change > 0 else "worse"


@dataclass(frozen=True)
class Comparison:
    """Two evaluations of one set."""

    changes: tuple[MetricChange, ...]
    cases: tuple[MatchedCase, ...]
    """The cases that both have, strategy by strategy."""
    only_old: int
    """Rows of compared strategies whose case only the old evaluation has."""
    only_new: int
    """Rows whose case only the new one has."""

    def to_csv(self) -> str:
        """One line for each case, strategy and metric, for whatever both evaluations measured."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(["name", "strategy", "metric", "old", "new", "difference", "change"])
        for case in self.cases:
            for metric in METRICS:
                values = (case.old.score(metric), case.new.score(metric), case.difference(metric))
                if not math.isnan(values[2]):
                    writer.writerow([case.new.name, case.new.strategy, metric, *values, case.direction(metric)])
        return buffer.getvalue()


def compare(new: Evaluation, old: Evaluation) -> Comparison:
    """Match the strategies by name and their cases by name; two single strategies are compared whatever their names.

    Raises OptionError if nothing matches.

    >>> from segmask.evaluation.traits import Traits
    >>> traits = Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4)
    >>> old, new = (
    ...     Evaluation("my-set", ("mine",), tuple(Row(name, "mine", {"iou": iou}, traits) for name in "ab"))
    ...     for iou in (0.8, 0.9)
    ... )
    >>> [(change.metric, round(change.difference.value, 3), change.verdict) for change in compare(new, old).changes]
    [('iou', 0.1, 'better')]
    """
    matches = _match(new, old)
    changes: list[MetricChange] = []
    cases: list[MatchedCase] = []
    only_old = only_new = 0
    for new_name, old_name in matches:
        before = {row.name: row for row in old.rows_of(old_name)}
        after = new.rows_of(new_name)
        shared = [MatchedCase(before[row.name], row) for row in after if row.name in before]
        changes += _changes(new_name, shared)
        cases += shared
        only_old += len(before) - len(shared)
        only_new += len(after) - len(shared)
    if not cases:
        raise OptionError("--compare: the two evaluations have no case in common")
    return Comparison(tuple(changes), tuple(cases), only_old, only_new)


def _match(new: Evaluation, old: Evaluation) -> list[tuple[str, str]]:
    common = [(name, name) for name in new.strategies if name in old.strategies]
    if common:
        return common
    if len(new.strategies) == len(old.strategies) == 1:
        return [(new.strategies[0], old.strategies[0])]
    raise OptionError(
        f"--compare: no strategy in common; the old evaluation has {', '.join(old.strategies)}, "
        f"the new one {', '.join(new.strategies)}"
    )


def _changes(strategy: str, cases: list[MatchedCase]) -> list[MetricChange]:
    changes = []
    for metric in METRICS:
        known = [case for case in cases if not math.isnan(case.difference(metric))]
        if not known or metric in POOLED:
            continue
        old, new = ([getattr(case, side).score(metric) for case in known] for side in ("old", "new"))
        directions = [case.direction(metric) for case in known]
        difference = paired_difference(new, old)
        better, worse = directions.count("better"), directions.count("worse")
        changes.append(
            MetricChange(strategy, metric, sum(old) / len(old), sum(new) / len(new), difference, better, worse)
        )
    return changes
