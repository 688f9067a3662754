"""Hypothesis on the API: any arrays, masks and options end in a result that keeps its promises, or in our own error."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import segmask
from segmask import SegmaskError

DTYPES = st.sampled_from([np.uint8, np.uint16, np.float32, np.bool_, np.int64])
SETTINGS = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@st.composite
def pictures(draw: st.DrawFn) -> np.ndarray:
    """Mostly pictures; sometimes arrays that are none."""
    if draw(st.integers(0, 5)) == 0:
        shape = draw(array_shapes(min_dims=1, max_dims=4, max_side=12))
        return draw(DTYPES.flatmap(lambda dtype: arrays(dtype, shape, fill=st.nothing())))
    height, width, channels = draw(st.integers(7, 40)), draw(st.integers(7, 40)), draw(st.integers(1, 4))
    dtype = draw(st.sampled_from([np.uint8, np.uint16]))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    values = rng.integers(0, np.iinfo(dtype).max, (height, width, channels), dtype=dtype, endpoint=True)
    return (
        values // draw(st.sampled_from([1, 3, 200])) if draw(st.booleans()) else np.full_like(values, values[0, 0, 0])
    )


@st.composite
def masks(draw: st.DrawFn, like: np.ndarray) -> Any:
    if draw(st.integers(0, 2)) == 0:
        return None
    shape = like.shape[:2] if draw(st.integers(0, 4)) else draw(array_shapes(min_dims=1, max_dims=3, max_side=9))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    dtype = draw(DTYPES)
    return (rng.random(shape) * draw(st.sampled_from([1, 1, 255, -2]))).astype(dtype)


@given(data=st.data())
@SETTINGS
def test_diff_keeps_its_promises_or_raises_its_own_errors(data: st.DataObject) -> None:
    original, edited = data.draw(pictures()), data.draw(pictures())
    include, exclude, mask_in = (data.draw(masks(original)) for _ in range(3))
    options: dict[str, Any] = {
        "feather": data.draw(st.sampled_from([None, None, 0, 2.5, -1, float("nan"), "x"])),
        "tone_match": data.draw(st.sampled_from([True, False, True, False, 1])),
        "threshold": data.draw(st.sampled_from([None, None, 3.0, 0])),
        "max_pixels": data.draw(st.sampled_from([None, None, 2000, 0])),
    }
    masks_given: dict[str, Any] = {"include": include, "exclude": exclude, "mask_in": mask_in}
    held = [None if value is None else np.copy(value) for value in (original, edited, include, exclude, mask_in)]
    try:
        result = segmask.apply(original, edited, strategy="diff", **masks_given, **options)
    except SegmaskError:
        return
    finally:
        for before, now in zip(held, (original, edited, include, exclude, mask_in), strict=True):
            if before is not None:
                np.testing.assert_array_equal(before, now)
    before = original if original.ndim == 3 else original[..., None]
    outside = result.alpha == 0
    np.testing.assert_array_equal(result.raster[outside], before[outside])
    assert (result.raster.dtype, result.raster.shape) == (before.dtype, before.shape)
    assert np.isfinite(result.alpha).all()
    assert ((result.alpha >= 0) & (result.alpha <= 1)).all()
    np.testing.assert_array_equal(np.rint(result.alpha * 255) / np.float32(255), result.alpha)


@given(original=pictures(), result=pictures(), data=st.data())
@SETTINGS
def test_verify_counts_or_raises_its_own_errors(original: np.ndarray, result: np.ndarray, data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        result = original.copy()
    mask = data.draw(masks(original))
    try:
        found = segmask.verify(original, result, np.zeros(original.shape[:2], np.uint8) if mask is None else mask)
    except SegmaskError:
        return
    assert 0 <= found.differing <= found.pixels
    assert (found.largest == 0) == (found.differing == 0)
    assert 0 <= found.mean <= found.largest <= 255
