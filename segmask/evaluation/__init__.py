"""Measuring masks on labelled sets."""

from segmask.evaluation.datasets import Case, Dataset, Example, read_dataset
from segmask.evaluation.results import Evaluation, Failure, Row, read_results
from segmask.evaluation.runner import evaluate
from segmask.evaluation.strategies import FunctionStrategy, MaskerStrategy, Outcome, StoredMasks, Strategy

__all__ = [
    "Case",
    "Dataset",
    "Evaluation",
    "Example",
    "Failure",
    "FunctionStrategy",
    "MaskerStrategy",
    "Outcome",
    "Row",
    "StoredMasks",
    "Strategy",
    "evaluate",
    "read_dataset",
    "read_results",
]
