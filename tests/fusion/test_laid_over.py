"""Protection gives way to glasses, hats and hair that an edit lays over a face, and to nothing else."""

from __future__ import annotations

import numpy as np

from segmask.fusion.laid_over import gives_way, lifted
from tests.fusion.scenes import mask, scene, share

FACE = """
    ..........
    ...HHHH...
    ..HFFFFH..
    ..HFFFFH..
    ..HFFFFH..
    ....ss....
"""
GLASSES = FACE.replace("..HFFFFH..\n    ..HFFFFH..\n", "..HEEFEH..\n    ..HFFFFH..\n", 1)
PUT_ON = """
    ..........
    ..........
    ...xx.x...
    ..........
    ..........
    ..........
"""
EVERYWHERE = PUT_ON.replace(".", "x")


def test_a_face_gives_way_to_new_glasses_and_their_rim_alone() -> None:
    drawn = scene(FACE, GLASSES, PUT_ON, ("eyewear",))
    face = mask(FACE, "F")
    stays, _ = lifted((face, face & False), drawn)
    glasses = mask(PUT_ON)
    assert share(stays, glasses) < 0.01
    assert share(stays, face & ~glasses) > 0.99


def test_in_a_redrawn_face_only_what_the_parser_calls_glasses_gives_way() -> None:
    way = gives_way(scene(FACE, GLASSES, EVERYWHERE, ("eyewear",)))
    assert way is not None
    glasses = mask(PUT_ON)
    assert share(way, glasses) > 0.99
    assert (way & mask(FACE, "F") & ~glasses).sum() < 0.3 * glasses.sum()


def test_no_face_gives_way_to_clothing_or_to_new_ground() -> None:
    assert gives_way(scene(FACE, GLASSES, PUT_ON, ("upper",))) is None
    way = gives_way(scene(FACE, FACE.replace("F", "."), EVERYWHERE, ("background",)))
    assert way is not None
    assert not way[mask(FACE, "F")].any()


def test_what_did_not_change_needs_no_way() -> None:
    way = gives_way(scene(FACE, GLASSES, PUT_ON.replace("x", "."), ("eyewear",)))
    assert way is not None
    assert not way.any()


def test_old_ground_in_the_margin_of_a_head_is_not_protected() -> None:
    margin = mask(FACE, "F")
    margin[:, :120] = True  # the detector's margin reaches over the ground
    stays, _ = lifted((margin, margin & False), scene(FACE, FACE, EVERYWHERE.replace("x", "x"), ("background",)))
    assert not stays[mask(FACE, ".")].any()
    np.testing.assert_array_equal(stays[mask(FACE, "F")], True)
