"""Results by kind of case: target, picture size, drift, person size, and the facts that the set gives of its cases."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from segmask.evaluation.results import Evaluation, Row
from segmask.evaluation.statistics import Estimate, mean_estimate

MOST_VALUES = 12
"""A fact with more distinct values than this tells single cases apart: results are not sliced by it."""


@dataclass(frozen=True)
class Group:
    """The cases of one kind."""

    label: str
    cases: int
    success: dict[str, Estimate]
    """Strategy -> strict success."""
    iou: dict[str, Estimate]


@dataclass(frozen=True)
class Slicing:
    """One way to divide the cases."""

    title: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class _Bins:
    """Bins of a measured trait by their upper edges; the last bin has none."""

    edges: tuple[float, ...]
    labels: tuple[str, ...]

    def __call__(self, value: float) -> str | None:
        if math.isnan(value):
            return None
        return next(
            (label for edge, label in zip(self.edges, self.labels, strict=False) if value < edge), self.labels[-1]
        )


_MEGAPIXELS = _Bins((0.5, 2, 8), ("below 0.5 MP", "0.5 to 2 MP", "2 to 8 MP", "8 MP and more"))
_DRIFT = _Bins((2, 5, 10), ("ΔE below 2", "ΔE 2 to 5", "ΔE 5 to 10", "ΔE 10 and more"))
_PERSON = _Bins((0.1, 0.25, 0.5), ("below 10 %", "10 to 25 %", "25 to 50 %", "50 % and more"))

_MEASURED: tuple[tuple[str, tuple[str, ...], Callable[[Row], str | None]], ...] = (
    ("Target", (), lambda row: row.target or None),
    ("Picture size", _MEGAPIXELS.labels, lambda row: _MEGAPIXELS(row.traits.width * row.traits.height / 1e6)),
    ("Drift of the edit on what must stay", _DRIFT.labels, lambda row: _DRIFT(row.traits.drift)),
    ("Person, share of the picture", _PERSON.labels, lambda row: _PERSON(row.traits.person_share)),
)


def slice_results(evaluation: Evaluation) -> tuple[Slicing, ...]:
    """The results by every trait that was measured, and by every fact that has several values.

    >>> from segmask.evaluation.traits import Traits
    >>> traits = Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4)
    >>> rows = (Row("a", "mine", {"iou": 0.8}, traits, "upper"), Row("b", "mine", {"iou": 0.9}, traits, "lower"))
    >>> target = slice_results(Evaluation("my-set", ("mine",), rows))[0]
    >>> target.title, [(group.label, group.cases) for group in target.groups]
    ('Target', [('lower', 1), ('upper', 1)])
    """
    slicings = [_divide(evaluation, title, order, kind) for title, order, kind in _MEASURED]
    slicings += _by_facts(evaluation)
    slicings += [
        _divide(
            evaluation, "What the strategy itself said", ("ok", "review", "failed"), lambda row: row.verdict or None
        )
    ]
    return tuple(slicing for slicing in slicings if slicing.groups)


def _by_facts(evaluation: Evaluation) -> list[Slicing]:
    names = list(dict.fromkeys(name for row in evaluation.rows for name in row.facts))
    found: list[Slicing] = []
    marks: list[Group] = []
    for name in names:
        values = {row.facts.get(name) for row in evaluation.rows}
        if values <= {"yes", None}:  # a mark that a case has or hasn't
            marks += _divide(evaluation, name, (), lambda row, name=name: name if name in row.facts else None).groups
        elif 1 < len(values) <= MOST_VALUES:
            found.append(_divide(evaluation, name.capitalize(), (), lambda row, name=name: row.facts.get(name)))
    return [*found, Slicing("Scene and faults, cases that have them", tuple(marks))]


def _divide(evaluation: Evaluation, title: str, order: Sequence[str], kind: Callable[[Row], str | None]) -> Slicing:
    kinds = [(row, kind(row)) for row in evaluation.rows]
    present = {label for _, label in kinds if label is not None}
    labels = [label for label in order if label in present] or sorted(present)
    groups = []
    for label in labels:
        rows = [row for row, of_kind in kinds if of_kind == label]
        by_strategy = {name: [row for row in rows if row.strategy == name] for name in evaluation.strategies}
        groups.append(
            Group(
                label,
                len({row.name for row in rows}),
                {
                    name: mean_estimate([row.score("strict_success") for row in mine])
                    for name, mine in by_strategy.items()
                },
                {name: mean_estimate([row.score("iou") for row in mine]) for name, mine in by_strategy.items()},
            )
        )
    return Slicing(title, tuple(groups))
