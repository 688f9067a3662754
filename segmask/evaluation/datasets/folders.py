"""One folder a case: ``original.*``, ``edited.*``, ``mask.*``; without any mask in the set, pairs.

Optional: ``keep.*``, ``parsing.*``, ``edited_parsing.*``, ``face.*`` and ``case.json``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from segmask.core.errors import InputError
from segmask.evaluation.datasets.case import FILES, Case, Problem, make_case
from segmask.evaluation.datasets.files import find_case_files, pictures, plain_facts, read_json, read_target

CASE_FILE = "case.json"


def recognise(root: Path) -> bool:
    """Does a folder hold case folders?

    >>> Path("0001").mkdir()
    >>> recognise(Path())
    False
    >>> Path("0001/original.jpg").touch()
    >>> recognise(Path())
    True
    """
    return root.is_dir() and any(_is_case(folder) for folder in root.iterdir())


def read(root: Path) -> tuple[list[Case], list[Problem]]:
    """The case folders in order of name; folders without any of a case's files are none.

    >>> Path("0001").mkdir()
    >>> for name in ("original", "edited", "mask"):
    ...     Path(f"0001/{name}.png").touch()
    >>> cases, problems = read(Path())
    >>> [case.name for case in cases], problems
    (['0001'], [])
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    found = [folder for folder in sorted(root.iterdir()) if _is_case(folder)]
    labelled = any(path.stem == "mask" for folder in found for path in pictures(folder))
    for folder in found:
        try:
            cases.append(_case(folder, labelled=labelled))
        except InputError as error:
            problems.append(Problem(folder.name, f"case {folder.name}: {error}"))
    return cases, problems


def _is_case(folder: Path) -> bool:
    return folder.is_dir() and any(path.stem in FILES for path in folder.iterdir() if path.is_file())


def _case(folder: Path, *, labelled: bool) -> Case:
    files = find_case_files(lambda name: (folder, name), labelled=labelled)
    target, facts = _read_case_file(folder / CASE_FILE)
    return make_case(folder.name, files, target=target, facts=facts)


def _read_case_file(path: Path) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """Target and facts from case.json: its plain values, and a fact for each name under ``scene`` and ``faults``."""
    if not path.is_file():
        return None, ()
    content = read_json(path)
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected a JSON object, got {type(content).__name__}")
    facts = plain_facts(content, ("name", "target", "source", "generator", "seed", "version"))
    listed = [(f"scene: {name}", "yes") for name in _names(content.get("scene", ()), path, "scene")]
    listed += [(f"fault: {name}", "yes") for name in _names(content.get("faults", ()), path, "faults")]
    return read_target(content.get("targets") or content.get("target"), str(path)), (*facts, *listed)


def _names(listed: Any, path: Path, key: str) -> list[str]:
    """The names in a list of names or of objects with the name under ``fault``."""
    if not isinstance(listed, (list, tuple)):
        raise InputError(f"{path}: expected {key} to be a list, got {type(listed).__name__}")
    return [str(item.get("fault", "?")) if isinstance(item, dict) else str(item) for item in listed]
