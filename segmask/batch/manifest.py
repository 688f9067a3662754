"""Manifests: a row a task, its columns the pictures, the outputs, and any option."""

from __future__ import annotations

import difflib
import json
import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from segmask.batch import places
from segmask.batch.table_in import Record, records
from segmask.batch.task import MASKS, SIDES, Pairs, Task
from segmask.core.errors import InputError, OptionError
from segmask.options import Options

REQUIRED = ("original", "edited")
OF_THE_RUN = ("device", "threads")
"""Options that belong to the workers, not to a row."""
KINDS: dict[str, Any] = {"threshold": float, "min_area": float, "feather": float}
"""What an option's text in a manifest is turned into; text without an entry."""
OPTIONS = tuple(entry.name for entry in fields(Options) if entry.name not in OF_THE_RUN)
COLUMNS = (*REQUIRED, "output", *MASKS, *SIDES, *OPTIONS)
NEAR = 0.8
"""How like a known column another one is taken for its misspelling (``difflib`` ratio)."""
FILE_OPTIONS = (".onnx", ".tflite", ".task", ".json")
"""Endings of options that name a file: relative to the manifest, as pictures are."""
FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True)
class BadRow:
    """A row that no task can be made of."""

    number: int
    """From 1; the header does not count."""
    message: str


def read(place: str, *, suffix: str = ".png", each: bool = False) -> Iterator[Task | BadRow]:
    """The tasks of a manifest, one after the other.

    Paths are relative to the manifest's folder, outputs to the output folder. Without an ``output`` column a result is
    called after its original. Several edits of a row are a JSON list; ``each`` makes a task of each of them.

    >>> places.write({"set.csv": b"original,edited,target\\nin/a.jpg,in/a2.png,upper\\n"})
    >>> task = next(read("set.csv"))
    >>> task.output, task.options
    ('in/a.png', (('target', 'upper'),))
    """
    checked: set[str] = set()
    for number, row in records(place):
        if isinstance(row, str):
            yield BadRow(number, row)
            continue
        try:
            check_columns(row, checked)
            task = _task(place, row, suffix)
            yield from per_edit(task) if each else (task,)
        except InputError as error:
            yield BadRow(number, str(error))


def check_columns(row: Mapping[str, Any], checked: set[str]) -> None:
    """Raise OptionError for a column that is a known one misspelt or belongs to the run; others are facts.

    >>> check_columns({"tarket": "upper"}, set())
    Traceback (most recent call last):
    segmask.core.errors.OptionError: column 'tarket': did you mean 'target'?
    """
    for name in row.keys() - checked:
        if name in OF_THE_RUN:
            raise OptionError(f"column {name!r}: belongs to the run, not to a row; give --{name} instead")
        near = difflib.get_close_matches(str(name), COLUMNS, 1, NEAR)
        if name not in COLUMNS and near:
            raise OptionError(f"column {name!r}: did you mean {near[0]!r}?")
        checked.add(name)


def per_edit(task: Task) -> Iterator[Task]:
    """A task for each edit: with several, each output is called after its edit.

    >>> [one.output for one in per_edit(Task("sub/a.png", "a.jpg", ("e/a_1.png", "e/a_2.png")))]
    ['sub/a_1.png', 'sub/a_2.png']
    """
    if len(task.edited) == 1:
        yield task
        return
    stem, suffix = posixpath.splitext(task.output)
    folder = posixpath.dirname(task.output)
    for edit in task.edited:
        own = posixpath.join(folder, stem_of(edit))
        sides = tuple((name, own + side.removeprefix(stem)) for name, side in task.sides)
        yield Task(own + suffix, task.original, (edit,), task.masks, sides, task.options, task.facts)


def stem_of(place: str) -> str:
    """A file's name without folders and ending.

    >>> stem_of("s3://shop/in/a.b.png"), stem_of("zip://in/a.png::shop.zip")
    ('a.b', 'a')
    """
    inner = place.partition("::")[0] if places.is_url(place) else place.replace(os.sep, "/")
    return posixpath.splitext(posixpath.basename(inner))[0]


def _task(place: str, row: Record, suffix: str) -> Task:
    missing = [column for column in REQUIRED if not row.get(column)]
    if missing:
        raise InputError(f"no value for {', '.join(missing)}; expected columns {', '.join(REQUIRED)}, output")
    given = {name: value for name, value in row.items() if value not in (None, "")}
    original = _text(given, "original")
    output = _output_name(given["output"]) if "output" in given else _derived(original, suffix)
    edits = _edits(given["edited"])
    return Task(
        output,
        places.beside(place, original),
        tuple(places.beside(place, edit) for edit in edits),
        tuple((name, places.beside(place, _text(given, name))) for name in MASKS if name in given),
        tuple((name, _output_name(given[name])) for name in SIDES if name in given),
        _options(place, given),
        tuple((name, value) for name, value in sorted(given.items()) if name not in COLUMNS),
    )


def _text(row: Record, column: str) -> str:
    value = row[column]
    if not isinstance(value, str):
        raise InputError(f"{column}: expected a path or URL; got {value!r}")
    return value


def _edits(value: Any) -> list[str]:
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return [value]  # a file's name may begin so
    edits = value if isinstance(value, list) else [value]
    if not edits or not all(isinstance(edit, str) and edit for edit in edits):
        raise InputError(f"edited: expected a path, a URL or a list of them; got {value!r}")
    return edits


def _output_name(value: Any) -> str:
    """A name under the output folder. InputError for one that leads out of it."""
    name = str(value).replace(os.sep, "/")
    parts = posixpath.normpath(name).split("/")
    if places.is_url(name) or posixpath.isabs(name) or parts[0] in ("..", ".", ""):
        raise InputError(f"output {value!r}: expected a name under the output folder, such as sub/photo.png")
    return "/".join(parts)


def _derived(original: str, suffix: str) -> str:
    """The output's name where no column gives one: the original's path if it is a relative one, else its name."""
    parts = posixpath.normpath(original.replace(os.sep, "/")).split("/")
    if places.is_absolute(original) or parts[0] == "..":
        return stem_of(original) + suffix
    return "/".join([*parts[:-1], stem_of(original) + suffix])


def _options(place: str, row: Record) -> Pairs:
    found = []
    for name in OPTIONS:
        if name not in row:
            continue
        value = row[name]
        if isinstance(value, str) and name in KINDS:
            value = _number(name, value)
        elif name == "tone_match" and not isinstance(value, bool):
            value = _flag(name, value)
        elif isinstance(value, str) and value.lower().endswith(FILE_OPTIONS) and not places.is_url(value):
            value = places.beside(place, value)
        elif isinstance(value, list):
            value = ",".join(map(str, value))
        found.append((name, value))
    return tuple(sorted(found))


def _number(name: str, value: str) -> float:
    try:
        return KINDS[name](value)
    except ValueError as error:
        raise InputError(f"{name}: expected a number; got {value!r}") from error


def _flag(name: str, value: Any) -> bool:
    if str(value).lower() not in FLAGS:
        raise InputError(f"{name}: expected true or false; got {value!r}")
    return FLAGS[str(value).lower()]
