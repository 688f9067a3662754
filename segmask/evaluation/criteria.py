"""The success criteria, how many cases meet each, and thresholds for automatic checks."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from segmask.core.errors import OptionError
from segmask.evaluation.metrics import higher_is_better
from segmask.evaluation.metrics.score import COVERAGE_FROM, KEPT_FROM
from segmask.evaluation.results import Evaluation, Row


@dataclass(frozen=True)
class Criterion:
    """A yes-or-no question about a case."""

    name: str
    question: str
    met: Callable[[Row], bool | None]
    """None where the case lacks the labels that the question needs."""


@dataclass(frozen=True)
class Tally:
    """In how many cases a criterion is met."""

    criterion: Criterion
    met: int
    asked: int
    """Cases that have the labels for it."""

    @property
    def share(self) -> float:
        """Cases that meet it, of those that have the labels; NaN if none has."""
        return self.met / self.asked if self.asked else math.nan


def _at_least(metric: str, threshold: float) -> Callable[[Row], bool | None]:
    def met(row: Row) -> bool | None:
        score = row.score(metric)
        return None if math.isnan(score) else score >= threshold

    return met


CRITERIA = (
    Criterion("kept", f"{KEPT_FROM:.0%} of what must stay is untouched", _at_least("kept", KEPT_FROM)),
    Criterion("coverage", f"{COVERAGE_FROM:.0%} of what must change has changed", _at_least("coverage", COVERAGE_FROM)),
    Criterion("face", "no face pixel is touched", _at_least("face_kept", 1)),
    Criterion("strict success", "all of these", _at_least("strict_success", 1)),
)


def tally(rows: tuple[Row, ...]) -> tuple[Tally, ...]:
    """Each criterion over the rows of one strategy.

    >>> from segmask.evaluation.traits import Traits
    >>> traits = Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4)
    >>> rows = tuple(Row(name, "mine", {"kept": kept}, traits) for name, kept in (("a", 0.99), ("b", 0.9)))
    >>> [(found.met, found.asked) for found in tally(rows) if found.criterion.name == "kept"]
    [(1, 2)]
    """
    answers = [(criterion, [criterion.met(row) for row in rows]) for criterion in CRITERIA]
    return tuple(Tally(c, found.count(True), len(found) - found.count(None)) for c, found in answers)


def shortfall(row: Row) -> float:
    """How bad a case is: the sum of what is missing to 1 from kept, coverage and face kept; 0 is perfect.

    Without a truth it is what shows (``shown``).

    >>> from segmask.evaluation.traits import Traits
    >>> traits = Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4)
    >>> round(shortfall(Row("a", "mine", {"kept": 0.99, "coverage": 0.9}, traits)), 2)
    0.11
    """
    scores = [row.score(metric) for metric in ("kept", "coverage", "face_kept")]
    if all(math.isnan(score) for score in scores):
        shown = row.score("shown")
        return 0.0 if math.isnan(shown) else shown
    return sum(1 - score for score in scores if not math.isnan(score))


@dataclass(frozen=True)
class Threshold:
    """The least that a metric's mean must be."""

    metric: str
    least: float


def parse_thresholds(text: str) -> tuple[Threshold, ...]:
    """Thresholds as a shell gives them. Raises OptionError.

    >>> parse_thresholds("iou=.9, face_kept=1")
    (Threshold(metric='iou', least=0.9), Threshold(metric='face_kept', least=1.0))
    """
    thresholds = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        metric, equals, value = part.partition("=")
        metric = metric.strip()
        if not equals:
            raise OptionError(f"--fail-under: expected METRIC=VALUE, got {part!r}")
        if not higher_is_better(metric):
            raise OptionError(f"--fail-under: for {metric} lower is better; name a metric where higher is better")
        try:
            thresholds.append(Threshold(metric, float(value)))
        except ValueError as error:
            raise OptionError(f"--fail-under: expected a number for {metric}, got {value!r}") from error
    if not thresholds:
        raise OptionError("--fail-under: expected METRIC=VALUE, got nothing")
    return tuple(thresholds)


def missed_thresholds(evaluation: Evaluation, thresholds: tuple[Threshold, ...]) -> list[str]:
    """One sentence for each strategy and threshold that it does not reach.

    >>> from segmask.evaluation.traits import Traits
    >>> traits = Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4)
    >>> evaluation = Evaluation("my-set", ("mine",), (Row("a", "mine", {"iou": 0.8}, traits),))
    >>> missed_thresholds(evaluation, parse_thresholds("iou=.9"))
    ['mine: iou is 0.8000; expected 0.9 or more']
    """
    missed = []
    for strategy, values in evaluation.summary.items():
        for threshold in thresholds:
            value = values.get(threshold.metric, math.nan)
            if math.isnan(value):
                missed.append(f"{strategy}: {threshold.metric} was not measured; expected {threshold.least:g} or more")
            elif value < threshold.least:
                missed.append(f"{strategy}: {threshold.metric} is {value:.4f}; expected {threshold.least:g} or more")
    return missed
