"""Edits that are turned by quarters or mirrored are turned back, and it is told from the motion."""

from __future__ import annotations

import numpy as np
import pytest

from segmask.core.geometry import resize_image
from segmask.core.types import Image
from segmask.register.align import align
from segmask.register.coverage import thin_strips
from segmask.register.turns import TURNS, Turn, turned

WORDS = {
    (0, True): "mirrored",
    (1, False): "turned by 270 degrees clockwise",
    (2, False): "turned by 180 degrees clockwise",
    (3, False): "turned by 90 degrees clockwise",
}


@pytest.fixture(scope="module")
def pair() -> tuple[Image, Image]:
    """A scene of blots, and the same with a red square in it."""
    rng = np.random.default_rng(3)
    original = resize_image(rng.integers(0, 256, (28, 40, 3), dtype=np.uint8), (224, 320))
    edited = original.copy()
    edited[60:160, 90:200] = (200, 40, 50)
    return original, edited


@pytest.mark.parametrize("turn", [TURNS[0], TURNS[1], TURNS[3], TURNS[5]], ids=str)
def test_a_turned_edit_comes_to_lie_on_its_original(turn: Turn, pair: tuple[Image, Image]) -> None:
    original, edited = pair
    laid = np.rot90(edited[:, ::-1] if turn.mirrored else edited, -turn.quarters)
    aligned, alignment = align(original, np.ascontiguousarray(laid))
    assert alignment.trusted
    assert np.abs(aligned.astype(int) - edited).mean() < 3
    assert turned(alignment.matrix) != ""
    if (turn.quarters, turn.mirrored) in WORDS:
        assert turned(alignment.matrix) == WORDS[turn.quarters, turn.mirrored]


def test_an_edit_that_lies_as_it_should_is_not_turned(pair: tuple[Image, Image]) -> None:
    original, edited = pair
    assert turned(align(original, np.roll(edited, 3, axis=1))[1].matrix) == ""


def test_a_turns_matrix_is_what_it_does() -> None:
    image = np.arange(2 * 5 * 3, dtype=np.uint8).reshape(2, 5, 3)
    for turn in TURNS:
        x, y, _ = (turn.matrix(image.shape) @ [4, 1, 1]).astype(int)
        np.testing.assert_array_equal(turn.apply(image)[y, x], image[1, 4])


def test_a_few_pixels_missed_along_the_border_are_filled_and_more_are_not() -> None:
    outside = np.zeros((400, 512), bool)
    outside[-4:] = True
    np.testing.assert_array_equal(thin_strips(outside), outside)
    outside[-40:] = True
    assert not thin_strips(outside).any()


def test_a_shift_by_a_few_pixels_repeats_the_border(pair: tuple[Image, Image]) -> None:
    original, _ = pair
    _, alignment = align(original, np.vstack([np.full((2, 320, 3), 9, np.uint8), original[:-2]]))
    assert alignment.covered.all()
    assert alignment.repeated is not None
    assert 0 < alignment.repeated.sum() <= 3 * 320
