"""Whole regions change sides where a seam would show: a shirt over skin, drawn by hand, with a mask cut too short."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PART_ID
from segmask.core.types import Change, Mask
from segmask.fusion.moves import with_moves
from segmask.fusion.scene import Scene

SIZE = (200, 160)
WALL, SHIRT, DRESS, SKIN = (85, 0, 0), (40, 30, -40), (45, 50, 30), (65, 15, 18)
"""CIELAB of a light wall, the old garment, the new one, and skin."""
NOTHING = np.zeros(SIZE, bool)


class Drawn:
    """Both pictures, painted rectangle by rectangle: rows and columns, the part, the colours before and after."""

    def __init__(self) -> None:
        self.labels = [np.zeros(SIZE, np.uint8) for _ in range(2)]
        self.colours = [np.full((*SIZE, 3), WALL, np.float32) for _ in range(2)]

    def paint(self, picture: int, place: Mask, part: str, colour: tuple[int, int, int]) -> None:
        self.labels[picture][place] = PART_ID[part]
        self.colours[picture][place] = colour

    def scene(self) -> Scene:
        before, after = (np.eye(14, dtype=np.float32)[label].transpose(2, 0, 1) for label in self.labels)
        first, second = self.colours
        score = np.linalg.norm(first - second, axis=-1).astype(np.float32)
        change = Change(score, np.ones_like(score), 3.0, score > 3, colours=(first, second))
        return Scene.of(before, after, change, ("upper",))


def box(top: int, bottom: int, left: int, right: int) -> Mask:
    place = np.zeros(SIZE, bool)
    place[top:bottom, left:right] = True
    return place


TRUNK = box(30, 110, 50, 110)


def dressed() -> Drawn:
    drawn = Drawn()
    drawn.paint(0, TRUNK, "upper", SHIRT)
    drawn.paint(1, TRUNK, "upper", DRESS)
    return drawn


def odds(taken: Mask) -> NDArray[np.float32]:
    return np.where(taken, np.float32(4), np.float32(-3))


def moved(drawn: Drawn, mask: Mask, keep: Mask = NOTHING, take: Mask = NOTHING) -> Mask:
    return with_moves(mask, odds(TRUNK), drawn.scene(), keep, take)


def with_arm(shift: int) -> tuple[Drawn, Mask, Mask]:
    """An arm below the garment, which the edit draws ``shift`` pixels aside; a cut runs across it."""
    drawn = dressed()
    arms = box(110, 150, 60, 80), box(110, 150, 60 + shift, 80 + shift)
    for picture, arm in enumerate(arms):
        drawn.paint(picture, arm, "skin", SKIN)
    return drawn, TRUNK | box(110, 130, 60, 80 + shift), arms[0] | arms[1]


def test_an_arm_that_was_moved_comes_from_one_picture() -> None:
    drawn, cut, arm = with_arm(12)
    shares = moved(drawn, cut)[arm].mean(), cut[arm].mean()
    assert 0.3 < shares[1] < 0.7
    assert shares[0] in (0, 1)


def test_an_arm_that_is_the_same_in_both_stays() -> None:
    drawn, cut, arm = with_arm(0)
    assert cut[arm].any()
    assert not moved(drawn, cut)[arm].any()


def test_a_patch_of_the_old_skin_within_skin_that_comes_is_taken_too() -> None:
    """A slit in the old skirt, where the edit shows a paler leg; nobody's parser need call it skin."""
    drawn = dressed()
    leg, slit = box(110, 200, 60, 100), box(150, 190, 76, 84)
    drawn.paint(0, leg, "upper", SHIRT)
    drawn.paint(0, slit, "bag", SKIN)
    drawn.paint(1, leg, "skin", (80, 12, 12))
    drawn.paint(1, slit, "bag", (80, 12, 12))
    assert moved(drawn, (TRUNK | leg) & ~slit)[slit].all()


def test_ground_of_the_edit_beside_the_garment_is_given_back() -> None:
    drawn = dressed()
    shelf = box(60, 100, 110, 130)  # only the edit has it
    drawn.colours[1][shelf] = 30, 10, 10
    result = moved(drawn, TRUNK | shelf)
    assert not result[shelf].any()
    assert result[TRUNK].all()


def test_ground_of_the_edit_is_never_taken() -> None:
    drawn = dressed()
    drawn.colours[1][~TRUNK] = 60, 20, 20  # another wall: a seam all around, wherever it runs
    assert np.array_equal(moved(drawn, TRUNK), TRUNK)


def test_what_must_stay_and_what_must_come_is_not_moved() -> None:
    drawn, cut, arm = with_arm(12)
    hand = box(130, 150, 60, 92)
    assert not moved(drawn, cut, keep=hand)[hand].any()
    shelf = box(60, 100, 110, 130)
    drawn.colours[1][shelf] = 30, 10, 10
    assert moved(drawn, cut | shelf, take=shelf)[shelf].all()
    assert arm.any()


def test_without_colours_nothing_is_moved() -> None:
    label = np.where(TRUNK, np.uint8(PART_ID["upper"]), np.uint8(0))
    scene = Scene.of_labels(label, label, np.where(TRUNK, np.float32(9), np.float32(0)), ("upper",))
    half = TRUNK & box(0, 70, 0, 160)
    assert np.array_equal(with_moves(half, odds(TRUNK), scene, NOTHING, NOTHING), half)
