"""The journal: JSON lines, a row for whatever is finished, in parts that are only ever added to.

A run begins a part of its own, so that the half line that a killed run may leave stays where it is and is passed over.
Under a URL, where nothing can be added to, a part is put when it has ``PUT_ROWS`` rows or is ``PUT_SECONDS`` old.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from segmask.batch import places
from segmask.batch.index import Index, digest64
from segmask.core.errors import OutputError

try:
    import fcntl
except ImportError:  # Windows has no advisory locks
    fcntl = None  # type: ignore[assignment]

PART_ROWS = 100_000
PUT_ROWS = 500
PUT_SECONDS = 30.0
SYNC_SECONDS = 1.0
"""After a power cut at most the rows of so many seconds are done again; after a kill none are."""
PART = re.compile(r"\d{6}\.jsonl")
LOCK = "lock"
MOST_READERS = 64
"""Parts that are open for reading at a time."""
OFFSET_BITS = 40
"""A place in the index is the part's number and, in the lower bits, the offset in it."""

Row = dict[str, Any]


class Journal:
    """Rows by key; the last row of a key counts.

    Args:
        root: folder or URL of the parts; made if it is not there.
        key: the field that a row is found by.

    Raises OutputError where the folder can't be used or another run writes there.

    >>> with Journal("journal", "output") as journal:
    ...     journal.append({"output": "a.png", "verdict": "failed"})
    ...     journal.append({"output": "a.png", "verdict": "ok"})
    >>> with Journal("journal", "output") as journal:
    ...     [row["verdict"] for row in journal.rows()], journal.find("b.png")
    (['ok'], None)
    """

    def __init__(self, root: str, key: str) -> None:
        self.root, self.key = root, key
        self._far = places.is_url(root)
        self._folder = Path(tempfile.mkdtemp(prefix="segmask-journal-")) if self._far else Path(root)
        self._lock: int | None = None
        self._index = Index()
        self._file: BinaryIO | None = None
        self._rows_in_part = 0
        self._began = self._synced = time.monotonic()
        self._readers: dict[int, BinaryIO] = {}
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._index)

    def append(self, row: Row) -> None:
        """Write a row so that it outlives this process."""
        if self._file is None:
            self._begin_part()
        assert self._file is not None
        place = self._part << OFFSET_BITS | self._file.tell()
        self._file.write(json.dumps(row).encode() + b"\n")
        self._file.flush()
        self._index.put(digest64(str(row[self.key])), place)
        self._rows_in_part += 1
        now = time.monotonic()
        if self._far:
            if self._rows_in_part >= PUT_ROWS or now - self._began > PUT_SECONDS:
                self._end_part()
        elif self._rows_in_part >= PART_ROWS:
            self._end_part()
        elif now - self._synced > SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = now

    def find(self, key: str) -> Row | None:
        """The last row of a key; None if there is none."""
        place = self._index.get(digest64(key))
        if place is None:
            return None
        row = self._read(place)
        return row if row is not None and str(row[self.key]) == key else None

    def rows(self) -> Iterator[Row]:
        """The last row of each key, in the order in which they were written."""
        for place in self._index.places():
            row = self._read(place)
            if row is not None:
                yield row

    def flush(self) -> None:
        """See to it that everything is where it belongs, under a URL too."""
        self._end_part()

    def clear(self) -> None:
        """Forget all rows."""
        self._end_part()
        self._close_readers()
        for number in self._numbers(self._folder):
            (self._folder / part_name(number)).unlink()
        if self._far:
            from segmask.batch import remote

            for name in _far_parts(self.root):
                remote.remove(places.join(self.root, name))
        self._index = Index()
        self._next = 0

    def close(self) -> None:
        """Write what is left and let go of the folder."""
        try:
            self._end_part()
        finally:
            self._close_readers()
            if self._lock is not None:
                os.close(self._lock)
                self._lock = None
            if self._far:
                shutil.rmtree(self._folder, ignore_errors=True)

    def _open(self) -> None:
        if self._far:
            for name in _far_parts(self.root):
                (self._folder / name).write_bytes(places.read(places.join(self.root, name)))
        else:
            places.make_folder(self._folder)
            self._take_lock()
        numbers = self._numbers(self._folder)
        self._next = max(numbers, default=-1) + 1
        for number in numbers:
            self._index_part(number)

    def _take_lock(self) -> None:
        if fcntl is None:
            return
        try:
            self._lock = os.open(self._folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutputError(f"{self._folder.parent}: another run is writing there; wait, or stop it") from error
        except OSError as error:
            raise OutputError(f"{self._folder}: can't be used ({error.strerror})") from error

    def _numbers(self, folder: Path) -> list[int]:
        return sorted(int(path.stem) for path in folder.iterdir() if PART.fullmatch(path.name))

    def _index_part(self, number: int) -> None:
        offset = 0
        with (self._folder / part_name(number)).open("rb") as file:
            for line in file:
                row = _parsed(line)
                if row is not None and self.key in row:
                    self._index.put(digest64(str(row[self.key])), number << OFFSET_BITS | offset)
                offset += len(line)

    def _begin_part(self) -> None:
        self._part, self._next = self._next, self._next + 1
        path = self._folder / part_name(self._part)
        try:
            self._file = path.open("xb")
        except OSError as error:
            raise OutputError(f"{path}: can't be written ({error.strerror})") from error
        self._rows_in_part, self._began = 0, time.monotonic()

    def _end_part(self) -> None:
        if self._file is None:
            return
        with contextlib.suppress(OSError):  # some network file systems have no fsync
            os.fsync(self._file.fileno())
        self._file.close()
        self._file = None
        if self._far:
            name = part_name(self._part)
            places.write({places.join(self.root, name): (self._folder / name).read_bytes()})

    def _read(self, place: int) -> Row | None:
        number, offset = place >> OFFSET_BITS, place & ((1 << OFFSET_BITS) - 1)
        if number not in self._readers:
            if len(self._readers) >= MOST_READERS:
                self._close_readers()
            self._readers[number] = (self._folder / part_name(number)).open("rb")
        file = self._readers[number]
        file.seek(offset)
        return _parsed(file.readline())

    def _close_readers(self) -> None:
        for file in self._readers.values():
            file.close()
        self._readers.clear()


def part_name(number: int) -> str:
    """A part's file name.

    >>> part_name(3)
    '000003.jsonl'
    """
    return f"{number:06d}.jsonl"


def _far_parts(root: str) -> list[str]:
    from segmask.batch import remote

    if remote.is_empty(root):
        return []
    return [name for name in places.listing(root) if PART.fullmatch(name)]


def _parsed(line: bytes) -> Row | None:
    """A row; None for a line that was cut short when a run was killed."""
    if not line.endswith(b"\n"):
        return None
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None
