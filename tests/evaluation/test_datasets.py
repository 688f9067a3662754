"""Every layout gives the same cases; what is broken is named."""

import csv
import json
import shutil

import numpy as np
import pytest

from segmask.core.errors import InputError
from segmask.core.labels import PART_ID
from segmask.evaluation.datasets import load_example, read_dataset
from segmask.io import write_png

from .conftest import HEIGHT, WIDTH, draw_case, write_case


def names(dataset):
    return [case.name for case in dataset.cases]


def test_folder_per_case(labelled_set):
    root = labelled_set(2)
    (root / "a" / "case.json").write_text(
        json.dumps(
            {
                "targets": ["upper", "lower"],
                "level": "hard",
                "seed": 3,
                "scene": ["people"],
                "faults": [{"fault": "jpeg", "quality": 80}],
            }
        )
    )
    (root / "notes").mkdir()  # not a case
    dataset = read_dataset(root)
    assert dataset.layout == "folder per case"
    assert names(dataset) == ["a", "b"]
    assert dataset.cases[0].target == "upper,lower"
    assert dataset.cases[0].facts == (("level", "hard"), ("scene: people", "yes"), ("fault: jpeg", "yes"))
    example = load_example(dataset.cases[0])
    assert example.original.shape == (HEIGHT, WIDTH, 3)
    assert example.truth.change.sum() == 20 * 16
    assert example.truth.face is not None
    assert example.truth.face.sum() == 8 * 8


def test_keep_and_face_files_and_an_edit_of_another_size(tmp_path):
    arrays = draw_case()
    keep, face = np.zeros((HEIGHT, WIDTH), np.uint8), np.zeros((HEIGHT, WIDTH), np.uint8)
    keep[40:], face[0, 0] = 255, 1
    edited = np.zeros((HEIGHT * 2, WIDTH * 2, 3), np.uint8)
    edited_parsing = np.full((HEIGHT, WIDTH), PART_ID["skin"], np.uint8)
    more = {"keep": keep, "face": face, "edited": edited, "edited_parsing": edited_parsing}
    write_case(tmp_path / "set" / "a", arrays | more)
    example = load_example(read_dataset(tmp_path / "set").cases[0])
    assert example.truth.stay.sum() == 8 * WIDTH
    assert example.truth.face is not None
    assert example.truth.face.sum() == 1  # the face file goes before the parsing
    assert example.edited_parsing is not None
    assert example.edited.shape == (HEIGHT * 2, WIDTH * 2, 3)


def test_parallel_folders(labelled_set, tmp_path):
    source = labelled_set(2)
    root = tmp_path / "parallel"
    for kind in ("original", "edited", "mask", "parsing"):
        (root / kind).mkdir(parents=True)
        for case in ("a", "b"):
            shutil.copy(source / case / f"{kind}.png", root / kind / f"{case}.png")
    (root / "mask" / "b.png").unlink()
    dataset = read_dataset(root)
    assert dataset.layout == "parallel folders"
    assert names(dataset) == ["a"]
    assert dataset.cases[0].parsing is not None
    assert "case b: " in dataset.problems[0].message
    assert "mask" in dataset.problems[0].message


ROWS = [
    {"name": "first", "original": "a/original.png", "edited": "a/edited.png", "mask": "a/mask.png", "target": "upper"},
    {"original": "b/original.png", "edited": "b/edited.png", "mask": "b/mask.png", "studio": "north"},
]


def write_manifest(root, suffix, rows):
    path = root / f"manifest{suffix}"
    if suffix == ".jsonl":
        path.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    elif suffix == ".csv":
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, ["name", "original", "edited", "mask", "target", "studio"])
            writer.writeheader()
            writer.writerows(rows)
    else:
        pa = pytest.importorskip("pyarrow")
        pq = pytest.importorskip("pyarrow.parquet")
        pq.write_table(
            pa.Table.from_pylist([{"name": None, "target": None, "studio": None} | row for row in rows]), path
        )
    return path


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet"])
def test_manifests(labelled_set, suffix):
    path = write_manifest(labelled_set(2), suffix, ROWS)
    dataset = read_dataset(path)
    assert (dataset.layout, names(dataset), dataset.problems) == ("manifest", ["first", "row 2"], ())
    assert dataset.cases[0].target == "upper"
    assert dataset.cases[1].facts == (("studio", "north"),)
    load_example(dataset.cases[0])


def test_parquet_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "m.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match=r"needs pyarrow; run pip install 'segmask\[evaluate\]'"):
        read_dataset(tmp_path / "m.parquet")


def test_a_damaged_parquet_file(tmp_path):
    pytest.importorskip("pyarrow")
    (tmp_path / "m.parquet").write_bytes(b"PAR1")
    with pytest.raises(InputError, match="can't be read as Parquet"):
        read_dataset(tmp_path / "m.parquet")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"original": "a/original.png"}', "row 1: no value for edited"),
        ('{"original": "a/gone.png", "edited": "a/edited.png", "mask": "a/mask.png"}', "gone.png: no such file"),
        ('{"original": ', "row 1: not a JSON object"),
        ("[1]", "row 1: expected a JSON object, got list"),
        (json.dumps(ROWS[0] | {"target": "trouser"}), "unknown target 'trouser'"),
    ],
)
def test_bad_manifest_rows_are_problems_that_name_row_and_file(labelled_set, line, message):
    path = labelled_set(1) / "m.jsonl"
    path.write_text(line + "\n")
    (problem,) = read_dataset(path).problems
    assert message in problem.message
    assert problem.message.startswith("case ")


def test_a_manifest_in_another_encoding(tmp_path):
    path = tmp_path / "m.csv"
    path.write_bytes("original,edited,mask\ncafé".encode("latin-1"))
    with pytest.raises(InputError, match=r"m\.csv: can't be read as UTF-8"):
        read_dataset(path)


def test_magicbrush(tmp_path):
    arrays = draw_case()
    folder = tmp_path / "images" / "77"
    folder.mkdir(parents=True)
    alpha = np.where(arrays["mask"] == 255, 0, 255).astype(np.uint8)
    write_png(folder / "77-input.png", arrays["original"])
    write_png(folder / "77-output1.png", arrays["edited"])
    write_png(folder / "77-mask1.png", np.dstack([arrays["original"], alpha]))
    turn = {"input": "77-input.png", "mask": "77-mask1.png", "output": "77-output1.png", "instruction": "a red shirt"}
    second = turn | {"input": "77-output1.png", "mask": "77-mask2.png", "output": "77-output2.png"}
    (tmp_path / "edit_turns.json").write_text(json.dumps([turn, second, {"input": "77-input.png"}]))
    dataset = read_dataset(tmp_path)
    assert (dataset.layout, names(dataset)) == ("MagicBrush", ["77-output1"])
    assert (load_example(dataset.cases[0]).truth.values == arrays["mask"]).all()
    assert "77-output2.png: no such file" in dataset.problems[0].message
    assert "turn 3: expected the file names" in dataset.problems[1].message


def test_a_magicbrush_mask_without_transparency(tmp_path):
    from segmask.evaluation.datasets.magicbrush import read_transparency

    write_png(tmp_path / "m.png", np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(InputError, match="has no transparency"):
        read_transparency(tmp_path / "m.png")


def test_pixar(tmp_path):
    arrays = draw_case()
    split = tmp_path / "validation"
    changed = arrays["mask"].copy()
    changed[14] = 0  # meant, but nothing changed there
    for folder, name, array in (
        ("real", "original_1", arrays["original"]),
        ("tampered", "tampered_2", arrays["edited"]),
        ("tampered", "tampered_3", arrays["edited"]),
        ("masks", "tampered_2_mask", arrays["mask"]),
        ("soft_masks", "tampered_2_mask", changed),
    ):
        (split / folder).mkdir(parents=True, exist_ok=True)
        write_png(split / folder / f"{name}.png", array)
    (tmp_path / "mapping.json").write_text(
        json.dumps({"tampered_2.png": {"real": "original_1.png", "type": "color"}, "tampered_3.png": {"real": "gone"}})
    )
    for root in (tmp_path, split):
        dataset = read_dataset(root)
        assert (dataset.layout, names(dataset)) == ("PIXAR", ["tampered_2"])
        assert "tampered_3.png: mapping.json names no original" in dataset.problems[0].message
        values = load_example(dataset.cases[0]).truth.values
        assert (values[14, 8:24] == 128).all()
        assert (values[15, 8:24] == 255).all()
        assert values[0, 0] == 0


def test_broken_cases_are_problems_and_the_others_stay(labelled_set):
    root = labelled_set(4)
    (root / "a" / "edited.png").unlink()
    (root / "b" / "case.json").write_text("{")
    shutil.copy(root / "c" / "original.png", root / "c" / "original.webp")
    dataset = read_dataset(root)
    assert names(dataset) == ["d"]
    messages = [problem.message for problem in dataset.problems]
    assert "case a: " in messages[0]
    assert "edited.*: no such picture" in messages[0]
    assert "case b: " in messages[1]
    assert "case.json: can't be read as JSON" in messages[1]
    assert "original.png and original.webp; expected one original.*" in messages[2]


def test_two_rows_with_one_name_are_both_left_out(labelled_set):
    path = write_manifest(labelled_set(1), ".jsonl", [ROWS[0], ROWS[0]])
    dataset = read_dataset(path)
    assert dataset.cases == ()
    assert "case first: 2 cases have this name" in dataset.problems[0].message


def test_labels_of_another_size_name_case_and_file(labelled_set):
    root = labelled_set(1)
    write_png(root / "a" / "mask.png", np.zeros((3, 4), np.uint8))
    with pytest.raises(InputError, match=r"case a: .*mask\.png: is 4x3, its picture is 32x48"):
        load_example(read_dataset(root).cases[0])


def test_labels_of_another_set_are_refused(labelled_set):
    root = labelled_set(1)
    write_png(root / "a" / "parsing.png", np.full((HEIGHT, WIDTH), 59, np.uint8))
    with pytest.raises(InputError, match=r"expected canonical part ids 0\.\.13, got 59"):
        load_example(read_dataset(root).cases[0])


def test_what_is_no_set(tmp_path):
    with pytest.raises(InputError, match="no such file or folder"):
        read_dataset(tmp_path / "gone")
    with pytest.raises(InputError, match="not a set; expected folders with"):
        read_dataset(tmp_path)
    (tmp_path / "empty.csv").write_text("original,edited,mask\n")
    with pytest.raises(InputError, match="has no case"):
        read_dataset(tmp_path / "empty.csv")
