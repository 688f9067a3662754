"""Files by path or URL: local ones directly, all others through fsspec (``remote``)."""

# A place is text all the way: a Path would take "s3://shop" for "s3:/shop".
# ruff: noqa: PTH112, PTH116, PTH117, PTH118, PTH120

from __future__ import annotations

import os
import posixpath
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

from segmask.core.errors import InputError, OutputError
from segmask.core.files import write_files
from segmask.core.publish import PREFIX
from segmask.io.decode import read_bytes

MOST_KNOWN = 4096
_known: set[Path] = set()
"""Folders in which this process has written before: what killed runs left there is put right."""


def is_url(place: str) -> bool:
    """Does fsspec have to open it?

    >>> is_url("s3://shop/in"), is_url("zip://a.png::shop.zip"), is_url("C:/in"), is_url("in/a.png")
    (True, True, False, False)
    """
    return "://" in place or "::" in place


def of_this_process(place: str) -> bool:
    """Is it a URL of something that no other process sees?

    >>> of_this_process("memory://in/a.png"), of_this_process("s3://shop/a.png")
    (True, False)
    """
    return place.startswith("memory://") or "::memory://" in place


def settled(place: str | os.PathLike[str]) -> str:
    """A path made absolute with its links followed, or a URL without its last slash; ``file://`` is a path.

    >>> settled("s3://shop/in/"), settled("file:///in/a.png")
    ('s3://shop/in', '/in/a.png')
    """
    text = os.fspath(place)
    if text.startswith("file://"):
        text = text.removeprefix("file://")
    return text.rstrip("/") if is_url(text) else os.path.realpath(text)


def put(file: Path, place: str) -> None:
    """Copy a local file of any size to a place in one step, without holding it in memory. Raises OutputError.

    >>> write({"scratch.csv": b"output"})
    >>> put(Path("scratch.csv"), "out/results.csv")
    >>> read("out/results.csv")
    b'output'
    """
    if is_url(place):
        from segmask.batch import remote

        remote.put(file, place)
        return
    target = Path(place)
    make_folder(target.parent)
    part = target.with_name(f"{PREFIX}{secrets.token_hex(8)}-{target.name}")
    try:
        shutil.copyfile(file, part)
        part.replace(target)
    except OSError as error:
        raise OutputError(f"{place}: could not be written ({error.strerror})") from error
    finally:
        part.unlink(missing_ok=True)


def is_folder(place: str) -> bool:
    """Is it a local folder?

    >>> is_folder("."), is_folder("nowhere")
    (True, False)
    """
    return os.path.isdir(place)


def is_absolute(name: str) -> bool:
    """Does a name say where it is by itself?

    >>> is_absolute("/in/a.png"), is_absolute("s3://shop/a.png"), is_absolute("a.png")
    (True, True, False)
    """
    return is_url(name) or os.path.isabs(name)


def join(root: str, name: str) -> str:
    """A name with ``/`` under a folder or URL; in an archive, ``zip://name::archive``.

    >>> join("/out", "sub/a.png"), join("s3://shop/out", "a.png"), join("zip://::in.zip", "a.png")
    ('/out/sub/a.png', 's3://shop/out/a.png', 'zip://a.png::in.zip')
    """
    if not is_url(root):
        return os.path.join(root, *name.split("/"))
    inner, chained, outer = root.partition("::")
    return inner + ("" if inner.endswith("/") else "/") + name + chained + outer


def beside(place: str, name: str) -> str:
    """A name as a manifest at ``place`` means it: relative to its folder, unless it is absolute or a URL.

    >>> beside("/shop/set.csv", "in/a.png"), beside("s3://shop/set.csv", "a.png"), beside("/shop/set.csv", "/b.png")
    ('/shop/in/a.png', 's3://shop/a.png', '/b.png')
    """
    if is_absolute(name):
        return name.removeprefix("file://")
    if is_url(place):
        inner, chained, outer = place.partition("::")
        return posixpath.join(posixpath.dirname(inner), name) + chained + outer
    return os.path.normpath(os.path.join(os.path.dirname(place), name))


def read(place: str) -> bytes:
    """A file's contents. Raises InputError.

    >>> read("missing.png")
    Traceback (most recent call last):
    segmask.core.errors.InputError: missing.png: no such file
    """
    if is_url(place):
        from segmask.batch import remote

        return remote.read(place)
    return read_bytes(Path(place))


def stamp(place: str) -> str | None:
    """Text that changes when a file does: size and time of change, or what an object store gives; None for no file.

    >>> stamp("missing.png") is None
    True
    """
    if is_url(place):
        from segmask.batch import remote

        return remote.stamp(place)
    try:
        found = os.stat(place)
    except (OSError, ValueError):
        return None
    return f"{found.st_size}-{found.st_mtime_ns}"


def write(contents: Mapping[str, bytes]) -> None:
    """Write files, each in one step; local ones all or none. Their folders are made. Raises OutputError.

    >>> write({"out/a.txt": b"a", "out/sub/b.txt": b"b"})
    >>> read("out/sub/b.txt")
    b'b'
    """
    local = {Path(place): data for place, data in contents.items() if not is_url(place)}
    if local:
        for folder in {path.parent for path in local}:
            make_folder(folder)
        write_files(local, _known)
        if len(_known) > MOST_KNOWN:
            _known.clear()
        _known.update(Path(os.path.realpath(path.parent)) for path in local)
    far = {place: data for place, data in contents.items() if is_url(place)}
    if far:
        from segmask.batch import remote

        for place, data in far.items():
            remote.write(place, data)


def check_writable(place: str) -> None:
    """Raise OutputError for a URL that can't take results, such as an archive's.

    >>> check_writable("zip://out::shop.zip")
    Traceback (most recent call last):
    segmask.core.errors.OutputError: zip://out::shop.zip: results can't be written there; name a folder or a bucket
    """
    if is_url(place):
        from segmask.batch import remote

        remote.check_writable(place)


def make_folder(folder: Path) -> None:
    """A folder with those above it. Raises OutputError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise OutputError(f"{folder}: the folder can't be made ({reason})") from error


def listing(root: str, *, deep: bool = True) -> list[str]:
    """The names of all files under a folder or URL, with ``/``, in order; hidden ones are left out.

    ``deep`` looks into its folders too.

    Raises InputError where there is no such folder.

    >>> write({"in/b.png": b"", "in/sub/a.png": b"", "in/.DS_Store": b""})
    >>> listing("in")
    ['b.png', 'sub/a.png']
    """
    if is_url(root):
        from segmask.batch import remote

        names = remote.listing(root)
        return names if deep else [name for name in names if "/" not in name]
    if not os.path.isdir(root):
        raise InputError(f"{root}: no such folder")
    names = []
    for folder, inner, files in os.walk(root, followlinks=True):
        inner[:] = [name for name in inner if deep and not name.startswith(".")]
        relative = os.path.relpath(folder, root).replace(os.sep, "/")
        start = "" if relative == "." else relative + "/"
        names += [start + name for name in files if not name.startswith(".")]
    return sorted(names)
