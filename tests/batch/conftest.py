"""Small drawn pairs, and what a batch leaves in its folder."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from segmask.io import write_png

Pairs = Callable[..., tuple[Path, Path]]


def draw_pair(original: Path, edited: Path, seed: int) -> None:
    """A noisy grey square with a lighter patch in the edit."""
    random = np.random.default_rng(seed)
    before = random.integers(60, 140, (64, 64, 3)).astype(np.uint8)
    after = before.copy()
    after[20:44, 16 + seed % 8 : 48] = 220
    for path, image in ((original, before), (edited, after)):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_png(path, image)


@pytest.fixture
def pairs(tmp_path: Path) -> Pairs:
    """Make n pairs in two folders with a subfolder; gives the folders."""

    def make(count: int = 4, root: Path = tmp_path) -> tuple[Path, Path]:
        for number in range(count):
            folder = "" if number % 2 else "sub/"
            draw_pair(root / f"in/{folder}{number}.png", root / f"edits/{folder}{number}_edited.png", number)
        return root / "in", root / "edits"

    return make


def outputs(folder: Path) -> dict[str, str]:
    """The pictures in an output folder with their hashes."""
    own = {"journal", "report-files"}
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.png"))
        if path.relative_to(folder).parts[0] not in own
    }
