"""Labelled sets on disk. One module reads one layout, and all give the same ``Case``; docs/evaluate.md shows each."""

from segmask.evaluation.datasets.case import Case, Dataset, Example, Problem, load_example
from segmask.evaluation.datasets.layouts import read_dataset

__all__ = ["Case", "Dataset", "Example", "Problem", "load_example", "read_dataset"]
