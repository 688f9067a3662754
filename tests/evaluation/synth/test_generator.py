import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmask.core.errors import InputError, OptionError
from segmask.core.labels import PART_ID
from segmask.evaluation.synth import LEVELS, SWITCHES, VERSION, synthesise
from segmask.evaluation.synth.edit import dress_anew
from segmask.evaluation.synth.generator import STREAMS
from segmask.evaluation.synth.levels import Odds, Strength
from segmask.evaluation.synth.scene import plain_scene
from segmask.evaluation.synth.writer import to_json

from .conftest import draw_label

FAULTS = tuple(name for name in SWITCHES if name not in ("outline", "people", "table", "sheer", "same_colour"))
UNIT = 320 / 830


def streams(seed: int = 0) -> dict[str, np.random.Generator]:
    return {name: np.random.default_rng([seed, index]) for index, name in enumerate(STREAMS)}


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**31), level=st.sampled_from(list(LEVELS)))
def test_the_same_seed_makes_the_same_bytes(photo: np.ndarray, label: np.ndarray, seed: int, level: str):
    first, second = (synthesise(photo, label, seed=seed, level=level, others=((photo, label),)) for _ in range(2))
    assert first.coded == second.coded
    assert first.edited.tobytes() == second.edited.tobytes()
    assert first.truth.tobytes() == second.truth.tobytes()
    assert first.record == second.record


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**31), level=st.sampled_from(list(LEVELS)))
def test_faces_stay_and_truth_has_three_values(photo: np.ndarray, label: np.ndarray, seed: int, level: str):
    case = synthesise(photo, label, seed=seed, level=level, others=((photo, label),))
    assert set(np.unique(case.truth)) <= {0, 128, 255}
    assert not (case.truth[case.face] == 255).any()
    assert case.face.any()
    assert case.truth.shape == case.parsing.shape == case.edited_parsing.shape == case.original.shape[:2]
    assert case.edited.shape[:2] == case.record.edited_size_hw
    assert case.parsing.max() < 14


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**31), level=st.sampled_from(list(LEVELS)))
def test_without_faults_the_truth_is_what_changed(photo: np.ndarray, label: np.ndarray, seed: int, level: str):
    case = synthesise(photo, label, seed=seed, level=level, without=(*FAULTS, "sheer", "same_colour"))
    difference = np.abs(case.edited.astype(int) - case.original).max(2)
    assert difference[case.truth == 0].max() <= 2
    assert (difference[case.truth == 255] > 6).mean() > 0.9


def test_another_seed_makes_another_case(photo: np.ndarray, label: np.ndarray):
    first, second = (synthesise(photo, label, seed=seed) for seed in (1, 2))
    assert first.record.materials != second.record.materials


@pytest.mark.parametrize("name", ["tone", "geometry", "jpeg", "face"])
def test_a_fault_that_is_left_out_leaves_the_others_as_they_were(photo: np.ndarray, label: np.ndarray, name: str):
    whole = synthesise(photo, label, seed=4).record
    less = synthesise(photo, label, seed=4, without=[name]).record
    assert less.faults == tuple(fault for fault in whole.faults if fault.name != name)
    assert less.materials == whole.materials
    assert less.outline == whole.outline
    assert name in less.without


def test_a_lossless_case_has_no_coded_file(photo: np.ndarray, label: np.ndarray):
    case = synthesise(photo, label, seed=4, without=["jpeg"])
    assert case.coded is None
    assert synthesise(photo, label, seed=4).coded is not None


def test_the_photo_is_brought_to_the_size_first(photo: np.ndarray, label: np.ndarray):
    case = synthesise(photo, label, seed=4, size=160)
    assert case.original.shape == (160, 110, 3)
    assert case.truth.shape == (160, 110)


def test_old_garment_that_became_bare_or_background_must_change(photo: np.ndarray, label: np.ndarray):
    odds = Odds(sleeve=1, hem=1, collar=0, arms=0, whole_outfit=1)
    for seed in range(6):
        edit = dress_anew(plain_scene(photo, label), Strength(), odds, UNIT, streams(seed))
        core = np.zeros(label.shape, bool)
        core[80:150, 95:125] = True  # the shirt's middle, whatever its cut
        assert (edit.truth[core] == 255).all()
        gone = (label == PART_ID["upper"]) & (edit.figure_label == PART_ID["skin"])
        assert (edit.truth[gone] != 0).all()


def test_a_negative_case_has_nothing_to_take(photo: np.ndarray, label: np.ndarray):
    edit = dress_anew(plain_scene(photo, label), Strength(), Odds(negative=1, arms=0), UNIT, streams())
    assert not edit.truth.any()
    assert edit.targets == ()
    assert edit.circumstances == ("negative",)
    assert (edit.image == photo).all()


def test_sheer_cloth_lets_the_old_garment_show(photo: np.ndarray, label: np.ndarray):
    plain = Odds(hem=0, sleeve=0, collar=0, arms=0)
    dense, sheer = (
        dress_anew(plain_scene(photo, label), Strength(), odds, UNIT, streams())
        for odds in (plain, replace(plain, sheer=1))
    )
    assert sheer.circumstances == ("sheer",)
    middle = (slice(90, 140), slice(95, 125))
    old = photo.astype(np.float32)[middle].mean((0, 1))
    distances = [np.abs(edit.image[middle].mean((0, 1)) - old).sum() for edit in (dense, sheer)]
    assert distances[1] < distances[0]
    assert (dense.truth == sheer.truth).all()


def test_the_same_colour_stays_close_to_the_old_one(photo: np.ndarray, label: np.ndarray):
    edit = dress_anew(plain_scene(photo, label), Strength(), Odds(same_colour=1, arms=0), UNIT, streams(3))
    assert edit.circumstances == ("same_colour",)
    assert all(material.delta_e < 10 for material in edit.materials)


def test_other_colours_can_be_told_apart(photo: np.ndarray, label: np.ndarray):
    for seed in range(5):
        assert all(material.delta_e >= 14 for material in synthesise(photo, label, seed=seed).record.materials)


def test_a_moved_arm_comes_along_with_its_new_sleeve(photo: np.ndarray, label: np.ndarray):
    strong = replace(Strength(), arm_u=25.0)
    odds = Odds(arms=1, hem=0, sleeve=0, collar=0, whole_outfit=1)
    edits = [dress_anew(plain_scene(photo, label), strong, odds, UNIT, streams(seed)) for seed in range(6)]
    hands = (label == PART_ID["skin"]) & (np.indices(label.shape)[0] > 140)
    assert all(edit.faults for edit in edits)
    assert any((edit.truth[hands] == 255).sum() > 20 for edit in edits)


def test_a_moved_arm_away_from_the_edit_stays_the_originals(photo: np.ndarray, label: np.ndarray):
    strong = replace(Strength(), arm_u=10.0)
    lifted = label.copy()
    lifted[lifted == PART_ID["lower"]] = PART_ID["upper"]
    lifted[:160][lifted[:160] == PART_ID["upper"]] = PART_ID["bag"]  # the hands meet no garment that is edited
    edit = dress_anew(plain_scene(photo, lifted), strong, Odds(arms=1, hem=0, sleeve=0, collar=0), UNIT, streams())
    hands = (lifted == PART_ID["skin"]) & (np.indices(label.shape)[0] > 168)
    assert edit.faults
    assert not (edit.truth[hands] == 255).any()


def test_the_record_is_plain_json(photo: np.ndarray, label: np.ndarray):
    case = synthesise(photo, label, seed=9, level="hard", others=((photo, label), (photo, label)))
    said = json.loads(json.dumps(to_json(case.record, "0001")))
    assert said["version"] == VERSION
    assert said["source"] == "0001"
    assert said["seed"] == 9
    assert {"tone", "light", "jpeg"} <= {fault["fault"] for fault in said["faults"]}
    assert said["targets"] == list(case.targets)


def test_labels_of_another_size_are_refused(photo: np.ndarray):
    with pytest.raises(InputError, match="photo's size"):
        synthesise(photo, draw_label()[:-1], seed=0)


def test_ids_that_are_not_canonical_are_refused(photo: np.ndarray, label: np.ndarray):
    with pytest.raises(InputError, match="canonical ids 0 to 13; got 77"):
        synthesise(photo, np.where(label == 4, 77, label).astype(np.uint8), seed=0)


def test_a_figure_without_garments_is_refused(photo: np.ndarray, label: np.ndarray):
    with pytest.raises(InputError, match="found none"):
        synthesise(photo, np.zeros_like(label), seed=0, level="hard", others=((photo, label),))


def test_too_small_a_size_is_refused(photo: np.ndarray, label: np.ndarray):
    with pytest.raises(OptionError, match="at least 64 px; got 10"):
        synthesise(photo, label, seed=0, size=10)


def test_inputs_are_left_alone(photo: np.ndarray, label: np.ndarray):
    before = photo.copy(), label.copy()
    synthesise(photo, label, seed=0, level="hard", others=((photo, label),))
    assert (photo == before[0]).all()
    assert (label == before[1]).all()
