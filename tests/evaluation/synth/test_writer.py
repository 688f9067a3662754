import json
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from segmask.cli.synth import synth
from segmask.core.errors import InputError, OptionError, OutputError
from segmask.core.labels import PARTS
from segmask.evaluation.datasets import read_dataset
from segmask.evaluation.synth import synthesise
from segmask.evaluation.synth.writer import open_labelled_set, write_case, write_pairs
from segmask.io import read_gray, read_image, read_labels, write_png

app = typer.Typer()
app.command()(synth)


@pytest.fixture
def labelled(tmp_path: Path, photo: np.ndarray, label: np.ndarray) -> Path:
    """Three photos, of which one shows nobody, with a split."""
    root = tmp_path / "set"
    for folder in ("photos", "labels"):
        (root / folder).mkdir(parents=True)
    for name in ("a", "b", "nobody"):
        write_png(root / "photos" / f"{name}.png", photo)
        write_png(root / "labels" / f"{name}.png", label * (name != "nobody"))
    (root / "split.json").write_text(json.dumps({"parts": PARTS, "train": ["b"], "val": ["a"]}))
    return root


def test_a_case_is_written_as_a_folder(tmp_path: Path, photo: np.ndarray, label: np.ndarray):
    case = synthesise(photo, label, seed=1)
    write_case(case, tmp_path / "x", source="a")
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == [
        "case.json", "edited.jpg", "edited_parsing.png", "face.png", "mask.png", "original.png", "parsing.png",
    ]  # fmt: skip
    assert (read_image(tmp_path / "x" / "original.png") == case.original).all()
    assert (read_gray(tmp_path / "x" / "mask.png") == case.truth).all()
    assert (read_labels(tmp_path / "x" / "parsing.png") == case.parsing).all()
    assert (tmp_path / "x" / "edited.jpg").read_bytes() == case.coded


def test_a_lossless_edit_is_a_png(tmp_path: Path, photo: np.ndarray, label: np.ndarray):
    case = synthesise(photo, label, seed=1, without=["jpeg"])
    write_case(case, tmp_path / "x")
    assert (read_image(tmp_path / "x" / "edited.png") == case.edited).all()


def test_pairs_are_a_dataset_that_can_be_evaluated(tmp_path: Path, labelled: Path):
    done = list(write_pairs(open_labelled_set(labelled), tmp_path / "pairs", seed=3))
    assert [bool(written.problem) for written in done].count(True) == 1
    dataset = read_dataset(tmp_path / "pairs")
    assert [case.name for case in dataset.cases] == ["a-0", "b-0"]
    assert not dataset.problems


def test_more_cases_than_photos_take_them_again(tmp_path: Path, labelled: Path):
    done = list(write_pairs(open_labelled_set(labelled, "val"), tmp_path / "pairs", cases=2))
    assert [written.name for written in done] == ["a-0", "a-1"]
    seeds = {json.loads((tmp_path / "pairs" / name / "case.json").read_text())["seed"] for name in ("a-0", "a-1")}
    assert len(seeds) == 2


def test_the_same_seed_writes_the_same_files(tmp_path: Path, labelled: Path):
    contents = []
    for folder in ("one", "two"):
        list(write_pairs(open_labelled_set(labelled, "train"), tmp_path / folder, seed=5, level="hard"))
        contents.append({path.name: path.read_bytes() for path in (tmp_path / folder / "b-0").iterdir()})
    assert contents[0] == contents[1]


def test_pairs_never_mix_with_what_is_there(tmp_path: Path, labelled: Path):
    (tmp_path / "pairs").mkdir()
    (tmp_path / "pairs" / "mine.txt").write_text("precious")
    with pytest.raises(OutputError, match="new or empty folder"):
        list(write_pairs(open_labelled_set(labelled), tmp_path / "pairs"))
    assert [path.name for path in (tmp_path / "pairs").iterdir()] == ["mine.txt"]


def test_errors_of_the_labelled_set(tmp_path: Path, labelled: Path):
    with pytest.raises(InputError, match="photos/ and labels/"):
        open_labelled_set(tmp_path / "none")
    with pytest.raises(OptionError, match="train, val, all"):
        open_labelled_set(labelled, "test")
    with pytest.raises(OptionError, match="expected at least 1"):
        list(write_pairs(open_labelled_set(labelled), tmp_path / "pairs", cases=0))
    (labelled / "photos" / "a.png").unlink()
    with pytest.raises(InputError, match="expected a photo a"):
        open_labelled_set(labelled).load("a")


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("{", InputError, "expected JSON"),
        ('{"parts": ["cat"], "val": []}', InputError, "canonical"),
        ('{"train": ["a"]}', OptionError, "has no part 'val'"),
        ('{"val": []}', InputError, "no labels"),
    ],
)
def test_errors_of_the_split(labelled: Path, text: str, error: type[Exception], message: str):
    (labelled / "split.json").write_text(text)
    with pytest.raises(error, match=message):
        open_labelled_set(labelled, "val")


def test_a_split_without_its_file(labelled: Path):
    (labelled / "split.json").unlink()
    with pytest.raises(OptionError, match="--split all"):
        open_labelled_set(labelled, "val")


def test_the_command_writes_pairs_and_says_what_it_left_out(tmp_path: Path, labelled: Path):
    arguments = [str(labelled), "-o", str(tmp_path / "pairs"), "--without", "jpeg", "--size", "160"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0
    assert "2 pairs in" in result.output
    assert "nobody-0: left out: label map: expected a garment" in result.output.replace("\n", "")
    assert (tmp_path / "pairs" / "a-0" / "edited.png").is_file()


def test_the_command_refuses_unknown_faults(tmp_path: Path, labelled: Path):
    result = CliRunner().invoke(app, [str(labelled), "-o", str(tmp_path / "pairs"), "--without", "snow"])
    assert isinstance(result.exception, OptionError)
    assert not (tmp_path / "pairs").exists()
