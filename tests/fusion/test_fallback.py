"""Small things that are worn and that no parser sees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from segmask.fusion.simple import decide_fallback
from tests.fusion.scenes import mask, scene, share

BUST = """
    ............
    ....HHHH....
    ....HFFH....
    .....ss.....
    ....UUUU....
    ....UUUU....
"""
NOTHING = "\n".join("    " + "." * 12 for _ in range(6))


def changed_at(*boxes: tuple[slice, slice]) -> np.ndarray:
    drawn = scene(BUST, BUST, NOTHING, ("accessory",))
    spots = np.zeros(drawn.change.size_hw, bool)
    for box in boxes:
        spots[box] = True
    score = np.where(spots, np.float32(15), drawn.change.score_map)
    drawn = replace(drawn, change=replace(drawn.change, score_map=score, mask=spots))
    return decide_fallback(drawn, mask(BUST, "F"), spots & False).mask


def test_a_necklace_that_no_parser_sees_comes() -> None:
    necklace, cup = (slice(135, 150), slice(205, 270)), (slice(210, 230), slice(20, 45))
    taken = changed_at(necklace, cup)
    assert taken[necklace].all()
    assert not taken[cup].any()  # it lies on nobody


def test_a_whole_new_top_is_no_necklace() -> None:
    assert share(changed_at((slice(160, 240), slice(160, 320))), mask(BUST, "U")) == 0
