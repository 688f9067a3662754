"""Zips of jobs: pictures out of one that was sent, within limits; results into one while it is sent."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from segmask.batch.table import COLUMNS, flat
from segmask.batch.thumbnail import FOLDER
from segmask.serve.jobs import Job
from segmask.serve.problems import Problem
from segmask.serve.settings import MIB

STAMP = (1980, 1, 1, 0, 0, 0)
CHUNK = 1 << 20
"""Bytes that are handed on at a time."""


def unpacked(data: bytes, most_bytes: int, most_files: int) -> list[tuple[str, bytes]]:
    """The files in a zip by name, without folders and what systems add. Problem for one that is damaged or too large.

    >>> unpacked(b"no zip", 100, 10)
    Traceback (most recent call last):
    segmask.serve.problems.Problem: archive: is no zip file, or a damaged one
    """
    found: list[tuple[str, bytes]] = []
    room = most_bytes
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir() and not _hidden(entry.filename)]
            if len(entries) > most_files:
                raise Problem(413, "too-large", f"archive: has {len(entries)} files; a job may have {most_files}")
            for entry in entries:
                if entry.flag_bits & 1:
                    raise Problem(422, "malformed", "archive: is encrypted; send it without a password")
                with archive.open(entry) as file:
                    contents = file.read(room + 1)  # whatever the entry declares
                room -= len(contents)
                if room < 0:
                    raise Problem(413, "too-large", f"archive: holds more than {most_bytes // MIB} MiB")
                found.append((entry.filename, contents))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise Problem(422, "malformed", "archive: is no zip file, or a damaged one") from error
    return found


def _hidden(name: str) -> bool:
    return any(part.startswith((".", "__MACOSX")) for part in name.split("/"))


class _Pipe:
    """What zipfile writes to, and the response reads from."""

    def __init__(self) -> None:
        self.waiting: list[bytes] = []

    def write(self, data: Any) -> int:
        self.waiting.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def taken(self) -> bytes:
        whole = b"".join(self.waiting)
        self.waiting.clear()
        return whole


def packed(job: Job) -> Iterator[bytes]:
    """A zip of a job's results and its table, in pieces: nothing is held twice."""
    pipe: Any = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        for name, data in _entries(job):
            with archive.open(zipfile.ZipInfo(name, STAMP), "w", force_zip64=len(data) > CHUNK << 10) as file:
                for at in range(0, len(data), CHUNK):
                    file.write(data[at : at + CHUNK])
                    yield pipe.taken()
    yield pipe.taken()


def _entries(job: Job) -> Iterator[tuple[str, bytes]]:
    for entry in list(job.entries):
        yield from ((name, data) for name, data in entry.files.items() if not name.startswith(FOLDER))
    yield "results.csv", table(job)
    if job.unmatched:
        yield "unmatched.txt", "".join(f"{name}\n" for name in job.unmatched).encode("utf-8", "surrogateescape")


def table(job: Job) -> bytes:
    """The rows as results.csv of a batch has them."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(COLUMNS))
    writer.writeheader()
    writer.writerows(map(flat, job.rows()))
    return text.getvalue().encode("utf-8", "surrogateescape")
