"""``segmask evaluate`` from the shell."""

import json
import shutil

import numpy as np
import pytest

from segmask.cli.main import run
from segmask.io import write_png


@pytest.fixture
def command(labelled_set, tmp_path, capsys, monkeypatch):
    """Run with masks that are right but for case b; gives exit code, stdout and stderr."""
    root = labelled_set(3)
    masks = tmp_path / "other"
    masks.mkdir()
    for name in "abc":
        shutil.copy(root / name / "mask.png", masks / f"{name}.png")
    write_png(masks / "b.png", np.zeros((48, 32), np.uint8))
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        with pytest.raises(SystemExit) as ended:
            run(["evaluate", str(root), *arguments])
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return call


def test_scoring_another_tools_masks(command, tmp_path):
    code, out, err = command("--masks", "other", "-o", "page")
    assert code == 0
    assert out.splitlines()[1].split()[:4] == ["other", "3", "0.667", "0.667"]
    assert err.strip() == "report: page/report.html"
    content = json.loads((tmp_path / "page" / "results.json").read_text())
    assert content["summary"]["other"]["iou"] == pytest.approx(2 / 3)
    assert [case["iou"] for case in content["cases"]] == [1, 0, 1]
    assert (tmp_path / "page" / "results.csv").is_file()


def test_fail_under_exits_with_3(command):
    code, _, err = command("--masks", "other", "--fail-under", "kept=1,iou=.9")
    assert code == 3
    assert "below: other: iou is 0.6667; expected 0.9 or more" in err
    assert command("--masks", "other", "--fail-under", "kept=1")[0] == 0


def test_compare_with_an_older_run(command, tmp_path):
    assert command("--masks", "other", "-o", "old")[0] == 0
    for name in "abc":
        write_png(tmp_path / "other" / f"{name}.png", np.full((48, 32), 255, np.uint8))
    code, out, _ = command("--masks", "other", "-o", "new", "--compare", "old/results.json")
    assert code == 0
    assert "worse: other, face kept 1.0000 to 0.0000 (-1.0000 to -1.0000)" in out
    assert "comparison.csv" in {path.name for path in (tmp_path / "new").iterdir()}


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--masks", "gone"], 2, "--masks gone: no such folder"),
        (["--strategy", "magic"], 2, "unknown strategy 'magic'"),
        (["--masks", "other", "--fail-under", "iou"], 2, "expected METRIC=VALUE"),
        (["--masks", "other", "--compare", "gone.json"], 1, "gone.json: can't be read"),
        (["--target", "trouser"], 2, "unknown target 'trouser'"),
    ],
)
def test_wrong_usage(command, arguments, code, message):
    got, _, err = command(*arguments)
    assert (got, err.count("\n")) == (code, 1)
    assert message in err


def test_a_bad_case_is_told_and_strict_ends_there(command, tmp_path):
    (tmp_path / "set" / "c" / "edited.png").write_bytes(b"?")
    code, out, err = command("--masks", "other")
    assert code == 0
    assert out.splitlines()[1].split()[1] == "2"
    assert "not scored: case c: " in err
    code, _, err = command("--masks", "other", "--strict")
    assert code == 1
    assert "case c: " in err


def test_nothing_scored_is_a_failure(command, tmp_path):
    for name in "abc":
        (tmp_path / "other" / f"{name}.png").unlink()
    assert command("--masks", "other")[0] == 1
