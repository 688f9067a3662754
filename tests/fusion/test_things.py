"""Hair, faces, glasses and grounds, in drawn scenes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segmask.core.labels import PARTS
from segmask.fusion.things import decide_things, quietness
from tests.fusion.scenes import change, mask, scene, share

HEAD = """
    ..........
    ...HHHH...
    ...HFFH...
    ...HFFH...
    ....ss....
    ...UUUU...
"""
DYED = """
    ..........
    ...xxxx...
    ...x..x...
    ...x..x...
    ..........
    ..........
"""
REDRAWN = DYED.replace(".", "x")
NOTHING = DYED.replace("x", ".")


def decided(before: str, after: str, changed: str, *parts: str) -> np.ndarray:
    drawn = scene(before, after, changed, parts)
    none = np.zeros_like(drawn.change.mask)
    return decide_things(drawn, none, none).mask


def test_dyed_hair_comes_whole_and_alone() -> None:
    taken = decided(HEAD, HEAD, DYED, "hair")
    assert share(taken, mask(DYED)) > 0.97
    assert share(taken, mask(DYED, ".")) < 0.01


def test_where_all_was_redrawn_the_parsings_lead() -> None:
    taken = decided(HEAD, HEAD, REDRAWN, "hair")
    assert share(taken, mask(HEAD, "H")) > 0.97
    assert share(taken, ~mask(HEAD, "H")) < 0.01
    drawn = scene(HEAD, HEAD, REDRAWN, ("hair",))
    assert quietness(drawn, drawn.either) == 0


def test_what_nobody_edited_stays() -> None:
    assert not decided(HEAD, HEAD, NOTHING, "hair").any()


def test_a_patch_that_looks_the_same_comes_with_its_thing() -> None:
    drawn = scene(HEAD, HEAD, DYED, ("hair",))
    patch = np.zeros_like(drawn.change.mask)
    patch[55:70, 180:220] = True
    score = np.where(patch, np.float32(0.5), drawn.change.score_map)
    drawn = replace(drawn, change=replace(drawn.change, score_map=score))
    assert share(decide_things(drawn, patch & False, patch & False).mask, patch) > 0.97


def test_a_change_of_a_garment_nearby_is_not_the_hairs() -> None:
    with_top = DYED.replace("    ..........\n    ..........\n", "    ....xx....\n    ...xxxx...\n")
    assert share(decided(HEAD, HEAD, with_top, "hair"), mask(HEAD, "U")) < 0.01


def test_a_person_does_not_give_way_to_new_ground_in_a_redrawn_pair() -> None:
    thinner = HEAD.replace("...UUUU...", "....UU....")
    taken = decided(HEAD, thinner, REDRAWN, "background")
    assert share(taken, mask(HEAD, ".")) > 0.97
    assert share(taken, mask(HEAD, "U")) < 0.01


def test_new_ground_comes_though_the_parser_took_the_old_for_a_sleeve() -> None:
    with_bush = HEAD.replace("...UUUU...", ".UUUUUU...")
    changed = "\n".join("    " + "".join(".x"[c == "."] for c in row.strip()) for row in HEAD.strip().splitlines())
    taken = decided(with_bush, HEAD, changed, "background")
    assert share(taken, mask(HEAD, ".")) > 0.97
    assert share(taken, mask(HEAD, "F")) < 0.01


def test_small_made_up_lips_come_though_the_face_hardly_differs() -> None:
    drawn = scene(HEAD, HEAD, NOTHING, ("face",))
    lips = np.zeros_like(drawn.change.mask)
    lips[150:158, 190:210] = True
    score = np.where(lips, np.float32(15), drawn.change.score_map)
    drawn = replace(drawn, change=replace(drawn.change, score_map=score, mask=lips))
    taken = decide_things(drawn, lips & False, lips & False).mask
    assert share(taken, lips) > 0.97
    assert taken.sum() < 4 * lips.sum()


@pytest.mark.parametrize("changed", [REDRAWN, DYED])
def test_all_is_what_changed_wherever_it_is(changed: str) -> None:
    taken = decided(HEAD, HEAD, changed, *PARTS)
    assert share(taken, mask(changed)) > 0.97
    assert not mask(changed, ".").any() or share(taken, mask(changed, ".")) < 0.01


def test_constraints_win() -> None:
    drawn = scene(HEAD, HEAD, DYED, ("hair",))
    keep, take = np.zeros((2, *drawn.change.size_hw), bool)
    keep[:80], take[-10:] = True, True
    taken = decide_things(drawn, keep, take).mask
    assert not taken[:80].any()
    assert taken[-10:].all()
    assert change(DYED).size_hw == taken.shape
