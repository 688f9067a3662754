"""One folder a case: ``original.*``, ``edited.*``, ``mask.*``.

Optional: ``keep.*``, ``parsing.*``, ``edited_parsing.*``, ``face.*`` and ``case.json``.
"""

from __future__ import annotations

from pathlib import Path

from segmask.errors import InputError
from segmask.evaluation.datasets.case import FILES, Case, Problem, make_case
from segmask.evaluation.datasets.files import find_case_files, plain_facts, read_json, read_target

CASE_FILE = "case.json"


def recognise(root: Path) -> bool:
    """Does a folder hold case folders?"""
    return root.is_dir() and any(_is_case(folder) for folder in root.iterdir())


def read(root: Path) -> tuple[list[Case], list[Problem]]:
    """The case folders in order of name; folders without any of a case's files are none."""
    cases: list[Case] = []
    problems: list[Problem] = []
    for folder in sorted(root.iterdir()):
        if not _is_case(folder):
            continue
        try:
            cases.append(_case(folder))
        except InputError as error:
            problems.append(Problem(folder.name, f"case {folder.name}: {error}"))
    return cases, problems


def _is_case(folder: Path) -> bool:
    return folder.is_dir() and any(path.stem in FILES for path in folder.iterdir() if path.is_file())


def _case(folder: Path) -> Case:
    files = find_case_files(lambda name: (folder, name))
    target, facts = _said(folder / CASE_FILE)
    return make_case(folder.name, files, target=target, facts=facts)


def _said(path: Path) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """Target and facts that the case file gives: its plain values, and for each fault that it was there."""
    if not path.is_file():
        return None, ()
    said = read_json(path)
    if not isinstance(said, dict):
        raise InputError(f"{path}: expected a JSON object, got {type(said).__name__}")
    faults = said.get("faults", ())
    if not isinstance(faults, (dict, list)) and faults:
        raise InputError(f"{path}: expected faults to be an object or a list")
    names = [fault["name"] if isinstance(fault, dict) and "name" in fault else str(fault) for fault in faults]
    facts = plain_facts(said, ("name", "target", "faults", "seed", "version"))
    return read_target(said.get("target"), str(path)), (*facts, *((f"fault {name}", "yes") for name in names))
