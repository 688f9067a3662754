"""Labels that leave parts open: what they teach, how two sources agree, and what a set of photos becomes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from segmask.core.labels import PART_ID, PARTS
from training import lend, sets, teacher, world
from training.losses import partial_loss, set_entropy
from training.pseudo import UNSURE

HEAD, TORSO = sets.BODY["head"], sets.BODY["torso"]
ALLOWED = torch.from_numpy(sets.table())
EVEN = torch.ones(len(PARTS))


def loss(logits: torch.Tensor, codes: np.ndarray) -> torch.Tensor:
    return partial_loss(logits, torch.from_numpy(codes.astype(np.int64))[None], ALLOWED, EVEN, (0, 0), 1000)


def test_a_set_costs_minus_the_log_of_its_summed_probability() -> None:
    logits = torch.zeros(1, len(PARTS), 2, 2)
    assert loss(logits, np.full((4, 4), HEAD)).item() == pytest.approx(math.log(14 / 6), abs=1e-5)
    assert loss(logits, np.full((4, 4), 200)).item() == pytest.approx(math.log(14 / 13), abs=1e-5)


def test_within_a_set_no_part_is_preferred() -> None:
    logits = torch.zeros(1, len(PARTS), requires_grad=True)
    set_entropy(logits, ALLOWED[[HEAD]]).sum().backward()
    assert logits.grad is not None
    inside = ALLOWED[HEAD]
    assert len(set(logits.grad[0, inside].tolist())) == 1
    assert (logits.grad[0, inside] < 0).all()
    assert (logits.grad[0, ~inside] > 0).all()


@pytest.mark.parametrize("code", [UNSURE, sets.UNKNOWN])
def test_unknown_pixels_teach_nothing(code: int) -> None:
    logits = torch.randn(1, len(PARTS), 2, 2, requires_grad=True)
    codes = np.full((4, 4), code)
    codes[:, :2] = PART_ID["hair"]
    loss(logits, codes).backward()
    assert logits.grad is not None
    assert (logits.grad[..., 1] == 0).all()
    assert (logits.grad[..., 0] != 0).any()


def test_a_code_with_two_meanings_is_refused(tmp_path: Path) -> None:
    (tmp_path / "codes.json").write_text(json.dumps({"names": {"211": ["hair", "face"]}}))
    with pytest.raises(ValueError, match="211"):
        sets.table(tmp_path / "codes.json")
    (tmp_path / "codes.json").write_text(json.dumps({"names": {"199": ["hair", "face"]}}))
    assert sets.table(tmp_path / "codes.json")[199].nonzero()[0].tolist() == [PART_ID["hair"], PART_ID["face"]]


def test_two_sources_lend_what_they_agree_on() -> None:
    hair, bag, upper, unsure, unknown = PART_ID["hair"], PART_ID["bag"], PART_ID["upper"], UNSURE, sets.UNKNOWN
    label = np.array([[hair, upper, upper, 0, bag, unsure, upper, 0]], np.uint8)
    codes = np.array([[HEAD, HEAD, unknown, TORSO, TORSO, TORSO, 0, 0]], np.uint8)
    expected = [[hair, HEAD, upper, TORSO, unsure, TORSO, unsure, 0]]
    assert lend.agreed(label, codes, sets.table()).tolist() == expected


def test_the_teacher_says_what_it_is_sure_of() -> None:
    person = np.full((40, 60), -6.0, np.float32)
    parts = np.full((40, 60, 24), -3.0, np.float32)
    person[:, 20:40], parts[:, 20:40, 12] = 6, 4  # a torso
    parts[30:, 20:40, 14] = 3.5  # nearly as much a leg
    person[:, 50:] = 0
    codes = teacher.codes_of(person, parts)
    assert (codes[5, 25], codes[35, 25], codes[5, 5], codes[5, 55]) == (TORSO, teacher.PERSON, 0, sets.UNKNOWN)
    assert codes[5, 20] == sets.UNKNOWN  # its outline


def test_bystanders_are_unknown_and_the_labelled_figure_stays(tmp_path: Path) -> None:
    from PIL import Image as Pictures

    label = np.zeros((60, 60), np.uint8)
    label[:, :15] = PART_ID["upper"]
    codes = np.full((60, 60), 0, np.uint8)
    codes[:, :25], codes[:, 45:] = TORSO, HEAD
    Pictures.fromarray(codes).save(tmp_path / "a.png")
    found = world.without_bystanders(label, tmp_path, "a")
    assert (found[:, :15] == PART_ID["upper"]).all()
    assert (found[30, 18], found[30, 35], found[30, 50]) == (0, 0, UNSURE)
    assert world.without_bystanders(label, tmp_path, "b") is label
