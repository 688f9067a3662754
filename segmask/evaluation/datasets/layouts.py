"""Finds out which layout a path has, and reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from segmask.core.errors import InputError
from segmask.evaluation.datasets import folders, magicbrush, manifest, parallel, pixar, tryon
from segmask.evaluation.datasets.case import Case, Dataset, Problem

# Asked in this order: name, does the path look like it, reader.
LAYOUTS: tuple[tuple[str, Callable[[Path], bool], Callable[[Path], tuple[list[Case], list[Problem]]]], ...] = (
    ("manifest", manifest.recognise, manifest.read),
    ("MagicBrush", magicbrush.recognise, magicbrush.read),
    ("PIXAR", pixar.recognise, pixar.read),
    ("parallel folders", parallel.recognise, parallel.read),
    ("try-on set", tryon.recognise, tryon.read),
    ("folder per case", folders.recognise, folders.read),
)


def read_dataset(path: Path | str) -> Dataset:
    """The cases of a labelled set; the layout is recognised by what is there.

    Broken cases are listed, not raised. Raises InputError if the path does not exist, has no known layout or no case.

    >>> import numpy as np
    >>> from segmask.io import write_png
    >>> Path("my-set/0001").mkdir(parents=True)
    >>> for name in ("original", "edited", "mask"):
    ...     write_png(f"my-set/0001/{name}.png", np.full((64, 48), 255, np.uint8))
    >>> found = read_dataset("my-set")
    >>> found.layout, [case.name for case in found.cases], found.problems
    ('folder per case', ['0001'], ())
    """
    root = Path(path)
    if not root.exists():
        raise InputError(f"{root}: no such file or folder; expected a labelled set")
    for name, recognise, read in LAYOUTS:
        if recognise(root):
            cases, problems = read(root)
            return _dataset(root, name, cases, problems)
    raise InputError(
        f"{root}: not a set; expected folders with original.*, edited.* and mask.* (one a case), or folders "
        "original/, edited/ and mask/, or a manifest (.csv, .jsonl, .parquet); masks may be left out altogether"
    )


def _dataset(root: Path, layout: str, cases: list[Case], problems: list[Problem]) -> Dataset:
    counts = Counter(case.name for case in cases)
    twice = [Problem(name, f"case {name}: {count} cases have this name") for name, count in counts.items() if count > 1]
    unique = tuple(case for case in cases if counts[case.name] == 1)
    if not unique and not problems and not twice:
        raise InputError(f"{root}: the set ({layout}) has no case")
    return Dataset(root, layout, unique, (*problems, *twice))
