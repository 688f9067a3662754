"""What stays inside a changed garment has an outline of its own in the original."""

from __future__ import annotations

import numpy as np
import pytest

from segmask.core.labels import PART_ID
from segmask.core.types import Change, Mask, Prob
from segmask.fusion.outlined import with_unoutlined
from segmask.fusion.scene import Scene

SIZE = (200, 200)
CLOTH, TIE = (20, 0, 0), (45, 30, 10)


def square(first: int, last: int) -> Mask:
    found = np.zeros(SIZE, bool)
    found[first:last, first:last] = True
    return found


def seen(tie: Mask, before: str, after: str, score: Prob | float = 2.0) -> Scene:
    """One garment over the whole picture, in one colour but for a tie, and hardly changed."""
    shown = [np.eye(14, dtype=np.float32)[np.full(SIZE, PART_ID[part])].transpose(2, 0, 1) for part in (before, after)]
    colours = np.where(tie[..., None], TIE, CLOTH).astype(np.float32)
    scores = np.broadcast_to(np.float32(score), SIZE)
    change = Change(scores, np.ones(SIZE, np.float32), 3.0, scores > 3, colours=(colours, colours))
    return Scene.of(shown[0], shown[1], change, (before, after))


def test_a_piece_of_the_old_dress_does_not_stay_in_the_new_jacket() -> None:
    none = square(0, 0)
    assert with_unoutlined(~square(80, 120), seen(none, "dress", "outerwear"), none).all()


def test_a_tie_stays() -> None:
    tie = square(80, 120)
    assert (with_unoutlined(~tie, seen(tie, "upper", "outerwear"), square(0, 0)) == ~tie).all()


@pytest.mark.parametrize(("hand", "stays"), [(False, False), (True, True)])
def test_of_a_bare_leg_no_piece_stays_in_a_new_boot_and_a_hand_on_it_does(hand: bool, stays: bool) -> None:
    piece = square(80, 120)
    leg = seen(piece if hand else square(0, 0), "skin", "footwear")
    boots = Scene.of(leg.before, leg.after, leg.change, ("footwear",))
    assert with_unoutlined(~piece, boots, square(0, 0))[100, 100] != stays


def test_what_must_stay_does() -> None:
    held = square(80, 120)
    assert (with_unoutlined(~held, seen(square(0, 0), "dress", "outerwear"), held) == ~held).all()


@pytest.mark.parametrize("score", [0.5, 0.9])
def test_what_differs_by_less_than_the_noise_stays(score: float) -> None:
    inside = square(80, 120)
    assert (with_unoutlined(~inside, seen(square(0, 0), "dress", "outerwear", score), square(0, 0)) == ~inside).all()


def test_of_trousers_that_hardly_changed_a_strip_is_given_back() -> None:
    """The jacket above them ends at an outline, the strip does not."""
    jacket, strip = np.zeros(SIZE, bool), np.zeros(SIZE, bool)
    jacket[:60], strip[60:90] = True, True
    scores = np.where(jacket, 20, 2).astype(np.float32)
    trousers = seen(jacket, "lower", "lower", scores)
    assert (with_unoutlined(jacket | strip, trousers, square(0, 0)) == jacket).all()
