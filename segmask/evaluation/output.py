"""Writes an evaluation's files into the folder where its run kept masks and pictures."""

from __future__ import annotations

from pathlib import Path

from segmask.core.files import write_files
from segmask.evaluation.compare import Comparison
from segmask.evaluation.datasets import Dataset
from segmask.evaluation.report import draw_report
from segmask.evaluation.results import Evaluation
from segmask.evaluation.workspace import Workspace

REPORT = "report.html"


def write_evaluation(
    evaluation: Evaluation, dataset: Dataset, folder: Path, comparison: Comparison | None = None
) -> Path:
    """Write results.json, results.csv, report.html and, if there is one, comparison.csv into the run's folder.

    ``folder`` is the ``output`` of the run: the report's pictures come from there. Returns the report's path.
    Raises OutputError.

    >>> dataset = Dataset(Path("my-set"), "cases", ())
    >>> page = write_evaluation(Evaluation("my-set", ("mine",), ()), dataset, Path("report"))
    >>> sorted(path.name for path in page.parent.iterdir())
    ['report.html', 'results.csv', 'results.json']
    """
    workspace = Workspace.open(folder)
    contents = {
        "results.json": evaluation.to_json(),
        "results.csv": evaluation.to_csv(),
        REPORT: draw_report(evaluation, dataset, workspace, comparison),
    }
    if comparison is not None:
        contents["comparison.csv"] = comparison.to_csv()
    write_files({folder / name: content.encode() for name, content in contents.items()})
    return folder / REPORT
