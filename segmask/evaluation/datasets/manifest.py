"""A manifest: CSV, JSON lines or Parquet, one row a case, paths relative to the manifest's folder."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from segmask.core.errors import InputError
from segmask.core.files import read_text
from segmask.evaluation.datasets.case import FILES, PAIR_FILES, REQUIRED_FILES, Case, Problem, make_case
from segmask.evaluation.datasets.files import plain_facts, read_target

SUFFIXES = (".csv", ".jsonl", ".parquet")


def recognise(root: Path) -> bool:
    """Is it a file of one of the three kinds?

    >>> Path("set.csv").touch()
    >>> recognise(Path("set.csv")), recognise(Path("set.txt"))
    (True, False)
    """
    return root.is_file() and root.suffix.lower() in SUFFIXES


def read(path: Path) -> tuple[list[Case], list[Problem]]:
    """A case a row: columns original, edited, mask; optional name, keep, parsing, edited_parsing, face, target.

    Without a name the case is called after its row (``row 1`` is the first). Other columns become facts. Where no row
    has a mask, it is a set of pairs.

    >>> for name in REQUIRED_FILES:
    ...     Path(f"{name}.png").touch()
    >>> _ = Path("set.csv").write_text("original,edited,mask,studio\\noriginal.png,edited.png,mask.png,north\\n")
    >>> cases, problems = read(Path("set.csv"))
    >>> cases[0].name, cases[0].facts
    ('row 1', (('studio', 'north'),))
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    rows = list(_rows(path))
    needed = REQUIRED_FILES if any(isinstance(row, Mapping) and row.get("mask") for row in rows) else PAIR_FILES
    for number, row in enumerate(rows, start=1):
        name = str(row.get("name") or f"row {number}") if isinstance(row, Mapping) else f"row {number}"
        try:
            cases.append(_case(path, number, name, row, needed))
        except InputError as error:
            problems.append(Problem(name, f"case {name}: {error}"))
    return cases, problems


def _case(path: Path, number: int, name: str, row: Any, needed: tuple[str, ...]) -> Case:
    where = f"{path}, row {number}"
    if not isinstance(row, Mapping):
        raise InputError(f"{where}: {row}")
    missing = [column for column in needed if not row.get(column)]
    if missing:
        raise InputError(f"{where}: no value for {', '.join(missing)}; expected columns {', '.join(needed)}")
    files = {column: _path(path, row[column], where) for column in FILES if row.get(column)}
    facts = plain_facts(row, ("name", "target", *FILES))
    return make_case(name, files, target=read_target(row.get("target"), where), facts=facts)


def _path(manifest: Path, value: Any, where: str) -> Path:
    path = manifest.parent / str(value)
    if not path.is_file():
        raise InputError(f"{where}: {path}: no such file")
    return path


def _rows(path: Path) -> Iterator[Any]:
    """Rows as mappings; a line that can't be read comes as the text of what is wrong with it."""
    if path.suffix.lower() == ".parquet":
        yield from _parquet(path)
        return
    try:
        text = read_text(path, "utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: can't be read as UTF-8 text ({error})") from error
    if path.suffix.lower() == ".csv":
        try:
            yield from csv.DictReader(text.splitlines())
        except csv.Error as error:
            raise InputError(f"{path}: can't be read as CSV ({error})") from error
        return
    for line in text.splitlines():
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                row = f"not a JSON object ({error})"
            yield row if isinstance(row, (dict, str)) else f"expected a JSON object, got {type(row).__name__}"


def _parquet(path: Path) -> list[dict[str, Any]]:
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise InputError(
            f"{path}: reading Parquet needs pyarrow; run pip install 'segmask[evaluate]', or use .csv or .jsonl"
        ) from error
    try:
        return pyarrow.parquet.read_table(path).to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{path}: can't be read as Parquet ({error})") from error
