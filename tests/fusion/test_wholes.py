"""What comes from one picture as a whole: shoes and bags, garments in their old colour, no lock of the edit's hair."""

from __future__ import annotations

import numpy as np

from segmask.core.labels import CLOTHING
from segmask.core.types import Mask
from segmask.fusion.hybrid import decide_hybrid
from segmask.fusion.scene import Scene
from segmask.fusion.wholes import as_garments, as_wholes
from tests.fusion.scenes import CELL, mask, scene

FIGURE = """
    ..FF..
    .UUUU.
    .UUUU.
    .LLLL.
    .LLLL.
    ..BB..
"""
NOWHERE = ("......\n" * 6).strip()
LIKELY = np.full((6 * CELL, 6 * CELL), 0.4, np.float32)


def rows(first: int, last: int) -> Mask:
    """The rows of a drawing from one to another."""
    found = np.zeros(LIKELY.shape, bool)
    found[first * CELL : last * CELL] = True
    return found


def drawn(changed: str) -> Scene:
    return scene(FIGURE, FIGURE, changed, CLOTHING)


def test_a_bag_of_which_black_on_black_stayed_is_no_bag() -> None:
    """Half of it changed, and came; the other half looks as before, but is another bag's."""
    seen = drawn(NOWHERE[:-6] + "..x...")
    bag = mask(FIGURE, "B")
    half = bag & mask(NOWHERE[:-6] + "..x...", "x")
    assert half.sum() * 2 == bag.sum()
    assert (as_wholes(half, seen) == bag).all()


def test_a_black_shoe_beside_a_black_boot_comes_whole() -> None:
    """Where both lie nothing differs, but their outlines do."""
    empty = ".........\n" * 5
    before, after = (".LL......\n" * 2 + shoe + empty for shoe in (".BBB.....\n", "...BBB...\n"))
    changed = ".xx......\n" * 2 + ".x.......\n" + empty
    seen = scene(before, after, changed, CLOTHING)
    both = mask(before, "B") | mask(after, "B")
    came = mask(before, "L") | mask(changed, "x")
    assert (as_wholes(came, seen) == (came | both)).all()
    assert (as_wholes(mask(before, "L"), seen) == mask(before, "L")).all(), "none of it came"


def test_the_rest_of_a_replaced_garment_comes_and_the_trousers_below_it_do_not() -> None:
    shirt = mask(FIGURE, "U")
    most = shirt & rows(0, 2) | shirt & mask("......\n......\n.xx...\n" + "......\n" * 3, "x")
    whole = as_garments(most, LIKELY, drawn(NOWHERE), most & False)
    assert (whole == shirt).all()


def test_half_a_garment_says_nothing_of_the_rest() -> None:
    half = mask(FIGURE, "U") & rows(0, 2)
    assert (as_garments(half, LIKELY, drawn(NOWHERE), half & False) == half).all()


def test_what_surely_stayed_and_what_must_stay_are_left() -> None:
    shirt = mask(FIGURE, "U")
    most = shirt & ~mask("......\n......\n....x.\n" + "......\n" * 3, "x")
    sure = np.where(most, LIKELY, np.float32(0.01))
    assert (as_garments(most, sure, drawn(NOWHERE), most & False) == most).all()
    assert (as_garments(most, LIKELY, drawn(NOWHERE), ~most) == most).all()


BOB = """
    ..HHHH..
    ..HFFH..
    ..HFFH..
    ...ss...
    .UUUUUU.
    .UUUUUU.
"""
LONG = """
    ..HHHH..
    ..HFFH..
    ..HFFH..
    ..HssH..
    .UUUUUU.
    .UUUUUU.
"""
RECOLOURED = """
    ........
    ........
    ........
    ..x..x..
    .xxxxxx.
    .xxxxxx.
"""


def test_longer_hair_of_the_edit_does_not_hang_below_the_originals() -> None:
    seen = scene(BOB, LONG, RECOLOURED, CLOTHING)
    nothing = np.zeros(seen.change.size_hw, bool)
    taken = decide_hybrid(seen, nothing, nothing).mask
    locks = mask(LONG, "H") & ~mask(BOB, "H")
    assert taken[mask(BOB, "U")].mean() > 0.95
    assert taken[locks].mean() < 0.05
