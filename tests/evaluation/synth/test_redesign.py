import numpy as np
import pytest

from segmask.evaluation.synth import hems
from segmask.evaluation.synth.anatomy import FRONT, read_figure
from segmask.evaluation.synth.fields import signed_distance
from segmask.evaluation.synth.levels import Odds
from segmask.evaluation.synth.redesign import redesign

AS_BEFORE = Odds(hem=0, sleeve=0, collar=0)


def test_skin_is_sorted_into_neck_and_arms(label: np.ndarray):
    figure = read_figure(label)
    assert figure.neck[62, 110]
    assert figure.arms[165, 60]
    assert figure.arms[165, 160]
    assert not figure.legs.any()
    assert figure.garments == ("upper", "lower")


def test_low_skin_is_leg(label: np.ndarray):
    bare = label.copy()
    bare[250:285][bare[250:285] > 0] = 3
    figure = read_figure(bare)
    assert figure.legs[270, 95]
    assert not figure.arms[270, 95]


def test_what_hides_the_figure_is_no_part_of_it(label: np.ndarray):
    hidden = label.copy()
    hidden[280:] = FRONT
    assert read_figure(hidden).height < read_figure(label).height


def test_without_a_figure_there_is_nothing_to_wear():
    assert read_figure(np.zeros((20, 20), np.uint8)).garments == ()


def test_a_longer_sleeve_leaves_the_hand_bare(label: np.ndarray):
    arm = label.copy()
    arm[120:150, 56:66] = 3
    figure = read_figure(arm)
    gained = hems.longer_sleeve(figure, figure.mask("upper"), 40)
    assert gained.any()
    assert (figure.arms & ~gained).any()
    assert not (gained & ~figure.arms).any()


def test_a_shorter_sleeve_loses_its_end_and_shows_skin(label: np.ndarray):
    figure = read_figure(label)
    garment = figure.mask("upper")
    cut = hems.shorter_sleeve(figure, garment, 20)
    assert cut.gone[146, 60]
    assert not cut.gone[90, 110]
    assert (cut.bare <= cut.gone).all()
    assert cut.bare.any()


def test_a_raised_hem_stops_at_the_knee(label: np.ndarray):
    figure = read_figure(label)
    cut = hems.shorter_hem(figure, figure.mask("lower"), 1000)
    assert cut.gone.any()
    assert np.nonzero(cut.gone)[0].min() >= figure.top + int(hems.KNEE * figure.height)


def test_a_hem_without_legs_below_stays(label: np.ndarray):
    figure = read_figure(label)
    assert not hems.shorter_hem(figure, figure.mask("upper"), 20).gone.any()


def test_a_longer_hem_goes_down_and_keeps_off_what_is_in_front(label: np.ndarray):
    figure = read_figure(label)
    gained = hems.longer_hem(figure, figure.mask("upper"), 15, 1.05)
    assert gained[170, 110]
    assert not gained[figure.arms].any()


def test_a_higher_collar_stays_off_the_chin(label: np.ndarray):
    figure = read_figure(label)
    gained = hems.higher_collar(figure, figure.mask("upper"), 8)
    assert gained.any()
    assert not gained[figure.mask("face")].any()


def test_new_outlines_leave_the_labels_outline_and_are_sub_pixel(photo: np.ndarray, label: np.ndarray):
    figure = read_figure(label)
    shape = redesign(photo, figure, ("upper", "lower"), AS_BEFORE, 1.0, np.random.default_rng(0))
    half = np.abs(shape.alpha - 0.5) < 0.25
    free = ~(figure.arms | figure.neck | (figure.depth >= 6))
    away = np.abs(signed_distance(shape.old))[half & free]
    assert np.median(away) > 1.5  # px: more than a trace of the old outline would be off
    assert len(np.unique(shape.alpha[half])) > 50  # a ramp, not a staircase


def test_the_face_is_never_covered(photo: np.ndarray, label: np.ndarray):
    for seed in range(5):
        shape = redesign(photo, read_figure(label), ("upper",), Odds(collar=1), 1.0, np.random.default_rng(seed))
        face = signed_distance(label == 2) > 3
        assert shape.alpha[face].max() < 0.02


@pytest.mark.parametrize("part", ["upper", "lower"])
def test_only_targets_change(photo: np.ndarray, label: np.ndarray, part: str):
    shape = redesign(photo, read_figure(label), (part,), AS_BEFORE, 1.0, np.random.default_rng(1))
    assert set(np.unique(shape.part_map)) == {{"upper": 4, "lower": 7}[part]}
