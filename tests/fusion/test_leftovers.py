"""A ribbon of the old garment that a parser calls wall goes with it, by its colour; nothing else does."""

from __future__ import annotations

import numpy as np
import pytest

from segmask.core.labels import PART_ID
from segmask.core.types import Change, Mask
from segmask.fusion.leftovers import with_leftovers
from segmask.fusion.scene import Scene

SIZE = (160, 160)
WALL, RED, PALE = (70, 0, 0), (40, 50, 20), (66, 3, 1)
RIBBON, FAR = np.s_[60:72, 40:50], np.s_[20:32, 10:20]


def found(*, cloth: tuple[int, ...] = RED, there: bool = False, keep: bool = False) -> Mask:
    """A dress with a ribbon at its left, on a wall with a patch of its colour far off; both gone in the edit."""
    label = np.zeros(SIZE, np.uint8)
    label[30:130, 50:100] = PART_ID["dress"]
    before, after = (np.full((*SIZE, 3), WALL, np.float32) for _ in range(2))
    before[30:130, 50:100] = before[RIBBON] = before[FAR] = cloth
    if there:
        after[RIBBON] = cloth
    shown, score = np.eye(14, dtype=np.float32)[label].transpose(2, 0, 1), np.full(SIZE, 9, np.float32)
    scene = Scene.of(shown, shown, Change(score, score, 3.0, score > 3, colours=(before, after)), ("dress",))
    held = np.zeros(SIZE, bool)
    held[RIBBON] = keep
    return with_leftovers(label > 0, scene, held)


def test_the_ribbon_goes_and_the_patch_far_off_stays() -> None:
    mask = found()
    assert mask[RIBBON].mean() > 0.9
    assert not mask[FAR].any()


@pytest.mark.parametrize(
    "case", [{"there": True}, {"keep": True}, {"cloth": PALE}], ids=["in the edit too", "must stay", "wall's colour"]
)
def test_it_stays(case: dict[str, bool]) -> None:
    assert not found(**case)[RIBBON].any()  # pyright: ignore[reportArgumentType]
