from __future__ import annotations

import numpy as np

from segmask.core.labels import PART_ID, PARTS
from segmask.core.types import Change
from segmask.fusion.scene import Scene
from segmask.fusion.simple import decide_diff, decide_fallback

HW = (4, 6)
CHANGED = np.zeros(HW, bool)
CHANGED[:, 2:] = True
CHANGE = Change(np.where(CHANGED, 12.0, 0.5).astype(np.float32), np.ones(HW, np.float32), 3.0, CHANGED)
NONE = np.zeros(HW, bool)


def columns(*indices: int) -> np.ndarray:
    mask = NONE.copy()
    mask[:, list(indices)] = True
    return mask


def test_the_changed_regions_are_taken() -> None:
    decision = decide_diff(CHANGE, NONE, NONE)
    np.testing.assert_array_equal(decision.mask, CHANGED)
    assert decision.probability[0, 5] > 0.9
    assert decision.probability[0, 0] < 0.1


def test_include_adds_and_keep_wins() -> None:
    decision = decide_diff(CHANGE, columns(1, 5), columns(0, 1))
    np.testing.assert_array_equal(decision.mask, columns(0, 2, 3, 4))


def test_the_fallback_leaves_out_what_is_surely_another_part_of_a_person() -> None:
    probs = np.zeros((len(PARTS), *HW), np.float32)
    probs[PART_ID["background"]] = 1
    probs[:, :, 4] = 0
    probs[PART_ID["face"], :, 4] = 1
    decision = decide_fallback(Scene.of(probs, probs, CHANGE, ("upper",)), NONE, NONE)
    np.testing.assert_array_equal(decision.mask, columns(2, 3, 5))
