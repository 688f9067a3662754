"""The sample pair in the package: a public-domain portrait and an edit of it drawn by ``scripts/make_demo.py``."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from segmask.files import write_files

NAMES = ("original.jpg", "edited.jpg")


def sample(name: str) -> bytes:
    """The contents of one of the pair's files: ``original.jpg`` or ``edited.jpg``."""
    return (files("segmask") / "samples" / name).read_bytes()


def write_pair(folder: Path) -> tuple[Path, Path]:
    """Write the pair into a folder; returns the paths of the original and the edit. Raises OutputError."""
    paths = (folder / NAMES[0], folder / NAMES[1])
    write_files({path: sample(path.name) for path in paths})
    return paths
