from __future__ import annotations

import numpy as np
import pytest

from segmask.compose.hair import fabric_in_hair
from segmask.core.labels import CLOTHING, PART_ID
from segmask.core.types import Image
from segmask.masker import Masker
from tests.fusion.scenes import CELL, SYMBOLS, enlarge, mask, scene

OLD = """
    ..........
    ...FFFF...
    ..HssssH..
    .UHHUUHHU.
    .UHHUUHHU.
    .UUUUUUUU.
    .UUUUUUUU.
"""
NEW = OLD
FAR_ABOVE = """
    ..HHHHHH..
    .HHFFFFHH.
    .HHFFFFHH.
    .HH....HH.
    ..........
    .UUUUUUUU.
    .UUUUUUUU.
"""
CHANGED = OLD.replace("U", "x").replace("H", "x")
DARK, WHITE, WALL = (50, 36, 30), (240, 240, 236), (120, 150, 120)


def photo(old: str = OLD, fabric: tuple[int, int, int] = WHITE) -> tuple[Image, np.ndarray]:
    """Dark hair with gaps of four pixels through which the blouse shows, and where these gaps are."""
    hair, blouse = mask(old, "H"), mask(old, "U")
    image = np.full((*hair.shape, 3), WALL, np.uint8)
    image[blouse] = fabric
    image[hair] = DARK
    gaps = hair & (np.arange(hair.shape[1]) % 16 < 4)
    gaps[: 3 * CELL] = False
    image[gaps] = fabric
    return image, gaps


def found(
    old: str = OLD,
    fabric: tuple[int, int, int] = WHITE,
    parts: tuple[str, ...] = CLOTHING,
    keep: np.ndarray | None = None,
    changed: str = CHANGED,
) -> tuple[np.ndarray | None, np.ndarray]:
    image, gaps = photo(old, fabric)
    keep = np.zeros(gaps.shape, bool) if keep is None else keep
    taken = mask(old, "U")
    return fabric_in_hair(image, scene(old, NEW, changed, parts), taken, keep), gaps


def test_the_old_blouse_between_strands_comes_from_the_edit_and_the_strands_stay() -> None:
    fabric, gaps = found()
    assert fabric is not None
    blouse = mask(OLD, "U")
    inner = gaps & np.roll(gaps, 1, 1) & np.roll(gaps, -1, 1)  # an edge between both colours is a mixture
    assert fabric[inner & near(blouse, 11)].mean() > 0.98
    strands = mask(OLD, "H") & ~near(gaps, 2)
    assert fabric[strands & ~near(blouse, 3)].max() < 0.1
    assert not fabric[mask(OLD, "F") | mask(OLD, "s")].any()


def near(where: np.ndarray, distance: int) -> np.ndarray:
    """bool: that close to ``where``, along rows and columns."""
    grown = where.copy()
    for step in range(1, distance + 1):
        for axis in (0, 1):
            grown |= np.roll(where, step, axis) | np.roll(where, -step, axis)
    return grown


def test_what_is_kept_stays_whatever_shows_there() -> None:
    keep = mask(OLD, "H")
    keep[:, 5 * CELL :] = False
    fabric, _ = found(keep=keep)
    assert fabric is not None
    assert not fabric[keep].any()
    assert fabric[~keep].any()


@pytest.mark.parametrize(
    "how",
    [
        {"parts": (*CLOTHING, "hair")},
        {"fabric": (58, 44, 38)},
        {"changed": OLD.replace("U", "x")},
        {"old": FAR_ABOVE},
    ],
    ids=[
        "the hair is targeted",
        "the blouse is as dark",
        "the hair's place is equal in both",
        "the blouse is far below",
    ],
)
def test_nothing_is_taken_where(how: dict) -> None:
    fabric, _ = found(**how)
    assert fabric is None


def test_a_wall_of_the_blouses_colour_behind_the_hair_is_no_blouse() -> None:
    loose = FAR_ABOVE.replace(".HH....HH.", "..H....H..").replace("..........", "..H....H..")
    above = 5 * CELL - 17
    fabric, _ = found(loose, changed=loose.replace("H", "x"))
    assert fabric is not None
    assert fabric[above:].any()
    assert not fabric[:above].any()


def test_a_clip_is_neither_hair_nor_blouse() -> None:
    """Beside the blouse its colour tells it, far from it there is no blouse to be told from."""
    image, _ = photo()
    none = np.zeros(image.shape[:2], bool)
    near_blouse = np.s_[3 * CELL + 4 : 3 * CELL + 12, 2 * CELL - 9 : 2 * CELL - 1]
    far = np.s_[2 * CELL + 4 : 2 * CELL + 14, 2 * CELL + 8 : 2 * CELL + 24]
    clipped = image.copy()
    clipped[near_blouse], clipped[far] = (200, 40, 120), (240, 150, 190)
    found_in = fabric_in_hair(clipped, scene(OLD, NEW, CHANGED), mask(OLD, "U"), none)
    assert found_in is not None
    for place in (near_blouse, far):
        inner = np.zeros_like(none)
        inner[place] = True
        assert found_in[core(inner)].max() < 0.1


def core(where: np.ndarray) -> np.ndarray:
    """Less a rim of two pixels: there both colours mix."""
    return ~near(~where, 2)


def test_what_the_edit_shows_as_background_is_not_taken() -> None:
    image, gaps = photo()
    cut = NEW.replace("H", ".")
    none = np.zeros(gaps.shape, bool)
    taken = fabric_in_hair(image, scene(OLD, cut, CHANGED), mask(OLD, "U"), none)
    assert taken is None or not taken[gaps & ~near(mask(OLD, "U"), 6)].any()


@pytest.mark.parametrize("feather", [None, 0.0])
def test_a_whole_run_takes_the_gaps_and_protects_the_strands(feather: float | None) -> None:
    image, gaps = photo()
    edited = image.copy()
    edited[mask(OLD, "U")] = (40, 140, 60)
    edited[mask(OLD, "H")] = (70, 50, 40)
    cells, symbols = enlarge(OLD)
    labels = np.array([PART_ID[SYMBOLS[symbol]] for symbol in symbols], np.uint8)[cells]
    masker = Masker(face_detector="none", feather=feather)
    result = masker.apply(image, edited, parsing=(labels, labels))
    assert result.stages.protected is not None
    assert not (result.alpha[result.stages.protected] > 0).any()
    inner = gaps & np.roll(gaps, 1, 1) & np.roll(gaps, -1, 1)
    hair_core = core(mask(OLD, "H")) & ~near(mask(OLD, "U"), 4)
    assert result.alpha[inner & near(mask(OLD, "U"), 11)].mean() > 0.97
    assert result.alpha[hair_core & ~near(gaps, 2)].max() == 0
    again = masker.apply(image, edited, parsing=(labels, labels), mask_in=result.alpha) if feather is None else result
    np.testing.assert_array_equal(again.alpha, result.alpha)
    if feather == 0:
        assert set(np.unique(result.alpha)) == {0, 1}
