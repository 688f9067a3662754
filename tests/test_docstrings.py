"""The examples in docstrings run as they stand, each in an empty folder, and what is public has one."""

from __future__ import annotations

import doctest
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import segmask

EXTRAS = {"segmask.serve": "fastapi"}
"""Packages that need an extra, and a module of it: without it they are left out."""
COMMAND = "segmask.__main__"
"""The one module that is not imported: it runs the command."""
WITHOUT = tuple(
    f"segmask.{name}"
    for name in (
        *("account", "batch", "cli", "io", "models", "preservation", "serve"),
        *("comfy.host", "comfy.on_files", "comfy.paths", "comfy.v3", "comfy.work"),
        *("compose.fine", "compose.skin", "core.publish", "verdict.frame", "verdict.things"),
        *("fusion.components", "fusion.laid_over", "fusion.one_cloth", "fusion.things"),
    )
)
"""Packages and modules in which not every public function has an example: a command is shown in docs/, say."""


def modules() -> list[ModuleType]:
    """Every module of the package."""
    missing = [package for package, needed in EXTRAS.items() if find_spec(needed) is None]
    names = [found.name for found in pkgutil.walk_packages(segmask.__path__, "segmask.")]
    names = [name for name in names if not name.startswith(tuple(missing))]
    assert COMMAND in names
    return [segmask, *(import_module(name) for name in names if name != COMMAND)]


MODULES = modules()


def examples() -> list[doctest.DocTest]:
    """The examples of each docstring, by the name of what it describes."""
    found = [test for module in MODULES for test in doctest.DocTestFinder().find(module)]
    return [test for test in found if test.examples]


def functions() -> Iterator[tuple[str, Any]]:
    """The public functions that are to have an example, with their names."""
    for module in MODULES:
        for name, value in vars(module).items():
            own = inspect.isfunction(value) and value.__module__ == module.__name__ and not name.startswith("_")
            if own and not module.__name__.startswith(WITHOUT):
                yield f"{module.__name__}.{name}", value


def has_example(value: Any) -> bool:
    """Whether a docstring, or that of one of its methods, has an example."""
    members = vars(value).values() if inspect.isclass(value) else ()
    texts = [value.__doc__, *(getattr(member, "__doc__", None) for member in members)]
    return any(">>>" in text for text in texts if text)


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_the_example_runs(example: doctest.DocTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told: list[str] = []
    failed, _ = doctest.DocTestRunner(verbose=False).run(example, out=told.append)
    assert not failed, "".join(told)


def test_every_public_name_has_an_example() -> None:
    public = {name: getattr(segmask, name) for name in segmask.__all__}
    described = {name for name, value in public.items() if inspect.isfunction(value) or inspect.isclass(value)}
    assert not {name for name in described if not has_example(public[name])}


def test_every_public_function_has_an_example() -> None:
    assert [name for name, function in functions() if not has_example(function)] == []
