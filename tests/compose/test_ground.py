"""Ground that comes from the edit: its light and its grain are the original's beside it."""

from __future__ import annotations

import numpy as np
import pytest

from segmask.compose.grain import missing_grain
from segmask.compose.ground import ground_correction
from segmask.compose.skin import add_correction
from segmask.core.labels import PART_ID, PARTS
from segmask.core.types import Parsing

SIZE = (200, 240)
OLD, NEW = np.s_[40:160, 60:180], np.s_[40:160, 60:120]
"""The old skirt, and the narrower new one: the right half of the old one becomes wall."""


def shown(*garment: tuple[slice, slice]) -> Parsing:
    probs = np.zeros((len(PARTS), *SIZE), np.float32)
    probs[PART_ID["background"]] = 1
    for place in garment:
        probs[PART_ID["background"]][place], probs[PART_ID["lower"]][place] = 0, 1
    return Parsing(probs, SIZE, "given")


def pictures(drift: int, grain: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    wall = np.full((*SIZE, 3), 150.0) + np.random.default_rng(0).normal(0, grain, (*SIZE, 1))
    original = np.rint(np.clip(wall, 0, 255)).astype(np.uint8)
    original[OLD] = (120, 30, 60)
    edited = np.full((*SIZE, 3), 150 + drift, np.uint8)
    edited[NEW] = (20, 60, 160)
    return original, edited


def matched_ground(
    original: np.ndarray, edited: np.ndarray, before: Parsing, after: Parsing, mask: np.ndarray, parts: tuple[str, ...]
) -> np.ndarray:
    return add_correction(edited, ground_correction(original, edited, before, after, mask, parts))


def matched_grain(
    original: np.ndarray, edited: np.ndarray, before: Parsing, after: Parsing, alpha: np.ndarray, parts: tuple[str, ...]
) -> np.ndarray:
    grain = missing_grain(original, edited, before, after, alpha, parts)
    return edited if grain is None else grain.over(edited)


def taken() -> np.ndarray:
    mask = np.zeros(SIZE, bool)
    mask[OLD] = True
    return mask


@pytest.mark.parametrize("drift", [-12, 5, 14])
def test_the_bared_wall_has_the_light_of_the_wall_around(drift: int) -> None:
    got = matched_ground(*pictures(drift), shown(OLD), shown(NEW), taken(), ("lower",)).astype(int)
    assert np.abs(got[50:150, 130:175] - 150).max() <= 3


def test_the_garment_keeps_the_edits_colour() -> None:
    original, edited = pictures(14)
    got = matched_ground(original, edited, shown(OLD), shown(NEW), taken(), ("lower",))
    assert np.array_equal(got[45:155, 65:112], edited[45:155, 65:112])


def test_a_garment_that_the_parser_calls_ground_keeps_its_colour() -> None:
    original, edited = pictures(14)
    got = matched_ground(original, edited, shown(OLD), shown(), taken(), ("lower",))
    assert np.array_equal(got[45:155, 65:112], edited[45:155, 65:112])


def test_another_wall_keeps_its_own_light() -> None:
    original, edited = pictures(80)
    assert np.array_equal(matched_ground(original, edited, shown(OLD), shown(NEW), taken(), ("lower",)), edited)


def test_a_targeted_background_keeps_its_own_light_and_grain() -> None:
    original, edited = pictures(14, grain=3.0)
    pair = shown(OLD), shown(NEW)
    assert matched_ground(original, edited, *pair, taken(), ("background",)) is edited
    got = matched_grain(original, edited, *pair, taken().astype(np.float32), ("background",))
    assert np.array_equal(got, edited)


def grainy(grain: float, edit_grain: float = 0.0) -> np.ndarray:
    original, edited = pictures(0, grain)
    noise = np.random.default_rng(1).normal(0, edit_grain, (*SIZE, 1))
    edited = np.rint(np.clip(edited + noise, 0, 255)).astype(np.uint8)
    return matched_grain(original, edited, shown(OLD), shown(NEW), taken().astype(np.float32), ("lower",))


@pytest.mark.parametrize("edit_grain", [0.0, 2.0])
def test_the_bared_wall_has_the_grain_of_the_wall_around(edit_grain: float) -> None:
    assert 2.5 < grainy(3.0, edit_grain)[50:150, 130:170, 0].std() < 3.5


def test_the_garment_and_what_stays_get_no_grain() -> None:
    got = grainy(3.0)
    assert got[45:155, 65:112].std(axis=(0, 1)).max() == 0
    assert got[:, 190:].std() == 0


def test_gravel_is_not_drawn_as_noise() -> None:
    assert grainy(20.0)[50:150, 130:170].std() == 0


def test_grain_is_the_same_at_each_run() -> None:
    assert np.array_equal(grainy(3.0), grainy(3.0))
