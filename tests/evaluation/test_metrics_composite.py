"""Colour, structure and seam of composites, against scikit-image and by hand."""

import numpy as np
import pytest
from skimage.color import deltaE_cie76, rgb2lab
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from segmask.evaluation.metrics import leak_delta_e, psnr_kept, seam_excess, ssim_kept
from segmask.evaluation.metrics.composite import ssim_map


@pytest.fixture
def pictures():
    random = np.random.default_rng(2)
    first = random.integers(0, 256, (40, 50, 3), np.uint8)
    second = np.clip(first.astype(int) + random.integers(-30, 31, first.shape), 0, 255).astype(np.uint8)
    return first, second


EVERYWHERE = np.ones((40, 50), bool)


def test_delta_e_agrees_with_scikit_image(pictures):
    first, second = pictures
    expected = deltaE_cie76(rgb2lab(first), rgb2lab(second)).mean()
    assert leak_delta_e(first, second, EVERYWHERE) == pytest.approx(expected, abs=0.05)


def test_psnr_agrees_with_scikit_image(pictures):
    first, second = pictures
    assert psnr_kept(first, second, EVERYWHERE) == pytest.approx(peak_signal_noise_ratio(first, second))


def test_ssim_agrees_with_scikit_image_away_from_the_border(pictures):
    first, second = (np.repeat(picture[..., :1], 3, 2) for picture in pictures)
    options = {"gaussian_weights": True, "use_sample_covariance": False, "data_range": 255, "full": True}
    expected = np.asarray(structural_similarity(first[..., 0], second[..., 0], **options)[1])  # type: ignore[index]
    got = ssim_map(first, second, EVERYWHERE)
    assert np.abs(got - expected)[5:-5, 5:-5].max() < 1e-6


def test_nothing_outside_the_must_stay_pixels_enters(pictures):
    first, second = pictures
    stay = np.zeros((40, 50), bool)
    stay[:20] = True
    mixed = np.where(stay[..., None], first, second)
    assert leak_delta_e(mixed, first, stay) == 0
    assert psnr_kept(mixed, first, stay) == 100
    assert ssim_kept(mixed, first, stay) == pytest.approx(1)
    assert psnr_kept(second, first, stay) == pytest.approx(peak_signal_noise_ratio(first[:20], second[:20]))


def test_nothing_to_keep_is_perfect(pictures):
    first, second = pictures
    nowhere = np.zeros((40, 50), bool)
    assert leak_delta_e(first, second, nowhere) == 0
    assert psnr_kept(first, second, nowhere) == 100
    assert ssim_kept(first, second, nowhere) == 1


def grey(level):
    return np.full((20, 20, 3), level, np.uint8)


def test_a_hard_seam_between_two_flat_pictures_shows_and_a_wide_ramp_shows_less():
    hard = np.zeros((20, 20), np.float32)
    hard[:, 10:] = 1
    ramp = np.tile(np.clip((np.arange(20, dtype=np.float32) - 4) / 11, 0, 1), (20, 1)).astype(np.float32)
    original, pasted = grey(60), grey(180)

    def blend(alpha):
        return np.rint(original + (pasted.astype(float) - original) * alpha[..., None]).astype(np.uint8)

    step = seam_excess(blend(hard), original, pasted, hard)
    assert step == pytest.approx(24.0, abs=0.1)  # half of the step from L* 25.3 to 73.3
    assert 0 < seam_excess(blend(ramp), original, pasted, ramp) < step / 3


def test_no_seam_where_both_pictures_agree_or_one_picture_is_all_there_is():
    alpha = np.zeros((20, 20), np.float32)
    alpha[5:15, 5:15] = 1
    assert seam_excess(grey(60), grey(60), grey(60), alpha) == 0
    assert seam_excess(grey(60), grey(60), grey(180), np.zeros((20, 20), np.float32)) == 0


def test_an_edge_that_the_edit_itself_has_is_no_seam():
    alpha = np.zeros((20, 20), np.float32)
    alpha[:, 10:] = 1
    edited = grey(60)
    edited[:, 10:] = 200
    assert seam_excess(edited, grey(60), edited, alpha) == 0
