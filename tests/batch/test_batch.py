"""A batch from folders to results: what is done, kept, done again, and left out."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

import segmask
from segmask.batch.picture import Done, PictureJob, Setup
from segmask.batch.run import BatchResult
from segmask.batch.sources import open_source
from segmask.batch.task import Task
from segmask.core.errors import OptionError
from segmask.options import Options
from tests.batch.conftest import draw_pair, outputs


def run(source: Path, out: Path, **keywords: Any) -> BatchResult:
    options: dict[str, Any] = {"strategy": "diff", "workers": 1, **keywords}
    return segmask.batch(source, out, **options)


def verdicts(result: BatchResult) -> dict[str, str]:
    return {row["output"]: row["verdict"] for row in result.rows()}


def test_the_bytes_are_those_of_one_call(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(3)
    result = run(originals, tmp_path / "out", edited=edits, sides=("mask", "report", "preview"), workers=2)
    assert (result.total, result.failed, result.kept, result.exit_code()) == (3, 0, 0, 0)
    one = segmask.apply(originals / "sub/0.png", edits / "sub/0_edited.png", strategy="diff")
    one.save(tmp_path / "0.png", mask=tmp_path / "0.mask.png", preview=tmp_path / "0.preview.png")
    for name in ("0.png", "0.mask.png", "0.preview.png"):
        assert (tmp_path / "out/sub" / name).read_bytes() == (tmp_path / name).read_bytes()
    report = json.loads((tmp_path / "out/sub/0.report.json").read_text())
    assert report["verdict"] == one.report.verdict


def test_layers_and_the_mark_are_those_of_one_call(pairs, tmp_path: Path) -> None:
    """A run with another mark does the pictures again; the mark is among what a row holds of its options."""
    pytest.importorskip("psd_tools")
    originals, edits = pairs(1)
    run(originals, tmp_path / "out", edited=edits)
    result = run(originals, tmp_path / "out", edited=edits, sides=("layers.psd",), mark=True)
    assert result.kept == 0
    name = next(iter(verdicts(result)))
    stem = name.removesuffix(".png")
    source = next(row for row in result.rows())
    one = segmask.apply(source["original"], source["edited"][0], strategy="diff")
    one.save(tmp_path / "one.png", layers=tmp_path / "one.psd", mark=True)
    assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "one.png").read_bytes()
    assert (tmp_path / "out" / f"{stem}.layers.psd").read_bytes() == (tmp_path / "one.psd").read_bytes()
    for kind in ("layers", "layers.xcf"):
        with pytest.raises(OptionError):
            run(originals, tmp_path / "other", edited=edits, sides=(kind,))


def test_a_second_run_does_nothing_and_later_ones_what_changed(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(4)
    out = tmp_path / "out"
    first = outputs(out) if run(originals, out, edited=edits).kept == 0 else {}
    assert run(originals, out, edited=edits).kept == 4
    (out / "1.png").unlink()
    (out / "3.png").write_bytes(b"half a picture")
    draw_pair(originals / "sub/0.png", edits / "sub/0_edited.png", 5)
    again = run(originals, out, edited=edits, resume=True)
    assert (again.kept, again.failed) == (1, 0)
    now = outputs(out)
    assert {name for name in now if now[name] != first[name]} == {"sub/0.png"}


def test_a_file_that_was_only_touched_counts_as_unchanged(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(2)
    run(originals, tmp_path / "out", edited=edits)
    os.utime(originals / "1.png")
    os.utime(tmp_path / "out/sub/0.png")
    assert run(originals, tmp_path / "out", edited=edits).kept == 2


def test_verify_finds_what_size_and_time_hide(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(1)
    out = tmp_path / "out"
    run(originals, out, edited=edits)
    path = out / "sub/0.png"
    stat, data = path.stat(), bytearray(path.read_bytes())
    data[-20] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert run(originals, out, edited=edits).kept == 1
    assert run(originals, out, edited=edits, verify=True).kept == 0


def test_no_resume_does_everything_again_with_other_options(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(1)
    run(originals, tmp_path / "out", edited=edits)
    result = run(originals, tmp_path / "out", edited=edits, resume=False, feather=0)
    assert (result.kept, len(list(result.rows()))) == (0, 1)


def test_a_bad_picture_is_a_row(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(2)
    for name in ("cut", "text", "gone"):
        draw_pair(originals / f"{name}.png", edits / f"{name}.png", 9)
    (originals / "cut.png").write_bytes((originals / "cut.png").read_bytes()[:300])
    (edits / "text.png").write_text("no picture")
    (edits / "gone.png").unlink()
    (edits / "gone.png").symlink_to(tmp_path / "nowhere.png")
    result = run(originals, tmp_path / "out", edited=edits)
    assert result.exit_code() == 1
    codes = {row["output"]: (row["error"] or {}).get("code") for row in result.rows()}
    assert codes == {"1.png": None, "sub/0.png": None, "cut.png": "input", "text.png": "input", "gone.png": "input"}
    assert set(outputs(tmp_path / "out")) == {"1.png", "sub/0.png"}
    again = run(originals, tmp_path / "out", edited=edits)
    assert (again.kept, again.failed) == (2, 3)


def test_of_several_edits_the_best_or_each(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(1)
    (edits / "sub/0_out.png").write_bytes((originals / "sub/0.png").read_bytes())
    best = run(originals, tmp_path / "best", edited=edits)
    (row,) = best.rows()
    assert (row["output"], row["chosen"]) == ("sub/0.png", str(edits / "sub/0_edited.png"))
    each = run(originals, tmp_path / "each", edited=edits, each=True)
    assert sorted(verdicts(each)) == ["sub/0_edited.png", "sub/0_out.png"]


def test_a_manifest_carries_options_masks_and_facts(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(2)
    mask = segmask.apply(originals / "1.png", edits / "1_edited.png", strategy="diff")
    mask.save_mask(tmp_path / "mask.png")
    rows = [
        {"original": "in/1.png", "edited": "edits/1_edited.png", "output": "a.png", "mask_in": "mask.png", "sku": 12},
        {"original": "in/1.png", "edited": "edits/1_edited.png", "output": "b.tif", "feather": 0, "mask": "b.mask.png"},
    ]
    (tmp_path / "set.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    result = run(tmp_path / "set.jsonl", tmp_path / "out")
    assert result.exit_code() == 0, list(result.rows())
    found = {row["output"]: row for row in result.rows()}
    assert found["a.png"]["facts"] == {"sku": 12}
    assert found["a.png"]["options"] != found["b.tif"]["options"]
    assert set(found["b.tif"]["files"]) == {"b.tif", "b.mask.png"}
    with (tmp_path / "out/results.csv").open(newline="") as file:
        assert {row["output"]: row["sha256"] for row in csv.DictReader(file)} == {
            name: row["sha256"] for name, row in found.items()
        }


def test_the_parquet_table_has_the_journals_rows(pairs, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    originals, edits = pairs(2)
    result = run(originals, tmp_path / "out", edited=edits)
    rows = parquet.read_table(tmp_path / "out/results.parquet").to_pylist()
    assert {row["output"]: row["sha256"] for row in rows} == {row["output"]: row["sha256"] for row in result.rows()}


def test_a_stop_ends_the_run_and_the_next_one_goes_on(pairs, tmp_path: Path) -> None:
    """SIGINT as a terminal sends it, in the middle of a run."""
    originals, edits = pairs(6)

    def interrupt(_row: dict[str, Any], tally: Any) -> None:
        if tally.done == 2:
            signal.raise_signal(signal.SIGINT)

    stopped = run(originals, tmp_path / "out", edited=edits, progress=interrupt)
    assert (stopped.stopped, stopped.exit_code()) == (True, 130)
    done = sum(stopped.counts.values())
    assert 2 <= done < 6
    result = run(originals, tmp_path / "out", edited=edits)
    assert (result.kept, result.exit_code(), len(verdicts(result))) == (done, 0, 6)


def test_a_picture_in_quarantine_is_not_tried_again_until_it_changes(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(1)
    setup = Setup(str(tmp_path / "out"), Options(strategy="diff"))
    notes: list[dict[str, Any]] = []
    job = PictureJob(setup)
    (task,) = open_source(originals, edited=edits).tasks()
    assert isinstance(task, Task)
    job((task, None), notes.append)
    quarantined = {"output": task.output, "verdict": "quarantined", **notes[0]}
    kept = job((task, quarantined))
    assert isinstance(kept, Done)
    assert kept.kept
    draw_pair(originals / "sub/0.png", edits / "sub/0_edited.png", 5)
    assert not job((task, quarantined)).kept


@pytest.mark.parametrize(
    ("library", "keywords", "extra"),
    [
        ("ray", {"engine": "ray"}, "segmask[ray]"),
        ("fsspec", {"edited": "s3://shop/edits"}, "segmask[remote]"),
        ("pyarrow", {"source": "set.parquet"}, "segmask[parquet]"),
    ],
)
def test_a_missing_library_is_named_with_its_extra(
    library: str, keywords: dict[str, Any], extra: str, pairs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    originals, edits = pairs(1)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "set.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(sys.modules, library, None)
    given = {"source": originals, "edited": None if "source" in keywords else edits, **keywords}
    with pytest.raises(segmask.MissingLibraryError, match=re.escape(extra)):
        run(given.pop("source"), tmp_path / "out", **given)
    assert not (tmp_path / "out").exists()
