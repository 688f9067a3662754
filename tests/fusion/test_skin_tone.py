from __future__ import annotations

import numpy as np

from segmask.fusion.skin_tone import add_correction, skin_correction
from segmask.labels import PART_ID, PARTS

SIZE = (200, 100)
SEAM = 100


def arm(sleeve: bool) -> np.ndarray:
    """An arm from top to bottom; in the original its upper half is covered by a sleeve."""
    probs = np.zeros((len(PARTS), *SIZE), np.float32)
    probs[PART_ID["skin"]] = 1
    if sleeve:
        probs[PART_ID["skin"], :SEAM], probs[PART_ID["upper"], :SEAM] = 0, 1
    return probs


def pictures(drift: int) -> tuple[np.ndarray, np.ndarray]:
    original = np.full((*SIZE, 3), 170, np.uint8)
    original[:SEAM] = 40
    return original, np.full((*SIZE, 3), 170 + drift, np.uint8)


def correct(drift: int) -> np.ndarray:
    original, edited = pictures(drift)
    mask = np.zeros(SIZE, bool)
    mask[:SEAM] = True
    return add_correction(edited, skin_correction(original, edited, arm(True), arm(False), mask))


def test_bared_skin_meets_the_hand_in_its_tone() -> None:
    assert np.abs(correct(6)[SEAM - 3 : SEAM - 1].astype(int) - 170).max() <= 1


def test_the_correction_fades_with_distance_and_keeps_its_limit() -> None:
    got = correct(20).astype(int)
    assert np.abs(got - 190).max() <= 10
    assert np.abs(got[SEAM - 3 : SEAM - 1] - 180).max() <= 1
    assert np.abs(got[5] - 190).max() <= 1


def test_what_stays_original_is_not_looked_at_again() -> None:
    assert (correct(6)[SEAM + 2 :] == 176).all()


def test_without_skin_beside_the_seam_nothing_is_added() -> None:
    original, edited = pictures(6)
    mask = np.ones(SIZE, bool)
    assert skin_correction(original, edited, arm(True), arm(False), mask) is None
    assert add_correction(edited, None) is edited
