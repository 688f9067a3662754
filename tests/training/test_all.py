"""``python -m training.all --smoke``: every step runs on drawn figures, in order, and goes on where it was stopped."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxscript")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

from segmask.models.registry import load_parser
from training import all as everything
from training import wide
from training.photos import read_names

pytestmark = [pytest.mark.training, pytest.mark.filterwarnings("default")]


def test_every_step_runs_and_none_runs_twice(tmp_path: Path) -> None:
    plan = everything.smoke_plan(tmp_path)
    everything.run(plan, everything.STEPS[:1])  # stopped after the first
    everything.run(plan)
    result = plan.result
    assert {path.name for path in result.iterdir()} == {
        "parser.onnx",
        "pixel_model.npz",
        "regions.json",
        "cut.csv",
    }
    parsing = load_parser(str(result / "parser.onnx")).parse(np.full((90, 60, 3), 99, np.uint8))
    assert parsing.label_map.shape == (90, 60)
    assert len(json.loads((result / "regions.json").read_text())["weights"]) == 4
    log = (tmp_path / "all.log").read_text()
    told = [line.split(" ", 2)[-1] for line in log.splitlines()]
    assert told.count("labels: begins") == 1
    assert "labels: done before" in log
    assert log.count(": done in") == len(everything.STEPS)


def test_two_runs_draw_the_same_sample(tmp_path: Path) -> None:
    from training.data import load_split
    from training.world import WideSamples, read_world

    plan = everything.smoke_plan(tmp_path)
    everything.run(plan, everything.STEPS[:1])
    split = load_split(plan.data, "train")
    first, second = (
        WideSamples(read_world(split, split, plan.extra, None, 0), ((96, 64), (64, 96)), 2, 0) for _ in range(2)
    )
    for index in range(12):
        (image, codes), (same, same_codes) = first[index], second[index]
        assert image.equal(same)
        assert codes.equal(same_codes)
        assert codes.shape == ((96, 64) if index // 2 % 2 == 0 else (64, 96))


def test_each_stretch_goes_on_from_the_mean_with_the_first_parser(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = everything.Plan(tmp_path, tmp_path, tmp_path, everything.SMOKE, read_names(), None)
    runs: list[wide.WideRun] = []
    first = tmp_path / "first.onnx"

    def trained(run: wide.WideRun) -> Path:
        runs.append(run)
        run.out.mkdir()
        return run.out / "parser.onnx"

    def mixed(before: Path, after: Path, out: Path) -> Path:
        assert (before, after) == (first, out.parent / "parser.onnx")
        out.write_text(out.parent.name)
        return out

    monkeypatch.setattr(wide, "run", trained)
    monkeypatch.setattr(everything, "mean", mixed)
    goal = everything._widened(plan, first, plan.parser)
    assert goal.read_text() == "wide2"
    assert [run.start for run in runs] == [first, tmp_path / "wide1" / "mean.onnx"]
    assert [(run.samples, run.seed) for run in runs] == [(8, 0), (8, 1)]
    assert [run.bystanders for run in runs] == [tmp_path / "codes" / "photos", None]
