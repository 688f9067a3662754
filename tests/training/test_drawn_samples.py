"""Drawings, headscarves, spectacles and scenes made of labelled photos: the labels tell what the picture shows."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

pytest.importorskip("torch")

from segmask.core.labels import PART_ID, PARTS
from training import drawings, from_behind, headscarves, looks, scenes, spectacles
from training.prepare import PART_OF_TAG
from training.smoke import TAG_NAMES, DrawnFaces, figure

HAIR, FACE, HEADWEAR, EYEWEAR = (PART_ID[part] for part in ("hair", "face", "headwear", "eyewear"))


@pytest.fixture
def picture() -> tuple[np.ndarray, np.ndarray]:
    """A drawn figure and its parts, with its face."""
    image, tags = figure(np.random.default_rng(5))
    label = np.array([PART_OF_TAG[tag] for tag in TAG_NAMES], np.uint8)[tags]
    (face,) = DrawnFaces().detect(image)
    label[face.box.slices][label[face.box.slices] == PART_ID["skin"]] = FACE
    return image, label


def test_a_flat_drawing_has_few_colours_a_part_and_the_figures_labels(picture: tuple[np.ndarray, np.ndarray]) -> None:
    image, label = picture
    smooth = drawings.smoothed(label)
    assert (smooth == label).mean() > 0.98
    drawn = drawings.flat(image, smooth, np.random.default_rng(1))
    for part in (HAIR, PART_ID["upper"], PART_ID["lower"]):
        assert len(np.unique(drawn[smooth == part], axis=0)) <= 3
    assert drawn.shape == image.shape


def test_smoothing_leaves_sets_and_unknown_pixels_where_they_are(picture: tuple[np.ndarray, np.ndarray]) -> None:
    label = picture[1].copy()
    label[:, :20], label[:, 140:] = 255, 210
    smooth = drawings.smoothed(label)
    assert (smooth[label == 255] == 255).all()
    assert (smooth[label == 210] == 210).all()
    assert set(np.unique(smooth)) <= set(np.unique(label))


@pytest.mark.parametrize("seed", range(8))
def test_every_manner_of_drawing_keeps_size_and_type(picture: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    rng = np.random.default_rng(seed)
    drawn, label = drawings.drawing(*picture, rng)
    drawn = looks.looked_at_otherwise(looks.redrawn(drawn, rng), rng)
    assert (drawn.dtype, drawn.shape, label.shape) == (np.uint8, picture[0].shape, picture[1].shape)
    assert label.max() < len(PARTS)


@pytest.mark.parametrize("seed", range(6))
def test_a_headscarf_surrounds_the_face(picture: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    image, label = picture
    worn, found = headscarves.with_headscarf(image, label, np.random.default_rng(seed))
    cloth = found == HEADWEAR
    assert cloth.sum() > (label == FACE).sum() / 2
    assert 0.4 < (found == FACE).sum() / (label == FACE).sum() <= 1
    assert (found == HAIR).sum() < 0.5 * (label == HAIR).sum()
    assert (found[~cloth] == label[~cloth]).all()
    assert (worn[150:] == image[150:]).all()  # nothing below the shoulders


def test_without_a_face_there_is_no_headscarf(picture: tuple[np.ndarray, np.ndarray]) -> None:
    image, label = picture[0], np.where(picture[1] == FACE, 0, picture[1]).astype(np.uint8)
    worn, found = headscarves.with_headscarf(image, label, np.random.default_rng(0))
    assert (worn == image).all()
    assert (found == label).all()


def test_a_scene_lies_behind_the_figure_with_its_own_people(picture: tuple[np.ndarray, np.ndarray]) -> None:
    image, label = picture
    codes = np.zeros((200, 300), np.uint8)
    codes[:, :150] = 210
    scene = np.full((200, 300, 3), 40, np.uint8)
    mixed, found = scenes.behind(image, label, (scene, codes), np.random.default_rng(3))
    assert (found[label > 0] == label[label > 0]).all()
    assert set(np.unique(found[label == 0])) <= {0, 210}
    assert abs(int(mixed[5, 5, 0]) - 40) < 3


def test_a_thing_before_the_figure_is_background(picture: tuple[np.ndarray, np.ndarray]) -> None:
    image, label = picture
    thing = scenes.Thing(np.full((40, 30, 3), 255, np.uint8), np.ones((40, 30), np.float32))
    mixed, found = scenes.in_front(image, label, thing, np.random.default_rng(2))
    changed = (mixed != image).any(2)
    assert changed.any()
    assert (found[changed & (np.abs(mixed.astype(int) - 255).max(2) == 0)] == 0).all()
    assert (found[~changed] == label[~changed]).all()


def test_an_empty_window_shows_nobody() -> None:
    codes = np.zeros((120, 160), np.uint8)
    codes[:, 80:] = 210
    photo = np.where(codes[..., None] > 0, 255, 10).repeat(3, 2).astype(np.uint8)
    empty = scenes.without_people((photo, codes), (64, 48), np.random.default_rng(0))
    assert empty is not None
    assert empty.max() == 10
    assert scenes.without_people((photo, codes + 1), (64, 48), np.random.default_rng(0)) is None


@pytest.mark.parametrize("seed", range(4))
def test_from_behind_the_face_is_hair_of_the_photos_own(picture: tuple[np.ndarray, np.ndarray], seed: int) -> None:
    image, label = picture
    turned, found = from_behind.from_behind(image, label, np.random.default_rng(seed))
    was_face = label == FACE
    assert (found[was_face] == HAIR).mean() > 0.95
    assert (found[label == HAIR] == HAIR).all()
    away = np.abs(turned[was_face].astype(float).mean(0) - image[label == HAIR].astype(float).mean(0))
    assert away.max() < 60
    np.testing.assert_array_equal(turned[-20:], image[-20:])


def test_without_hair_nobody_is_turned(picture: tuple[np.ndarray, np.ndarray]) -> None:
    image, label = picture
    bald = np.where(label == HAIR, 0, label).astype(np.uint8)
    turned, found = from_behind.from_behind(image, bald, np.random.default_rng(0))
    np.testing.assert_array_equal(turned, image)
    np.testing.assert_array_equal(found, bald)


def oval_head(angle: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """A face of 100 by 140 pixels with dark eyes at two fifths of its height, hair above, turned by degrees."""
    image, label = np.full((300, 300, 3), 90, np.uint8), np.zeros((300, 300), np.uint8)
    cv2.ellipse(label, (150, 110), (70, 70), 0, 0, 360, HAIR, -1)
    cv2.ellipse(label, (150, 160), (50, 70), 0, 0, 360, FACE, -1)
    image[label == HAIR], image[label == FACE] = (60, 40, 30), (220, 180, 160)
    for x in (130, 170):
        cv2.circle(image, (x, 146), 7, (40, 30, 30), -1)
    turn = cv2.getRotationMatrix2D((150, 160), -angle, 1)
    return cv2.warpAffine(image, turn, (300, 300)), cv2.warpAffine(label, turn, (300, 300), flags=cv2.INTER_NEAREST)


@pytest.mark.parametrize("angle", [-25, 0, 20])
def test_the_eye_line_is_where_the_eyes_are(angle: float) -> None:
    found = spectacles.eye_line(*oval_head(angle), np.random.default_rng(0))
    assert found is not None
    expected = np.array([150, 160]) + 14 * np.array([np.sin(np.deg2rad(angle)), -np.cos(np.deg2rad(angle))])
    assert np.hypot(*(found.eyes_xy - expected)) < 8
    assert abs(found.half_width - 49) < 4
    assert abs(np.rad2deg(found.angle) - angle) < 8


@pytest.mark.parametrize("seed", range(10))
def test_glasses_lie_on_the_face_or_in_the_hair_and_the_rest_stays(seed: int) -> None:
    image, label = oval_head()
    worn, found = spectacles.with_spectacles(image, label, np.random.default_rng(seed))
    glasses = found == EYEWEAR
    assert 0.1 < glasses.sum() / (label == FACE).sum() < 0.6
    assert (found[~glasses] == label[~glasses]).all()
    assert (label[glasses] > 0).mean() > 0.85  # few of its ends reach beyond the head
    np.testing.assert_array_equal(worn[210:], image[210:])  # mouth and chin
    assert np.abs(worn[glasses].astype(int) - image[glasses]).max() > 20


def test_who_wears_glasses_gets_no_others_and_a_dot_of_a_face_gets_none() -> None:
    image, label = oval_head()
    label[140:150, 120:180] = EYEWEAR
    tiny = np.zeros((60, 60), np.uint8)
    tiny[20:28, 20:28] = FACE
    for picture, codes in ((image, label), (image[:60, :60], tiny)):
        worn, found = spectacles.with_spectacles(picture, codes, np.random.default_rng(0))
        np.testing.assert_array_equal(worn, picture)
        np.testing.assert_array_equal(found, codes)
