from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from segmask.fusion.pixel_model import (
    CHUNK,
    SURELY_NOT,
    Features,
    Perceptron,
    PixelModel,
    pixel_model,
    read_pixel_model,
)

FEATURES = np.array([[[1.0, -1.0]], [[2.0, 2.0]]], np.float32)  # two features of a picture of 1 x 2 pixels


def of(planes: NDArray[np.float32]) -> Features:
    """The features (F, h, w) of any pixels."""
    return lambda places: [plane.ravel()[places] for plane in planes]


@pytest.fixture
def model(tmp_path: Path) -> PixelModel:
    """Two networks of one hidden unit: max(0, a) and max(0, a + b), twice."""
    first = np.array([[[1.0, 0.0]], [[1.0, 1.0]]], np.float32)
    np.savez(
        tmp_path / "model.npz",
        weight0=first,
        bias0=np.zeros((2, 1), np.float32),
        weight1=np.full((2, 1, 1), 2, np.float32),
        bias1=np.zeros((2, 1), np.float32),
    )
    return read_pixel_model(tmp_path / "model.npz")


def test_networks_are_averaged_and_their_difference_is_told(model: PixelModel) -> None:
    odds, spread = model.estimate(of(FEATURES), np.ones((1, 2), bool))
    np.testing.assert_allclose(odds, [[(2 + 6) / 2, (0 + 2) / 2]])
    np.testing.assert_allclose(spread, [[2, 1]])


def test_a_pixel_that_nothing_speaks_for_is_not_asked(model: PixelModel) -> None:
    odds, spread = model.estimate(of(FEATURES), np.array([[False, True]]))
    assert odds[0, 0] == SURELY_NOT
    assert spread[0, 0] == 0
    assert odds[0, 1] == 1


def test_pictures_larger_than_a_chunk_are_decided_alike(model: PixelModel) -> None:
    wide = np.tile(FEATURES, (1, 1, CHUNK))
    odds, spread = model.estimate(of(wide), np.ones((1, 2 * CHUNK), bool))
    assert odds.shape == spread.shape == (1, 2 * CHUNK)
    assert set(np.unique(odds)) == {1, 4}
    assert set(np.unique(spread)) == {1, 2}


def test_the_package_holds_a_model_for_its_features() -> None:
    from segmask.fusion.features import NAMES

    odds, spread = pixel_model().estimate(of(np.zeros((len(NAMES), 3, 4), np.float32)), np.ones((3, 4), bool))
    assert odds.shape == spread.shape == (3, 4)
    assert np.isfinite(odds).all()


def test_between_four_pixels_that_are_sure_nothing_else_is_asked_and_nothing_else_changes() -> None:
    """A bump of odds from surely not to surely: exact where it is steep, within a tenth where it is sure."""
    x = np.linspace(-4, 4, 64, dtype=np.float32)
    bump = (8 - 4 * np.hypot(x[:, None], x[None])).astype(np.float32)
    network = Perceptron((np.ones((1, 1), np.float32),), (np.zeros(1, np.float32),))
    odds, _ = PixelModel((network,)).estimate(of(bump[None]), np.ones(bump.shape, bool))
    unsure = np.abs(bump) < 3
    np.testing.assert_allclose(odds[unsure], bump[unsure])
    assert np.abs(odds - bump).max() < 1
    assert ((odds > 0) == (bump > 0)).all()
    assert (odds != bump).mean() > 0.2
