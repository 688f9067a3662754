"""A set without masks: what shows in the composites is told, the worst first, and truth is never made up."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from segmask import evaluate
from segmask.cli.main import app
from segmask.evaluation import StoredMasks, read_dataset
from segmask.evaluation.criteria import shortfall
from segmask.io import write_png

SIDE, COAT = 160, slice(40, 120)
WHOLE, HALF, NAMES = COAT, slice(40, 80), ("half", "whole")


def make_pairs(root: Path) -> Path:
    """Two equal pairs: a grey coat on a wall that turns red."""
    wall = np.random.default_rng(0).normal(120, 2, (SIDE, SIDE, 3)).clip(0, 255).astype(np.uint8)
    original, edited = wall.copy(), wall.copy()
    original[COAT, COAT], edited[COAT, COAT] = 60, (200, 40, 40)
    for name in NAMES:
        (root / name).mkdir(parents=True)
        write_png(root / name / "original.png", original)
        write_png(root / name / "edited.png", edited)
    return root


def make_masks(root: Path) -> Path:
    """One mask that takes the coat, one that takes half of it."""
    root.mkdir()
    for name, columns in (("whole", WHOLE), ("half", HALF)):
        mask = np.zeros((SIDE, SIDE), np.uint8)
        mask[COAT, columns] = 255
        write_png(root / f"{name}.png", mask)
    return root


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    return make_pairs(tmp_path / "pairs")


@pytest.fixture
def masks(tmp_path: Path) -> Path:
    return make_masks(tmp_path / "masks")


def test_half_a_coat_shows_more_than_a_whole_one(pairs: Path, masks: Path) -> None:
    found = evaluate(pairs, [StoredMasks(masks)])
    half, whole = (next(row for row in found.rows if row.name == name) for name in NAMES)
    assert half.score("held") > 0.3 > 0.01 > whole.score("shown")
    assert shortfall(half) == half.score("shown") > shortfall(whole)


def test_no_metric_that_needs_a_truth_has_a_value(pairs: Path, masks: Path, tmp_path: Path) -> None:
    found = evaluate(pairs, ["diff", StoredMasks(masks)], output=tmp_path / "report")
    assert found.is_of_pairs
    told = {name for row in found.rows for name, value in row.flat().items() if value is not None}
    assert {"shown", "ghost", "held", "step"} <= told
    assert told.isdisjoint({"iou", "kept", "coverage", "strict_success", "leak_delta_e", "drift", "change_share"})


def test_segmasks_own_report_and_the_table_agree(pairs: Path) -> None:
    import segmask

    row = evaluate(pairs, ["diff"]).rows[0]
    residue = segmask.apply(pairs / "half/original.png", pairs / "half/edited.png", strategy="diff").report.residue
    assert residue is not None
    assert [row.score(name) for name in ("ghost", "held", "step")] == [residue.ghost, residue.held, residue.step]


def test_the_command_lists_the_worst_first_and_draws_them(pairs: Path, masks: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    ran = CliRunner().invoke(app, ["evaluate", str(pairs), "--masks", str(masks), "-o", str(out)])
    assert ran.exit_code == 0, ran.output
    listed = [line.split()[1].rstrip(":") for line in ran.stdout.splitlines() if ": shows" in line]
    assert listed == ["half", "whole"]
    page = (out / "report.html").read_text()
    assert page.count("<figcaption>outline of the mask") == 1  # of the one in which anything shows
    assert "truth" not in page.split("Worst cases")[1]
    with (out / "results.csv").open() as file:
        assert [bool(row.get("iou")) for row in csv.DictReader(file)] == [False, False]
    assert "iou" not in json.loads((out / "results.json").read_text())["summary"]["masks"]


def test_a_threshold_on_what_was_not_measured_is_missed(pairs: Path, masks: Path, tmp_path: Path) -> None:
    command = ["evaluate", str(pairs), "--masks", str(masks), "-o", str(tmp_path / "report"), "--fail-under", "iou=.5"]
    assert CliRunner().invoke(app, command).exit_code == 3


@pytest.mark.parametrize("layout", ["folders", "parallel", "manifest"])
def test_one_mask_makes_a_labelled_set_in_which_each_case_needs_its_own(
    pairs: Path, masks: Path, tmp_path: Path, layout: str
) -> None:
    root = pairs
    if layout == "folders":
        (masks / "whole.png").rename(pairs / "whole/mask.png")
    elif layout == "parallel":
        root = tmp_path / "parallel"
        for kind in ("original", "edited"):
            (root / kind).mkdir(parents=True)
            for name in NAMES:
                (pairs / name / f"{kind}.png").rename(root / kind / f"{name}.png")
        assert len(read_dataset(root).cases) == 2
        (root / "mask").mkdir()
        (masks / "whole.png").rename(root / "mask/whole.png")
    else:
        root = tmp_path / "set.csv"
        lines = ["name,original,edited,mask"]
        lines += [f"{name},pairs/{name}/original.png,pairs/{name}/edited.png," for name in NAMES]
        root.write_text("\n".join(lines) + "\n")
        assert len(read_dataset(root).cases) == 2
        root.write_text("\n".join([*lines[:2], lines[2] + "masks/whole.png"]) + "\n")
    found = read_dataset(root)
    assert [case.name for case in found.cases] == ["whole"]
    assert [problem.name for problem in found.problems] == ["half"]
