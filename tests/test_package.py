"""What a wheel holds, and what it asks for."""

from __future__ import annotations

import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


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
