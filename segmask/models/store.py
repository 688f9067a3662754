"""Where model files lie: the user's cache folder or ``SEGMASK_HOME``, and what was recorded about each of them."""

from __future__ import annotations

import contextlib
import glob
import hashlib
import json
import logging
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from segmask.core.errors import ModelError, OptionError
from segmask.core.publish import try_lock
from segmask.models.catalog import ModelEntry

log = logging.getLogger(__name__)

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
        try:
            return Path(home).expanduser() / "models"
        except RuntimeError as error:
            raise OptionError(f"{HOME_VARIABLE}: expected a folder, got {home!r}: {error}") from error
    import platformdirs

    return Path(platformdirs.user_cache_dir("segmask", appauthor=False)) / "models"


def stored_path(entry: ModelEntry) -> Path:
    """Where the entry's file lies or would lie."""
    return (models_dir() if entry.urls else PACKAGE) / entry.file


def is_present(entry: ModelEntry) -> bool:
    """Whether the file is there at its full size. A folder that can't be read counts as empty, with a warning.

    >>> from segmask.models.catalog import find_entry
    >>> is_present(find_entry("builtin"))
    True
    """
    path = stored_path(entry)
    try:
        return path.is_file() and entry.size in (None, path.stat().st_size)
    except OSError as error:
        _warn_once(path.parent, str(error.strerror))
        return False


@cache
def _warn_once(folder: Path, reason: str) -> None:
    log.warning("models in %s can't be read (%s); %s names another folder", folder, reason, HOME_VARIABLE)


def read_record(entry: ModelEntry) -> Record | None:
    """What was recorded when the model was downloaded; None where it never was."""
    path = _lock_path(entry)
    try:
        return Record(**json.loads(path.read_text(encoding="utf-8")))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, TypeError, RecursionError) as error:
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
    """A temporary neighbour to write to: in the end it takes the place of ``path`` in one step, or is gone.

    It is locked meanwhile; neighbours that nobody has locked were left by killed runs and are removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        with contextlib.suppress(OSError), left.open("rb") as file:
            if try_lock(file.fileno()):
                left.unlink()
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    with partial.open("xb") as file:
        try_lock(file.fileno())
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
    """SHA-256 of a file, in hex.

    >>> _ = Path("net.onnx").write_bytes(b"net")
    >>> file_sha256(Path("net.onnx"))[:8]
    'a08a0fcb'
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lock_path(entry: ModelEntry) -> Path:
    return models_dir() / f"{entry.name}.lock.json"
