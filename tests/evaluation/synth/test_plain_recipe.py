"""The recipe that the generator must defeat: colour difference over 10 %, the largest region, a feather of 30 px."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from segmask.evaluation.synth import SyntheticEdit, synthesise
from segmask.evaluation.synth.writer import open_labelled_set

FEATHER_PX = 30


def plain_alpha(case: SyntheticEdit) -> np.ndarray:
    edited = cv2.resize(case.edited, case.original.shape[1::-1], interpolation=cv2.INTER_AREA).astype(np.float32)
    changed = np.linalg.norm(case.original - edited, axis=2) > 0.1 * np.sqrt(3) * 255
    count, regions, stats, _ = cv2.connectedComponentsWithStats(changed.astype(np.uint8))
    if count < 2:
        return np.zeros(changed.shape, np.float32)
    largest = regions == 1 + stats[1:, cv2.CC_STAT_AREA].argmax()
    return cv2.GaussianBlur(largest.astype(np.float32), (0, 0), FEATHER_PX / 2)


def succeeds(alpha: np.ndarray, case: SyntheticEdit) -> bool:
    kept = (alpha[case.truth == 0] <= 1 / 255).mean()
    coverage = (alpha[case.truth == 255] >= 0.98).mean()
    return bool(kept >= 0.98 and coverage >= 0.95 and not (alpha[case.face] > 1 / 255).any())


@pytest.mark.shared
def test_the_plain_recipe_fails_at_standard_level(shared: Path):
    labelled = open_labelled_set(shared / "data" / "ccp", "train")
    names = json.loads((shared / "data" / "ccp" / "split.json").read_text())["train"][300:312]
    cases = [synthesise(*labelled.load(name), seed=index) for index, name in enumerate(names)]
    assert not any(succeeds(plain_alpha(case), case) for case in cases)


@pytest.mark.shared
def test_the_truth_itself_would_pass(shared: Path):
    labelled = open_labelled_set(shared / "data" / "ccp", "train")
    case = synthesise(*labelled.load(labelled.names[7]), seed=1)
    assert succeeds((case.truth == 255).astype(np.float32), case)
