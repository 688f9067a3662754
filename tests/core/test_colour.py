from __future__ import annotations

import numpy as np
import pytest

from segmask.core.colour import delta_e, delta_e_94, lab


def colours(*triples: tuple[float, float, float]) -> np.ndarray:
    return np.array(triples, np.float32)


def test_known_colours() -> None:
    """sRGB primaries in CIELAB with D65, as tables of colours have them."""
    primaries = np.array([[(255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 255, 0), (0, 0, 255)]], np.uint8)
    expected = [(100, 0, 0), (0, 0, 0), (53.24, 80.09, 67.20), (87.73, -86.18, 83.18), (32.30, 79.19, -107.86)]
    assert lab(primaries)[0] == pytest.approx(np.array(expected), abs=0.1)
    assert lab(primaries).dtype == np.float32


def test_floats_are_8_bit_levels_too() -> None:
    image = np.random.default_rng(0).integers(0, 256, (4, 5, 3)).astype(np.uint8)
    assert (lab(image.astype(np.float64)) == lab(image)).all()


def test_sigma_blurs() -> None:
    image = np.zeros((9, 9, 3), np.uint8)
    image[:, 5:] = 255
    sharp, soft = lab(image), lab(image, 1.0)
    assert set(np.unique(sharp[..., 0].round())) == {0, 100}
    assert (np.diff(soft[4, 2:8, 0]) > 0).all()


def test_plain_difference() -> None:
    assert delta_e(colours((50, 0, 0), (50, 0, 0)), colours((50, 3, 4), (50, 0, 0))).tolist() == [5, 0]


def test_cie94_counts_lightness_fully_and_vivid_hues_less() -> None:
    grey, vivid = (50.0, 0.0, 0.0), (50.0, 60.0, 0.0)
    lighter = delta_e_94(colours(grey, vivid), colours((58, 0, 0), (58, 60, 0)))
    assert lighter == pytest.approx([8, 8])
    stronger = delta_e_94(colours(vivid), colours((50, 70, 0)))
    assert stronger == pytest.approx([10 / (1 + 0.045 * (60 * 70) ** 0.5)], rel=1e-5)
    turned = delta_e_94(colours(vivid), colours((50, 0, 60)))
    assert turned == pytest.approx([60 * 2**0.5 / (1 + 0.015 * 60)], rel=1e-5)


def test_cie94_is_symmetric_and_never_above_the_plain_difference() -> None:
    rng = np.random.default_rng(0)
    first, second = (rng.uniform((0, -90, -90), (100, 90, 90), (500, 3)).astype(np.float32) for _ in range(2))
    assert delta_e_94(first, second) == pytest.approx(delta_e_94(second, first), rel=1e-5)
    assert (delta_e_94(first, second) <= delta_e(first, second) + 1e-3).all()
    assert not delta_e_94(first, first).any()
