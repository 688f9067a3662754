"""A headscarf that a parser splits at the neck is one cloth; trousers of the same change are another garment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from segmask.core.labels import CLOTHING
from segmask.fusion.one_cloth import covers_hair, one_cloth
from segmask.fusion.scene import Scene
from tests.fusion.scenes import mask, scene, share

SCARF = """
    ..........
    ...hhhh...
    ...HFFh...
    ...HFFh...
    ...UUUU...
    ..UUUUUU..
    ..LLLLLL..
    ..LLLLLL..
"""
CHANGED = """
    ..........
    ...xxxx...
    ...x..x...
    ...x..x...
    ...xxxx...
    ..xxxxxx..
    ..xxxxxx..
    ..xxxxxx..
"""
TRUE_SCARF = mask(CHANGED) & ~mask(SCARF, "L")


def recoloured(parts: tuple[str, ...], trousers: tuple[float, float] = (0, 0)) -> Scene:
    """The scarf from green to purple; the trousers from one a* to another."""
    drawn = scene(SCARF, SCARF, CHANGED, parts)
    noise = np.random.default_rng(0)
    colours = []
    for scarf, leg in (((-35, 12), trousers[0]), ((25, -25), trousers[1])):
        lab = np.zeros((*drawn.change.size_hw, 3), np.float32) + noise.normal(0, 2, (*drawn.change.size_hw, 3))
        lab[TRUE_SCARF, 1:] += scarf
        lab[mask(SCARF, "L"), 1] += leg
        lab[..., 0] += noise.uniform(20, 80, drawn.change.size_hw)  # folds
        colours.append(lab.astype(np.float32))
    return replace(drawn, change=replace(drawn.change, colours=(colours[0], colours[1])))


def test_the_scarf_over_the_shoulders_goes_with_the_one_on_the_head() -> None:
    cloth = one_cloth(recoloured(("headwear",), trousers=(40, -40)))
    assert cloth is not None
    assert share(cloth, mask(SCARF, "U")) > 0.97
    assert share(cloth, mask(SCARF, "H")) > 0.9  # the parser took its side for hair
    assert share(cloth, mask(SCARF, "L")) < 0.01
    assert not cloth[mask(SCARF, "F")].any()


def test_the_scarf_on_the_head_goes_with_the_outfit() -> None:
    drawn = recoloured(CLOTHING)
    cloth = one_cloth(drawn)
    assert cloth is not None
    assert share(cloth, mask(SCARF, "h")) > 0.97
    assert covers_hair(drawn)


def test_a_garment_of_another_colour_is_another_cloth() -> None:
    other = recoloured(("headwear",))
    lab = [values.copy() for values in other.change.colours or ()]
    lab[0][mask(SCARF, "U"), 1:] += 50
    cloth = one_cloth(replace(other, change=replace(other.change, colours=(lab[0], lab[1]))))
    assert cloth is not None
    assert share(cloth, mask(SCARF, "U")) < 0.01


def test_hats_and_tops_that_did_not_change_tell_nothing() -> None:
    still = scene(SCARF, SCARF, CHANGED.replace("x", "."), ("headwear",))
    assert one_cloth(still) is None
    assert not covers_hair(still)
    assert one_cloth(recoloured(("hair",))) is None


def test_dark_hair_that_the_edit_drew_beside_a_dark_suit_is_no_cloth_of_it() -> None:
    """Grey says nothing of what belongs together, and over the old wall there was no scarf."""
    before, after = SCARF.replace("h", "."), SCARF
    drawn = scene(before, after, CHANGED, CLOTHING)
    grey = np.random.default_rng(0).normal(0, 2, (*drawn.change.size_hw, 3)).astype(np.float32)
    neutral = replace(drawn, change=replace(drawn.change, colours=(grey + np.array([60, 0, 0], np.float32), grey)))
    cloth = one_cloth(neutral)
    assert cloth is None or not cloth.any()
    tinted = replace(drawn, change=recoloured(CLOTHING).change)
    cloth = one_cloth(tinted)
    assert cloth is None or not cloth[mask(SCARF, "h")].any()
