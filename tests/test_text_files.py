"""Manifests, results and descriptions that are hard to read: nested without end, fields of 200 kB, odd rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from segmask.batch import manifest as batch_manifest
from segmask.batch.table_in import Record
from segmask.batch.task import Task
from segmask.core.errors import SegmaskError
from segmask.evaluation.datasets import manifest
from segmask.evaluation.results import read_results
from segmask.models.own import load_own_parser
from segmask.models.session import Network

WEIGHTS = Path(batch_manifest.__file__).parents[1] / "models" / "weights" / "parser.onnx"
DEEP = b"[" * 100_000
HARD = {
    "deep": DEEP,
    "deep in a field": b'{"original": ' + DEEP,
    "deep and closed": DEEP + b"]" * 100_000,
    "huge integer": b'{"original": "a.png", "edited": "b.png", "threshold": ' + b"9" * 5000 + b"}",
    "long field": b"original,edited,mask\n" + b"a" * 200_000 + b",b,c\n",
    "long header": b"a" * 200_000 + b",edited\n1,2\n",
    "more values than columns": b"original,edited,mask\na,b,c,d,e\n",
    "no rows": b"original,edited,mask\n",
    "nothing": b"",
    "NUL": b"original,edited,mask\n\0,\0,\0\n",
    "not UTF-8": b"original,edited,mask\n\xff,\xfe,\x80\n",
    "a number for a list": b'{"cases": 1, "classes": 2, "strategies": 3}',
}


def rows(path: Path) -> list[Task | Record | object]:
    return list(batch_manifest.read(str(path)))


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "evaluation, CSV": (".csv", manifest.read),
    "evaluation, JSONL": (".jsonl", manifest.read),
    "batch, CSV": (".csv", rows),
    "batch, JSONL": (".jsonl", rows),
    "results": (".json", read_results),
    "parser of one's own": (".json", lambda path: load_own_parser(Network(WEIGHTS), path)),
}


@pytest.mark.parametrize("what", HARD)
@pytest.mark.parametrize("reader", READERS)
def test_a_hard_text_file_is_read_or_refused(reader: str, what: str, tmp_path: Path) -> None:
    suffix, read = READERS[reader]
    path = tmp_path / f"file{suffix}"
    path.write_bytes(HARD[what])
    said = ""
    try:
        read(path)
    except SegmaskError as error:
        said = str(error)
    assert path.name in said or not said
    assert len(said) < 2000, "what is wrong, not the file over again"
