"""Labelled sets on disk: one file a layout, all of them giving the same cases. Examples are in docs/evaluate.md."""

from segmask.evaluation.datasets.case import Case, Dataset, Example, Problem, load_example
from segmask.evaluation.datasets.layouts import read_dataset

__all__ = ["Case", "Dataset", "Example", "Problem", "load_example", "read_dataset"]
