from __future__ import annotations

import numpy as np
import pytest

from segmask.core.labels import CLOTHING
from segmask.fusion.decision import Decision
from segmask.fusion.features import NAMES
from segmask.fusion.hybrid import decide_by_odds, decide_hybrid, fitted_odds
from segmask.fusion.pixel_model import Perceptron, PixelModel
from segmask.fusion.scene import Scene
from tests.fusion.scenes import CELL, change, mask, probs, scene, share

SEAM_PX = 8  # 2 % of the drawing's long side


def decide(before: str, after: str, changed: str, keep: str | None = None, take: str | None = None) -> Decision:
    nothing = np.zeros(probs(before).shape[1:], bool)
    must_keep = nothing if keep is None else mask(keep)
    must_take = nothing if take is None else mask(take)
    return decide_hybrid(scene(before, after, changed), must_keep, must_take)


PERSON = """
    ..........
    ...FFFF...
    ...ssss...
    .UUUUUUUU.
    .UUUUUUUU.
    .UUUUUUUU.
    .LLL..LLL.
    .LLL..LLL.
"""
TOP = """
    ..........
    ..........
    ..........
    .xxxxxxxx.
    .xxxxxxxx.
    .xxxxxxxx.
    ..........
    ..........
"""


def test_a_changed_top_comes_whole_and_alone() -> None:
    got = decide(PERSON, PERSON, TOP).mask
    assert share(got, mask(TOP)) > 0.99
    assert share(got, ~mask(TOP)) < 0.02


def test_trousers_that_the_model_redrew_a_little_stay() -> None:
    redrawn = "\n".join([*TOP.strip().splitlines()[:-2], ".~~~..~~~.", ".~~~..~~~."])
    got = decide(PERSON, PERSON, redrawn).mask
    assert share(got, mask(TOP)) > 0.99
    trousers = mask(PERSON, "L")
    below_the_seam = trousers & ~mask(TOP)
    below_the_seam[: 6 * CELL + SEAM_PX] = False  # where both pictures nearly agree the seam may lie beside the border
    assert not got[below_the_seam].any()
    assert share(got, trousers) < 0.08


def test_an_island_of_the_new_fabric_that_looks_like_the_old_is_taken_too() -> None:
    island = """
    ..........
    ..........
    ..........
    .xxxxxxxx.
    .xxxwwxxx.
    .xxxxxxxx.
    ..........
    ..........
"""
    assert share(decide(PERSON, PERSON, island).mask, mask(TOP)) > 0.99


def test_a_tie_on_a_changed_shirt_stays() -> None:
    """The parser calls it a part of the shirt; nothing of it changed."""
    tie = """
    ..........
    ..........
    ..........
    .xxxxxxxx.
    .xxxx.xxx.
    .xxxxxxxx.
    ..........
    ..........
    """
    got = decide(PERSON, PERSON, tie).mask
    assert share(got, mask(tie)) > 0.98
    assert share(got, mask(TOP) & ~mask(tie)) < 0.2


def test_old_sleeves_become_skin_from_the_edit() -> None:
    bare = PERSON.replace(".UUUUUUUU.\n    .UUUUUUUU.\n    .LLL", ".sUUUUUUs.\n    .sUUUUUUs.\n    .LLL")
    sleeves = mask(bare.replace("sUUUUUUs", "x......x"))
    assert share(decide(PERSON, bare, TOP).mask, sleeves) > 0.95


def test_new_sleeves_cover_skin_from_the_edit() -> None:
    bare = PERSON.replace(".UUUUUUUU.\n    .UUUUUUUU.\n    .LLL", ".sUUUUUUs.\n    .sUUUUUUs.\n    .LLL")
    sleeves = mask(bare.replace("sUUUUUUs", "x......x"))
    assert share(decide(bare, PERSON, TOP).mask, sleeves) > 0.95


@pytest.mark.parametrize("changed", ["..........\n" * 8, "~~~~~~~~~~\n" * 8])
def test_nothing_changed_takes_nothing(changed: str) -> None:
    assert not decide(PERSON, PERSON, changed).mask.any()


def test_a_redrawn_background_stays() -> None:
    ground = PERSON.replace(".", "x")
    got = decide(PERSON, PERSON, ground).mask
    assert share(got, mask(ground)) < 0.05


def test_a_bag_in_front_stays() -> None:
    with_bag = PERSON.replace(".UUUUUUUU.\n    .LLL", ".UUUUUUBB.\n    .LLL")
    got = decide(
        with_bag,
        with_bag,
        TOP.replace(".xxxxxxxx.\n    ..........\n    ..........", ".xxxxxx...\n" + "    ..........\n" * 2),
    ).mask
    assert share(got, mask(with_bag, "B")) < 0.05


def test_the_lean_completes_a_garment_but_takes_no_unsure_piece_alone() -> None:
    """The same doubt at a sleeve's end and on a cup beside: only the sleeve comes whole."""
    drawn = PERSON.replace("..........\n    ...FFFF", "UU........\n    ...FFFF", 1)
    cup, sleeve = mask(drawn, "U") & ~mask(PERSON, "U"), mask(TOP.replace("xxxxxxxx.\n    ....", "x.......x\n    ...."))
    sleeve &= mask(TOP)
    odds = np.where(mask(TOP), np.float32(3), np.float32(-6))
    odds[sleeve | cup] = -0.5
    everything = change("xxxxxxxxxx\n" * 8)
    nothing = np.zeros_like(cup)
    got = decide_by_odds(odds, Scene.of(probs(drawn), probs(drawn), everything, CLOTHING), nothing, nothing).mask
    assert share(got, sleeve) > 0.95
    assert not got[cup].any()


def test_constraints_win() -> None:
    face = mask(PERSON, "F")
    everything = "xxxxxxxxxx\n" * 8
    keep = PERSON.replace("F", "x")
    take = "x" + "." * 9 + "\n" + ("." * 10 + "\n") * 7
    got = decide(PERSON, PERSON, everything, keep=keep, take=take).mask
    assert not got[face].any()
    assert got[mask(take)].all()


def undecided() -> PixelModel:
    """A model that barely takes whatever it is asked about."""
    weight = np.zeros((1, len(NAMES)), np.float32)
    return PixelModel((Perceptron((weight,), (np.full(1, 0.1, np.float32),)),))


@pytest.mark.parametrize(("gap", "sure"), [("", True), (".", False)])
def test_new_cloth_over_ground_is_sure_only_beside_the_garment_it_replaces(gap: str, sure: bool) -> None:
    """A wider skirt; but not the glass beside a person that a parser dresses."""
    rows = [("FFFF", "FFFF", "...."), *[("UUUU", "UUUU", "xxxx")] * 2, ("ssss", "ssss", "....")]
    before, after, changed = (
        "\n".join(f"{row[i]}{gap}{wider}...." for row, wider in zip(rows, (first, *[second] * 2, first), strict=True))
        for i, (first, second) in enumerate((("..", ".."), ("..", "UU"), ("..", "xx")))
    )
    odds = fitted_odds(scene(before, after, changed), undecided()).log_odds
    beside = mask(after, "U") & ~mask(before, "U")
    assert ((odds[beside] > 1) == sure).mean() > 0.95


def test_an_arm_that_moved_with_the_garment_comes_from_the_edit() -> None:
    before = """
    ..........
    ...FFFF...
    ...ssss...
    sssUUUU...
    sssUUUU...
    ...UUUU...
    """
    after = """
    ..........
    ...FFFF...
    sssssss...
    sssUUUU...
    ...UUUU...
    ...UUUU...
    """
    changed = """
    ..........
    ..........
    xxx.......
    ...xxxx...
    xxxxxxx...
    ...xxxx...
    """
    got = decide(before, after, changed).mask
    assert share(got[:, 90:120], mask(changed)[:, 90:120]) > 0.8
    assert share(got, mask(before, "F")) == 0


def test_a_limb_lit_otherwise_is_not_put_together_of_both_pictures() -> None:
    """It lies between changed cloth, the pixel model ever surer towards its middle that it stays."""
    seen = "\n".join(["..FFFF..", "UUUssUUU", "UUUssUUU", "UUUssUUU"])
    everywhere = "\n".join(["........", *["xxxxxxxx"] * 3])
    skin = mask(seen, "s")
    columns = np.abs(np.arange(skin.shape[1]) - (skin.shape[1] - 1) / 2)
    odds = np.where(skin, columns[None] / 20 - 3, np.where(mask(everywhere), 4, -8)).astype(np.float32)
    nothing = np.zeros_like(skin)
    got = decide_by_odds(odds, scene(seen, seen, everywhere), nothing, nothing).mask
    taken = share(got, skin)
    assert taken < 0.05 or taken > 0.95
    assert share(got, mask(seen, "U")) > 0.99


def test_in_a_quiet_pair_bare_arms_that_the_model_half_gives_away_stay() -> None:
    """Both pictures show them; their hands and outlines are the original's."""
    seen = "\n".join(["..FFFF..", "ssUUUUss", "ssUUUUss", "ss....ss"])
    changed = "\n".join(["........", *["..xxxx.."] * 2, "........"])
    odds = np.where(mask(seen, "s"), 0.5, np.where(mask(changed), 4, -8)).astype(np.float32)
    nothing = np.zeros_like(odds, bool)
    got = decide_by_odds(odds, scene(seen, seen, changed), nothing, nothing).mask
    assert share(got, mask(seen, "s")) < 0.02
    assert share(got, mask(seen, "U")) > 0.99
