"""Rows outlive whatever ends the process that writes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmask.batch import journal as module
from segmask.batch.index import Index
from segmask.batch.journal import Journal
from segmask.batch.journals import open_journal
from segmask.core.errors import OptionError, OutputError
from segmask.options import Options


def test_the_last_row_of_a_key_counts_over_all_runs(tmp_path: Path) -> None:
    for verdict in ("failed", "ok"):
        with Journal(str(tmp_path), "output") as journal:
            journal.append({"output": "a.png", "verdict": verdict})
            journal.append({"output": f"{verdict}.png", "verdict": verdict})
    with Journal(str(tmp_path), "output") as journal:
        assert [row["output"] for row in journal.rows()] == ["failed.png", "a.png", "ok.png"]
        assert journal.find("a.png") == {"output": "a.png", "verdict": "ok"}
        assert journal.find("b.png") is None


@pytest.mark.parametrize("left", [b'{"output": "b.png"', b'{"output": "b.png"}', b"\n", b"\xff\n", b"[]\n", b"{}\n"])
def test_a_line_that_was_cut_short_is_passed_over(left: bytes, tmp_path: Path) -> None:
    """A last line without its end counts as not written: whoever wrote it had not done so yet."""
    with Journal(str(tmp_path), "output") as journal:
        journal.append({"output": "a.png"})
    with (tmp_path / "000000.jsonl").open("ab") as file:
        file.write(left)
    with Journal(str(tmp_path), "output") as journal:
        journal.append({"output": "c.png"})
        assert [row["output"] for row in journal.rows()] == ["a.png", "c.png"]


def test_parts_have_a_bounded_number_of_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART_ROWS", 3)
    monkeypatch.setattr(module, "MOST_READERS", 2)
    with Journal(str(tmp_path), "output") as journal:
        for number in range(10):
            journal.append({"output": f"{number}.png"})
        assert [row["output"] for row in journal.rows()] == [f"{number}.png" for number in range(10)]
    assert len(list(tmp_path.glob("*.jsonl"))) == 4
    assert all(json.loads(line) for path in tmp_path.glob("*.jsonl") for line in path.read_text().splitlines())


def test_two_runs_in_one_folder_are_refused(tmp_path: Path) -> None:
    with Journal(str(tmp_path / "journal"), "output"), pytest.raises(OutputError):
        Journal(str(tmp_path / "journal"), "output")
    Journal(str(tmp_path / "journal"), "output").close()


def test_a_folder_with_other_contents_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.png").write_bytes(b"mine")
    with pytest.raises(OutputError):
        open_journal(str(tmp_path), Options(), None)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.png"]


def test_resume_wants_a_journal_and_no_resume_forgets_it(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    with pytest.raises(OptionError):
        open_journal(out, Options(), True)
    with open_journal(out, Options(), None) as journal:
        journal.append({"output": "a.png"})
    with pytest.raises(OptionError):
        open_journal(out, Options(feather=2), None)
    with open_journal(out, Options(threads=2), True) as journal:
        assert len(journal) == 1
    with open_journal(out, Options(feather=2), False) as journal:
        assert len(journal) == 0
    with open_journal(out, Options(feather=2), True) as journal:
        assert len(journal) == 0


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 2**50)), max_size=60), st.integers(1, 9))
def test_the_index_is_a_dictionary(entries: list[tuple[int, int]], merge: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("segmask.batch.index.LEAST_MERGE", merge)
        index, known = Index(), {}
        for place, (key, _) in enumerate(entries):
            index.put(key, place)
            known[key] = place
        assert all(index.get(key) == place for key, place in known.items())
        assert list(index.places()) == sorted(known.values())
        assert len(index) == len(known)
