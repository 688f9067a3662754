"""Who is who: figures numbered from left to right, told apart where they touch."""

from __future__ import annotations

import numpy as np
import pytest

from segmask.core.errors import InputError
from segmask.core.labels import PART_ID, PARTS
from segmask.core.types import Box, Face, Parsing
from segmask.fusion.people import People, find_people

HEIGHT, WIDTH = 120, 160
HEAD = 12  # of a face's side, in the pixels of these drawings


def draw(*figures: tuple[int, int]) -> np.ndarray:
    """A label map with a figure for each (middle column, half its width): hair, a face and a coat to the feet."""
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    for middle, half in figures:
        labels[30:110, middle - half : middle + half] = PART_ID["outerwear"]
        labels[10:30, middle - 8 : middle + 8] = PART_ID["hair"]
        labels[14 : 14 + HEAD, middle - HEAD // 2 : middle + HEAD // 2] = PART_ID["face"]
    return labels


def parsing_of(labels: np.ndarray) -> Parsing:
    probs = np.stack([(labels == part).astype(np.float32) for part in range(len(PARTS))])
    return Parsing(probs, (2 * HEIGHT, 2 * WIDTH), "drawn")  # the picture is twice as large as the working size


def image_of(labels: np.ndarray) -> np.ndarray:
    colours = np.random.default_rng(1).integers(0, 256, (len(PARTS), 3), dtype=np.uint8)
    return np.repeat(np.repeat(colours[labels], 2, 0), 2, 1)


def people(labels: np.ndarray, *faces: Face) -> People:
    return find_people(parsing_of(labels), faces, image_of(labels))


def face(middle: int, side: int = HEAD, top: int = 14) -> Face:
    """A detected face, in the picture's pixels."""
    return Face(Box(2 * middle - side, 2 * top, 2 * middle + side, 2 * (top + side)), 0.9, "drawn")


def test_people_are_numbered_from_left_to_right():
    found = people(draw((120, 20), (40, 15)))
    assert [(p.number, p.box) for p in found.persons] == [(1, Box(50, 20, 110, 220)), (2, Box(200, 20, 280, 220))]
    assert found.owners[60, 40] == 1
    assert found.owners[60, 120] == 2
    assert found.owners[60, 80] == 0


@pytest.mark.parametrize("detected", [True, False])
def test_figures_that_touch_are_told_apart_by_their_heads(detected):
    """Two coats of one colour that meet at column 80; with a detector and with the parser's faces alone."""
    faces = [face(60), face(100)] if detected else []
    found = people(draw((60, 20), (100, 20)), *faces)
    assert [p.number for p in found.persons] == [1, 2]
    assert (found.owners[40:110, 40:76] == 1).all()
    assert (found.owners[40:110, 84:120] == 2).all()


def test_an_edge_of_the_picture_draws_the_line_where_heads_claim_alike():
    """The left coat, of its own colour, ends at column 84; nearness alone would say 80."""
    labels = draw((60, 20), (100, 20))
    labels[30:110, 40:84] = PART_ID["dress"]
    found = people(labels)
    assert (found.owners[70:105, 80:83] == 1).all()
    assert (found.owners[70:105, 86:90] == 2).all()


def test_a_hand_that_the_parser_calls_a_face_has_no_figure_of_its_own():
    labels = draw((80, 30))
    labels[60:70, 100:108] = PART_ID["face"]
    assert len(people(labels).persons) == 1


def test_a_passer_by_s_face_behind_a_figure_does_not_split_it():
    """The parser sees coat where the detector sees a small face."""
    found = people(draw((80, 30)), face(80), face(100, side=4, top=60))
    assert len(found.persons) == 1


def test_a_bush_is_no_person_and_its_ground_belongs_to_the_nearest():
    labels = draw((40, 15))
    labels[60:110, 100:150] = PART_ID["outerwear"]
    found = people(labels)
    assert [p.number for p in found.persons] == [1]
    assert found.region(found.persons)[80, 120]


def test_a_thing_that_the_parser_takes_for_hair_is_no_person():
    labels = draw((40, 25))
    labels[20:40, 120:140] = PART_ID["hair"]
    assert len(people(labels).persons) == 1


def test_someone_who_turns_away_is_a_person():
    labels = draw((40, 20))
    labels[30:110, 100:140], labels[10:30, 112:128] = PART_ID["outerwear"], PART_ID["hair"]
    assert [p.number for p in people(labels).persons] == [1, 2]


def test_who_is_too_small_to_count_is_nobodys_choice():
    labels = draw((40, 25))
    labels[76:94, 118:126] = PART_ID["outerwear"]
    labels[76:84, 118:126], labels[78:84, 120:124] = PART_ID["hair"], PART_ID["face"]
    found = people(labels)
    assert [p.number for p in found.persons] == [1]
    assert found.region(found.persons)[60, 40]
    assert not found.region(found.persons)[90, 121]


def test_a_torso_without_any_body_in_sight_is_a_person():
    labels = np.zeros((HEIGHT, WIDTH), np.uint8)
    labels[20:, 40:90] = PART_ID["upper"]
    assert len(people(labels).persons) == 1


def test_nobody_is_there():
    found = people(np.zeros((HEIGHT, WIDTH), np.uint8))
    assert found.persons == ()
    assert found.choose("all") == ()
    with pytest.raises(InputError, match="no person was found"):
        found.choose("largest")


def test_choosing():
    found = people(draw((40, 15), (120, 20)))
    assert found.choose("all") == found.persons
    assert [p.number for p in found.choose("largest")] == [2]
    assert [p.number for p in found.choose("1")] == [1]
    with pytest.raises(InputError, match=r"person 3: 2 found .*: 1 at 50,20-110,220, 2 at 200,20-280,220"):
        found.choose("3")


def test_grounds_share_the_picture():
    found = people(draw((40, 15), (120, 20)))
    left, right = (found.region([person]) for person in found.persons)
    assert (left ^ right).all()
    assert left[60, :70].all()
    assert right[60, 90:].all()


def test_a_new_garment_goes_with_the_one_figure_that_it_meets():
    """The right person's new train reaches past the middle, over to the left."""
    before, after = draw((40, 15), (120, 20)), draw((40, 15), (120, 20))
    after[90:110, 60:100] = PART_ID["dress"]
    found = people(before)
    probs = parsing_of(after).working_probs
    assert not found.region([found.persons[1]])[100, 62]
    assert found.region([found.persons[1]], probs)[100, 62]
    assert not found.region([found.persons[0]], probs)[100, 62]
