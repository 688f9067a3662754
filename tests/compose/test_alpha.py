from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmask.compose.alpha import make_alpha


def square(side: int) -> np.ndarray:
    mask = np.zeros((side, side), bool)
    mask[side // 4 : side * 3 // 4, side // 4 : side * 3 // 4] = True
    return mask


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 1000),
    size=st.tuples(st.integers(20, 90), st.integers(20, 90)),
    feather=st.sampled_from([None, 0.0, 5.0, 60.0]),
)
def test_alpha_is_0_on_what_is_kept_and_written_levels_lose_nothing(
    seed: int, size: tuple[int, int], feather: float | None
) -> None:
    rng = np.random.default_rng(seed)
    decision = rng.random((16, 12)) < 0.5
    keep = rng.random(size) < 0.2
    alpha = make_alpha(decision, size, keep, feather=feather)
    assert alpha.dtype == np.float32
    assert alpha.shape == size
    assert (alpha[keep] == 0).all()
    np.testing.assert_array_equal(np.rint(alpha * 255).astype(np.uint8) / np.float32(255), alpha)


def test_inside_is_exactly_1_and_outside_exactly_0() -> None:
    alpha = make_alpha(square(200), (400, 400), np.zeros((400, 400), bool))
    assert (alpha[110:290, 110:290] == 1).all()
    assert (alpha[:90] == 0).all()
    assert ((alpha > 0) & (alpha < 1)).any()


def test_a_feather_of_0_is_a_hard_edge_at_the_outline() -> None:
    alpha = make_alpha(square(100), (100, 100), np.zeros((100, 100), bool), feather=0)
    assert set(np.unique(alpha)) == {0.0, 1.0}
    assert (alpha[30:70, 30:70] == 1).all()
    assert abs(int(alpha.sum()) - 2500) < 60


@pytest.mark.parametrize("scale", [2, 5])
def test_the_mask_covers_the_same_share_at_every_size(scale: int) -> None:
    small = make_alpha(square(100), (100, 100), np.zeros((100, 100), bool)).mean()
    large = make_alpha(square(100), (100 * scale, 100 * scale), np.zeros((100 * scale, 100 * scale), bool)).mean()
    assert abs(float(large) - float(small)) < 0.01


def test_next_to_what_is_kept_the_feather_grows_inwards() -> None:
    keep = np.zeros((400, 400), bool)
    keep[:200] = True
    alpha = make_alpha(np.ones((200, 200), bool), (400, 400), keep, feather=20)
    assert (alpha[:200] == 0).all()
    column = alpha[200:220, 200]
    assert (np.diff(column) >= 0).all()
    assert column[0] < 0.5
    assert alpha[300, 200] == 1


def limb_alpha(limbs: np.ndarray, feather: float | None = None) -> np.ndarray:
    """The upper half comes from the edit."""
    decision = np.zeros((200, 200), bool)
    decision[:100] = True
    return make_alpha(decision, (200, 200), np.zeros((200, 200), bool), feather=feather, limbs=limbs)


def test_through_a_limb_of_both_pictures_the_edge_is_wider_inwards() -> None:
    plain, wide = limb_alpha(np.zeros((200, 200), np.float32)), limb_alpha(np.ones((200, 200), np.float32))
    assert ((wide > 0) & (wide < 1)).sum() > 2 * ((plain > 0) & (plain < 1)).sum()
    assert ((wide > 0) == (plain > 0)).all(), "nothing more of the original is touched"
    assert (wide[:80] == 1).all()


def test_where_the_old_garment_meets_the_skin_the_edge_stays_narrow() -> None:
    limbs = np.zeros((200, 200), np.float32)
    limbs[100:] = 1
    np.testing.assert_array_equal(limb_alpha(limbs), limb_alpha(np.zeros_like(limbs)))


@pytest.mark.parametrize("feather", [0.0, 3.0])
def test_a_given_feather_holds_in_limbs_too(feather: float) -> None:
    limbs = np.ones((200, 200), np.float32)
    np.testing.assert_array_equal(limb_alpha(limbs, feather), limb_alpha(np.zeros_like(limbs), feather))


def test_what_is_taken_fades_towards_the_edge_of_the_edits_frame() -> None:
    decision, beyond = np.zeros((128, 128), bool), np.zeros((128, 128), bool)
    decision[20:90, 30:100], beyond[90:] = True, True
    resized = np.kron(beyond, np.ones((8, 8), bool))
    sharp = make_alpha(decision, (1024, 1024), resized)
    soft = make_alpha(decision, (1024, 1024), resized, beyond=resized)
    assert not soft[resized].any()
    assert (np.diff(soft[690:720, 512]) <= 0).all()
    assert soft[708, 512] < 0.7 < sharp[708, 512]  # twelve pixels from the edge
    np.testing.assert_array_equal(soft[:600], sharp[:600])


def test_where_the_old_garment_went_the_edge_does_not_fade_towards_the_frames_end() -> None:
    decision, beyond, gone = (np.zeros((128, 128), bool) for _ in range(3))
    decision[20:90, 30:100], beyond[90:], gone[80:86, 30:100] = True, True, True
    resized = np.kron(beyond, np.ones((8, 8), bool))
    soft = make_alpha(decision, (1024, 1024), resized, beyond=resized, gone=gone)
    assert (soft[81 * 8 : 85 * 8, 400:700] == 1).all()
    assert (soft[resized] == 0).all()
    assert soft[89 * 8 + 4, 500] < 0.9
