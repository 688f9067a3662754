"""An edit's frame that ends inside of a garment is said, with its place."""

from __future__ import annotations

import numpy as np

from segmask.core.types import Alignment, Alpha, Mask
from segmask.verdict.frame import judge_frame
from tests.fusion.scenes import scene

WORN = """
    ..........
    ...UUUU...
    ...UUUU...
    ...UUUU...
    ..........
"""
SIZE_HW = (200, 400)


def aligned(covered: Mask, repeated: Mask | None = None) -> Alignment:
    return Alignment(np.eye(3), "similarity", True, 100, 100, 0.2, covered, repeated=repeated)


def taken(rows: slice) -> Alpha:
    alpha = np.zeros(SIZE_HW, np.float32)
    alpha[rows, 120:280] = 1
    return alpha


def test_a_frame_that_ends_in_the_garment_is_marked() -> None:
    covered = np.ones(SIZE_HW, bool)
    covered[100:] = False
    drawn = scene(WORN, WORN, WORN.replace("U", "x"))
    (finding,) = judge_frame(taken(slice(40, 100)), aligned(covered), drawn, SIZE_HW)
    assert finding.code == "frame-cuts-target"
    assert finding.box is not None
    x0, y0, x1, y1 = finding.box
    assert abs(x0 - 120) < 8
    assert abs(x1 - 280) < 8
    assert 95 <= y0 < y1 <= 110


def test_a_frame_that_ends_beside_the_garment_is_no_fault() -> None:
    covered = np.ones(SIZE_HW, bool)
    covered[164:] = False
    drawn = scene(WORN, WORN, WORN.replace("U", "x"))
    assert not judge_frame(taken(slice(40, 160)), aligned(covered), drawn, SIZE_HW)


def test_a_repeated_border_in_the_garment_is_noted() -> None:
    strip = np.zeros(SIZE_HW, bool)
    strip[155:160] = True
    drawn = scene(WORN, WORN, WORN.replace("U", "x"))
    found = judge_frame(taken(slice(40, 160)), aligned(np.ones(SIZE_HW, bool), strip), drawn, SIZE_HW)
    assert [finding.code for finding in found] == ["border-repeated"]
