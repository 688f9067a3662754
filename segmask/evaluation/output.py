"""Writes an evaluation's files into the folder where its run kept masks and pictures."""

from __future__ import annotations

from pathlib import Path

from segmask.core.files import check_no_inputs, write_files
from segmask.evaluation.compare import Comparison
from segmask.evaluation.datasets import Dataset
from segmask.evaluation.report import draw_report
from segmask.evaluation.results import Evaluation
from segmask.evaluation.workspace import JOURNAL, Workspace

RESULTS, TABLE, REPORT, COMPARISON = "results.json", "results.csv", "report.html", "comparison.csv"


def check_folder(folder: Path, *inputs: Path | None) -> None:
    """Raise OptionError if one of the run's files would take the place of an input.

    >>> check_folder(Path("new"), Path("set.csv"))
    """
    outputs = [folder / name for name in (RESULTS, TABLE, REPORT, COMPARISON, JOURNAL)]
    check_no_inputs(outputs, [path for path in inputs if path is not None])


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
        RESULTS: evaluation.to_json(),
        TABLE: evaluation.to_csv(),
        REPORT: draw_report(evaluation, dataset, workspace, comparison),
    }
    if comparison is not None:
        contents[COMPARISON] = comparison.to_csv()
    write_files({folder / name: content.encode() for name, content in contents.items()})
    return folder / REPORT
