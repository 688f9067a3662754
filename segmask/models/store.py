"""Where model files lie: the user's cache folder or ``SEGMASK_HOME``, and what was recorded about each of them."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from segmask.core.errors import ModelError
from segmask.models.catalog import ModelEntry

HOME_VARIABLE = "SEGMASK_HOME"
PACKAGE = Path(__file__).parent


@dataclass(frozen=True)
class Record:
    """What a lock file holds about one model."""

    sha256: str
    """Of the file as it first came: a later download must have the same."""
    size: int
    url: str
    licence: str
    """The licence that was shown and, where it is not permissive, accepted."""


def models_dir() -> Path:
    """The folder of the downloaded files; it need not exist."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home).expanduser() / "models"
    import platformdirs

    return Path(platformdirs.user_cache_dir("segmask", appauthor=False)) / "models"


def stored_path(entry: ModelEntry) -> Path:
    """Where the entry's file lies or would lie."""
    return (models_dir() if entry.urls else PACKAGE) / entry.file


def is_present(entry: ModelEntry) -> bool:
    """Whether the file is there at its full size."""
    path = stored_path(entry)
    return path.is_file() and entry.size in (None, path.stat().st_size)


def read_record(entry: ModelEntry) -> Record | None:
    """What was recorded when the model was downloaded; None where it never was."""
    path = _lock_path(entry)
    if not path.is_file():
        return None
    try:
        return Record(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{path}: the lock file is damaged ({error}); delete it to trust the next download") from error


def write_record(entry: ModelEntry, record: Record) -> None:
    """Record a model; one small file a model, replaced in one step, so that two processes can't mix theirs."""
    path = _lock_path(entry)
    try:
        with replacing(path) as partial:
            partial.write_text(json.dumps(asdict(record), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise ModelError(f"{path}: can't write the lock file: {error.strerror}") from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary neighbour to write to: in the end it takes the place of ``path`` in one step, or is gone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def expected_sha256(entry: ModelEntry) -> str | None:
    """The checksum that the file must have: the table's, else the one of the first download, else none is known."""
    if entry.sha256 is not None:
        return entry.sha256
    record = read_record(entry)
    return record.sha256 if record else None


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lock_path(entry: ModelEntry) -> Path:
    return models_dir() / f"{entry.name}.lock.json"
