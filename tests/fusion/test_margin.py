"""The margin around a face: a collar that a parser calls skin gives way, skin in any light does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segmask.core.colour import lab
from segmask.core.labels import PART_ID
from segmask.core.types import Mask
from segmask.fusion.margin import covered_neck, old_cloth
from segmask.fusion.protect import protected_parts, protected_region
from segmask.fusion.scene import Scene

SIZE = (240, 200)
FACE, NECK, TIP, GARMENT = np.s_[40:110, 70:130], np.s_[110:150, 80:120], np.s_[114:120, 84:116], np.s_[150:240, 40:160]
SKIN, SHADE, WALL = (214, 170, 148), (120, 88, 74), (128, 140, 150)


def scene(tip: tuple[int, int, int], score: float = 30.0) -> Scene:
    """A face over a neck; below the chin lies something that the parser calls skin, gone in the edit."""
    label = np.zeros(SIZE, np.uint8)
    for place, part in ((FACE, "face"), (NECK, "skin"), (GARMENT, "upper")):
        label[place] = PART_ID[part]
    pictures = []
    for colour, garment in ((tip, (30, 80, 150)), (SKIN, (150, 40, 40))):
        picture = np.full((*SIZE, 3), WALL, np.uint8)
        picture[FACE] = picture[NECK] = SKIN
        picture[TIP], picture[GARMENT] = colour, garment
        pictures.append(lab(picture))
    scores = np.full(SIZE, 0.5, np.float32)
    scores[TIP], scores[GARMENT] = score, 40
    made = Scene.of_labels(label, label, scores, ("upper",))
    return replace(made, change=replace(made.change, colours=(pictures[0], pictures[1])))


def cloth(of: Scene) -> Mask:
    found = old_cloth(of)
    assert found is not None
    return found


@pytest.mark.parametrize("colour", [(20, 120, 130), (10, 10, 10), (245, 245, 245)], ids=["teal", "black", "white"])
def test_a_collar_under_the_chin_that_went_is_cloth(colour: tuple[int, int, int]) -> None:
    assert cloth(scene(colour))[TIP].mean() > 0.6


def test_a_shadow_on_the_neck_that_went_is_skin() -> None:
    assert not cloth(scene(SHADE))[NECK].any()


def test_what_did_not_change_stays() -> None:
    assert not cloth(scene((20, 120, 130), score=1.0))[NECK].any()


def test_the_face_itself_never_gives_way() -> None:
    made = scene((20, 120, 130))
    first, second = made.parsings
    assert protected_region(first, (), ("upper",), second)[FACE].all()
    assert not cloth(made)[FACE].any()


def collared(chin: int, top: int) -> Scene:
    """A bare neck, over which the edit drew a turtleneck up to row ``top``; its chin ends at row ``chin``."""
    before, after = np.zeros(SIZE, np.uint8), np.zeros(SIZE, np.uint8)
    for label in (before, after):
        label[GARMENT], label[NECK], label[FACE] = PART_ID["upper"], PART_ID["skin"], PART_ID["face"]
    after[chin:110, 70:130] = 0
    after[top:150, 70:130] = PART_ID["upper"]
    return Scene.of_labels(before, after, np.where(before == after, np.float32(0.5), np.float32(30)), ("upper",))


def test_a_turtleneck_reaches_the_jaw_and_no_further() -> None:
    made = collared(chin=110, top=110)
    faces, _ = protected_parts(made.parsings[0], (), ("upper",), neck=covered_neck(made))
    assert faces[FACE].all()
    assert not faces[113:, 85:115].any()


def test_a_turtleneck_over_a_chin_that_the_edit_moved_up_takes_nothing_of_the_face() -> None:
    made = collared(chin=96, top=96)
    faces, _ = protected_parts(made.parsings[0], (), ("upper",), neck=covered_neck(made))
    assert not covered_neck(made)[FACE].any()
    assert faces[FACE].all()


def test_a_neck_that_stays_bare_stays_in_the_margin() -> None:
    made = collared(chin=110, top=150)
    assert not covered_neck(made).any()


@pytest.mark.parametrize(("colour", "is_cloth"), [((12, 12, 14), True), ((150, 30, 30), True), (SHADE, False)])
def test_below_the_chin_cloth_is_told_by_a_colour_that_the_edits_face_has_not(
    colour: tuple[int, int, int], is_cloth: bool
) -> None:
    """The parser is of two minds there: what it half calls a garment is none where it looks like shaded skin."""
    made = collared(chin=110, top=110)
    after, pictures = made.after.copy(), []
    after[:, 110:120, 70:130] = 0
    after[PART_ID["upper"], 110:120, 70:130], after[PART_ID["skin"], 110:120, 70:130] = 0.3, 0.7
    for neck in (SKIN, colour):
        picture = np.full((*SIZE, 3), WALL, np.uint8)
        picture[FACE], picture[NECK] = SKIN, neck
        pictures.append(lab(picture))
    change = replace(made.change, colours=(pictures[0], pictures[1]))
    found = covered_neck(Scene.of(made.before, after, change, ("upper",)))
    assert found[113:118, 85:115].all() == is_cloth == found[113:118, 85:115].any()
    assert not found[FACE].any()


@pytest.mark.parametrize(("colour", "goes"), [((10, 10, 10), True), (SHADE, False)], ids=["black collar", "shadow"])
def test_of_what_may_be_a_face_only_another_colour_gives_way_where_the_edit_bares_skin(
    colour: tuple[int, int, int], goes: bool
) -> None:
    made = scene(colour)
    before, after = made.before.copy(), made.after.copy()
    before[PART_ID["face"]][TIP], before[PART_ID["skin"]][TIP] = 0.3, 0.7
    doubtful = Scene.of(before, after, made.change, ("upper",))
    assert (cloth(doubtful)[TIP].mean() > 0.6) == goes
    before[PART_ID["face"]][TIP], before[PART_ID["skin"]][TIP] = 0.7, 0.3
    assert not cloth(Scene.of(before, after, made.change, ("upper",)))[TIP].any()
