"""The layer of hair on its own, with numbers in view."""

from __future__ import annotations

import numpy as np

from segmask.compose.composite import composite
from segmask.compose.hair_layer import HairLayer
from segmask.core.types import Box


def test_dense_hair_is_as_dense_where_it_passes_from_one_ground_to_another() -> None:
    """The garment behind its lower half is replaced; halfway between, neither half may shine through."""
    hair, edit = np.full((60, 60, 3), 180, np.uint8), np.full((60, 60, 3), 20, np.uint8)
    beside = np.arange(3600).reshape(60, 60)
    nearest = np.where(np.arange(60)[:, None] < 30, beside[0], beside[59])  # the ground above, the garment below
    decided = np.zeros((60, 60), np.float32)
    decided[59] = 1
    solid, none = np.ones((60, 60), np.float32), np.zeros((60, 60), np.float32)
    everywhere = np.ones((60, 60), bool)
    area = Box(0, 0, 60, 60)
    layer = HairLayer(area, (60, 60), solid, hair, none, everywhere, nearest, 3.0, everywhere)
    alpha = layer.widen(decided, ~everywhere)
    assert 0.3 < alpha[30, 30] < 0.7
    finished = composite(hair, layer.over(edit, alpha), alpha)
    assert np.abs(finished.astype(int) - hair)[:59].max() <= 2
