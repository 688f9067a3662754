"""The page as a whole."""

from __future__ import annotations

from importlib.resources import files

from segmask.evaluation.compare import Comparison
from segmask.evaluation.datasets import Dataset
from segmask.evaluation.report import sections
from segmask.evaluation.report.charts import distributions
from segmask.evaluation.report.markup import section, swatch, text
from segmask.evaluation.report.worst import worst_cases
from segmask.evaluation.results import Evaluation
from segmask.evaluation.workspace import Workspace
from segmask.version import __version__


def draw_report(
    evaluation: Evaluation, dataset: Dataset, workspace: Workspace, comparison: Comparison | None = None
) -> str:
    """The report as HTML that needs nothing else, no network and no script."""
    spread = section(
        "Distributions",
        "How the values spread over the cases; the triangle is the mean, the dashed line what a success asks for. "
        "Heights are square roots of counts, so that single cases stay visible.",
        f'<div class="charts">{distributions(evaluation)}</div>',
    )
    body = [
        sections.verdicts(evaluation),
        sections.comparison(comparison) if comparison else "",
        sections.summary(evaluation),
        spread,
        sections.slices(evaluation),
        worst_cases(evaluation, dataset, workspace),
        sections.failures(evaluation) if evaluation.failures else "",
    ]
    style = files("segmask.evaluation.report").joinpath("style.css").read_text("utf-8")
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Masks on {text(dataset.root.name)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{style}</style></head>'
        f"<body><main>{_header(evaluation, dataset)}{''.join(body)}{_footer()}</main></body></html>\n"
    )


def _header(evaluation: Evaluation, dataset: Dataset) -> str:
    cases = len({row.name for row in evaluation.rows})
    names = " ".join(f"<span>{swatch(index, name)}</span>" for index, name in enumerate(evaluation.strategies))
    missing = f", {len(evaluation.failures)} results missing" if evaluation.failures else ""
    return (
        f"<header><p class='brand'>segmask evaluate</p><h1>How good are the masks on {text(dataset.root.name)}?</h1>"
        f"<p class='facts'>{cases} cases{missing} · {text(dataset.layout)} · {text(dataset.root)}</p>"
        f"<p class='legend'>{names}</p></header>"
    )


def _footer() -> str:
    return (
        f"<footer>segmask {text(__version__)} · results.json and results.csv beside this page hold every number · "
        "docs/metrics.md defines them</footer>"
    )
