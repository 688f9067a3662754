"""The regressions of ``training`` find the minimum that their docstrings name; skipped without the extra ``train``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")
pytest.importorskip("torch")

from training import fit_regions, fit_verdict

SMALL_STEPS = (0.01, -0.01)


def cross_entropy(odds: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return np.logaddexp(0, np.where(truth, -odds, odds))


def is_least(loss: Callable[[np.ndarray], float], found: np.ndarray) -> bool:
    """Does every small step from a place, along every axis, lead upwards?"""
    steps = [step * axis for step in SMALL_STEPS for axis in np.eye(len(found))]
    return all(loss(found + step) > loss(found) for step in steps)


def test_the_verdict_has_the_least_penalised_cross_entropy(rng: np.random.Generator) -> None:
    measured = rng.normal(3, 2, (300, 4)) * (1, 10, 0.1, 1)
    truth = rng.random(300) < 1 / (1 + np.exp(3 - measured[:, 0]))
    weights, bias = fit_verdict.regress(measured, truth)
    deviation = measured.std(0)

    def loss(standard: np.ndarray) -> float:
        """Of standardised weights and the bias at the mean."""
        odds = (measured - measured.mean(0)) / deviation @ standard[:-1] + standard[-1]
        return cross_entropy(odds, truth).mean() + fit_verdict.DECAY * (standard[:-1] ** 2).sum()

    assert is_least(loss, np.array([*(weights * deviation), bias + weights @ measured.mean(0)]))
    assert np.argmax(np.abs(weights * deviation)) == 0


def test_regions_are_weighed_by_what_a_mistake_costs(rng: np.random.Generator) -> None:
    statistics = rng.normal(0, 1, (200, 3))
    missed = np.where(statistics[:, 1] > 0, rng.random(200), 0)
    leaked = np.where(statistics[:, 1] > 0, 0, rng.random(200))
    found = fit_regions.fit(statistics, missed, leaked)

    def loss(weights: np.ndarray) -> float:
        odds = weights[0] + statistics @ weights[1:]
        cost = missed * cross_entropy(odds, np.array(True)) + leaked * cross_entropy(odds, np.array(False))
        return cost.sum() / (missed + leaked).sum() + fit_regions.RIDGE * (weights[1:] ** 2).sum()

    assert is_least(loss, found)
    assert np.argmax(found[1:]) == 1


def test_masks_that_are_all_alike_fit_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "split.json").write_text('{"train": []}')
    with pytest.raises(ValueError, match="0 measured"):
        fit_verdict.fit_cases(tmp_path / "data", tmp_path, [], [], 1)
