"""What a worker does with one task: read, compare with the journal, apply, write, and say so in a row."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import segmask
from segmask.batch import places
from segmask.batch.effective import options_digest, options_of
from segmask.batch.models import model_hashes
from segmask.batch.schedule import Loss
from segmask.batch.task import Task
from segmask.batch.thumbnail import draw_thumbnail, thumbnail_name
from segmask.core.errors import (
    InputError,
    MissingLibraryError,
    ModelError,
    OptionError,
    OutputError,
    SegmaskError,
)
from segmask.core.fingerprint import package_digest
from segmask.io import Contents
from segmask.masker import Masker
from segmask.options import Options
from segmask.report import FAILED, OK, REVIEW
from segmask.result import Result
from segmask.version import __version__

Row = dict[str, Any]

QUARANTINED = "quarantined"
"""Verdict of a picture that killed its worker twice."""
VERDICTS = (OK, REVIEW, FAILED, QUARANTINED)
ERRORS = ("input", "option", "model", "library", "output", "memory", "timeout", "killed", "unexpected")
"""What ``error.code`` of a row can be; docs/batch.md describes them."""
OUT_OF_MEMORY = ("insufficient memory", "failed to allocate", "unable to allocate", "more memory than there is")
"""What libraries say in errors that are no ``MemoryError``."""


@dataclass(frozen=True)
class Setup:
    """What all tasks of a run have in common."""

    output: str
    """The output folder or URL."""
    options: Options
    threads: int | None = None
    """Of each network; None leaves it to the library."""
    thumbnails: bool = True
    verify: bool = False
    """Compare contents even where size and time of change are the same."""
    mark: bool = False
    """Say in each composite's XMP that a part of it was generated."""
    compression: int | None = None
    """Effort for each composite's PNG, 0 to 9."""


class Store(Protocol):
    """Where a job's files are: ``segmask.batch.places``, or a dictionary of somebody's."""

    def read(self, place: str) -> bytes:
        """A file's contents. Raises InputError."""
        ...

    def stamp(self, place: str) -> str | None:
        """Text that changes when a file does; None for no file."""
        ...

    def write(self, contents: Mapping[str, bytes]) -> None:
        """Write files. Raises OutputError."""
        ...


@dataclass(frozen=True)
class Done:
    """What became of a task."""

    row: Row
    kept: bool
    """Nothing was to be done: the row is the journal's own."""


class PictureJob:
    """Runs tasks one after the other with the models loaded once.

    Raises ModelError, OptionError or MissingLibraryError where the run's own models can't be loaded.
    """

    def __init__(self, setup: Setup, store: Store = places) -> None:
        self.setup, self.store = setup, store
        self._maskers: dict[Options, Masker] = {}
        self._hashes: dict[Options, dict[str, str]] = {}
        self._models_of(_threaded(setup.options, setup.threads))

    def __call__(self, work: tuple[Task, Row | None], note: Callable[[Row], None] = lambda _: None) -> Done:
        """A task, and what the journal has of it, to its row; whatever is wrong with it is in the row.

        ``note`` is told what is known of the row before the work begins: this worker may not live to write it.
        """
        task, earlier = work
        began = time.perf_counter()
        row: Row = {"output": task.output, "original": task.original, "edited": list(task.edited)}
        row |= {"facts": dict(task.facts), "verdict": FAILED, "confidence": None, "reasons": [], "error": None}
        try:
            options, labels = options_of(self.setup.options, task)
            options = _threaded(options, self.setup.threads)
            row |= self._provenance(options, task, labels)
            if earlier is not None and self._holds(earlier, row, task):
                return Done(earlier, True)
            sources = self._read(task, row)
            note({name: row[name] for name in ("inputs", "options", "version", "code", "models")})
            row |= self._made(task, sources, options, labels)
        except Exception as error:  # one picture must not end the run: whatever it was is in its row
            row |= {"error": {"code": error_code(error), "message": error_text(error)}, "reasons": [error_code(error)]}
        row["seconds"] = round(time.perf_counter() - began, 3)
        row["rss_mb"] = resident_mb()
        row["finished"] = datetime.now(UTC).isoformat(timespec="seconds")
        return Done(row, False)

    def _provenance(self, options: Options, task: Task, labels: str | None) -> Row:
        made_by = {"version": __version__, "code": _code(), "models": self._models_of(options)}
        return {
            "options": options_digest(options, task, labels, mark=self.setup.mark, compression=self.setup.compression),
            **made_by,
        }

    def _models_of(self, options: Options) -> dict[str, str]:
        if options not in self._hashes:
            self._hashes[options] = model_hashes(self._masker(options))
        return self._hashes[options]

    def _masker(self, options: Options) -> Masker:
        if options not in self._maskers:
            self._maskers[options] = Masker(options)
        return self._maskers[options]

    def _holds(self, earlier: Row, row: Row, task: Task) -> bool:
        """Is the journal's row still true? Inputs, options, code, models and outputs must be what they were."""
        if any(earlier.get(name) != row[name] for name in ("options", "version", "code", "models")):
            return False
        known = earlier.get("inputs") or {}
        inputs = dict(_roles(task))
        if earlier["verdict"] == FAILED or set(known) != set(inputs):
            return False
        files = earlier.get("files") or {}
        outputs = {} if earlier["verdict"] == QUARANTINED else {name: self._place(name) for name in task.outputs}
        if set(files) != set(outputs):
            return False
        pairs = [(place, known[role]) for role, place in inputs.items()]
        pairs += [(place, files[name]) for name, place in outputs.items()]
        return all(self._same(place, record) for place, record in pairs)

    def _same(self, place: str, record: Row) -> bool:
        now = self.store.stamp(place)
        if now is None:
            return False
        if now == record.get("stamp") and not self.setup.verify:
            return True
        return _sha(self.store.read(place)) == record.get("sha256")

    def _place(self, name: str) -> str:
        return places.join(self.setup.output, name)

    def _read(self, task: Task, row: Row) -> dict[str, Contents]:
        """The contents of a task's inputs by role; their hashes go into the row, as far as they could be read."""
        sources: dict[str, Contents] = {}
        row["inputs"] = {}
        for role, place in _roles(task):
            stamp = self.store.stamp(place)
            sources[role] = Contents(self.store.read(place), place)
            row["inputs"][role] = {"sha256": _sha(sources[role].data), "stamp": stamp}
        return sources

    def _made(self, task: Task, sources: dict[str, Contents], options: Options, labels: str | None) -> Row:
        """Do the work; what it adds to the row."""
        masks = {name: sources[name] for name, _ in task.masks}
        parsing = masks.pop("parsing", None)
        edits = [sources[role] for role in sources if role.startswith("edited")]
        masker, extra = self._masker(options), {"parsing": parsing, "labels": labels, **masks}
        if len(edits) == 1:
            result = masker.apply(sources["original"], edits[0], **extra)
        else:
            result = masker.best(sources["original"], edits, **extra)
        return self._published(task, result)

    def _published(self, task: Task, result: Result) -> Row:
        paths: dict[str, Any] = {name: Path(side) for name, side in task.sides}
        how: Any = {"mark": self.setup.mark, "compression": self.setup.compression}
        encoded, report = result.contents(Path(task.output), **how, **paths)
        contents = {self._place(path.as_posix()): data for path, data in encoded.items()}
        thumbnail = {self._place(thumbnail_name(task.output)): draw_thumbnail(result)} if self.setup.thumbnails else {}
        self.store.write({**thumbnail, **contents})
        files: dict[str, Row] = {}
        for path, data in encoded.items():
            stamp = self.store.stamp(self._place(path.as_posix()))
            files[path.as_posix()] = {"bytes": len(data), "sha256": _sha(data), "stamp": stamp}
        row: Row = {
            "verdict": report.verdict,
            "confidence": report.confidence,
            "reasons": list(dict.fromkeys(finding.code for finding in report.reasons)),
            "share": report.mask.share,
            "size": list(report.original_size),
            "bytes": files[task.output]["bytes"],
            "sha256": files[task.output]["sha256"],
            "files": files,
        }
        chosen = [candidate.name for candidate in report.candidates if candidate.place == 1]
        return row | ({"chosen": chosen[0]} if chosen else {})


def _roles(task: Task) -> list[tuple[str, str]]:
    """A task's inputs by role; several edits are numbered."""
    several = len(task.edited) > 1
    edits = [(f"edited {n}" if several else "edited", edit) for n, edit in enumerate(task.edited, start=1)]
    return [("original", task.original), *edits, *task.masks]


def lost_row(task: Task, loss: Loss) -> Row:
    """The row of a task whose worker can't write one: it was killed or took too long.

    >>> row = lost_row(Task("a.png", "a.jpg", ("b.jpg",)), Loss("timeout", "took over 60 s", 60.0))
    >>> row["verdict"], row["error"]["code"]
    ('failed', 'timeout')
    """
    row: Row = {"output": task.output, "original": task.original, "edited": list(task.edited)}
    row |= {"facts": dict(task.facts), "verdict": QUARANTINED if loss.for_good else FAILED, "confidence": None}
    row |= {"reasons": [loss.code], "error": {"code": loss.code, "message": loss.message}, **(loss.note or {})}
    return row | {"seconds": round(loss.seconds, 3), "finished": datetime.now(UTC).isoformat(timespec="seconds")}


def error_code(error: BaseException) -> str:
    """Which of ``ERRORS`` an exception is.

    >>> error_code(InputError("a.png: no such file")), error_code(MemoryError())
    ('input', 'memory')
    """
    text = str(error).lower()
    if isinstance(error, MemoryError) or any(words in text for words in OUT_OF_MEMORY):
        return "memory"
    kinds = {InputError: "input", OptionError: "option", ModelError: "model", OutputError: "output"}
    kinds[MissingLibraryError] = "library"
    return next((code for kind, code in kinds.items() if isinstance(error, kind)), "unexpected")


def error_text(error: BaseException) -> str:
    """An exception in one line.

    >>> error_text(InputError("a.png: no such file")), error_text(ValueError("x"))
    ('a.png: no such file', 'ValueError: x')
    """
    text = " ".join(str(error).split())
    return text if isinstance(error, SegmaskError) else f"{type(error).__name__}: {text}"


def resident_mb() -> float | None:
    """Megabytes of memory that this process holds; None where the system doesn't say."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def _threaded(options: Options, threads: int | None) -> Options:
    """The options with a worker's threads, where networks are loaded by name."""
    by_name = isinstance(options.parser, (str, os.PathLike))
    if threads is None or not by_name:
        return options
    return options.changed({"threads": threads})


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@cache
def _code() -> str:
    """The package's digest, once a process."""
    return package_digest(Path(segmask.__file__).parent)
