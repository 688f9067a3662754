"""``python -m training.all --smoke``: every step runs on drawn figures, in order, and goes on where it was stopped."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxscript")
pytest.importorskip("sklearn")
pytest.importorskip("matplotlib")

import torch

from segmask.models.registry import load_parser
from training import all as everything
from training import wide
from training.data import load_split
from training.photos import read_names
from training.world import WideSamples, read_world

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


@pytest.fixture
def samples(tmp_path: Path) -> Callable[[], WideSamples]:
    """The samples of a run on drawn figures, batches of two, made anew at each call."""
    plan = everything.smoke_plan(tmp_path)
    everything.run(plan, everything.STEPS[:1])
    split = load_split(plan.data, "train")
    return lambda: WideSamples(read_world(split, split, plan.extra, None, 0), ((96, 64), (64, 96)), 2, 0)


def test_two_runs_draw_the_same_sample(samples: Callable[[], WideSamples]) -> None:
    first, second = samples(), samples()
    for index in range(12):
        (image, codes), (same, same_codes) = first[index], second[index]
        assert image.equal(same)
        assert codes.equal(same_codes)
        assert codes.shape == ((96, 64) if index // 2 % 2 == 0 else (64, 96))


def test_worker_processes_draw_the_same_batches(samples: Callable[[], WideSamples]) -> None:
    drawn = samples()
    expected = list(wide.batches(drawn, 0, 5, 0))
    for first in (0, 3):  # from the start, and where a run goes on
        found = list(wide.batches(drawn, first, 5, 2))
        assert len(found) == 5 - first
        for (image, codes), (same, same_codes) in zip(found, expected[first:], strict=True):
            assert image.equal(same)
            assert codes.equal(same_codes)


def test_the_rate_warms_up_stays_and_falls() -> None:
    plan = wide.WideRun(*[Path()] * 5, samples=1000, batch=100, rate=0.1, falls=0.4)
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 1.0)
    optimiser.param_groups[0]["factor"] = 0.5
    rates = []
    for done in (0, 300, 600, 800, 1000):
        wide.set_rate(optimiser, plan, done / 1000, done)
        rates.append(optimiser.param_groups[0]["lr"])
    assert rates == pytest.approx([0.0125, 0.05, 0.05, 0.025, 0.001])


def test_each_stretch_begins_and_counts_as_the_recipe_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = everything.Plan(tmp_path, tmp_path, tmp_path, everything.SMOKE, read_names(), None)
    runs: list[wide.WideRun] = []
    means: list[tuple[list[Path], Path, list[float] | None]] = []
    first, out = tmp_path / "first.onnx", [tmp_path / f"wide{number}" for number in (1, 2, 3)]

    def trained(run: wide.WideRun) -> Path:
        runs.append(run)
        return run.out / "parser.onnx"

    def mixed(parsers: list[Path], goal: Path, shares: list[float] | None = None) -> Path:
        means.append((parsers, goal, shares))
        return goal

    monkeypatch.setattr(wide, "run", trained)
    monkeypatch.setattr(everything, "mean", mixed)
    assert everything._widened(plan, first, plan.parser) == plan.parser
    assert [run.start for run in runs] == [first, out[0] / "mean.onnx", first]
    assert [(run.samples, run.seed, run.batch) for run in runs] == [(8, 0, 4), (8, 1, 4), (8, 2, 4)]
    assert [run.bystanders for run in runs] == [tmp_path / "codes" / "photos", None, None]
    assert means[0] == ([first, out[0] / "parser.onnx"], out[0] / "mean.onnx", None)
    assert means[-1] == ([first, *(folder / "parser.onnx" for folder in out)], plan.parser, [2, 0, 1, 2])
