"""The process that decodes and decides. It keeps models, and the latest pairs and results as a cache."""

from __future__ import annotations

import signal
import sys
import traceback
from collections import OrderedDict
from collections.abc import Mapping
from multiprocessing.connection import Connection
from typing import Any

from segmask import io
from segmask.batch.picture import PictureJob, Setup
from segmask.core.errors import SegmaskError
from segmask.io import Picture
from segmask.masker import Masker
from segmask.options import Options
from segmask.pair import OpenPair
from segmask.result import Result
from segmask.serve.problems import Problem, problem_of
from segmask.serve.work import (
    PAIR_OPTIONS,
    Apply,
    BatchRow,
    File,
    Forget,
    Made,
    MaskOf,
    Open,
    Parse,
    Recipe,
    Task,
    View,
)

CACHED_PIXELS = 120_000_000
"""Of originals: of each open pair and each result about 20 bytes a pixel are kept."""
CACHED = 8
"""Pairs at most."""


class Held:
    """The files of one pair of a job: a batch reads and writes here."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        self.pictures = pictures
        self.written: dict[str, bytes] = {}

    def read(self, place: str) -> bytes:
        """A picture that was sent."""
        return self.pictures[place]

    def stamp(self, place: str) -> str:
        """All that changes with it here."""
        return str(len(self.pictures.get(place, b"")))

    def write(self, contents: Mapping[str, bytes]) -> None:
        """Keep what was made."""
        self.written |= contents


class Worker:
    """Does tasks, one after another."""

    def __init__(self, operators: dict[str, Any]) -> None:
        self.operators = operators
        """Options that hold for every task: device and threads."""
        self.maskers: OrderedDict[tuple[Any, ...], Masker] = OrderedDict()
        self.pairs: OrderedDict[tuple[Any, ...], OpenPair] = OrderedDict()
        self.results: OrderedDict[tuple[Any, ...], Result] = OrderedDict()
        self.jobs: OrderedDict[tuple[Any, ...], PictureJob] = OrderedDict()

    def do(self, task: Task) -> Any:
        """The answer to a task. Raises SegmaskError."""
        if isinstance(task, Forget):
            self._forget(task.key)
            return None
        if isinstance(task, MaskOf):
            return self._mask(task)
        if isinstance(task, Parse):
            return self._parse(task)
        if isinstance(task, BatchRow):
            return self._batch_row(task)
        from segmask.serve import show

        if isinstance(task, Open):
            return show.opened(self._open(task.recipe))
        if isinstance(task, Apply):
            return show.applied(self._result(task.recipe))
        if isinstance(task, View):
            return self._view(task)
        return show.exported(self._result(task.recipe), task)

    def _batch_row(self, task: BatchRow) -> Made:
        """One pair as a batch does it, with the files in memory."""
        key = *sorted(task.options.items()), task.mark, task.max_pixels
        if key not in self.jobs:
            options = Options(**task.options, **self._operators(task.options), max_pixels=task.max_pixels)
            self.jobs[key] = PictureJob(Setup("", options, mark=task.mark))
            _trim(self.jobs, 2)
        job = self.jobs[key]
        job.store = Held(task.pictures)
        done = job((task.task, None))
        files, job.store = job.store.written, Held({})
        return Made(done.row, files)

    def _view(self, task: View) -> File:
        from segmask.serve import show

        if task.name in show.PAIR_VIEWS:
            return show.pair_view(self._open(task.recipe), task.name, task.side)
        return show.result_view(self._result(task.recipe), task.name, task.side)

    def _masker(self, options: dict[str, Any], has_parsing: bool) -> Masker:
        """The masker of what is settled before a pair is opened; models stay loaded."""
        chosen = {name: value for name, value in options.items() if name != "labels" or not has_parsing}
        settled = {name: value for name, value in chosen.items() if name not in PAIR_OPTIONS}
        key = tuple(sorted(settled.items()))
        if key not in self.maskers:
            self.maskers[key] = Masker(Options(**settled, **self._operators(settled)))
        Options(**chosen, **self._operators(settled))  # raises for what does not go together
        _trim(self.maskers, 4)
        return self.maskers[key]

    def _operators(self, settled: dict[str, Any]) -> dict[str, Any]:
        return {} if settled.get("strategy") == "diff" else self.operators

    def _open(self, recipe: Recipe) -> OpenPair:
        settled = {name: value for name, value in recipe.options.items() if name not in PAIR_OPTIONS}
        key = recipe.key, *sorted(settled.items())
        if recipe.key is not None and key in self.pairs:
            self.pairs.move_to_end(key)
            return self.pairs[key]
        pictures = [
            io.read_picture(data, name, max_pixels=recipe.max_pixels)
            for data, name in ((recipe.original, "original"), (recipe.edited, "edited"))
        ]
        given = recipe.parsing if len(recipe.parsing) != 1 else recipe.parsing[0]
        labels = recipe.options.get("labels") if recipe.parsing else None
        pair = self._masker(recipe.options, bool(recipe.parsing)).open(*pictures, parsing=given or None, labels=labels)
        if recipe.key is not None:
            self.pairs[key] = pair
            self._make_room()
        return pair

    def _result(self, recipe: Recipe) -> Result:
        self._masker(recipe.options, bool(recipe.parsing))
        key = recipe.key, tuple(sorted(recipe.options.items())), tuple(sorted(recipe.masks.items()))
        if recipe.key is not None and key in self.results:
            self.results.move_to_end(key)
            return self.results[key]
        chosen = {name: value for name, value in recipe.options.items() if name in PAIR_OPTIONS}
        masks = {name: io.read_picture(data, name, max_pixels=recipe.max_pixels) for name, data in recipe.masks.items()}
        result = self._open(recipe).apply(**masks, **chosen)
        if recipe.key is not None:
            self.results[key] = result
            self._make_room()
        return result

    def _make_room(self) -> None:
        for cache in (self.pairs, self.results):
            _trim(cache, CACHED)
            while len(cache) > 1 and sum(_pixels(entry) for entry in cache.values()) > CACHED_PIXELS:
                cache.popitem(last=False)

    def _forget(self, key: str) -> None:
        for cache in (self.pairs, self.results):
            for entry in [entry for entry in cache if entry[0] == key]:
                del cache[entry]

    def _mask(self, task: MaskOf) -> File:
        if task.mask_format not in io.MASK_FORMATS:
            raise Problem(422, "option-unusable", f"format: expected one of {', '.join(io.MASK_FORMATS)}")
        picture = io.read_picture(task.image, "image", max_pixels=task.max_pixels)
        labels = task.options.get("labels")
        given = task.parsing is not None
        chosen = {name: value for name, value in task.options.items() if name != "labels" or not given}
        masker = Masker(Options(**chosen, **self._operators(chosen)))
        found = masker.mask(picture, parsing=task.parsing, labels=labels if given else None)
        return File(found.encoded(task.mask_format, task.invert), "image/png", found.report.to_dict())

    def _parse(self, task: Parse) -> File:
        from segmask.core.labels import PARTS
        from segmask.view.palette import COLOURS

        picture: Picture = io.read_picture(task.image, "image", max_pixels=task.max_pixels)
        parsing = Masker(Options(**task.options, **self.operators)).parser.parse(picture.image)
        label_map = parsing.label_map
        shares = {part: round(float((label_map == number).mean()), 6) for number, part in enumerate(PARTS)}
        about = {"parser": parsing.source, "parts": shares}
        return File(io.encode_indexed(label_map, COLOURS.values()), "image/png", about)


def _trim(cache: OrderedDict[Any, Any], most: int) -> None:
    while len(cache) > most:
        cache.popitem(last=False)


def _pixels(entry: OpenPair | Result) -> int:
    picture = entry.seen.picture if isinstance(entry, OpenPair) else entry.original
    return picture.size_hw[0] * picture.size_hw[1]


def run(connection: Connection, operators: dict[str, Any]) -> None:
    """Answer tasks until the other end closes; each answer is ("done", value) or ("problem", status, code, text)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal reaches all processes; the web process ends us
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    worker = Worker(operators)
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        try:
            answer: tuple[Any, ...] = ("done", worker.do(task))
        except Problem as problem:
            answer = ("problem", problem.status, problem.code, problem.detail)
        except SegmaskError as error:
            found = problem_of(error)
            answer = ("problem", found.status, found.code, found.detail)
        except MemoryError:
            answer = ("problem", 422, "picture-unusable", "needs more memory than there is; make the pictures smaller")
        except Exception as error:  # the log says where, not with what: messages may hold what was sent
            where = "".join(traceback.format_tb(error.__traceback__))
            sys.stderr.write(f"segmask: {type(error).__name__} in a worker\n{where}")
            answer = ("problem", 500, "internal", "an error of segmask's own; the server's log says where")
        try:
            connection.send(answer)
        except (OSError, ValueError):
            return
