"""Overlap, kept, coverage and strict success, worked by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from segmask.core.errors import InputError
from segmask.core.labels import PART_ID
from segmask.evaluation.metrics import (
    coverage,
    dice,
    iou,
    kept,
    largest_leak,
    largest_miss,
    part_overlap,
    precision,
    recall,
    score_alpha,
    score_parsing,
    strict_success,
)
from segmask.evaluation.metrics.truth import make_truth

S, X, C = 0, 128, 255  # must stay, does not count, must change


def truth_of(*rows):
    return make_truth(np.array(rows, np.uint8))


def alpha_of(*rows):
    return np.array(rows, np.float32)


def test_overlap_metrics_of_a_case_one_can_count():
    truth = truth_of([C, C, C, S, S, X])
    alpha = alpha_of([1, 1, 0, 1, 0, 1])  # 2 hits, 1 miss, 1 extra; the last pixel does not count
    assert iou(alpha, truth) == pytest.approx(2 / 4)
    assert dice(alpha, truth) == pytest.approx(4 / 6)
    assert precision(alpha, truth) == pytest.approx(2 / 3)
    assert recall(alpha, truth) == pytest.approx(2 / 3)


def test_the_mask_starts_at_one_half():
    truth = truth_of([C, C])
    assert iou(alpha_of([0.5, 0.499]), truth) == 0.5


@pytest.mark.parametrize(
    ("mask", "truth", "expected"),
    [
        ([0, 0], [S, S], (1, 1, 1, 1)),  # nothing to do, nothing done
        ([1, 0], [S, S], (0, 0, 0, 0)),  # IoU, Dice, precision, recall
        ([0, 0], [C, S], (0, 0, 0, 0)),
        ([1, 0], [X, X], (1, 1, 1, 1)),  # nothing counts
    ],
)
def test_empty_masks_and_truths_are_defined(mask, truth, expected):
    alpha, truth = alpha_of(mask), truth_of(truth)
    assert (iou(alpha, truth), dice(alpha, truth), precision(alpha, truth), recall(alpha, truth)) == expected


def test_kept_and_coverage_at_their_thresholds():
    stay = np.array([[True, True, True, True]])
    assert kept(alpha_of([0, 1 / 255, 2 / 255, 1]), stay) == 0.5
    assert coverage(alpha_of([1, 0.98, 0.979, 0]), stay) == 0.5
    assert coverage(np.array([[250, 249]], np.uint8).astype(np.float32) / np.float32(255), stay[:, :2]) == 0.5
    nothing = np.zeros((1, 4), bool)
    assert kept(alpha_of([1, 1, 1, 1]), nothing) == 1
    assert coverage(alpha_of([0, 0, 0, 0]), nothing) == 1


def test_kept_counts_a_stored_step_of_one_as_untouched():
    stored = np.array([[0, 1, 2]], np.uint8).astype(np.float32) / np.float32(255)
    assert kept(stored, np.ones((1, 3), bool)) == pytest.approx(2 / 3)


def test_strict_success_needs_all_three():
    mask = np.zeros((10, 20), np.uint8)
    mask[:, :10] = C
    face = np.zeros((10, 20), bool)
    face[0, 15] = True
    truth = make_truth(mask, face=face)
    good = (mask / 255).astype(np.float32)
    assert strict_success(good, truth)

    some_lost = good.copy()
    some_lost[:5, 0] = 0.5  # coverage .95, just enough
    assert strict_success(some_lost, truth)
    some_lost[5, 0] = 0.5
    assert not strict_success(some_lost, truth)

    leaking = good.copy()
    leaking[1:3, 19] = 0.01  # kept .98, just enough
    assert strict_success(leaking, truth)
    leaking[3, 19] = 0.01
    assert not strict_success(leaking, truth)

    face_touched = good.copy()
    face_touched[0, 15] = 2 / 255
    assert kept(face_touched, truth.stay) >= 0.98
    assert not strict_success(face_touched, truth)


def test_a_face_that_must_change_is_no_face_to_keep():
    mask = np.full((4, 4), C, np.uint8)
    mask[3] = S
    truth = make_truth(mask, face=np.ones((4, 4), bool))
    assert strict_success((mask / 255).astype(np.float32), truth)


def test_largest_blobs_are_shares_of_the_picture_and_join_over_corners():
    truth = truth_of([S, S, S, C, C], [S, S, S, C, C])
    alpha = alpha_of([1, 0, 0, 0, 1], [0, 1, 0, 1, 1])
    assert largest_leak(alpha, truth) == pytest.approx(2 / 10)
    assert largest_miss(alpha, truth) == pytest.approx(1 / 10)
    clean = alpha_of([0, 0, 0, 1, 1], [0, 0, 0, 1, 1])
    assert largest_leak(clean, truth) == largest_miss(clean, truth) == 0


def test_kept_of_parts_counts_only_what_must_stay_and_is_nan_where_unknown():
    parsing = np.full((2, 4), PART_ID["background"], np.uint8)
    parsing[0, :2] = PART_ID["hair"]
    truth = make_truth(np.array([[S, C, S, S], [S, S, S, S]], np.uint8), parsing=parsing)
    scores = score_alpha(alpha_of([0, 1, 1, 0], [0, 0, 0, 0]), truth)
    assert scores["hair_kept"] == 1  # the other hair pixel must change
    assert scores["background_kept"] == pytest.approx(5 / 6)
    assert math.isnan(scores["face_kept"])  # the parsing shows no face
    assert math.isnan(score_alpha(alpha_of([0]), truth_of([S]))["hair_kept"])


def test_keep_says_what_must_stay_and_the_rest_does_not_count():
    keep = np.array([[True, False, False]])
    truth = make_truth(np.array([[S, S, C]], np.uint8), keep=keep)
    assert truth.values.tolist() == [[S, X, C]]
    with pytest.raises(InputError, match=r"1 pixels must change.*and must stay"):
        make_truth(np.array([[C, S, C]], np.uint8), keep=keep)


def test_a_mask_of_zeros_and_ones_is_read_as_0_and_255():
    assert make_truth(np.array([[0, 1]], np.uint8)).values.tolist() == [[S, C]]


def test_sizes_that_differ_are_named():
    with pytest.raises(InputError, match="parsing is 3x2, the mask is 2x2"):
        make_truth(np.zeros((2, 2), np.uint8), parsing=np.zeros((2, 3), np.uint8))
    with pytest.raises(InputError, match="mask to score is 3x1, the truth is 2x1"):
        score_alpha(alpha_of([0, 0, 0]), truth_of([S, S]))


def test_worn_iou_merges_garments_and_bags_into_one_class():
    truth = np.array([[PART_ID["upper"], PART_ID["bag"], PART_ID["skin"], PART_ID["eyewear"]]], np.uint8)
    found = np.array([[PART_ID["dress"], PART_ID["skin"], PART_ID["skin"], PART_ID["hair"]]], np.uint8)
    assert part_overlap(found, truth, ("upper", "bag", "dress")) == (1, 2)
    assert score_parsing(found, truth) == {"worn_iou": 0.5, "worn_intersection_px": 1, "worn_union_px": 2}
    nothing = np.zeros((1, 4), np.uint8)
    assert score_parsing(nothing, nothing)["worn_iou"] == 1


levels = arrays(np.uint8, (6, 7), elements=st.sampled_from([S, X, C]))
alphas = arrays(np.uint8, (6, 7)).map(lambda stored: stored.astype(np.float32) / np.float32(255))


@given(alphas, levels)
def test_every_share_lies_in_0_and_1_and_the_input_is_left_alone(alpha, mask):
    before = alpha.copy()
    scores = score_alpha(alpha, make_truth(mask))
    shares = [name for name in scores if name not in ("alpha_sad", "alpha_gradient")]
    assert all(math.isnan(scores[name]) or 0 <= scores[name] <= 1 for name in shares)
    assert (alpha == before).all()


@given(levels)
def test_the_truth_itself_is_perfect(mask):
    truth = make_truth(mask)
    alpha = truth.region.astype(np.float32)
    scores = score_alpha(alpha, truth)
    perfect = ("iou", "dice", "precision", "recall", "coverage", "kept", "strict_success", "boundary_f")
    assert all(scores[name] == 1 for name in perfect)
    assert scores["alpha_mae"] == scores["largest_leak"] == scores["largest_miss"] == 0
