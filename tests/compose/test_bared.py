"""Ground that the old garment laid bare: filled from the original's own where the edit's would show as a patch."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from segmask.compose.bared import bared_ground
from segmask.compose.beside import matched_beside
from segmask.core.labels import PART_ID, PARTS
from segmask.core.types import Box, Change, Image
from segmask.fusion.scene import Scene
from segmask.masker import Masker

SIZE = (300, 360)
OLD, NEW = np.s_[90:230, 110:250], np.s_[90:230, 110:170]
"""The old skirt, and the narrower new one: the right of the old one becomes wall."""
BARED = np.s_[96:224, 178:244]
WALL, COLOURS = (165, 160, 150), {"old": (120, 30, 60), "new": (20, 60, 160)}


def scene(parts: tuple[str, ...] = ("lower",), after: tuple[slice, slice] = NEW) -> Scene:
    shown = np.zeros((2, len(PARTS), *SIZE), np.float32)
    shown[:, PART_ID["background"]] = 1
    for probs, place in zip(shown, (OLD, after), strict=True):
        probs[PART_ID["background"]][place], probs[PART_ID["lower"]][place] = 0, 1
    score = np.full(SIZE, 9, np.float32)
    return Scene.of(shown[0], shown[1], Change(score, np.ones_like(score), 3.0, score > 3), parts)


def stones(strength: float, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 1, (*SIZE, 1)).astype(np.float32)
    noise = cv2.GaussianBlur(noise, (0, 0), 1.2)[..., None]
    return WALL + strength * noise / noise.std()


def bytes_of(image: np.ndarray) -> Image:
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def pictures(strength: float = 0.0, tint: int = 0) -> tuple[Image, Image]:
    """A wall of stones with a skirt; the edit's wall has stones of its own, of another strength and tint."""
    original, edited = stones(22, 1), stones(strength, 2) + np.array((tint, 0, -tint))
    original[OLD], edited[NEW] = COLOURS["old"], COLOURS["new"]
    return bytes_of(original), bytes_of(edited)


def alpha() -> np.ndarray:
    taken = np.zeros(SIZE, np.float32)
    taken[OLD] = 1
    return taken


def roughness(image: Image) -> float:
    grey = image.mean(2).astype(np.float32)
    return float((grey - cv2.GaussianBlur(grey, (0, 0), 2)).std())


@pytest.mark.parametrize("tint", [0, 12, 40])
def test_a_smooth_or_tinted_patch_gets_the_walls_own_stones_and_light(tint: int) -> None:
    original, edited = pictures(tint=tint)
    assert len(bared_ground(original, edited, alpha(), scene())) == 1
    wall = original[10:80, 10:350]
    assert roughness(edited[BARED]) == pytest.approx(roughness(wall), rel=0.15)
    assert np.abs(edited[BARED].mean((0, 1)) - wall.mean((0, 1))).max() < 4


def test_what_is_filled_is_the_originals_ground_and_none_of_the_old_garment() -> None:
    original, edited = pictures()
    bared_ground(original, edited, alpha(), scene())
    assert np.abs(edited[BARED].astype(int) - COLOURS["old"]).max(2).min() > 25


def test_the_new_garment_is_left_alone() -> None:
    original, edited = pictures()
    before = edited.copy()
    bared_ground(original, edited, alpha(), scene())
    assert np.array_equal(edited[94:226, 114:164], before[94:226, 114:164])


def test_ground_that_goes_on_in_the_edit_stays_the_edits() -> None:
    original, edited = pictures(strength=22)
    before = edited.copy()
    assert bared_ground(original, edited, alpha(), scene()) == ()
    assert np.array_equal(edited, before)


def test_a_garment_that_the_parser_calls_ground_is_not_filled() -> None:
    original, edited = pictures()
    edited[90:230, 110:250] = COLOURS["new"]  # the new skirt is as wide as the old one
    before = edited.copy()
    assert bared_ground(original, edited, alpha(), scene()) == ()
    assert np.array_equal(edited, before)


def test_a_bag_that_no_parser_knows_is_not_filled() -> None:
    original, edited = pictures()
    edited[96:224:6, 176:246], edited[96:224, 176:246:6] = (10, 10, 10), (240, 240, 240)
    assert bared_ground(original, edited, alpha(), scene()) == ()


def test_a_targeted_background_is_not_filled() -> None:
    original, edited = pictures()
    assert bared_ground(original, edited, alpha(), scene(("lower", "background"))) == ()


def test_a_wall_that_is_nowhere_else_is_not_filled() -> None:
    original, edited = pictures()
    shown = scene()
    shown.before[PART_ID["background"]][:, :100] = 0
    shown.before[PART_ID["background"]][:85] = 0
    shown.before[PART_ID["background"]][235:] = 0
    shown.before[PART_ID["background"]][:, 262:] = 0  # only a rim of wall is left around the old skirt
    assert bared_ground(original, edited, alpha(), shown) == ()


def test_both_depths_get_the_same() -> None:
    original, edited = pictures(tint=12)
    beside, toned = matched_beside(original, edited.copy, alpha(), alpha() > 0, scene())
    added = beside.within(Box(0, 0, SIZE[1], SIZE[0]), SIZE)
    assert np.abs(np.clip(edited + added, 0, 255) - toned)[BARED].max() <= 1.5


def test_a_large_picture_is_filled_as_a_small_one() -> None:
    original, edited = (
        bytes_of(cv2.resize(image, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)) for image in pictures()
    )
    large = np.asarray(cv2.resize(alpha(), None, fx=3, fy=3, interpolation=cv2.INTER_NEAREST), np.float32)
    bared_ground(original, edited, large, scene())
    place = tuple(slice(3 * part.start, 3 * part.stop) for part in BARED)
    assert roughness(edited[place]) == pytest.approx(roughness(original[30:240, 30:1050]), rel=0.2)


def test_a_run_says_so_and_leaves_it_without_tone_match() -> None:
    original, edited = pictures()
    labels = tuple(shown.argmax(0).astype(np.uint8) for shown in (scene().before, scene().after))
    result = Masker(target="lower", face_detector="none").apply(original, edited, parsing=labels)
    assert "ground-filled" in [finding.code for finding in result.report.notes]
    assert roughness(result.image[BARED]) > 8
    kept = result.alpha == 0
    assert np.array_equal(result.image[kept], original[kept])
    plain = Masker(target="lower", face_detector="none", tone_match=False).apply(original, edited, parsing=labels)
    assert "ground-filled" not in [finding.code for finding in plain.report.notes]
    assert np.array_equal(plain.image[BARED], edited[BARED])
