from __future__ import annotations

import numpy as np

from segmask.fusion.protect import faces_of, protected_region
from segmask.labels import CLOTHING
from segmask.types import Box, Face
from tests.fusion.scenes import mask, parsing

HEAD = """
    ..HHHHHH..
    .HHHHHHHH.
    .HHFFFFHH.
    .HHFFFFHH.
    .HH.ss.HH.
    .HUUUUUUH.
    .HUUUUUUH.
"""


def test_the_face_and_the_core_of_the_hair_are_protected_and_clothes_are_not() -> None:
    protected = protected_region(parsing(HEAD), (), CLOTHING)
    assert protected[mask(HEAD, "F")].all()
    assert not protected[mask(HEAD, "U")].any()
    hair = mask(HEAD, "H")
    assert 0.5 < protected[hair].mean() < 1


def test_what_is_targeted_is_not_protected() -> None:
    assert not protected_region(parsing(HEAD), (), ("hair", "face")).any()
    only_face = protected_region(parsing(HEAD), (), ("hair",))
    assert only_face[mask(HEAD, "F")].all()
    assert not only_face[:30].any()


def test_a_detected_face_is_protected_where_the_parser_saw_none() -> None:
    blind = parsing("..........\n" * 7)
    oval = np.array([[60, 40], [140, 40], [140, 80], [60, 80]], np.float32)
    for face in (Face(Box(60, 40, 140, 80), 0.9, "test", oval), Face(Box(60, 40, 140, 80), 0.9, "test")):
        protected = protected_region(blind, (face,), CLOTHING)
        assert protected[60, 100]
        assert not protected[100:].any()


def test_faces_of_a_parsing() -> None:
    (face,) = faces_of(parsing(HEAD))
    assert (face.box.x0, face.box.y0, face.box.x1, face.box.y1) == (60, 40, 140, 80)
    assert faces_of(parsing("..........\n" * 7)) == ()
