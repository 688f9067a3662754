"""The examples in docstrings run as they stand, each in an empty folder; every public function has one."""

from __future__ import annotations

import doctest
import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

PUBLIC = ("segmask.evaluation", "segmask.evaluation.datasets", "segmask.evaluation.metrics", "segmask.evaluation.synth")
"""Packages whose ``__all__`` a user imports from."""
MODULES = (
    "segmask.evaluation.compare",
    "segmask.evaluation.criteria",
    "segmask.evaluation.datasets.case",
    "segmask.evaluation.datasets.layouts",
    "segmask.evaluation.metrics.boundary",
    "segmask.evaluation.metrics.catalogue",
    "segmask.evaluation.metrics.composite",
    "segmask.evaluation.metrics.matte",
    "segmask.evaluation.metrics.region",
    "segmask.evaluation.metrics.score",
    "segmask.evaluation.metrics.truth",
    "segmask.evaluation.results",
    "segmask.evaluation.runner",
    "segmask.evaluation.statistics",
    "segmask.evaluation.synth.generator",
    "segmask.evaluation.synth.levels",
)
"""Modules with examples."""


def examples() -> list[doctest.DocTest]:
    """The examples of each docstring in ``MODULES``, by the name of what it describes."""
    found = [test for name in MODULES for test in doctest.DocTestFinder().find(import_module(name))]
    return [test for test in found if test.examples]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_the_example_runs(example: doctest.DocTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told: list[str] = []
    failed, _ = doctest.DocTestRunner(verbose=False).run(example, out=told.append)
    assert not failed, "".join(told)


def public_functions() -> Iterator[tuple[str, str]]:
    """Package and name of each public function."""
    for package in PUBLIC:
        module = import_module(package)
        yield from ((package, name) for name in module.__all__ if inspect.isfunction(getattr(module, name)))


@pytest.mark.parametrize(("package", "name"), public_functions())
def test_every_public_function_has_an_example(package: str, name: str) -> None:
    function = getattr(import_module(package), name)
    assert ">>>" in (function.__doc__ or "")
    assert function.__module__ in MODULES, "add the module, so that its examples run"
