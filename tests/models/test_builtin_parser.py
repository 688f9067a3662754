"""The packaged parser: canvases, any shape of picture, determinism, and what it makes of a real photo."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmask.core.errors import InputError
from segmask.core.labels import PART_ID
from segmask.models.builtin import CANVAS_AREA, STRIDE, WEIGHTS, canvas_size
from segmask.models.registry import load_parser


@pytest.mark.parametrize(
    ("size_hw", "canvas"),
    [((830, 550), (448, 288)), ((550, 830), (288, 448)), ((700, 700), (352, 352)), ((4000, 1000), (704, 192))],
)
def test_the_canvas_suits_the_picture(size_hw, canvas):
    assert canvas_size(*size_hw) == canvas


@given(st.integers(1, 20000), st.integers(1, 20000))
def test_a_canvas_is_of_the_trained_area(height, width):
    rows, columns = canvas_size(height, width)
    assert rows % STRIDE == columns % STRIDE == 0
    assert 0.75 * CANVAS_AREA <= rows * columns <= 1.25 * CANVAS_AREA


def test_the_weights_are_small_enough_for_the_package():
    assert WEIGHTS.stat().st_size < 10e6


@pytest.mark.parametrize("size_hw", [(1, 1), (10, 4000), (300, 75), (75, 300)])
def test_any_shape_is_parsed(size_hw):
    parsing = load_parser("builtin", threads=1).parse(np.full((*size_hw, 3), 90, np.uint8))
    assert parsing.label_map.shape == size_hw
    assert parsing.working_probs.dtype == np.float32
    np.testing.assert_allclose(parsing.working_probs.sum(0), 1, atol=1e-4)


def test_the_same_picture_gives_the_same_bytes(rng):
    image = rng.integers(0, 256, (120, 90, 3), dtype=np.uint8)
    first = load_parser("builtin", threads=1).parse(image).working_probs
    assert np.array_equal(load_parser("builtin", threads=1).parse(image).working_probs, first)


@pytest.mark.shared
@pytest.mark.parametrize("name", ["0009", "0013"])
def test_both_looks_lie_on_each_other(shared, name):
    """A second look that were not turned back would leave .80 and .84 of the probability to the likeliest part."""
    from PIL import Image

    photo = np.array(Image.open(shared / "data" / "ccp" / "photos" / f"{name}.jpg").convert("RGB"))
    assert load_parser().parse(photo).working_probs.max(0).mean() > 0.86


def test_what_is_no_picture_is_refused():
    with pytest.raises(InputError, match="uint8 array of shape"):
        load_parser("builtin").parse(np.zeros((4, 4)))  # type: ignore[arg-type]


@pytest.mark.shared
def test_a_street_photo(shared):
    from PIL import Image

    photo = np.array(Image.open(shared / "data" / "ccp" / "photos" / "0001.jpg").convert("RGB"))
    truth = np.array(Image.open(shared / "data" / "ccp" / "labels" / "0001.png"))
    label_map = load_parser().parse(photo).label_map
    for parts, least in ((("background",), 0.8), (("hair", "face"), 0.4)):
        ids = [PART_ID[part] for part in parts]
        got, expected = np.isin(label_map, ids), np.isin(truth, ids)
        assert (got & expected).sum() / (got | expected).sum() > least


@pytest.mark.shared
@pytest.mark.parametrize("frame_hw", [(6000, 4000), (900, 3600), (3600, 900)])
@pytest.mark.parametrize("name", ["0006", "0092", "0334"])
def test_a_figure_is_found_in_a_frame_far_too_large_or_long(shared, frame_hw, name):
    """24 megapixels with the figure at 15 % of the height, and 1:4 and 4:1, the photo on a plain ground."""
    import cv2
    from PIL import Image

    photo = np.array(Image.open(shared / "data" / "ccp" / "photos" / f"{name}.jpg").convert("RGB"))
    truth = np.array(Image.open(shared / "data" / "ccp" / "labels" / f"{name}.png"))
    if frame_hw == (6000, 4000):
        scale = 0.15 * 6000 / np.ptp(np.nonzero(truth.any(1))[0])
        size = (round(photo.shape[1] * scale), round(photo.shape[0] * scale))
        photo = cv2.resize(photo, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
        truth = cv2.resize(truth, size, interpolation=cv2.INTER_NEAREST)
    frame, expected = np.full((*frame_hw, 3), 150, np.uint8), np.zeros(frame_hw, np.uint8)
    top, left = ((have - want) // 3 for have, want in zip(frame_hw, truth.shape, strict=True))
    area = slice(top, top + truth.shape[0]), slice(left, left + truth.shape[1])
    frame[area], expected[area] = photo, truth
    label_map = load_parser().parse(frame).label_map
    figure, found = expected > 0, label_map > 0
    assert (figure & found).sum() / (figure | found).sum() > 0.6
    assert (label_map[expected == PART_ID["face"]] == PART_ID["face"]).mean() > 0.6
