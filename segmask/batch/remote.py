"""Files behind a URL, by fsspec: S3, Google Cloud, Azure, memory, archives and what else it knows.

An object store shows an object when all of it has arrived, so one put is one step there. Elsewhere a file is written
under another name and moved.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from segmask.core.errors import InputError, MissingLibraryError, OutputError

ONE_PUT = ("s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "adl", "oci", "memory")
"""Protocols whose puts are seen whole or not at all."""
STAMPS = (
    "ETag",
    "etag",
    "md5Hash",
    "generation",
    "CRC",
    "LastModified",
    "last_modified",
    "mtime",
    "modified",
    "created",
)
"""What file systems call that which changes with a file."""


def protocol(url: str) -> str:
    """The first protocol of a URL.

    >>> protocol("zip://a.png::s3://shop/in.zip")
    'zip'
    """
    return url.split("://", 1)[0].split("::", 1)[0]


def read(url: str) -> bytes:
    """A file's contents. Raises InputError."""
    fs, path = _open(url)
    with _failing(url, InputError, "can't be read"):
        return fs.cat_file(path)


def stamp(url: str) -> str | None:
    """Size and version of a file; None where there is none."""
    fs, path = _open(url)
    try:
        fs.invalidate_cache()
        found = fs.info(path)
    except (FileNotFoundError, PermissionError, OSError):
        return None
    if found.get("type") != "file":
        return None
    known = [str(found[name]) for name in STAMPS if found.get(name) is not None]
    return f"{found.get('size')}-{'-'.join(known)}"


def write(url: str, data: bytes) -> None:
    """Write a file in one step. Raises OutputError."""
    _in_one_step(url, lambda fs, path: fs.pipe_file(path, data))


def put(file: Path, url: str) -> None:
    """Copy a local file to a URL in one step. Raises OutputError."""
    _in_one_step(url, lambda fs, path: fs.put_file(str(file), path))


def _in_one_step(url: str, send: Callable[[Any, str], None]) -> None:
    fs, path = _open(url)
    with _failing(url, OutputError, "could not be written"):
        if protocol(url) in ONE_PUT:
            send(fs, path)
            return
        folder, _, name = path.rpartition("/")
        part = f"{folder}/.segmask-{secrets.token_hex(8)}-{name}"
        fs.makedirs(folder, exist_ok=True)
        try:
            send(fs, part)
            fs.mv(part, path)
        except BaseException:
            with contextlib.suppress(Exception):
                fs.rm_file(part)
            raise


def remove(url: str) -> None:
    """Delete a file. Raises OutputError."""
    fs, path = _open(url)
    with _failing(url, OutputError, "could not be removed"):
        fs.rm_file(path)


def listing(root: str) -> list[str]:
    """The names of all files under a URL, in order, without hidden ones. Raises InputError where there are none."""
    fs, path = _open(root)
    with _failing(root, InputError, "can't be listed"):
        fs.invalidate_cache()
        found = fs.find(path)
    start = path.rstrip("/") + "/" if path.strip("/") else ""
    names = (name.removeprefix(start).lstrip("/") for name in found)
    shown = sorted(name for name in names if name and not any(part.startswith(".") for part in name.split("/")))
    if not shown:
        raise InputError(f"{root}: no files there")
    return shown


def is_empty(root: str) -> bool:
    """Is there nothing under a URL?"""
    fs, path = _open(root)
    with _failing(root, OutputError, "can't be listed"):
        fs.invalidate_cache()
        try:
            return not fs.find(path, maxdepth=1, withdirs=True)
        except FileNotFoundError:
            return True


def check_writable(url: str) -> None:
    """Raise OutputError for a place that several writers can't fill, and for a URL that can't be opened."""
    if "::" in url or protocol(url) in ("zip", "tar", "http", "https", "data"):
        raise OutputError(f"{url}: results can't be written there; name a folder or a bucket")
    _open(url)


def _open(url: str) -> tuple[Any, str]:
    try:
        import fsspec
        from fsspec.core import url_to_fs
    except ImportError as error:
        raise MissingLibraryError(f"{url}: URLs need fsspec; run pip install 'segmask[remote]'") from error
    try:
        return url_to_fs(url)
    except ImportError as error:  # fsspec names the package of the protocol
        raise MissingLibraryError(f"{url}: {error}") from error
    except ValueError as error:
        known = ", ".join(sorted(name for name in fsspec.available_protocols() if name in ("s3", "gs", "abfs", "zip")))
        raise InputError(f"{url}: {error}; expected a path or a URL such as {known}") from error
    except OSError as error:
        raise InputError(f"{url}: can't be opened ({_reason(error)})") from error


@contextlib.contextmanager
def _failing(url: str, kind: type[InputError] | type[OutputError], what: str) -> Iterator[None]:
    """Failures of a file system become one error that names the URL."""
    try:
        yield
    except FileNotFoundError as error:
        raise kind(f"{url}: no such file" if kind is InputError else f"{url}: {what} (no such place)") from error
    except Exception as error:  # each file system has exceptions of its own
        raise kind(f"{url}: {what} ({_reason(error)})") from error


def _reason(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
