"""Which model files a run uses, by their contents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from segmask.masker import Masker


def model_hashes(masker: Masker) -> dict[str, str]:
    """The SHA-256 (16 hex digits) of each model file that a Masker uses, by file name; loads the models.

    A parser or detector that is an object of the user's own counts by its files as far as it shows them.

    >>> model_hashes(Masker(strategy="diff"))
    {}
    >>> list(model_hashes(Masker(face_detector="none")))
    ['parser.onnx']
    """
    if masker.options.strategy == "diff":
        return {}
    used = [*_files_behind(masker.parser), *_files_behind(masker.face_detector), *masker.options.files]
    return {path.name: _sha(path, path.stat().st_mtime_ns) for path in sorted({Path(file) for file in used})}


def _files_behind(thing: Any, depth: int = 4) -> Iterator[Path]:
    """The paths in an object's fields, and in the objects there."""
    if isinstance(thing, Path):
        if thing.is_file():
            yield thing
        return
    if thing is None or depth == 0 or isinstance(thing, (str, bytes, int, float, tuple, list)):
        return
    if is_dataclass(thing):
        values = [getattr(thing, entry.name) for entry in fields(thing)]
    else:
        values = list(getattr(thing, "__dict__", {}).values())
    for value in values:
        yield from _files_behind(value, depth - 1)


@lru_cache(maxsize=64)
def _sha(path: Path, changed: int) -> str:  # noqa: ARG001 - part of the cache's key
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
