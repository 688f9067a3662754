"""The options of one task: the run's with the row's on top, and a digest of all that decides its bytes."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from segmask.batch.task import Pairs, Task
from segmask.options import Options

WITHOUT_EFFECT = ("threads",)
"""Options that change no byte."""


def options_of(base: Options, task: Task) -> tuple[Options, str | None]:
    """A task's options, and the label set of its parsing where it has one. Raises OptionError.

    >>> task = Task("a.png", "a.jpg", ("b.jpg",), options=(("prompt", "replace the shirt with a jacket"),))
    >>> options_of(Options(target="hair"), task)[0].parts
    ('upper', 'outerwear')
    """
    changes, labels = task.options, None
    if any(name == "parsing" for name, _ in task.masks):
        labels = dict(changes).get("labels")
        changes = tuple(change for change in changes if change[0] != "labels")
    return _changed(base, changes), labels


@lru_cache(maxsize=256)
def _changed(base: Options, changes: Pairs) -> Options:
    return base.changed(dict(changes)) if changes else base


def plain_options(options: Options) -> dict[str, Any]:
    """Options as JSON takes them, without those that change no byte; an object of the user's is its type's name.

    >>> plain_options(Options(target="hair", threads=2))["target"], "threads" in plain_options(Options())
    ('hair', False)
    """
    plain: dict[str, Any] = {}
    for entry in fields(Options):
        value = getattr(options, entry.name)
        if isinstance(value, os.PathLike):
            value = os.fspath(value)
        elif value is not None and not isinstance(value, (str, int, float, bool)):
            value = f"{type(value).__module__}.{type(value).__qualname__}"
        if entry.name not in WITHOUT_EFFECT:
            plain[entry.name] = value
    return plain


def options_digest(
    options: Options, task: Task, labels: str | None, *, mark: bool = False, compression: int | None = None
) -> str:
    """Digest of a task's options, of which outputs are wanted, whether they are marked, and how hard they are packed.

    >>> task = Task("a.png", "a.jpg", ("b.jpg",))
    >>> options_digest(Options(), task, None) == options_digest(Options(target="hair"), task, None)
    False
    """
    parts = [plain_options(options), labels, task.sides, Path(task.output).suffix.lower(), mark]
    parts += [] if compression is None else [compression]
    return short_digest(json.dumps(parts, sort_keys=True, default=str).encode())


def short_digest(data: bytes) -> str:
    """16 hex digits of a SHA-256.

    >>> short_digest(b"")
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(data).hexdigest()[:16]
