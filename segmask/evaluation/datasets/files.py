"""Finding a case's pictures by name, whatever their format."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from segmask.core.errors import InputError, OptionError
from segmask.core.files import read_text
from segmask.core.labels import resolve_target
from segmask.evaluation.datasets.case import OPTIONAL_FILES, PAIR_FILES, REQUIRED_FILES
from segmask.io import FORMATS


def find_picture(folder: Path, stem: str) -> Path | None:
    """The one picture ``stem.*`` of a folder, or None. Raises InputError if there are several.

    >>> Path("mask.png").touch()
    >>> find_picture(Path(), "mask").name, find_picture(Path(), "keep")
    ('mask.png', None)
    """
    if not folder.is_dir():
        return None
    found = [path for path in (folder / f"{stem}{suffix}" for suffix in FORMATS) if path.is_file()]
    if len(found) > 1:
        raise InputError(f"{folder}: {' and '.join(path.name for path in found)}; expected one {stem}.*")
    return found[0] if found else None


def require_picture(folder: Path, stem: str) -> Path:
    """The picture ``stem.*`` of a folder. Raises InputError if there is none.

    >>> require_picture(Path("0001"), "mask")
    Traceback (most recent call last):
    segmask.core.errors.InputError: 0001/mask.*: no such picture (.png, .jpg, .jpeg, .webp, .tif, .tiff)
    """
    path = find_picture(folder, stem)
    if path is None:
        raise InputError(f"{folder / stem}.*: no such picture ({', '.join(FORMATS)})")
    return path


def find_case_files(place: Callable[[str], tuple[Path, str]], *, labelled: bool = True) -> dict[str, Path]:
    """A case's files by name; ``place`` gives folder and stem of each. Raises InputError if one is missing.

    The cases of a set that is not ``labelled`` need no mask.

    >>> for name in (*REQUIRED_FILES, "face"):
    ...     Path(f"{name}.png").touch()
    >>> list(find_case_files(lambda name: (Path(), name)))
    ['original', 'edited', 'mask', 'face']
    """
    files = {name: require_picture(*place(name)) for name in (REQUIRED_FILES if labelled else PAIR_FILES)}
    for name in OPTIONAL_FILES:
        path = find_picture(*place(name))
        if path is not None:
            files[name] = path
    return files


def pictures(folder: Path) -> list[Path]:
    """The pictures of a folder in order of name.

    >>> for name in ("b.png", "a.jpg", "notes.txt"):
    ...     Path(name).touch()
    >>> [path.name for path in pictures(Path())]
    ['a.jpg', 'b.png']
    """
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in FORMATS and path.is_file())


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises InputError if it isn't one.

    >>> _ = Path("case.json").write_text('{"target": "upper"}')
    >>> read_json(Path("case.json"))
    {'target': 'upper'}
    """
    try:
        return json.loads(read_text(path))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path}: can't be read as JSON ({error})") from error


def read_target(value: Any, source: str) -> str | None:
    """A target from text or a list, checked, as names joined by commas; None for an empty one.

    >>> read_target(["Upper", "lower"], "case.json"), read_target("", "case.json")
    ('upper,lower', None)
    """
    if value is None or value == "" or value == []:
        return None
    names = value.split(",") if isinstance(value, str) else [str(name) for name in value]
    try:
        resolve_target(names)
    except OptionError as error:
        raise InputError(f"{source}: {error}") from error
    return ",".join(name.strip().lower() for name in names)


def plain_facts(values: Mapping[str, Any], known: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """The plain values of a mapping (text, numbers, yes or no) as (name, text), without the ``known`` names.

    >>> plain_facts({"name": "0001", "studio": "north", "indoors": True, "sizes": [1, 2]}, known=("name",))
    (('studio', 'north'), ('indoors', 'yes'))
    """
    return tuple(
        (name, ("yes" if value else "no") if isinstance(value, bool) else str(value))
        for name, value in values.items()
        if name not in known and isinstance(value, (str, int, float, bool)) and value != ""
    )
