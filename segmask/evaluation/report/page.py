"""The page as a whole: what the sections say, laid out by the templates; every text from outside is escaped there."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from segmask.evaluation.compare import Comparison
from segmask.evaluation.datasets import Dataset
from segmask.evaluation.metrics import METRICS
from segmask.evaluation.report import charts, formats, sections
from segmask.evaluation.report.worst import worst_cases
from segmask.evaluation.results import Evaluation
from segmask.evaluation.slices import slice_results
from segmask.evaluation.workspace import Workspace
from segmask.version import __version__


def draw_report(
    evaluation: Evaluation, dataset: Dataset, workspace: Workspace, comparison: Comparison | None = None
) -> str:
    """The report as HTML that needs nothing else, no network and no script.

    >>> from pathlib import Path
    >>> workspace, dataset = Workspace.open(Path("report")), Dataset(Path("my-set"), "cases", ())
    >>> draw_report(Evaluation("my-set", ("mine",), ()), dataset, workspace)[:15]
    '<!doctype html>'
    """
    page = _environment().get_template("page.html")
    return page.render(
        dataset=dataset,
        strategies=evaluation.strategies,
        cases=len({row.name for row in evaluation.rows}),
        failures=evaluation.failures,
        cards=sections.cards(evaluation),
        comparison=comparison,
        changes=sections.headline_changes(comparison) if comparison else (),
        moved=[sections.moved(comparison, "better"), sections.moved(comparison, "worse")] if comparison else (),
        metric_rows=sections.metric_rows(evaluation),
        charts=charts.charts(evaluation),
        slicings=slice_results(evaluation),
        labelled=not evaluation.is_of_pairs,
        worst=worst_cases(evaluation, dataset, workspace),
        version=__version__,
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("segmask.evaluation.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "colour": formats.colour_of,
        "grade": formats.grade_of,
        "percent": formats.percent,
        "number": formats.number,
        "signed": formats.signed,
        "px": formats.pixels,
    }
    environment.globals |= {
        "DASH": formats.DASH,
        "METRICS": METRICS,
        "DECISIVE": sections.DECISIVE,
        "LISTED": sections.LISTED,
        "CHART": charts,
    }
    return environment
