"""The page's tables and words, one function a section."""

from __future__ import annotations

import math

from segmask.evaluation.compare import SAME, Comparison, Direction, MetricChange
from segmask.evaluation.criteria import Tally, shortfall, tally
from segmask.evaluation.metrics import METRICS, Metric
from segmask.evaluation.report.markup import (
    DASH,
    colour_of,
    estimate_cell,
    number,
    percent,
    section,
    swatch,
    table,
    text,
)
from segmask.evaluation.results import Evaluation, Row
from segmask.evaluation.slices import Slicing, slice_results

GOOD, FAIR = 0.9, 0.6
"""From these shares of cases on a criterion's bar is green, or amber."""
DECISIVE = ("kept", "coverage", "face_kept")
LISTED = 12
"""Cases that the comparison lists on either side."""


def verdicts(evaluation: Evaluation) -> str:
    """A card a strategy: how many cases meet each criterion, and what it says of itself."""
    cards = "".join(_card(evaluation, index, name) for index, name in enumerate(evaluation.strategies))
    lead = (
        "A case succeeds when the edit is taken where it was meant and nothing else is: three criteria, all to be met."
    )
    return section("Verdict", lead, f'<div class="cards">{cards}</div>')


def _card(evaluation: Evaluation, index: int, strategy: str) -> str:
    rows = evaluation.rows_of(strategy)
    lines = "".join(_criterion(found) for found in tally(rows))
    return (
        f'<article class="card" style="--c:{colour_of(index)}"><h3>{swatch(index, strategy)}</h3>'
        f"{lines}<p class='honesty'>{_honesty(rows)}</p></article>"
    )


def _criterion(found: Tally) -> str:
    if not found.asked:
        return f'<div class="criterion"><b>{text(found.criterion.name)}</b><span>no case can tell</span></div>'
    grade = "good" if found.share >= GOOD else "fair" if found.share >= FAIR else "poor"
    whole = " total" if found.criterion.name == "strict success" else ""
    return (
        f'<div class="criterion{whole}"><b>{text(found.criterion.name)}</b>'
        f"<span>{found.met} of {found.asked} cases: {text(found.criterion.question)}</span>"
        f'<strong class="{grade}">{percent(found.share)}</strong>'
        f'<i class="bar"><i class="{grade}" style="width:{found.share * 100:.1f}%"></i></i></div>'
    )


def _honesty(rows: tuple[Row, ...]) -> str:
    """Does the strategy's own verdict find the bad cases?"""
    judged = [row for row in rows if row.verdict]
    if not judged:
        return "It gives no verdict of its own."
    good, bad = ([row for row in judged if (row.score("strict_success") < 1) is short] for short in (False, True))
    if not bad:
        return f"No case falls short; it asked for a look at {_asked(good)} of the {len(good)}."
    return (
        f"Of the {len(bad)} cases that fall short it asked for a look at {_asked(bad)}, "
        f"of the {len(good)} others at {_asked(good)}."
    )


def _asked(rows: list[Row]) -> int:
    """How many the strategy itself did not call ok."""
    return sum(row.verdict != "ok" for row in rows)


def summary(evaluation: Evaluation) -> str:
    """Every metric as a row, every strategy as a column, with intervals; the best in bold."""
    header = ["metric", *(swatch(index, name) for index, name in enumerate(evaluation.strategies))]
    rows = [_metric(evaluation, metric) for metric in METRICS.values() if _measured(evaluation, metric.name)]
    lead = "Means over the cases; below each its 95&#8239;% bootstrap interval. Arrows say which way is better."
    return section("All metrics", lead, table(header, rows, "metrics"))


def _measured(evaluation: Evaluation, metric: str) -> bool:
    return any(metric in estimates for estimates in evaluation.estimates.values())


def _metric(evaluation: Evaluation, metric: Metric) -> list[str]:
    found = [evaluation.estimates[name].get(metric.name) for name in evaluation.strategies]
    known = [estimate.value for estimate in found if estimate is not None]
    best = number(metric.name, (max if metric.better == "higher" else min)(known))
    arrow = "↑" if metric.better == "higher" else "↓"
    meaning = f"<small>{text(metric.meaning)}</small>"
    cells = [f'<td>{text(metric.label)} <span class="arrow">{arrow}</span>{meaning}</td>']
    for estimate in found:
        leads = len(known) > 1 and estimate is not None and number(metric.name, estimate.value) == best
        cells.append(estimate_cell(metric.name, estimate, leads))
    return cells


def slices(evaluation: Evaluation) -> str:
    """Strict success by kind of case."""
    tables = "".join(_slicing(evaluation, slicing) for slicing in slice_results(evaluation))
    lead = "Strict success by kind of case, and the mean IoU in grey; hover for the interval. Small groups say little."
    return section("Where it works and where it doesn't", lead, f'<div class="slices">{tables}</div>')


def _slicing(evaluation: Evaluation, slicing: Slicing) -> str:
    header = [text(slicing.title), "cases", *(swatch(index, name) for index, name in enumerate(evaluation.strategies))]
    rows = []
    for group in slicing.groups:
        cells = [f"<td>{text(group.label)}</td><td class='count'>{group.cases}</td>"]
        for name in evaluation.strategies:
            success, iou = group.success[name], group.iou[name]
            if not success.count:
                cells.append(f'<td class="empty">{DASH}</td>')
                continue
            title = "" if math.isnan(success.low) else f"{percent(success.low)} to {percent(success.high)}"
            cells.append(
                f'<td class="heat" style="--share:{success.value * 100:.0f}%" title="{title}">{percent(success.value)}'
                f"<small>{number('iou', iou.value)}</small></td>"
            )
        rows.append(cells)
    return table(header, rows, "slice")


def comparison(found: Comparison) -> str:
    """What moved since the older evaluation, by metric and by case."""
    header = ["strategy", "metric", "before", "now", "change", "better", "worse", ""]
    rows = [_change(change) for change in found.changes if METRICS[change.metric].headline]
    lead = (
        f"Paired over {len(found.pairs)} results with 95&#8239;% bootstrap intervals; a change counts if its interval "
        "leaves out zero."
    )
    if found.only_old + found.only_new:
        lead += f" {found.only_old} old and {found.only_new} new results had no partner."
    moved = _moved(found, "better") + _moved(found, "worse")
    body = table(header, rows, "metrics changes") + f'<div class="slices">{moved}</div>'
    return section("Compared with the older evaluation", lead, body)


def _change(change: MetricChange) -> list[str]:
    low, high = (_signed(change.metric, value) for value in (change.difference.low, change.difference.high))
    interval = f'<span class="interval">{low} {DASH} {high}</span>'
    return [
        f"<td>{text(change.strategy)}</td>",
        f"<td>{text(METRICS[change.metric].label)}</td>",
        f"<td>{number(change.metric, change.old)}</td>",
        f"<td>{number(change.metric, change.new)}</td>",
        f"<td>{_signed(change.metric, change.difference.value)}{interval}</td>",
        f"<td>{change.better}</td>",
        f"<td>{change.worse}</td>",
        f'<td><strong class="{_GRADES[change.verdict]}">{_WORDS[change.verdict]}</strong></td>',
    ]


_WORDS = {"better": "better", "worse": "worse", "same": "no clear change"}
_GRADES = {"better": "good", "worse": "poor", "same": "plain"}


def _moved(found: Comparison, direction: Direction) -> str:
    """The cases whose shortfall changed most in one direction."""
    sign = 1 if direction == "better" else -1
    gains = [(sign * (shortfall(pair.old) - shortfall(pair.new)), pair) for pair in found.pairs]
    moved = sorted(((gain, pair) for gain, pair in gains if gain > SAME), key=lambda item: item[0], reverse=True)
    rows = [
        [
            f"<td>{text(pair.new.name)}</td><td>{text(pair.new.strategy)}</td>",
            *(f"<td>{number(m, pair.old.score(m))} → {number(m, pair.new.score(m))}</td>" for m in DECISIVE),
        ]
        for _, pair in moved[:LISTED]
    ]
    title = f"{len(moved)} got {direction}" + (f", the {LISTED} that moved most" if len(moved) > LISTED else "")
    return table([title, "strategy", *(text(METRICS[metric].label) for metric in DECISIVE)], rows, "slice")


def _signed(metric: str, value: float) -> str:
    return DASH if math.isnan(value) else f"{value:+.{METRICS[metric].digits}f}"


def failures(evaluation: Evaluation) -> str:
    """Cases that could not be scored, and why."""
    rows = [
        [f"<td>{text(failure.name)}</td><td>{text(failure.strategy or 'all')}</td><td>{text(failure.message)}</td>"]
        for failure in evaluation.failures
    ]
    lead = f"{len(rows)} results are missing from every number on this page."
    return section("Not scored", lead, table(["case", "strategy", "why"], rows, "plain"))
