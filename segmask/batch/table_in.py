"""Rows of a CSV, JSON-lines or Parquet file, one after the other: a file of millions of rows is never held whole."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from segmask.batch import places
from segmask.core.errors import InputError, MissingLibraryError
from segmask.core.files import check_regular

SUFFIXES = (".csv", ".jsonl", ".parquet")
PARQUET_ROWS = 10_000
"""Rows that are read from a Parquet file at a time."""

Record = dict[str, Any]


def is_table(place: str) -> bool:
    """Does the name end like one of the three kinds?

    >>> is_table("set.csv"), is_table("s3://shop/set.PARQUET"), is_table("photos")
    (True, True, False)
    """
    return place.lower().endswith(SUFFIXES)


def records(place: str) -> Iterator[tuple[int, Record | str]]:
    """Row numbers from 1 with the rows; a line that can't be read comes as the text of what is wrong with it.

    Raises InputError where the file can't be read at all, MissingLibraryError for Parquet without pyarrow.

    >>> places.write({"set.csv": b"original,edited\\na.jpg,a.png\\n"})
    >>> list(records("set.csv"))
    [(1, {'original': 'a.jpg', 'edited': 'a.png'})]
    """
    lower = place.lower()
    read = _parquet if lower.endswith(".parquet") else _csv if lower.endswith(".csv") else _json_lines
    yield from enumerate(read(place), start=1)


def _csv(place: str) -> Iterator[Record | str]:
    with _text(place) as file:
        reader = csv.DictReader(file, restkey="", restval=None)
        try:
            for row in reader:
                extra = row.pop("", None)
                yield f"has {len(extra)} values more than the header has columns" if extra else row
        except csv.Error as error:
            raise InputError(f"{place}: line {reader.line_num} can't be read as CSV ({error})") from error
        except UnicodeDecodeError as error:
            raise InputError(f"{place}: can't be read as UTF-8 text ({error})") from error


def _json_lines(place: str) -> Iterator[Record | str]:
    with _text(place) as file:
        try:
            for line in file:
                if line.strip():
                    yield _json(line)
        except UnicodeDecodeError as error:
            raise InputError(f"{place}: can't be read as UTF-8 text ({error})") from error


def _json(line: str) -> Record | str:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"is not a JSON object ({error})"
    return row if isinstance(row, dict) else f"expected a JSON object, got {type(row).__name__}"


def _parquet(place: str) -> Iterator[Record]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise MissingLibraryError(
            f"{place}: reading Parquet needs pyarrow; run pip install 'segmask[parquet]', or use .csv or .jsonl"
        ) from error
    source: Any = io.BytesIO(places.read(place)) if places.is_url(place) else place
    try:
        with pyarrow.parquet.ParquetFile(source) as file:
            for batch in file.iter_batches(PARQUET_ROWS):
                yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"{place}: can't be read as Parquet ({error})") from error


@contextmanager
def _text(place: str) -> Iterator[TextIO]:
    """A text file, opened; one under a URL is read whole."""
    if places.is_url(place):
        yield io.TextIOWrapper(io.BytesIO(places.read(place)), "utf-8-sig", newline="")
        return
    try:
        check_regular(Path(place))
        file = open(place, encoding="utf-8-sig", newline="")  # noqa: PTH123, SIM115 - closed below
    except OSError as error:
        raise InputError(f"{place}: can't be read ({error.strerror})") from error
    with file:
        yield file
