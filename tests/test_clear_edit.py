"""An edit with see-through places, and one in colour of a black-and-white photo."""

from __future__ import annotations

import numpy as np

import segmask
from tests.conftest import codes


def test_what_is_see_through_in_the_edit_is_never_taken(photo: np.ndarray) -> None:
    edited = np.dstack([255 - photo, np.full(photo.shape[:2], 255, np.uint8)])
    edited[100:200, 100:200, 3] = 0
    result = segmask.apply(photo, edited, strategy="diff", include=np.ones(photo.shape[:2], bool))
    assert not result.alpha[102:198, 102:198].any()
    np.testing.assert_array_equal(result.image[102:198, 102:198], photo[102:198, 102:198])
    assert (result.alpha[300:, 300:] == 1).all()
    assert "edit-clear" in codes(result)


def test_colour_on_a_black_and_white_photo_is_said(photo: np.ndarray) -> None:
    grey = np.repeat(photo[..., 1:2], 3, 2)
    assert "neutral-original" in codes(segmask.apply(grey, photo, strategy="diff"))
    assert "neutral-original" not in codes(segmask.apply(photo, photo, strategy="diff"))
