"""What an evaluation found: a row for each case and strategy, the means with intervals, and the files of both."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from segmask.core.errors import InputError, SegmaskError
from segmask.core.files import read_text
from segmask.evaluation.metrics import METRICS
from segmask.evaluation.statistics import Estimate, mean_estimate, ratio_estimate
from segmask.evaluation.traits import Traits

if TYPE_CHECKING:
    import pandas

POOLED = {"worn_iou": ("worn_intersection_px", "worn_union_px")}
"""Metrics that are a ratio of sums over all cases, and what is summed."""
SHOWN_FIRST = ("shown", "ghost", "held", "step", "halved", "touched")
"""Metrics that come first where there is no truth."""
TABLE_WIDTH = 10_000
"""Characters that a line of the text table may have: it is not broken to fit a terminal."""


@dataclass(frozen=True)
class Row:
    """One strategy on one case."""

    name: str
    strategy: str
    scores: Mapping[str, float]
    """Every metric by name; NaN where the case lacks the labels for it."""
    traits: Traits
    target: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    verdict: str = ""
    """What the strategy itself said: ok, review, failed, or nothing."""
    seconds: float = math.nan

    def flat(self) -> dict[str, Any]:
        """The row as one level of plain values: name, strategy, metrics, then what is known of the case; None for NaN.

        results.json and results.csv hold rows in this form.
        """
        known = {"target": self.target, "verdict": self.verdict, "seconds": self.seconds, **vars(self.traits)}
        values = {"name": self.name, "strategy": self.strategy, **self.scores, **known}
        values |= {key: value for key, value in self.facts.items() if key not in values}
        return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in values.items()}

    def score(self, metric: str) -> float:
        """A metric's value, NaN where it is unknown."""
        return self.scores.get(metric, math.nan)


@dataclass(frozen=True)
class Failure:
    """A result that is missing: the case could not be read, or a strategy raised an error on it."""

    name: str
    message: str
    strategy: str = ""
    """Empty where the case itself could not be read: all strategies lack it then."""


@dataclass(frozen=True)
class Evaluation:
    """Strategies side by side on one set."""

    dataset: str
    strategies: tuple[str, ...]
    rows: tuple[Row, ...]
    """Case by case in the order of the set, within a case in that of the strategies."""
    failures: tuple[Failure, ...] = ()

    def rows_of(self, strategy: str) -> tuple[Row, ...]:
        """The rows of one strategy in the set's order."""
        return tuple(row for row in self.rows if row.strategy == strategy)

    @property
    def is_of_pairs(self) -> bool:
        """Does no case have a truth? Then what shows in the composites is all that is known."""
        return bool(self.rows) and all(math.isnan(row.score("iou")) for row in self.rows)

    @cached_property
    def estimates(self) -> dict[str, dict[str, Estimate]]:
        """Strategy -> metric -> mean over its cases with a 95 % interval, where any case has the labels for it."""
        return {strategy: estimate_all(self.rows_of(strategy)) for strategy in self.strategies}

    @property
    def summary(self) -> dict[str, dict[str, float]]:
        """Strategy -> metric -> mean, with the counts ``cases`` and ``failed``."""
        failed = {strategy: sum(f.strategy in ("", strategy) for f in self.failures) for strategy in self.strategies}
        return {
            strategy: {
                **{metric: estimate.value for metric, estimate in estimates.items()},
                "cases": len(self.rows_of(strategy)),
                "failed": failed[strategy],
            }
            for strategy, estimates in self.estimates.items()
        }

    def table(self) -> str:
        """The summary as text: a line a strategy, the headline metrics as columns."""
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        first = SHOWN_FIRST if self.is_of_pairs else ()
        shown = [
            metric
            for metric in METRICS.values()
            if (metric.headline or metric.name in POOLED or metric.name in first)
            and any(metric.name in estimates for estimates in self.estimates.values())
        ]
        table = Table("strategy", box=None, pad_edge=False, padding=(0, 1))
        for heading in ("cases", *(metric.label for metric in shown)):
            table.add_column(heading, justify="right", no_wrap=True)
        for strategy, estimates in self.estimates.items():
            cells = [
                f"{estimates[metric.name].value:.{metric.digits}f}" if metric.name in estimates else "-"
                for metric in shown
            ]
            table.add_row(Text(strategy), str(len(self.rows_of(strategy))), *cells)
        text = io.StringIO()
        Console(file=text, width=TABLE_WIDTH, color_system=None).print(table)
        return text.getvalue().rstrip("\n")

    def to_pandas(self) -> pandas.DataFrame:
        """The rows as a table. Raises SegmaskError without pandas."""
        try:
            import pandas as pd
        except ImportError as error:
            raise SegmaskError("to_pandas() needs pandas; run pip install 'segmask[evaluate]'") from error
        return pd.DataFrame([row.flat() for row in self.rows])

    def to_json(self) -> str:
        """The content of results.json."""
        intervals = {
            strategy: {metric: [_plain(estimate.low), _plain(estimate.high)] for metric, estimate in estimates.items()}
            for strategy, estimates in self.estimates.items()
        }
        content = {
            "dataset": self.dataset,
            "summary": {s: {m: _plain(v) for m, v in values.items()} for s, values in self.summary.items()},
            "intervals": intervals,
            "cases": [row.flat() for row in self.rows],
            "failures": [vars(failure) for failure in self.failures],
        }
        return json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def to_csv(self) -> str:
        """The content of results.csv: the same rows."""
        flat = [row.flat() for row in self.rows]
        columns = list(dict.fromkeys(key for row in flat for key in row)) or ["name", "strategy"]
        buffer = io.StringIO()
        writer = csv.DictWriter(buffer, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(flat)
        return buffer.getvalue()


def estimate_all(rows: tuple[Row, ...]) -> dict[str, Estimate]:
    """Every metric's mean over the rows; a metric that is NaN in all rows is left out.

    >>> from segmask.evaluation.traits import Traits
    >>> traits = Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4)
    >>> rows = tuple(Row(name, "mine", {"iou": iou}, traits) for name, iou in (("a", 0.8), ("b", 0.9)))
    >>> {metric: round(estimate.value, 3) for metric, estimate in estimate_all(rows).items()}
    {'iou': 0.85}
    """
    estimates = {}
    for metric in METRICS:
        if metric in POOLED:
            above, below = ([row.scores[key] for row in rows if metric in row.scores] for key in POOLED[metric])
            estimate = ratio_estimate(above, below)
        else:
            estimate = mean_estimate([row.score(metric) for row in rows])
        if estimate.count:
            estimates[metric] = estimate
    return estimates


def read_results(path: Path | str) -> Evaluation:
    """An evaluation from its results.json, or from the folder that holds it. Raises InputError.

    >>> row = Row("0001", "mine", {"iou": 0.9}, Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4))
    >>> written = Path("results.json").write_text(Evaluation("my-set", ("mine",), (row,)).to_json())
    >>> read_results("results.json").summary
    {'mine': {'iou': 0.9, 'cases': 1, 'failed': 0}}
    """
    path = Path(path)
    path = path / "results.json" if path.is_dir() else path
    try:
        content = json.loads(read_text(path))
        rows = tuple(read_row(values) for values in content["cases"])
        strategies = tuple(content["summary"])
        failures = tuple(Failure(**failure) for failure in content.get("failures", ()))
    except OSError as error:
        raise InputError(
            f"{path}: can't be read ({error.strerror}); expected the results.json of an evaluation"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InputError(f"{path}: not the results.json of an evaluation ({type(error).__name__}: {error})") from error
    return Evaluation(str(content.get("dataset", "")), strategies, rows, failures)


def read_row(values: dict[str, Any]) -> Row:
    """A row from the plain values that ``Row.flat`` gives.

    >>> from segmask.evaluation.traits import Traits
    >>> traits = Traits(640, 480, drift=2.5, change_share=0.2, person_share=0.4)
    >>> row = Row("a", "mine", {"iou": 0.8}, traits, target="upper", facts={"studio": "north"}, seconds=0.5)
    >>> read_row(row.flat()) == row
    True
    """
    measured = {*METRICS, *(key for keys in POOLED.values() for key in keys)}
    scores = {key: _number(values[key]) for key in values if key in measured}
    named = {"name", "strategy", "target", "verdict", "seconds", *measured, *Traits.__dataclass_fields__}
    return Row(
        values["name"],
        values["strategy"],
        scores,
        Traits(
            width=int(values.get("width") or 0),
            height=int(values.get("height") or 0),
            drift=_number(values.get("drift")),
            change_share=_number(values.get("change_share")),
            person_share=_number(values.get("person_share")),
        ),
        values.get("target") or "",
        {key: str(value) for key, value in values.items() if key not in named and value is not None},
        values.get("verdict") or "",
        _number(values.get("seconds")),
    )


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _plain(value: float) -> float | None:
    """The value for JSON, which has no NaN: None instead."""
    return None if math.isnan(value) else value
