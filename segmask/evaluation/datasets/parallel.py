"""Parallel folders: ``original/NAME.*``, ``edited/NAME.*``, ``mask/NAME.*``; optional keep/, parsing/, face/ …"""

from __future__ import annotations

from pathlib import Path

from segmask.core.errors import InputError
from segmask.evaluation.datasets.case import REQUIRED_FILES, Case, Problem, make_case
from segmask.evaluation.datasets.files import find_case_files, pictures


def recognise(root: Path) -> bool:
    """Are the three folders there?

    >>> for name in REQUIRED_FILES:
    ...     Path(name).mkdir()
    >>> recognise(Path())
    True
    """
    return all((root / name).is_dir() for name in REQUIRED_FILES)


def read(root: Path) -> tuple[list[Case], list[Problem]]:
    """A case for every name in any of the three folders; one that lacks a file is a problem.

    >>> for name in REQUIRED_FILES:
    ...     Path(name).mkdir()
    ...     Path(name, "0001.png").touch()
    >>> cases, problems = read(Path())
    >>> [case.name for case in cases], problems
    (['0001'], [])
    """
    stems = {path.stem for name in REQUIRED_FILES for path in pictures(root / name)}
    cases: list[Case] = []
    problems: list[Problem] = []
    for stem in sorted(stems):
        try:
            cases.append(make_case(stem, find_case_files(lambda name, stem=stem: (root / name, stem))))
        except InputError as error:
            problems.append(Problem(stem, f"case {stem}: {error}"))
    return cases, problems
