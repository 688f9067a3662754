"""Parallel folders: ``original/NAME.*``, ``edited/NAME.*``, ``mask/NAME.*``; optional keep/, parsing/, face/ …

Without ``mask/`` it is a set of pairs.
"""

from __future__ import annotations

from pathlib import Path

from segmask.core.errors import InputError
from segmask.evaluation.datasets.case import PAIR_FILES, REQUIRED_FILES, Case, Problem, make_case
from segmask.evaluation.datasets.files import find_case_files, pictures


def recognise(root: Path) -> bool:
    """Are the pairs' two folders there?

    >>> for name in PAIR_FILES:
    ...     Path(name).mkdir()
    >>> recognise(Path())
    True
    """
    return all((root / name).is_dir() for name in PAIR_FILES)


def read(root: Path) -> tuple[list[Case], list[Problem]]:
    """A case for every name in any of the folders; one that lacks a file is a problem.

    >>> for name in REQUIRED_FILES:
    ...     Path(name).mkdir()
    ...     Path(name, "0001.png").touch()
    >>> cases, problems = read(Path())
    >>> [case.name for case in cases], problems
    (['0001'], [])
    """
    labelled = (root / "mask").is_dir()
    names = REQUIRED_FILES if labelled else PAIR_FILES
    stems = {path.stem for name in names for path in pictures(root / name)}
    cases: list[Case] = []
    problems: list[Problem] = []
    for stem in sorted(stems):
        try:
            files = find_case_files(lambda name, stem=stem: (root / name, stem), labelled=labelled)
            cases.append(make_case(stem, files))
        except InputError as error:
            problems.append(Problem(stem, f"case {stem}: {error}"))
    return cases, problems
