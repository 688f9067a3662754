"""The examples of docs/serve.md do what they say: run as they stand, at the address of a running service."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from segmask.samples import sample
from tests.serve.conftest import Service

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "serve.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:8765"
SHELL = re.findall(r"^curl .*$", TEXT, re.MULTILINE)
PYTHON = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("original.jpg", "edited.jpg"):
        (tmp_path / name).write_bytes(sample(name))
    return tmp_path


@pytest.mark.skipif(shutil.which("curl") is None, reason="no curl on this machine")
@pytest.mark.parametrize("line", SHELL)
def test_curl(line: str, folder: Path, service: Service) -> None:
    command = line.replace("curl", "curl --fail-with-body -sS", 1).replace(ADDRESS, service.url)
    subprocess.run(["sh", "-c", command], cwd=folder, check=True, capture_output=True)
    written = re.findall(r"-o (\S+)", line)[0]
    assert (folder / written).stat().st_size > 100


@pytest.mark.parametrize("number", range(len(PYTHON)))
def test_python(number: int, folder: Path, service: Service) -> None:
    script = PYTHON[number].replace(ADDRESS, service.url)
    before = set(folder.iterdir())
    subprocess.run([sys.executable, "-c", script], cwd=folder, check=True, capture_output=True)
    assert set(folder.iterdir()) - before, "it writes what it gets"
