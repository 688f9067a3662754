"""From a source to its tasks, and all that is checked before the first of them runs."""

from __future__ import annotations

import os
import posixpath
import unicodedata
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from segmask import io
from segmask.batch import places
from segmask.batch.effective import options_of
from segmask.batch.index import Digests, digest64
from segmask.batch.manifest import BadRow
from segmask.batch.task import Task
from segmask.core.errors import InputError, OptionError
from segmask.options import Options
from segmask.view.layers import check_suffix

TOLD = 10
"""Rows or names that a message lists; the rest is a count."""
MOST_FOLDERS = 4096
"""Folders' names that are kept, so that most are hashed once."""
OWN = ("journal", "report-files", "report.html", "results.csv", "results.parquet", "unmatched.txt")
"""Names in the output folder that are the batch's own."""


@dataclass(frozen=True)
class Source:
    """Where tasks come from."""

    name: str
    layout: str
    """``manifest``, ``two folders``, ``case folders``, ``one folder`` or ``patterns``."""
    tasks: Callable[[], Iterator[Task | BadRow]]
    """A fresh pass over them, in order."""
    folders: tuple[str, ...] = ()
    """Folders that were searched: no output may go into one."""
    unmatched: tuple[str, ...] = ()
    """Pictures that are in no pair."""
    others: tuple[str, ...] = ()
    """Files there that are no pictures."""


@dataclass(frozen=True)
class Plan:
    """A source that was found good."""

    source: Source
    output: str
    """The output folder or URL, settled."""
    count: int
    missing: tuple[str, ...] = ()
    """Local inputs that are not there, as far as they were looked for."""
    in_process: bool = False
    """Some files are seen by this process alone (``memory://``)."""

    def tasks(self) -> Iterator[Task]:
        """The tasks in order."""
        return (task for task in self.source.tasks() if isinstance(task, Task))


def make_plan(source: Source, output: str, options: Options, *, look: bool = False) -> Plan:
    """Check every task of a source against the options, the output folder and each other.

    Args:
        source: from ``segmask.batch.sources``.
        output: output folder or URL.
        options: the run's.
        look: also see whether local inputs are there.

    Raises InputError for rows that can't be used and for outputs that collide, OptionError for options that don't go
    together and for an output among the inputs, OutputError for a URL that can't be written to.
    """
    output = places.settled(output)
    places.check_writable(output)
    check_apart(output, source.folders)
    bad: list[BadRow] = []
    bad_count = count = 0
    made, read = _Names(), _Names()
    in_process = places.of_this_process(output)
    missing: list[str] = []
    for task in source.tasks():
        problem = task
        if isinstance(task, Task):
            message = problem_of(task, options)
            problem = None if message is None else BadRow(count + bad_count + 1, message)
        if isinstance(problem, BadRow):
            bad_count += 1
            bad += [problem] if len(bad) < TOLD else []
            continue
        assert isinstance(task, Task)
        count += 1
        for name in task.outputs:
            made.add(places.join(output, name))
        for _, name in task.inputs:
            read.add(name)
            in_process = in_process or places.of_this_process(name)
            if look and not places.is_url(name) and not Path(name).is_file():
                missing.append(name)
    if bad:
        lines = "; ".join(f"row {row.number}: {row.message}" for row in bad)
        more = f"; and {bad_count - len(bad)} more" if bad_count > len(bad) else ""
        raise InputError(f"{source.name}: {lines}{more}. Nothing was done; mend the rows or take them out")
    if not count:
        raise InputError(f"{source.name}: no pairs found ({source.layout}){_unmatched_note(source)}")
    _check_collisions(source, output, made.digests())
    _check_inputs_are_kept(source, output, made, read)
    return Plan(source, output, count, tuple(missing), in_process)


def shown(names: tuple[str, ...] | list[str]) -> str:
    """Some names, and how many more there are.

    >>> shown(("a", "b"))
    'a, b'
    """
    more = f" and {len(names) - TOLD} more" if len(names) > TOLD else ""
    return ", ".join(names[:TOLD]) + more


def problem_of(task: Task, options: Options) -> str | None:
    """What is wrong with a task, whatever its files hold; None if nothing is.

    >>> problem_of(Task("a.bmp", "a.jpg", ("b.jpg",)), Options())
    "a.bmp: a.bmp: unknown picture format '.bmp'; expected one of: .png, .jpg, .jpeg, .webp, .tif, .tiff"
    """
    try:
        effective, _ = options_of(options, task)
        io.output_format(Path(task.output))
        masks = dict(task.masks)
        if "mask_in" in masks and effective.feather is not None:
            raise OptionError("feather: a mask of your own has its edge already; leave one of the two out")
        if "parsing" in masks and effective.strategy == "diff":
            raise OptionError("parsing: strategy diff uses no parsing; leave it out, or choose hybrid or semantic")
        for name, side in task.sides:
            _check_side(name, side)
    except (OptionError, TypeError) as error:
        return f"{task.output}: {error}"
    if len(set(task.outputs)) < len(task.outputs):
        return f"{task.output}: two of its outputs have one name"
    first = task.output.split("/")[0]
    return f"output {task.output}: {first} is the batch's own; name it otherwise" if first in OWN else None


def _check_side(name: str, side: str) -> None:
    if name == "report":
        if not side.lower().endswith(".json"):
            raise OptionError(f"{side}: a report is written as JSON; expected a name that ends in .json")
    elif name == "layers":
        check_suffix(Path(side).suffix.lower())
    elif io.output_format(Path(side)) == "JPEG":
        raise OptionError(f"{side}: masks and previews are written without loss; expected .png, .webp or .tif")


class _Names:
    """Digests of names and of the folders that they are in, 16 bytes a name."""

    def __init__(self) -> None:
        self._names, self._folders = array("Q"), array("Q")
        self._seen: set[str] = set()

    def add(self, name: str) -> None:
        self._names.append(digest64(_plain(name)))
        folder = posixpath.dirname(name.replace(os.sep, "/"))
        if folder not in self._seen:
            if len(self._seen) >= MOST_FOLDERS:
                self._seen.clear()
            self._seen.add(folder)
            self._folders.append(digest64(_plain(folder)))

    def digests(self) -> Digests:
        """Of all names, in ascending order; sorted where they lie."""
        return _sorted(self._names)

    def folders(self) -> Digests:
        """Of the names' folders, in ascending order."""
        return _sorted(self._folders)


def _sorted(values: array[int]) -> Digests:
    view = np.frombuffer(values, np.uint64) if values else np.zeros(0, np.uint64)
    view.sort()
    return view


def _common(some: Digests, others: Digests) -> set[int]:
    """What two ascending arrays share."""
    if not len(some) or not len(others):
        return set()
    at = np.minimum(np.searchsorted(others, some), len(others) - 1)
    return set(map(int, some[others[at] == some]))


def _plain(name: str) -> str:
    """Names that differ in case or in the form of their accents only are one file on macOS and Windows."""
    return name.lower() if name.isascii() else unicodedata.normalize("NFC", name).casefold()


def _check_collisions(source: Source, output: str, made: Digests) -> None:
    twice = set(map(int, made[1:][made[1:] == made[:-1]]))
    if not twice:
        return
    found: dict[str, list[str]] = {}
    for task in source.tasks():
        assert isinstance(task, Task)  # bad rows were refused before
        for name in task.outputs:
            if digest64(_plain(places.join(output, name))) in twice and len(found) <= TOLD:
                found.setdefault(_plain(name), []).append(f"{task.original} -> {name}")
    lines = "; ".join(" and ".join(origins) for origins in list(found.values())[:TOLD])
    raise InputError(
        f"{source.name}: {len(twice)} outputs would be written by several rows: {lines}. Nothing was done; give each "
        "its own name in an output column, or rename the originals"
    )


def _check_inputs_are_kept(source: Source, output: str, made: _Names, read: _Names) -> None:
    """No output is an input, and none goes into a folder that holds inputs."""
    overwritten = _common(made.digests(), read.digests())
    shared = _common(made.folders(), read.folders())
    if not overwritten and not shared:
        return
    for task in source.tasks():
        assert isinstance(task, Task)
        for name in task.outputs:
            whole = places.join(output, name)
            if digest64(_plain(whole)) in overwritten:
                raise OptionError(f"{whole}: the output is also an input; inputs are never overwritten")
            folder = posixpath.dirname(whole.replace(os.sep, "/"))
            if digest64(_plain(folder)) in shared:
                raise OptionError(f"{whole}: {folder} holds inputs; name an output folder that holds none")


def check_apart(output: str, folders: tuple[str, ...]) -> None:
    """Raise OptionError for an output folder in a folder that is searched for inputs.

    >>> check_apart("/shop/out", ("/shop/in",))
    """
    for folder in folders:
        inner = _plain(output.replace(os.sep, "/")) + "/"
        if inner.startswith(_plain(folder.replace(os.sep, "/")) + "/"):
            raise OptionError(f"{output}: the output lies in the input folder {folder}; name one beside it")


def _unmatched_note(source: Source) -> str:
    return f"; without a partner: {shown(source.unmatched)}" if source.unmatched else ""
