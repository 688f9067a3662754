from __future__ import annotations

import numpy as np

from segmask.compose.skin import add_correction, skin_correction
from segmask.core.labels import PART_ID, PARTS

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


def test_far_from_the_seam_the_correction_keeps_its_limit_and_fades() -> None:
    got = correct(20).astype(int)
    assert np.abs(got[: SEAM - 24] - 190).max() <= 10
    assert np.abs(got[5] - 190).max() <= 1


def test_right_at_the_seam_no_step_is_left() -> None:
    got = correct(40).astype(int)
    assert np.abs(got[SEAM - 2 : SEAM] - 170).max() <= 3
    rising = np.diff(got[: SEAM - 1, 50, 0])
    assert (rising <= 0).all(), "it fades without a turn"
    assert rising.min() > -20, "and leaves no other step half as large"


def test_a_raised_hand_that_a_parser_calls_a_face_is_skin_too() -> None:
    original, edited = pictures(40)
    mask = np.zeros(SIZE, bool)
    mask[:SEAM] = True
    after = arm(False)
    after[PART_ID["face"]], after[PART_ID["skin"]] = 0.7, 0.3
    got = add_correction(edited, skin_correction(original, edited, arm(True), after, mask)).astype(int)
    assert np.abs(got[SEAM - 2 : SEAM] - 170).max() <= 3


def test_cloth_beside_the_skin_keeps_its_colour() -> None:
    original, edited = pictures(40)
    edited[:, :50] = 240
    after = arm(False)
    after[PART_ID["skin"], :, :50], after[PART_ID["upper"], :, :50] = 0, 1
    mask = np.zeros(SIZE, bool)
    mask[:SEAM] = True
    got = add_correction(edited, skin_correction(original, edited, arm(True), after, mask)).astype(int)
    assert np.abs(got[:, :47] - 240).max() <= 10
    assert np.abs(got[SEAM - 2 : SEAM, 60:] - 170).max() <= 4


def test_what_stays_original_is_not_looked_at_again() -> None:
    assert (correct(6)[SEAM + 2 :] == 176).all()


def test_without_skin_beside_the_seam_nothing_is_added() -> None:
    original, edited = pictures(6)
    mask = np.ones(SIZE, bool)
    assert skin_correction(original, edited, arm(True), arm(False), mask) is None
    assert add_correction(edited, None) is edited


def test_the_dark_rim_of_a_collar_does_not_darken_the_neck() -> None:
    """A parser calls the last pixels of a black collar skin; they stayed the original's, and tell no skin's tone."""
    original, edited = pictures(6)
    original[SEAM : SEAM + 6] = 15
    mask = np.zeros(SIZE, bool)
    mask[:SEAM] = True
    got = add_correction(edited, skin_correction(original, edited, arm(True), arm(False), mask)).astype(int)
    assert got[SEAM - 20 : SEAM].min() > 160
