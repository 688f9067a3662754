"""Distributions as histograms, a strategy below the other: where everything lies in the drawing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from segmask.evaluation.metrics import METRICS, Metric
from segmask.evaluation.metrics.score import COVERAGE_FROM, KEPT_FROM
from segmask.evaluation.results import Evaluation

SHOWN = ("iou", "coverage", "kept", "boundary_f")
ASKED = {"coverage": COVERAGE_FROM, "kept": KEPT_FROM}
"""What a strict success asks for: drawn as a line."""
BINS = 40
STARTS = (0.9, 0.8, 0.5)
"""Where an axis may begin, if not at 0; from there to 1 five steps give round numbers."""
WIDTH, ROW_HEIGHT, LABEL_WIDTH, AXIS_HEIGHT = 560, 46, 150, 24
RIGHT = WIDTH - 12
"""Where the axis ends, px of the drawing."""
NAME_LENGTH = 22
"""Characters of a strategy's name that fit beside its histogram."""


@dataclass(frozen=True)
class Bar:
    """The cases of one bin, px of the drawing."""

    x: float
    y: float
    width: float
    height: float
    cases: int


@dataclass(frozen=True)
class Histogram:
    """How one strategy's values spread."""

    name: str
    base_y: float
    bars: tuple[Bar, ...]
    mean: float | None
    """None where no case could tell."""
    mean_x: float = 0.0


@dataclass(frozen=True)
class Chart:
    """One metric for every strategy."""

    metric: Metric
    height: int
    histograms: tuple[Histogram, ...]
    ticks: tuple[tuple[float, str], ...]
    """Where on the axis, and which value."""
    asked: float | None
    """The value that a success asks for."""
    asked_x: float = 0.0

    @property
    def axis_y(self) -> int:
        """Where the histograms end."""
        return self.height - AXIS_HEIGHT


def charts(evaluation: Evaluation) -> list[Chart]:
    """One chart for each metric in ``SHOWN``.

    >>> from segmask.evaluation.results import Row
    >>> from segmask.evaluation.traits import Traits
    >>> traits = Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4)
    >>> chart = charts(Evaluation("my-set", ("mine",), (Row("a", "mine", {"iou": 0.85}, traits),)))[0]
    >>> chart.metric.name, [bar.cases for bar in chart.histograms[0].bars], chart.ticks[0][1]
    ('iou', [1], '0.8')
    """
    return [_chart(evaluation, metric) for metric in SHOWN]


def _chart(evaluation: Evaluation, metric: str) -> Chart:
    values = {name: _known(evaluation, name, metric) for name in evaluation.strategies}
    known = np.concatenate([*values.values(), np.array([1.0])])
    low = next((start for start in STARTS if start <= known.min()), 0.0)
    histograms = (_histogram(found, low, index, name) for index, (name, found) in enumerate(values.items()))
    ticks = ((_x(tick, low), f"{tick:.2g}") for tick in np.linspace(low, 1, 6).tolist())
    asked = ASKED.get(metric)
    return Chart(
        METRICS[metric],
        ROW_HEIGHT * len(values) + AXIS_HEIGHT,
        tuple(histograms),
        tuple(ticks),
        asked,
        0.0 if asked is None else _x(asked, low),
    )


def _known(evaluation: Evaluation, strategy: str, metric: str) -> np.ndarray:
    scores = [row.score(metric) for row in evaluation.rows_of(strategy)]
    return np.array([score for score in scores if not math.isnan(score)])


def _x(value: float, low: float) -> float:
    return LABEL_WIDTH + (value - low) / (1 - low) * (RIGHT - LABEL_WIDTH)


def _histogram(values: np.ndarray, low: float, index: int, name: str) -> Histogram:
    base = ROW_HEIGHT * (index + 1) - 6
    shown = name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…"
    if not values.size:
        return Histogram(shown, base, (), None)
    counts, edges = np.histogram(values, BINS, (low, 1))
    bars = []
    for count, left, right in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        # the square root keeps single cases visible beside a tall bar
        height = (ROW_HEIGHT - 12) * math.sqrt(count / counts.max())
        if count:
            bars.append(Bar(_x(left, low), base - height, _x(right, low) - _x(left, low) - 1, height, count))
    mean = float(values.mean())
    return Histogram(shown, base, tuple(bars), mean, _x(mean, low))
