"""The journal as a table: CSV always, Parquet where pyarrow is there; row by row, never whole."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from segmask.batch import places
from segmask.batch.picture import Row

CSV_FILE, PARQUET_FILE = "results.csv", "results.parquet"
COLUMNS = {
    "output": "string",
    "verdict": "string",
    "confidence": "double",
    "reasons": "string",
    "error_code": "string",
    "error": "string",
    "share": "double",
    "width": "int64",
    "height": "int64",
    "original": "string",
    "edited": "string",
    "chosen": "string",
    "bytes": "int64",
    "sha256": "string",
    "seconds": "double",
    "rss_mb": "double",
    "options": "string",
    "version": "string",
    "code": "string",
    "models": "string",
    "finished": "string",
    "facts": "string",
}
"""Columns and their Arrow types; lists are joined by blanks (reasons) or are JSON (edited, models, facts)."""
CHUNK = 10_000
"""Rows in memory at a time."""


def flat(row: Row) -> dict[str, Any]:
    """A journal row as a row of the table.

    >>> flat({"output": "a.png", "verdict": "review", "reasons": ["seam", "ghost"], "edited": ["b.png"]})["reasons"]
    'seam ghost'
    """
    error, size, edited = row.get("error") or {}, row.get("size") or [None, None], row.get("edited") or []
    values = {name: row.get(name) for name in COLUMNS}
    return values | {
        "reasons": " ".join(row.get("reasons") or []),
        "error_code": error.get("code"),
        "error": error.get("message"),
        "width": size[0],
        "height": size[1],
        "edited": edited[0] if len(edited) == 1 else json.dumps(edited),
        "models": json.dumps(row.get("models") or {}),
        "facts": json.dumps(row.get("facts") or {}),
    }


def write_tables(output: str, rows: Iterable[Row]) -> list[str]:
    """Write ``results.csv`` and, where pyarrow is installed, ``results.parquet``; gives the names that were written."""
    with_parquet = has_pyarrow()
    with _scratch() as folder:
        table = folder / CSV_FILE
        with table.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(COLUMNS))
            writer.writeheader()
            parquet = _parquet_writer(folder / PARQUET_FILE) if with_parquet else None
            for chunk in _chunks(map(flat, rows)):
                writer.writerows(chunk)
                if parquet is not None:
                    _write_chunk(parquet, chunk)
            if parquet is not None:
                parquet.close()
        names = [CSV_FILE, *([PARQUET_FILE] if with_parquet else [])]
        for name in names:
            places.put(folder / name, places.join(output, name))
    return names


def has_pyarrow() -> bool:
    """Whether Parquet can be written.

    >>> has_pyarrow() in (True, False)
    True
    """
    return importlib.util.find_spec("pyarrow") is not None


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="segmask-") as folder:
        yield Path(folder)


def _chunks(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def _parquet_writer(path: Path) -> Any:
    import pyarrow
    import pyarrow.parquet

    types = {"string": pyarrow.string(), "double": pyarrow.float64(), "int64": pyarrow.int64()}
    schema = pyarrow.schema([(name, types[kind]) for name, kind in COLUMNS.items()])
    return pyarrow.parquet.ParquetWriter(os.fspath(path), schema)


def _write_chunk(writer: Any, chunk: list[dict[str, Any]]) -> None:
    import pyarrow

    writer.write_table(pyarrow.Table.from_pylist(chunk, schema=writer.schema))
