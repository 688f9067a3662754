from __future__ import annotations

import numpy as np
import pytest

from segmask.core.types import Alignment, Change, ToneMatch
from segmask.fusion.decision import Decision
from segmask.verdict.confidence import NAMES, WEIGHTS, Uncertainty, confidence_model, measure_uncertainty
from segmask.verdict.judge import weigh

SIZE = (120, 80)
TONE = ToneMatch((1, 1, 1), (0, 0, 0), 0.0, 1000, True, 1.0)
NOTHING = np.zeros(SIZE, bool)


def garment() -> np.ndarray:
    mask = NOTHING.copy()
    mask[40:90, 20:60] = True
    return mask


def aligned(trusted: bool = True) -> Alignment:
    return Alignment(np.eye(3), "similarity", trusted, 400 if trusted else 10, 500, 0.3, ~NOTHING)


def uncertainty(prob: np.ndarray, mask: np.ndarray, trusted: bool = True) -> Uncertainty:
    score = np.where(garment(), 20, 0.5).astype(np.float32)
    change = Change(score, np.full(SIZE, 1.2, np.float32), 3.0, garment())
    return measure_uncertainty(
        Decision(mask, prob, prob, np.full(SIZE, 0.2, np.float32)), change, aligned(trusted), TONE, NOTHING
    )


def sure() -> np.ndarray:
    return np.where(garment(), 0.998, 0.0005).astype(np.float32)


def unsure_sleeve() -> np.ndarray:
    prob = sure()
    prob[40:90, 60:80] = 0.5
    return prob


def test_a_sure_decision_is_trusted_more_than_one_with_a_doubtful_sleeve() -> None:
    verdict = confidence_model()
    clear, unclear = uncertainty(sure(), garment()), uncertainty(unsure_sleeve(), garment())
    assert verdict.confidence(clear) > verdict.least
    assert verdict.confidence(clear) > verdict.confidence(unclear)


def test_a_garment_that_may_or_may_not_have_changed_is_for_a_person_to_look_at() -> None:
    prob = unsure_sleeve()
    prob[40:70, 20:60] = 0.6
    assert confidence_model().confidence(uncertainty(prob, garment())) < confidence_model().least


def test_the_doubtful_place_is_shown_with_its_box() -> None:
    found = uncertainty(unsure_sleeve(), garment())
    assert found.box is not None
    assert (found.box.x0, found.box.x1) == (60, 80)
    assert found.places[50, 70]
    assert not found.places[:30].any()
    assert 0.25 < found.missing < 0.26  # 20 x 50 pixels at one half, of 2000


def test_an_untrusted_alignment_costs_confidence() -> None:
    verdict = confidence_model()
    assert verdict.confidence(uncertainty(sure(), garment(), False)) < verdict.confidence(
        uncertainty(sure(), garment())
    )


def test_an_empty_mask_of_a_sure_decision_has_no_doubtful_place() -> None:
    found = uncertainty(np.full(SIZE, 0.01, np.float32), NOTHING)
    assert found.box is None
    assert np.isfinite(found.measurements).all()
    assert len(found.measurements) == len(NAMES)


def test_the_fitted_file_is_in_the_package() -> None:
    assert WEIGHTS.is_file()
    assert 0 < confidence_model().least < 1


@pytest.mark.parametrize(("score", "looked"), [(0.5, False), (2.5, True)])
def test_a_target_that_differs_while_nothing_is_taken_is_worth_a_look(score: float, looked: bool) -> None:
    """Make-up on a small face; only drift of the redrawing is not."""
    score_map = np.where(garment(), score, 0.5).astype(np.float32)
    change = Change(score_map, np.full(SIZE, 1.2, np.float32), 3.0, NOTHING)
    decision = Decision(NOTHING, garment().astype(np.float32), np.zeros(SIZE, np.float32))
    found = weigh(decision, change, aligned(), TONE, NOTHING).findings
    assert [finding.code for finding in found] == (["faint-change"] if looked else [])
