"""Limbs that a parser calls background are told by the colour of the person's own face."""

from __future__ import annotations

import numpy as np
import pytest

from segmask.core.labels import PART_ID
from segmask.core.types import Image, Probs
from segmask.models.bare_limbs import with_bare_limbs

SIZE = (160, 120)
FACE, BODY, HAND = np.s_[15:45, 45:75], np.s_[45:140, 40:81], np.s_[70:90, 81:105]
SKIN, WALL = (220, 170, 150), (90, 110, 120)
INSIDE = np.s_[74:86, 86:100]


def seen(hand: tuple[int, int, int], wall: tuple[int, int, int] = WALL, hint: float = 0.1) -> tuple[Probs, Image]:
    """A face over a dressed body, and beside it something that the parser takes for background almost surely."""
    picture, labels = np.full((*SIZE, 3), wall, np.uint8), np.zeros(SIZE, np.uint8)
    picture[FACE], picture[BODY], picture[HAND] = SKIN, (30, 60, 140), hand
    labels[FACE], labels[BODY] = PART_ID["face"], PART_ID["upper"]
    probs = np.eye(14, dtype=np.float32)[labels].transpose(2, 0, 1).copy()
    probs[PART_ID["skin"]][HAND], probs[0][HAND] = hint, 1 - hint
    return probs, picture


def skin(hand: tuple[int, int, int], wall: tuple[int, int, int] = WALL, hint: float = 0.1) -> float:
    probs, picture = seen(hand, wall, hint)
    found = with_bare_limbs(probs, picture)
    assert np.abs(found.sum(0) - 1).max() < 1e-5
    assert np.array_equal(found[:, *FACE], probs[:, *FACE])
    return float(found[PART_ID["skin"]][INSIDE].mean())


@pytest.mark.parametrize("hand", [SKIN, (150, 110, 95), (246, 194, 172)], ids=["as lit", "shaded", "lighter"])
def test_a_hand_of_the_faces_own_colour_is_skin(hand: tuple[int, int, int]) -> None:
    assert skin(hand) > 0.7


@pytest.mark.parametrize(
    ("hand", "wall", "hint"),
    [((60, 120, 200), WALL, 0.1), (SKIN, (226, 176, 156), 0.1), (SKIN, WALL, 0.01)],
    ids=["another colour", "a wall of that colour", "bricks, of which the parser sees no skin at all"],
)
def test_what_else_lies_beside_a_person_is_none(
    hand: tuple[int, int, int], wall: tuple[int, int, int], hint: float
) -> None:
    assert skin(hand, wall, hint) == pytest.approx(hint, abs=0.01)


def test_what_touches_nobody_is_none() -> None:
    probs, picture = seen(SKIN)
    apart = np.roll(picture, 12, axis=1), np.roll(probs, 12, axis=2)
    probs[:, :, 81:], picture[:, 81:] = apart[1][:, :, 81:], apart[0][:, 81:]
    probs[:, :, 81:93], picture[:, 81:93] = np.eye(14, dtype=np.float32)[0][:, None, None], WALL
    found = with_bare_limbs(probs, picture)
    assert found[PART_ID["skin"]][74:86, 97:110].mean() < 0.2


def test_without_a_face_nothing_is_told() -> None:
    probs, picture = seen(SKIN)
    probs[0] += probs[PART_ID["face"]]
    probs[PART_ID["face"]] = 0
    assert with_bare_limbs(probs, picture) is probs
