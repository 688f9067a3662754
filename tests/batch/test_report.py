"""The page of a large batch stays small, and no name can do anything in it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from segmask.batch.report import page, write_report
from segmask.batch.table import write_tables


def row(number: int, **changes: Any) -> dict[str, Any]:
    values = {"output": f"sub/{number:05d}.png", "original": "a.jpg", "edited": ["b.jpg"], "verdict": "ok"}
    return {**values, "confidence": number / 10_000, "reasons": [], "error": None, "seconds": 1.5, **changes}


def taken(folder: Path) -> list[list[Any]]:
    """The rows in the page's scripts, in order."""
    scripts = re.findall(r'<script src="([^"]+)">', (folder / "report.html").read_text())
    texts = [(folder / script).read_text() for script in scripts]
    return [entry for text in texts for entry in json.loads(text.removeprefix("take(").removesuffix(");\n"))]


def test_ten_thousand_rows_are_a_small_page_and_chunks(tmp_path: Path) -> None:
    rows = [row(number) for number in range(10_000)]
    rows[7000] |= {"verdict": "failed", "confidence": None, "error": {"code": "input", "message": "cut short"}}
    rows[8000] |= {"verdict": "review", "reasons": ["confidence-low"]}
    write_report(str(tmp_path), lambda: rows, thumbnails=True)
    assert (tmp_path / "report.html").stat().st_size < 20_000
    chunks = list((tmp_path / "report-files").glob("rows-*.js"))
    assert len(chunks) == 5
    assert max(path.stat().st_size for path in chunks) < 1_000_000
    found = taken(tmp_path)
    assert len(found) == 10_000
    assert [entry[0] for entry in found[:3]] == ["sub/07000.png", "sub/08000.png", "sub/00000.png"]
    assert found[0][4] == "cut short"


def test_the_page_needs_no_network(tmp_path: Path) -> None:
    write_report(str(tmp_path), lambda: [row(1)], thumbnails=True)
    assert "//" not in re.sub(r"<!doctype html>|^\s*//.*$", "", (tmp_path / "report.html").read_text())


def test_a_name_cannot_end_its_script(tmp_path: Path) -> None:
    name = "</script><script>alert(1)</script>.png"
    write_report(str(tmp_path), lambda: [row(1, output=name)], thumbnails=False)
    assert "<" not in (tmp_path / "report-files/rows-000.js").read_text()
    assert taken(tmp_path)[0][0] == name


def test_of_more_rows_than_a_browser_takes_the_worst_are_shown(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(page, "MOST_ROWS", 3)
    write_report(str(tmp_path), lambda: (row(9 - number) for number in range(9)), thumbnails=False)
    assert [entry[0] for entry in taken(tmp_path)] == ["sub/00001.png", "sub/00002.png", "sub/00003.png"]
    assert "results.csv" in (tmp_path / "report.html").read_text()


def test_tables_are_written_in_chunks(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("segmask.batch.table.CHUNK", 2)
    names = write_tables(str(tmp_path), (row(number) for number in range(5)))
    assert "results.csv" in names
    assert len((tmp_path / "results.csv").read_text().splitlines()) == 6
