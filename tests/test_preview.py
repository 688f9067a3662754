"""A preview shows the decision of the final picture, smaller."""

from __future__ import annotations

import numpy as np
import pytest

import segmask
from segmask import OptionError, io
from segmask.core.geometry import resize_alpha, resize_image, resize_mask
from segmask.pair import OpenPair
from segmask.samples import write_pair


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> OpenPair:
    """The sample pair, opened."""
    paths = write_pair(tmp_path_factory.mktemp("sample"))
    return segmask.Masker(face_detector="none").open(*(io.read_image(path) for path in paths))


@pytest.mark.parametrize("corrections", [{}, {"target": "outerwear"}, {"feather": 0}, {"exclude": True}])
def test_a_preview_is_of_the_same_decision(pair: OpenPair, corrections: dict) -> None:
    if "exclude" in corrections:
        stays = np.zeros(pair.seen.picture.size_hw, np.uint8)
        stays[: len(stays) // 2] = 255
        corrections = {"exclude": stays, "mask_format": "gray"}
    final, small = pair.apply(**corrections), pair.preview(512, **corrections)
    size_hw = small.alpha.shape
    assert max(size_hw) == 512
    whole, part = resize_alpha(final.alpha, size_hw) >= 0.5, small.alpha >= 0.5
    assert (whole & part).sum() >= 0.985 * max(1, (whole | part).sum())
    apart = np.abs(resize_image(final.image, size_hw).astype(int) - small.image).max(2)
    inside = resize_mask(final.alpha == 1, size_hw) | resize_mask(final.alpha == 0, size_hw)
    assert np.percentile(apart[inside], 95) <= 4


def test_where_nothing_is_taken_a_preview_is_the_original_shrunk(pair: OpenPair) -> None:
    small = pair.preview(512)
    original = resize_image(pair.seen.picture.image, small.alpha.shape)
    assert (small.image[small.alpha == 0] == original[small.alpha == 0]).all()


def test_a_preview_is_not_larger_than_the_picture(pair: OpenPair) -> None:
    assert pair.preview(20_000).image.shape[:2] == pair.seen.picture.size_hw
    with pytest.raises(OptionError, match="side"):
        pair.preview(10)
