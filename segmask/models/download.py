"""Model files into the cache, exactly once, whole or not at all; nothing is fetched unless asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from urllib.request import url2pathname

from segmask.core.errors import ModelError, OptionError
from segmask.models import http
from segmask.models.catalog import ModelEntry
from segmask.models.http import Progress
from segmask.models.store import (
    Record,
    expected_sha256,
    file_sha256,
    is_present,
    models_dir,
    read_record,
    replacing,
    stored_path,
    write_record,
)

OFFLINE_VARIABLE = "SEGMASK_OFFLINE"
MIRROR_VARIABLE = "SEGMASK_MODEL_URL"
ONNX_START = b"\x08"
"""First byte of an ONNX file (the field of its format's version), to know one by where there is no checksum."""


@dataclass(frozen=True)
class Obtained:
    """A model that is in the cache."""

    entry: ModelEntry
    path: Path
    sha256: str
    source: str
    """Address or file that it came from; empty where it was there already."""
    trusted_on_first_use: bool
    """No published checksum exists: this very file is what later ones are held to."""


@dataclass(frozen=True)
class Check:
    """What ``verify`` found."""

    entry: ModelEntry
    state: Literal["ok", "damaged", "absent"]
    detail: str = ""


def download(
    entry: ModelEntry, *, accept_license: bool = False, offline: bool = False, progress: Progress | None = None
) -> Obtained:
    """Fetch one model unless it is there already. ModelError says what went wrong; the cache is then as before."""
    there = _already(entry)
    if there:
        return there
    check_licence(entry, accept_license)
    urls, failures = _urls(entry), []
    for url in urls:
        if is_offline(offline) and not url.startswith("file:"):
            raise ModelError(
                f"{entry.name} is not in the cache and downloads are off ({OFFLINE_VARIABLE} or --offline); "
                f"carry {entry.file} here by hand: `segmask models download {entry.name} --from DIR`"
            )
        try:
            return _install(entry, url, progress)
        except ModelError as error:
            failures.append(str(error))
    raise ModelError("; ".join(failures))


def import_from(folder: Path, entries: Iterable[ModelEntry], *, accept_license: bool = False) -> list[Obtained]:
    """Copy models from a folder and the folders in it, each checked like a download; those not there are left out."""
    if not folder.is_dir():
        raise ModelError(f"{folder}: expected a folder with model files")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    obtained = []
    for entry in entries:
        names = {entry.file, *(Path(urlsplit(url).path).name for url in entry.urls)}
        candidates = [path for path in files if path.name in names]
        there = _already(entry)
        if there:
            obtained.append(there)
        elif candidates:
            check_licence(entry, accept_license)
            obtained.append(_import(entry, candidates))
    return obtained


def verify(entry: ModelEntry) -> Check:
    """Compare the file in the cache with what it should be."""
    try:
        return Check(entry, "ok", check_content(entry, stored_path(entry), expected_sha256(entry)))
    except (FileNotFoundError, NotADirectoryError):
        return Check(entry, "absent")
    except ModelError as error:
        return Check(entry, "damaged", str(error))
    except OSError as error:
        return Check(entry, "damaged", f"can't be read: {error.strerror}")


def remove(entry: ModelEntry) -> bool:
    """Delete the file; whether there was one. What was recorded stays: a later download must be the same file."""
    if not entry.urls:
        raise OptionError(f"{entry.name} is part of the package and can't be removed")
    try:
        stored_path(entry).unlink()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise ModelError(f"{stored_path(entry)}: can't remove it: {error.strerror}") from error
    return True


def check_licence(entry: ModelEntry, accepted: bool) -> None:
    """OptionError where the licence restricts use and was not accepted, now or before."""
    record = read_record(entry)
    if entry.permissive or accepted or (record is not None and record.licence == entry.licence):
        return
    raise OptionError(f"{entry.name} is under: {entry.licence}. If that suits your use, say --accept-license")


def is_offline(asked: bool = False) -> bool:
    """Whether downloads are off, by option or by ``SEGMASK_OFFLINE``.

    >>> is_offline(asked=True)
    True
    """
    return asked or os.environ.get(OFFLINE_VARIABLE, "") not in ("", "0")


def check_content(entry: ModelEntry, path: Path, sha256: str | None) -> str:
    """The file's SHA-256; ModelError where it is not the whole, right file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(256)
    if head.lstrip().lower().startswith((b"<!doctype", b"<html", b"<?xml")):
        raise ModelError(f"{entry.file}: expected a model, got a web page (an error or login page?)")
    if entry.size is not None and size != entry.size:
        raise ModelError(f"{entry.file}: expected {entry.size} bytes, got {size}")
    got = file_sha256(path)
    if sha256 is not None and got != sha256:
        raise ModelError(f"{entry.file}: wrong checksum: expected sha256 {sha256}, got {got}")
    if sha256 is None and entry.file.endswith(".onnx") and not head.startswith(ONNX_START):
        raise ModelError(f"{entry.file}: expected an ONNX network, the file's first bytes are those of another kind")
    return got


def _install(entry: ModelEntry, url: str, progress: Progress | None = None) -> Obtained:
    """Fetch to a temporary file beside the goal, check, move into place in one step, record."""
    path, expected = stored_path(entry), expected_sha256(entry)
    try:
        with replacing(path) as partial:
            _fetch(url, partial, progress)
            sha256, size = check_content(entry, partial, expected), partial.stat().st_size
    except OSError as error:
        raise ModelError(f"{url}: {_reason(error)}") from error
    write_record(entry, Record(sha256, size, url, entry.licence))
    return Obtained(entry, path, sha256, url, trusted_on_first_use=expected is None)


def _fetch(url: str, path: Path, progress: Progress | None) -> None:
    parts = urlsplit(url)
    if parts.scheme != "file":
        http.fetch(url, path, progress)
        return
    source = Path(url2pathname(parts.path))
    if not source.is_file():
        raise ModelError(f"{source}: no such file")
    shutil.copyfile(source, path)


def _import(entry: ModelEntry, candidates: list[Path]) -> Obtained:
    failures = []
    for path in candidates:
        try:
            return _install(entry, path.resolve().as_uri())
        except ModelError as error:
            failures.append(f"{path}: {error}")
    raise ModelError("; ".join(failures))


def _already(entry: ModelEntry) -> Obtained | None:
    """The model where it is in the cache and right. One put there by hand, with no known checksum, is recorded."""
    if not is_present(entry) or verify(entry).state != "ok":
        return None
    path = stored_path(entry)
    sha256, first = file_sha256(path), expected_sha256(entry) is None and bool(entry.urls)
    if first:
        check_licence(entry, False)
        write_record(entry, Record(sha256, path.stat().st_size, path.as_uri(), entry.licence))
    return Obtained(entry, path, sha256, "", first)


def _urls(entry: ModelEntry) -> tuple[str, ...]:
    mirror = os.environ.get(MIRROR_VARIABLE)
    if not mirror:
        return entry.urls
    if urlsplit(mirror).scheme not in ("http", "https", "file"):
        raise OptionError(f"{MIRROR_VARIABLE}: expected an address with http://, https:// or file://, got {mirror!r}")
    return (f"{mirror.rstrip('/')}/{entry.file}",)


def _reason(error: OSError) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"the server answered {response.status_code} {response.reason}"
    if error.errno is not None:
        return f"can't write the model to {models_dir()}: {error.strerror}"
    return f"the connection failed or broke off ({type(error).__name__}); check the network, or see --from DIR"
