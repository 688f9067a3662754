"""What is refused before anything runs, and manifests of any size."""

from __future__ import annotations

import json
import resource
from pathlib import Path

import pytest

from segmask.batch.manifest import BadRow
from segmask.batch.plan import make_plan
from segmask.batch.sources import open_source
from segmask.batch.task import Task
from segmask.core.errors import InputError, OptionError
from segmask.options import Options

HEAD = "original,edited,output"


def plan(source: Path, out: Path, **keywords):
    return make_plan(open_source(source, **keywords), str(out), Options())


def write(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n")
    return path


BAD = {
    "no such column": ([f"{HEAD},tarket", "a.jpg,b.jpg,c.png,upper"], OptionError),
    "of the run": ([f"{HEAD},threads", "a.jpg,b.jpg,c.png,2"], OptionError),
    "no edited column": (["original,output", "a.jpg,c.png"], InputError),
    "no edited value": ([HEAD, "a.jpg,,c.png"], InputError),
    "target and prompt": ([f"{HEAD},target,prompt", "a.jpg,b.jpg,c.png,upper,a red coat"], InputError),
    "no such target": ([f"{HEAD},target", "a.jpg,b.jpg,c.png,cape"], InputError),
    "no number": ([f"{HEAD},feather", "a.jpg,b.jpg,c.png,wide"], InputError),
    "too many values": ([HEAD, "a.jpg,b.jpg,c.png,more"], InputError),
    "no format": ([HEAD, "a.jpg,b.jpg,c.bmp"], InputError),
    "out of OUT": ([HEAD, "a.jpg,b.jpg,../c.png"], InputError),
    "absolute": ([HEAD, "a.jpg,b.jpg,/c.png"], InputError),
    "one of ours": ([HEAD, "a.jpg,b.jpg,journal/c.png"], InputError),
    "twice": ([HEAD, "a.jpg,b.jpg,c.png", "d.jpg,e.jpg,c.png"], InputError),
    "twice but for case": ([HEAD, "a.jpg,b.jpg,c.png", "d.jpg,e.jpg,C.PNG"], InputError),
    "mask over an output": ([f"{HEAD},mask", "a.jpg,b.jpg,c.png,", "d.jpg,e.jpg,f.png,c.png"], InputError),
    "mask is its output": ([f"{HEAD},mask", "a.jpg,b.jpg,c.png,c.png"], InputError),
    "lossy mask": ([f"{HEAD},mask", "a.jpg,b.jpg,c.png,m.jpg"], InputError),
    "report format": ([f"{HEAD},report", "a.jpg,b.jpg,c.png,r.txt"], InputError),
    "no rows": ([HEAD], InputError),
    "an input is the output": ([HEAD, "a.jpg,b.jpg,c.png", "out/c.png,b.jpg,d.png"], OptionError),
    "among the inputs": ([HEAD, "out/a.jpg,b.jpg,c.png"], OptionError),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_manifest_is_refused_as_a_whole(name: str, tmp_path: Path) -> None:
    lines, kind = BAD[name]
    with pytest.raises(kind):
        plan(write(tmp_path / "set.csv", *lines), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["set.csv"]


def test_json_lines_hold_lists_and_options(tmp_path: Path) -> None:
    row = {"original": "a.jpg", "edited": ["b.jpg", "s3://shop/c.jpg"], "target": ["upper", "lower"], "sku": 7}
    made = plan(write(tmp_path / "set.jsonl", json.dumps(row), ""), tmp_path / "out")
    (task,) = made.tasks()
    assert task.output == "a.png"
    assert task.edited == (str(tmp_path / "b.jpg"), "s3://shop/c.jpg")
    assert task.options == (("target", "upper,lower"),)
    assert task.facts == (("sku", 7),)


@pytest.mark.parametrize("line", ["[1]", "{", '{"original": 3, "edited": "b.jpg"}', '{"original": "a", "edited": [1]}'])
def test_a_bad_json_line_is_named(line: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="row 1"):
        plan(write(tmp_path / "set.jsonl", line), tmp_path / "out")


def test_each_edit_has_an_output_of_its_own(tmp_path: Path) -> None:
    manifest = write(tmp_path / "set.csv", f"{HEAD},mask", 'a.jpg,"[""1.jpg"", ""2.jpg""]",sub/a.png,sub/a.mask.png')
    tasks = list(plan(manifest, tmp_path / "out", each=True).tasks())
    assert [task.outputs for task in tasks] == [("sub/1.png", "sub/1.mask.png"), ("sub/2.png", "sub/2.mask.png")]


def test_parquet(tmp_path: Path) -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = [{"original": "a.jpg", "edited": ["1.jpg", "2.jpg"], "output": "a.png", "feather": 2.0}]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "set.parquet")
    (task,) = plan(tmp_path / "set.parquet", tmp_path / "out").tasks()
    assert len(task.edited) == 2
    assert task.options == (("feather", 2.0),)


def test_subfolders_are_kept(pairs, tmp_path: Path) -> None:
    originals, edits = pairs(2)
    made = plan(originals, tmp_path / "out", edited=edits)
    assert sorted(task.output for task in made.tasks()) == ["1.png", "sub/0.png"]


def test_two_originals_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("in/a.jpg", "in/a.png", "edits/a.png"):
        write(tmp_path / name, "")
    with pytest.raises(InputError, match=r"a\.jpg and a\.png"):
        plan(tmp_path / "in", tmp_path / "out", edited=tmp_path / "edits")


@pytest.mark.parametrize("out", ["in", "in/deep/out", "edits"])
def test_no_output_folder_among_the_inputs(out: str, pairs, tmp_path: Path) -> None:
    originals, edits = pairs(2)
    with pytest.raises(OptionError):
        plan(originals, tmp_path / out, edited=edits)


def test_what_has_no_partner_is_listed(pairs) -> None:
    originals, edits = pairs(2)
    write(originals / "lone.jpg", "")
    write(edits / "other.heic", "")
    write(edits / "notes.txt", "")
    source = open_source(originals, edited=edits)
    assert source.unmatched == (str(originals / "lone.jpg"), str(edits / "other.heic"))
    assert source.others == ("notes.txt",)


def test_nothing_matched_is_an_error(tmp_path: Path) -> None:
    write(tmp_path / "in/a.jpg", "")
    write(tmp_path / "edits/b.jpg", "")
    with pytest.raises(InputError, match=r"a\.jpg"):
        plan(tmp_path / "in", tmp_path / "out", edited=tmp_path / "edits")


def test_a_large_manifest_is_streamed(tmp_path: Path) -> None:
    """100 000 rows are planned in less than 100 bytes a row; their text has 66."""
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write(HEAD + "\n")
        for number in range(100_000):
            file.write(
                f"original/{number:08d}.jpg,edited/{number:08d}.jpg,results/{number % 100:02d}/{number:08d}.png\n"
            )
    plan(write(tmp_path / "small.csv", HEAD, "a.jpg,b.jpg,c.png"), tmp_path / "out")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = plan(path, tmp_path / "out")
    grown_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert made.count == 100_000
    assert grown_kb * 1024 < 100 * made.count
    assert isinstance(next(made.source.tasks()), Task | BadRow)
