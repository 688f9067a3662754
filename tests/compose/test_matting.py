from __future__ import annotations

import numpy as np
import pytest

from segmask.compose.matting import Laplacian, solve_alpha

SHAPE = (60, 80)


def ramp() -> np.ndarray:
    """float32 (h, w): a slanted soft edge, twelve pixels wide."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(np.float32)
    return np.clip((columns + 0.4 * rows - 46) / 12, 0, 1)


def mixed(alpha: np.ndarray) -> np.ndarray:
    """A blond foreground that darkens downwards before a red ground that brightens to the right."""
    rows, columns = np.mgrid[: alpha.shape[0], : alpha.shape[1]].astype(np.float32) / max(alpha.shape)
    front = np.stack([0.9 - 0.2 * rows, 0.75 - 0.2 * rows, 0.5 - 0.2 * rows], 2)
    back = np.stack([0.6 + 0.2 * columns, 0.05 + 0.1 * columns, 0.1 + 0.1 * columns], 2)
    return (alpha[..., None] * front + (1 - alpha[..., None]) * back).astype(np.float32)


@pytest.fixture
def laplacian() -> Laplacian:
    return Laplacian(mixed(ramp()))


def test_what_is_linear_in_the_colours_costs_nothing(laplacian: Laplacian) -> None:
    image = mixed(ramp())
    flat, linear = np.ones(SHAPE, np.float32), image @ np.array([0.5, -1, 2], np.float32)
    assert np.abs(laplacian.apply(flat)).max() < 1e-4
    assert np.abs(laplacian.apply(linear)).max() < 2e-2 * np.ptp(linear)


def test_it_is_symmetric_and_no_picture_costs_less_than_nothing(laplacian: Laplacian) -> None:
    first, second = (np.random.default_rng(seed).random(SHAPE, np.float32) for seed in (1, 2))
    assert (first * laplacian.apply(second)).sum() == pytest.approx((second * laplacian.apply(first)).sum(), rel=1e-3)
    assert (first * laplacian.apply(first)).sum() > 0


def test_a_soft_edge_is_found_from_what_is_sure_on_both_sides(laplacian: Laplacian) -> None:
    truth = ramp()
    sure = (truth == 0) | (truth == 1)
    found = solve_alpha(
        laplacian, np.where(sure, truth, 0.5).astype(np.float32), np.where(sure, 1, 0).astype(np.float32)
    )
    assert np.abs(found - truth)[~sure].mean() < 0.03
    assert np.abs(found - truth)[sure].max() < 0.1


def test_what_is_sure_everywhere_stays(laplacian: Laplacian) -> None:
    truth = ramp()
    np.testing.assert_allclose(solve_alpha(laplacian, truth, np.full(SHAPE, 1e4, np.float32)), truth, atol=1e-3)


def test_an_enlarged_opacity_has_the_large_pictures_detail() -> None:
    large = np.repeat(np.repeat(ramp(), 4, 0), 4, 1)
    large[:, 100:102] = 1  # a strand two pixels wide: half a pixel of the small picture
    small = large.reshape(SHAPE[0], 4, SHAPE[1], 4).mean((1, 3))
    found = Laplacian(mixed(small)).enlarged(small, mixed(large))
    before_ground = large[:, 99] == 0
    assert found[before_ground, 100].mean() > 0.8
    assert found[before_ground, 97].mean() < 0.2


def test_a_grey_picture_of_strong_contrast_is_matted_like_any_other() -> None:
    noise = np.random.default_rng(0)
    levels = np.rint(255 * np.clip(0.5 + noise.normal(0, 0.4, SHAPE), 0, 1)) / 255
    grey = np.repeat(levels[..., None], 3, 2).astype(np.float32)  # the three channels are one
    step = np.zeros(SHAPE, np.float32)
    step[:, SHAPE[1] // 2 :] = 1
    found = solve_alpha(Laplacian(grey), step, np.full(SHAPE, 0.1, np.float32))
    assert np.isfinite(found).all()
    assert np.abs(found - step).mean() < 0.1
