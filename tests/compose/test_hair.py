from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from segmask.compose.hair import HairNearGarment, hair_near_garment
from segmask.compose.hair_layer import HairLayer
from segmask.core.labels import CLOTHING, PART_ID
from segmask.core.types import Image
from segmask.fusion.constraints import Constraints
from segmask.fusion.scene import Scene as Seen
from segmask.masker import Masker
from tests.fusion.scenes import CELL, SYMBOLS, change, enlarge, mask, probs

OLD = """
    ..HHHHHH..
    ..HFFFFH..
    ..HFFFFH..
    ..HssssH..
    .UHUUUUHU.
    .UHUUUUHU.
    .UUUUUUUU.
    .UUUUUUUU.
"""
SHORT = """
    ..HHHHHH..
    ..HFFFFH..
    ..HFFFFH..
    ..HssssH..
    .UUUUUUUU.
    .UUUUUUUU.
    .UUUUUUUU.
    .UUUUUUUU.
"""
CHANGED = OLD.replace("U", "x").replace("H", "x")
LOCKS = np.s_[5 * CELL : 6 * CELL - 8]
BLOND, RED, NAVY, BLACK = (225, 185, 125), (200, 20, 30), (30, 35, 70), (30, 26, 24)
WALL, SKIN = (170, 190, 200), (230, 190, 170)


@dataclass(frozen=True)
class Scene:
    """Strands of known opacity over a garment."""

    original: Image
    edited: Image
    opacity: np.ndarray
    """float32 (H, W): of the strands in the locks; 1 in the hair above them."""
    strands: np.ndarray
    """bool (H, W): the locks."""
    old: str = OLD
    new: str = SHORT


def painted(drawing: str, hair: tuple, garment: tuple, opacity: np.ndarray, below: str = "U") -> Image:
    """A drawing's colours, its hair mixed with the garment."""
    image = np.full((*opacity.shape, 3), WALL, np.float32)
    for symbol, colour in (("s", SKIN), ("F", SKIN), (below, garment)):
        image[mask(drawing, symbol)] = colour
    where = mask(drawing, "H")
    share = opacity[where][:, None]
    image[where] = share * np.array(hair) + (1 - share) * np.array(garment)
    return np.rint(image).astype(np.uint8)


def scene(
    new: str = SHORT,
    hair: tuple = BLOND,
    old_garment: tuple = RED,
    new_hair: tuple | None = None,
    solid: bool = False,
) -> Scene:
    """Blond locks over a red shirt whose strands are all of the hair, half of it or a tenth; the shirt becomes navy."""
    where = mask(OLD, "H")
    strands = where.copy()
    strands[: 4 * CELL] = False
    columns = np.arange(where.shape[1])[None].repeat(where.shape[0], 0)
    opacity = np.where(strands & (not solid), 0.55 + 0.45 * np.sin(columns / 2.5), 1).astype(np.float32)
    return Scene(
        painted(OLD, hair, old_garment, opacity),
        painted(new, new_hair or hair, NAVY, np.ones_like(opacity)),
        opacity,
        strands,
        new=new,
    )


def layer_of(shown: Scene, **changes: object) -> HairLayer | None:
    found, held = hair_of(shown, **changes)
    return None if found is None else found.layer(held)


def hair_of(shown: Scene, **changes: object) -> tuple[HairNearGarment | None, Constraints]:
    given: dict = {
        "probs": (probs(shown.old), probs(shown.new)),
        "change": change(CHANGED),
        "parts": CLOTHING,
        "firm": mask(OLD, "F"),
        "include": np.zeros(shown.original.shape[:2], bool),
        **changes,
    }
    before, after = given["probs"]
    seen = Seen.of(before, after, given["change"], given["parts"])
    held = Constraints(given["firm"], np.zeros_like(given["firm"]), given["include"])
    return hair_near_garment(shown.original, lambda box: shown.edited[box.slices], seen), held


def found_in(shown: Scene, **changes: object) -> HairLayer:
    layer = layer_of(shown, **changes)
    assert layer is not None
    return layer


def whole(layer: HairLayer, values: np.ndarray) -> np.ndarray:
    """A map of the layer's area in the picture."""
    result = np.zeros((*layer.size_hw, *values.shape[2:]), values.dtype)
    result[layer.area.slices] = values
    return result


def taken_alpha(shown: Scene) -> np.ndarray:
    """What a decision takes: the garment, but no hair."""
    return mask(shown.old, "U").astype(np.float32)


def test_the_opacity_and_the_colour_of_strands_are_found() -> None:
    shown = scene()
    layer = found_in(shown)
    inner = shown.strands & core(mask(OLD, "H"), 3)
    error = np.abs(whole(layer, layer.opacity) - shown.opacity)[inner]
    assert error.mean() < 0.08
    seen = inner & (shown.opacity > 0.3)
    colour = whole(layer, layer.colour)[seen].astype(float)
    assert np.abs(colour - np.array(BLOND)).mean() < 12


def test_nothing_of_the_old_garment_shines_through_the_strands() -> None:
    shown = scene()
    layer = found_in(shown)
    alpha = layer.widen(taken_alpha(shown), mask(OLD, "F"))
    picture = layer.over(shown.edited, alpha).astype(float)
    composite = alpha[..., None] * picture + (1 - alpha[..., None]) * shown.original
    expected = shown.opacity[..., None] * np.array(BLOND) + (1 - shown.opacity[..., None]) * np.array(NAVY)
    inner = shown.strands & core(mask(OLD, "H"), 3)
    inner[: LOCKS.start], inner[LOCKS.stop :] = False, False
    assert np.abs(composite - expected)[inner].mean() < 16
    redness = (composite[..., 0] - composite[..., 1])[inner]
    assert redness.max() < 80, "blond has 40, the old red 180"


def core(where: np.ndarray, distance: int) -> np.ndarray:
    """Less a rim of some pixels, along rows and columns."""
    inner = where.copy()
    for step in range(1, distance + 1):
        for axis in (0, 1):
            inner &= np.roll(where, step, axis) & np.roll(where, -step, axis)
    return inner


def test_hair_above_the_garment_stays_the_originals() -> None:
    shown = scene()
    layer = found_in(shown)
    head = mask(OLD, "H")
    head[2 * CELL + 20 :] = False
    assert not layer.freed[head].any()
    assert not layer.widen(taken_alpha(shown), mask(OLD, "F"))[head].any()


def test_a_collar_tip_that_a_parser_calls_hair_comes_from_the_edit() -> None:
    shown = scene()
    tip = np.s_[4 * CELL + 15 : 4 * CELL + 30, 3 * CELL - 15 : 3 * CELL]
    original, none = shown.original.copy(), np.zeros(shown.opacity.shape, bool)
    original[tip], none[tip] = RED, True
    layer = found_in(Scene(original, shown.edited, shown.opacity, shown.strands))
    assert whole(layer, layer.opacity)[core(none, 2)].max() < 0.1
    assert layer.freed[core(none, 2)].all()


def test_hair_that_the_edit_cut_off_is_laid_over_its_garment() -> None:
    layer = found_in(scene(SHORT))
    locks = whole(layer, layer.from_edit)[LOCKS]
    assert locks[core(scene().strands, 3)[LOCKS]].mean() < 0.1


def test_where_the_edit_shows_the_same_hair_and_the_matte_is_in_doubt_it_comes_from_the_edit() -> None:
    """Black hair over a black shirt: no colour tells what is whose."""
    shown = scene(OLD, hair=BLACK, old_garment=(44, 34, 34))
    edited = shown.edited.copy()
    layer = found_in(Scene(shown.original, edited, shown.opacity, shown.strands, new=OLD))
    alpha = layer.widen(taken_alpha(shown), mask(OLD, "F"))
    picture = layer.over(edited, alpha).astype(float)
    composite = alpha[..., None] * picture + (1 - alpha[..., None]) * shown.original
    locks = core(shown.strands, 3)
    locks[: LOCKS.start], locks[LOCKS.stop :] = False, False
    assert np.abs(composite - np.array(BLACK))[locks].max() < 24, "hair in one piece, of either picture"


def test_hair_of_another_colour_does_not_come_along() -> None:
    layer = found_in(scene(OLD, new_hair=(220, 130, 180), solid=True))
    assert whole(layer, layer.from_edit)[core(mask(OLD, "H"), 4)].mean() < 0.05


def test_the_garment_that_stays_keeps_its_hair() -> None:
    shown = scene(OLD)
    layer = found_in(shown)
    nothing = np.zeros(shown.opacity.shape, np.float32)
    assert not layer.widen(nothing, mask(OLD, "F")).any()
    np.testing.assert_array_equal(layer.over(shown.edited, nothing), shown.edited)


def test_what_is_kept_stays_and_what_is_included_has_no_hair_over_it() -> None:
    shown = scene()
    left = np.zeros(shown.opacity.shape, bool)
    left[:, : 5 * CELL] = True
    kept = found_in(shown).widen(taken_alpha(shown), left)
    assert not kept[left].any()
    assert kept[~left].any()
    layer = found_in(shown, include=left)
    picture = layer.over(shown.edited, taken_alpha(shown))
    inside = core(left, 6)
    np.testing.assert_array_equal(picture[inside], shown.edited[inside])


def test_the_tail_of_an_alpha_is_a_multiple_of_one_255th_and_hard_where_it_is_asked_for() -> None:
    shown = scene()
    layer = found_in(shown)
    soft = layer.widen(taken_alpha(shown), mask(OLD, "F"))
    np.testing.assert_allclose(soft * 255, np.rint(soft * 255), atol=1e-4)
    assert set(np.unique(layer.widen(taken_alpha(shown), mask(OLD, "F"), hard=True))) == {0, 1}


@pytest.mark.parametrize(
    "how",
    [
        {"parts": (*CLOTHING, "hair")},
        {"probs": (probs(OLD), probs(OLD)), "change": change(OLD.replace("U", ".").replace("H", "x"))},
        {"probs": (probs(OLD.replace("H", "h")), probs(SHORT.replace("H", "h")))},
    ],
    ids=["the hair is targeted", "the garment is equal in both", "there is a hat, no hair"],
)
def test_there_is_no_layer_where(how: dict) -> None:
    assert layer_of(scene(), **how) is None


def label_map(drawing: str) -> np.ndarray:
    cells, symbols = enlarge(drawing)
    return np.array([PART_ID[SYMBOLS[symbol]] for symbol in symbols], np.uint8)[cells]


@pytest.mark.parametrize("feather", [None, 0.0])
def test_a_whole_run_keeps_its_promises_and_a_mask_read_back_gives_the_same(feather: float | None) -> None:
    shown = scene()
    labels = label_map(OLD), label_map(SHORT)
    masker = Masker(face_detector="none", feather=feather)
    result = masker.apply(shown.original, shown.edited, parsing=labels)
    np.testing.assert_array_equal(result.image[result.alpha == 0], shown.original[result.alpha == 0])
    assert result.stages.protected is not None
    assert not result.alpha[result.stages.protected].any()
    gaps = core(shown.strands, 3) & (shown.opacity < 0.15)
    gaps[: LOCKS.start], gaps[LOCKS.stop :] = False, False
    assert result.alpha[gaps].mean() > 0.97
    redness = result.image.astype(int)[gaps]
    assert (redness[:, 0] - redness[:, 1]).max() < 90
    if feather == 0:
        assert set(np.unique(result.alpha)) == {0, 1}
    else:
        again = masker.apply(shown.original, shown.edited, parsing=labels, mask_in=result.alpha)
        np.testing.assert_array_equal(again.alpha, result.alpha)
        np.testing.assert_array_equal(again.image, result.image)


def test_each_correction_has_its_own_layer() -> None:
    shown = scene()
    excluded = mask(OLD, "F")
    excluded[LOCKS] = True
    (found, plain), (_, held) = hair_of(shown), hair_of(shown, firm=excluded)
    assert found is not None
    for constraints, alone in ((plain, found_in(shown)), (held, found_in(shown, firm=excluded)), (plain, None)):
        layer = found.layer(constraints)
        assert layer is found.layer(constraints)
        if alone is not None:
            np.testing.assert_array_equal(layer.from_edit, alone.from_edit)
            np.testing.assert_array_equal(layer.opacity, alone.opacity)
