"""Distributions as inline SVG: a histogram a strategy, one below the other."""

from __future__ import annotations

import math

import numpy as np

from segmask.evaluation.metrics import METRICS
from segmask.evaluation.metrics.score import COVERAGE_FROM, KEPT_FROM
from segmask.evaluation.report.markup import colour_of, number, text
from segmask.evaluation.results import Evaluation

SHOWN = ("iou", "coverage", "kept", "boundary_f")
ASKED = {"coverage": COVERAGE_FROM, "kept": KEPT_FROM}
"""What a strict success asks for: drawn as a line."""
BINS = 40
STARTS = (0.9, 0.8, 0.5)
"""Where an axis may begin, if not at 0; from there to 1 five steps give round numbers."""
WIDTH, ROW_HEIGHT, LABEL_WIDTH, AXIS_HEIGHT = 560, 46, 150, 24
NAME_LENGTH = 22


def distributions(evaluation: Evaluation) -> str:
    """One chart a metric: how its values spread over the cases, for every strategy."""
    return "".join(_chart(evaluation, metric) for metric in SHOWN)


def _chart(evaluation: Evaluation, metric: str) -> str:
    values = {name: _known(evaluation, name, metric) for name in evaluation.strategies}
    known = np.concatenate([*values.values(), np.array([1.0])])
    low = next((start for start in STARTS if start <= known.min()), 0.0)
    height = ROW_HEIGHT * len(values) + AXIS_HEIGHT
    rows = "".join(_histogram(found, low, index, name, metric) for index, (name, found) in enumerate(values.items()))
    axis = _axis(low, ROW_HEIGHT * len(values))
    asked = _asked(metric, low, ROW_HEIGHT * len(values))
    label, meaning = text(METRICS[metric].label), text(METRICS[metric].meaning)
    return (
        f"<figure><figcaption>{label} <small>{meaning}</small></figcaption>"
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{label}">{rows}{axis}{asked}</svg></figure>'
    )


def _known(evaluation: Evaluation, strategy: str, metric: str) -> np.ndarray:
    scores = [row.score(metric) for row in evaluation.rows_of(strategy)]
    return np.array([score for score in scores if not math.isnan(score)])


def _x(value: float, low: float) -> float:
    return LABEL_WIDTH + (value - low) / (1 - low) * (WIDTH - LABEL_WIDTH - 12)


def _histogram(values: np.ndarray, low: float, index: int, name: str, metric: str) -> str:
    base = ROW_HEIGHT * (index + 1) - 6
    shown = name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…"
    parts = [f'<text x="{LABEL_WIDTH - 10}" y="{base - 13}" class="name">{text(shown)}</text>']
    if values.size:
        counts, edges = np.histogram(values, BINS, (low, 1))
        tallest = counts.max()
        for count, left, right in zip(counts, edges[:-1], edges[1:], strict=True):
            if count:
                # the square root keeps single cases visible beside a tall bar
                tall = (ROW_HEIGHT - 12) * math.sqrt(count / tallest)
                x, width = _x(left, low), _x(right, low) - _x(left, low) - 1
                parts.append(
                    f'<rect x="{x:.1f}" y="{base - tall:.1f}" width="{width:.1f}" height="{tall:.1f}" '
                    f'fill="{colour_of(index)}"><title>{count} cases</title></rect>'
                )
        mean = _x(float(values.mean()), low)
        parts.append(f'<path d="M{mean:.1f} {base + 5}l-4 5h8z" class="mean"/>')
        parts.append(
            f'<text x="{LABEL_WIDTH - 10}" y="{base + 2}" class="value">{number(metric, float(values.mean()))}</text>'
        )
    parts.append(f'<path d="M{LABEL_WIDTH} {base + 0.5}H{WIDTH - 12}" class="base"/>')
    return "".join(parts)


def _axis(low: float, top: int) -> str:
    ticks = np.linspace(low, 1, 6)
    marks = (f'<text x="{_x(tick, low):.1f}" y="{top + 20}" class="tick">{tick:.2g}</text>' for tick in ticks)
    return "".join(marks)


def _asked(metric: str, low: float, bottom: int) -> str:
    if metric not in ASKED:
        return ""
    x = _x(ASKED[metric], low)
    return f'<path d="M{x:.1f} 2V{bottom}" class="asked"><title>asked for: {ASKED[metric]}</title></path>'
