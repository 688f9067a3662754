"""A tiny labelled set, drawn by hand, in whatever layout a test wants."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from segmask.core.labels import PART_ID
from segmask.io import write_png

HEIGHT, WIDTH = 48, 32


def draw_case(seed: int = 0) -> dict[str, np.ndarray]:
    """A grey figure with a face and a shirt; the edit makes the shirt red and drifts by a level or two elsewhere."""
    random = np.random.default_rng(seed)
    original = random.integers(90, 110, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    parsing = np.zeros((HEIGHT, WIDTH), np.uint8)
    parsing[4:12, 12:20] = PART_ID["face"]
    parsing[2:4, 12:20] = PART_ID["hair"]
    parsing[14:34, 8:24] = PART_ID["upper"]
    edited = original.copy() + random.integers(0, 3, original.shape).astype(np.uint8)
    shirt = parsing == PART_ID["upper"]
    edited[shirt] = (200, 30, 40)
    return {
        "original": original,
        "edited": edited,
        "mask": np.where(shirt, 255, 0).astype(np.uint8),
        "parsing": parsing,
    }


def write_case(folder: Path, arrays: dict[str, np.ndarray]) -> Path:
    folder.mkdir(parents=True)
    for name, array in arrays.items():
        write_png(folder / f"{name}.png", array)
    return folder


@pytest.fixture
def labelled_set(tmp_path: Path) -> Callable[..., Path]:
    """Make a set of n cases a, b, c … in the folder layout."""

    def make(count: int = 3, root: Path = tmp_path / "set") -> Path:
        for index in range(count):
            write_case(root / "abcdefgh"[index], draw_case(index))
        return root

    return make
