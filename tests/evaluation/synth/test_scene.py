import numpy as np

from segmask.core.labels import PART_ID
from segmask.evaluation.synth.anatomy import FRONT
from segmask.evaluation.synth.edit import dress_anew
from segmask.evaluation.synth.generator import STREAMS
from segmask.evaluation.synth.levels import Odds, Strength
from segmask.evaluation.synth.redesign import Redesign
from segmask.evaluation.synth.scene import add_people, plain_scene, resize_label
from segmask.evaluation.synth.table import add_table
from segmask.evaluation.synth.truth import truth_map

PLAIN = Odds(arms=0, hem=0, sleeve=0, collar=0)


def streams(seed: int) -> dict[str, np.random.Generator]:
    return {name: np.random.default_rng([seed, index]) for index, name in enumerate(STREAMS)}


def test_bystanders_are_parsed_and_stay(photo: np.ndarray, label: np.ndarray):
    for seed in range(4):
        scene, people = add_people(plain_scene(photo, label), ((photo, label),) * 2, np.random.default_rng(seed))
        assert len(people) == 2
        assert scene.image.shape[1] > photo.shape[1]
        edit = dress_anew(scene, Strength(), PLAIN, 320 / 830, streams(seed))
        bystander = scene.rest_label > 0
        assert bystander.any()
        assert not (edit.truth[scene.figure_label == FRONT] == 255).any()
        assert (edit.truth[bystander] == 255).mean() < 0.05  # a wider garment may cover some of who stands behind it
        assert np.count_nonzero(scene.parsing == PART_ID["face"]) > np.count_nonzero(label == PART_ID["face"])


def test_a_table_hides_the_legs_and_a_lost_thing_stays(photo: np.ndarray, label: np.ndarray):
    lost = 0
    for seed in range(8):
        scene, table = add_table(plain_scene(photo, label), np.random.default_rng(seed))
        assert scene.image.shape[0] == photo.shape[0]
        assert not (scene.parsing[int(table.edge_y) + 2 :] > 0).any()
        edit = dress_anew(scene, Strength(), PLAIN, 320 / 830, streams(seed))
        assert not (edit.truth[scene.figure_label == FRONT] == 255).any()
        lost += any(fault.name == "props" for fault in edit.faults)
    assert 0 < lost < 8


def test_label_maps_are_resized_without_new_ids():
    label = np.zeros((8, 8), np.uint8)
    label[:, 4:] = 9
    assert set(np.unique(resize_label(label, (21, 13)))) == {0, 9}
    assert (resize_label(label, (16, 16))[:, 8:] == 9).all()


def test_truth_by_hand():
    """A garment that grows by four columns to the right, seen in one row: new, old, and the rims between."""
    old = np.zeros((40, 40), bool)
    old[:, :20] = True
    alpha = np.zeros((40, 40), np.float32)
    alpha[:, :24] = 1
    alpha[:, 24] = 0.5
    none = np.zeros_like(old)
    shape = Redesign(alpha, np.full((40, 40), 4, np.uint8), old, none, np.zeros_like(alpha), ())
    row = truth_map(old, shape, none, none, 1.0)[20]
    assert (row[:23] == 255).all()
    assert (row[24:26] == 128).all()
    assert (row[27:] == 0).all()


def test_truth_where_the_garment_is_shorter():
    old = np.zeros((40, 40), bool)
    old[:, :20] = True
    alpha = np.where(np.arange(40) < 10, 1, 0)[None].repeat(40, 0).astype(np.float32)
    none = np.zeros_like(old)
    shape = Redesign(alpha, np.full((40, 40), 4, np.uint8), old, none, np.zeros_like(alpha), ())
    row = truth_map(old, shape, none, none, 1.0)[20]
    assert (row[:16] == 255).all()  # new cloth, and old cloth that is background now
    assert (row[18:22] == 128).all()  # the old outline is only known within 3 px
    assert (row[24:] == 0).all()
