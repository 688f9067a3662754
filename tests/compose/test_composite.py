from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segmask.compose.composite import composite

shapes = st.tuples(st.integers(1, 6), st.integers(1, 6))


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    height, width = draw(shapes)
    dtype, channels = draw(st.sampled_from([np.uint8, np.uint16])), draw(st.sampled_from([1, 2, 3, 4]))
    colours = 1 if channels < 3 else 3
    original = draw(hnp.arrays(dtype, (height, width, channels)))
    edited = draw(hnp.arrays(dtype, (height, width, colours)))
    level = draw(hnp.arrays(np.uint8, (height, width)))
    return original, edited, (level / np.float32(255)).astype(np.float32)


@settings(deadline=None)
@given(case=cases())
def test_alpha_0_is_the_original_and_alpha_1_the_edit(case: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    original, edited, alpha = case
    before = original.copy()
    result = composite(original, edited, alpha)
    assert result.dtype == original.dtype
    assert result.shape == original.shape
    np.testing.assert_array_equal(result[alpha == 0], original[alpha == 0])
    np.testing.assert_array_equal(result[alpha == 1][:, : edited.shape[2]], edited[alpha == 1])
    np.testing.assert_array_equal(original, before)


@settings(deadline=None)
@given(value=st.integers(0, 255), level=st.integers(0, 255))
def test_equal_pixels_stay_equal_at_every_alpha(value: int, level: int) -> None:
    picture = np.full((1, 1, 3), value, np.uint8)
    alpha = np.full((1, 1), level / 255, np.float32)
    np.testing.assert_array_equal(composite(picture, picture, alpha), picture)


def test_mixing_rounds() -> None:
    original, edited = np.zeros((1, 1, 1), np.uint8), np.full((1, 1, 1), 3, np.uint8)
    alpha = np.full((1, 1), 128 / 255, np.float32)
    assert composite(original, edited, alpha)[0, 0, 0] == 2  # 3 * 128 / 255 = 1.506


def test_the_edit_shows_where_the_original_is_clear_and_its_transparency_is_kept_elsewhere() -> None:
    original = np.array([[[9, 9, 9, 0], [9, 9, 9, 100], [9, 9, 9, 255]]], np.uint8)
    edited = np.full((1, 3, 3), 200, np.uint8)
    result = composite(original, edited, np.ones((1, 3), np.float32))
    np.testing.assert_array_equal(result[0, :, 3], [255, 100, 255])
    np.testing.assert_array_equal(result[0, :, :3], edited[0])
