"""The page and its data: one small file of markup, and the rows in chunks that are loaded as they are looked at.

A browser that opens a page from a disk may load scripts beside it, but not data; so each chunk is a script that hands
its rows over.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from segmask.batch import places
from segmask.batch.picture import QUARANTINED, VERDICTS, Row
from segmask.batch.thumbnail import thumbnail_name
from segmask.report import FAILED, OK, REVIEW
from segmask.version import __version__

PAGE = "report.html"
FOLDER = "report-files"
CHUNK = 2_000
"""Rows in a script: about 500 kB."""
MOST_ROWS = 50_000
"""Rows on the page, the worst ones; beyond, a browser takes seconds to sort. The tables hold all."""
SHOWN = 48
"""Rows on the screen at a time."""
ORDER = {QUARANTINED: 0, FAILED: 1, REVIEW: 2, OK: 3}


def write_report(output: str, rows: Callable[[], Iterable[Row]], thumbnails: bool) -> list[str]:
    """Write the page of all rows, or of the ``MOST_ROWS`` worst; gives its name.

    Args:
        output: output folder or URL.
        rows: a fresh pass over the journal's rows.
        thumbnails: whether the rows have small pictures.
    """
    counts: Counter[str] = Counter()

    def counted() -> Iterator[tuple[tuple[int, float, str], list[Any]]]:
        for row in rows():
            counts[row["verdict"]] += 1
            yield badness(row), compact(row, thumbnails)

    worst = [shown for _, shown in heapq.nsmallest(MOST_ROWS, counted())]
    chunks = [worst[start : start + CHUNK] for start in range(0, len(worst), CHUNK)]
    contents = {f"{FOLDER}/rows-{number:03d}.js": _script(chunk) for number, chunk in enumerate(chunks)}
    contents[PAGE] = _page(counts, len(worst), list(contents)).encode()
    places.write({places.join(output, name): data for name, data in contents.items()})
    return [PAGE]


def badness(row: Row) -> tuple[int, float, str]:
    """What rows are sorted by, worst first: verdict, confidence, name.

    >>> badness({"verdict": "failed", "output": "a"}) < badness({"verdict": "ok", "confidence": 0.1, "output": "b"})
    True
    """
    confidence = row.get("confidence")
    return ORDER[row["verdict"]], 1.0 if confidence is None else confidence, row["output"]


def compact(row: Row, thumbnails: bool) -> list[Any]:
    """What the page needs of a row.

    >>> compact({"output": "a.png", "verdict": "ok", "confidence": 0.98765, "reasons": []}, False)
    ['a.png', 3, 0.988, [], '', '', 0]
    """
    confidence = row.get("confidence")
    drawn = thumbnails and row["verdict"] in (OK, REVIEW)
    return [
        row["output"],
        VERDICTS_ON_PAGE.index(row["verdict"]),
        None if confidence is None else round(confidence, 3),
        row.get("reasons") or [],
        (row.get("error") or {}).get("message", ""),
        thumbnail_name(row["output"]).removeprefix(f"{FOLDER}/") if drawn else "",
        row.get("seconds") or 0,
    ]


VERDICTS_ON_PAGE = sorted(VERDICTS, key=ORDER.__getitem__)


def _script(rows: list[list[Any]]) -> bytes:
    # "<" is written as an escape: a name can't end the script that it stands in.
    text = json.dumps(rows, separators=(",", ":")).replace("<", "\\u003c")
    return f"take({text});\n".encode()


def _page(counts: Counter[str], shown: int, scripts: list[str]) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("segmask.batch.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("page.html").render(
        counts=[(verdict, counts.get(verdict, 0)) for verdict in VERDICTS_ON_PAGE],
        total=sum(counts.values()),
        shown=shown,
        scripts=scripts,
        folder=FOLDER,
        page_size=SHOWN,
        version=__version__,
    )
