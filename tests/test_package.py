"""What a wheel holds, and what it asks for."""

from __future__ import annotations

import re
import tomllib
import zipfile
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
FOR_USERS = ("evaluate", "jpeg", "heic", "serve", "layers", "parquet", "remote", "ray")
"""Extras; the others are for work on the project itself."""


def test_the_wheel_holds_the_whole_package_with_its_types(tmp_path: Path) -> None:
    """Weights, sample pictures and py.typed, which tells type checkers to use the annotations."""
    builders = pytest.importorskip("hatchling.builders.wheel")
    (wheel,) = builders.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    files = (path for path in (ROOT / "segmask").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    pack = (path for path in (ROOT / "comfyui").rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    nodes = {f"segmask/comfy/pack/{path.relative_to(ROOT / 'comfyui').as_posix()}" for path in pack}
    assert packed == {path.relative_to(ROOT).as_posix() for path in files} | nodes
    assert "segmask/py.typed" in packed


def test_the_slim_list_is_that_of_the_project_without_mediapipe() -> None:
    """With the headless build of OpenCV in place of the one that MediaPipe asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "slim.txt").read_text(encoding="utf-8").splitlines()
    full = {line.replace("opencv-contrib-python", "opencv-contrib-python-headless") for line in project["dependencies"]}
    assert {line for line in lines if not line.startswith("#")} == {
        line for line in full if not line.startswith("mediapipe")
    }


def asked_for() -> list[Requirement]:
    """What the project and its extras for users ask for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = [
        *project["dependencies"],
        *(line for extra in FOR_USERS for line in project["optional-dependencies"][extra]),
    ]
    return [Requirement(line) for line in lines]


def installed_behind(requirements: Iterable[Requirement]) -> dict[str, Distribution]:
    """The packages among them that are installed, and what those ask for in turn."""
    found: dict[str, Distribution] = {}
    waiting = list(requirements)
    while waiting:
        asked = waiting.pop()
        wanted = not asked.marker or any(asked.marker.evaluate({"extra": extra}) for extra in ("", *asked.extras))
        if not wanted or asked.name in found:
            continue
        try:
            found[asked.name] = distribution(asked.name)
        except PackageNotFoundError:
            continue
        for line in found[asked.name].requires or ():
            more = Requirement(line)
            if not more.marker or any(more.marker.evaluate({"extra": extra}) for extra in ("", *asked.extras)):
                more.marker = None
                waiting.append(more)
    return found


def test_the_page_of_licences_names_every_dependency() -> None:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    missing = {asked.name for asked in asked_for() if not re.search(rf"\b{re.escape(asked.name)}\b", page)}
    assert not missing


def test_no_dependency_is_under_the_gpl() -> None:
    """By the metadata of what is installed. The LGPL binds pi-heif's libraries, which the page of licences says."""
    for name, package in installed_behind(asked_for()).items():
        stated = (package.metadata.get_all(field, []) for field in ("License-Expression", "License", "Classifier"))
        fields = [line.split("\n")[0] for found in stated for line in found]
        licence = " ".join(line for line in fields if "::" not in line or line.startswith("License"))
        lesser = re.search(r"LGPL|Lesser General Public", licence)
        assert name == "pi-heif" if lesser else not re.search(r"GPL|General Public", licence), (name, licence)
