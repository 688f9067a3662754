from __future__ import annotations

import numpy as np

from segmask.core.labels import CLOTHING, PART_ID
from segmask.core.types import Box, Face
from segmask.fusion.protect import faces_of, protected_region
from tests.fusion.scenes import CELL, mask, parsing

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


def test_the_jaw_itself_is_face_and_a_collar_at_the_chin_is_none() -> None:
    """A pixel or two of the neck below the parser's outline; not where the target begins there."""
    chin, neck = 4 * CELL, 5 * CELL
    protected = protected_region(parsing(HEAD), (), CLOTHING)
    assert protected[chin + 1, neck]
    assert not protected[chin + CELL // 4, neck]
    closed = parsing(HEAD.replace("ss", "UU"))
    assert not protected_region(closed, (), CLOTHING)[chin + 1, neck]


def test_a_collar_beside_the_jaw_is_no_face() -> None:
    """Nor hair, where that is targeted; else the margin reaches over it."""
    collar = HEAD.replace(".HHFFFFHH.\n    .HH.ss", ".UUFFFFUU.\n    .UU.ss")
    protected = protected_region(parsing(collar), (), CLOTHING)
    assert protected[mask(collar, "F")].all()
    assert not protected[mask(collar, "U")].any()
    assert not protected_region(parsing(HEAD), (), ("hair",))[mask(HEAD, "H")].any()
    assert at(protected_region(parsing(HEAD), (), ("headwear",)), 3, 2.9)


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


def face_at(column: float, with_oval: bool = True) -> Face:
    """A detected face where HEAD's is, or so many characters to the right of it."""
    x0, y0, x1, y1 = (round(CELL * side) for side in (3 + column, 2, 7 + column, 4))
    oval = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], np.float32)
    return Face(Box(x0, y0, x1, y1), 0.9, "test", oval if with_oval else None)


def at(region: np.ndarray, row: float, column: float) -> bool:
    return bool(region[round(CELL * row), round(CELL * column)])


def test_without_the_parser_the_detector_answers_for_ears_and_hairline_too() -> None:
    """The landmarker's oval leaves them out; where the parser saw the face, it knows them better."""
    blind = protected_region(parsing("..........\n" * 7), (face_at(0),), CLOTHING)
    assert at(blind, 3, 2.4)
    assert at(blind, 3, 7.6)
    assert at(blind, 1.9, 5)
    assert not at(blind, 4.2, 5)
    seen = protected_region(parsing(HEAD), (face_at(0),), (*CLOTHING, "hair"))
    assert not at(seen, 3, 2.4)


def test_of_several_faces_each_is_protected_by_whoever_saw_it() -> None:
    """The parser sees the left one, the detector the right one, without an outline."""
    both = "\n".join(line.strip() + "." * 10 for line in HEAD.strip().splitlines())
    protected = protected_region(parsing(both), (face_at(10, with_oval=False),), CLOTHING)
    assert at(protected, 3, 5)
    assert at(protected, 3, 15)


def test_glasses_belong_to_the_face_and_a_beard_that_passes_for_hair_is_kept_too() -> None:
    soft = parsing(HEAD.replace(".HH.ss.HH.", ".HHHHHHHH."))
    glasses = soft.working_probs
    upper_row = mask(HEAD, "F")
    upper_row[3 * CELL :] = False
    glasses[:, upper_row] = 0
    glasses[PART_ID["eyewear"], upper_row] = 1
    protected = protected_region(soft, (), CLOTHING)
    assert protected[upper_row].all()
    assert at(protected, 4.5, 5)


def test_faces_of_a_parsing() -> None:
    (face,) = faces_of(parsing(HEAD))
    assert face.box == Box(3 * CELL, 2 * CELL, 7 * CELL, 4 * CELL)
    assert faces_of(parsing("..........\n" * 7)) == ()


def test_a_hat_that_is_put_on_may_cover_the_hair_but_not_the_face() -> None:
    hat = HEAD.replace("..HHHHHH..", "..hhhhhh..").replace(".HHHHHHHH.", ".hhhhhhhh.", 1)
    bare, worn = parsing(HEAD), parsing(hat)
    without = protected_region(bare, (), ("headwear",))
    with_hat = protected_region(bare, (), ("headwear",), worn)
    top = mask(hat, "h")
    assert without[top].mean() > 0.5
    assert with_hat[top].mean() < 0.02
    assert with_hat[mask(HEAD, "F")].all()
    assert (protected_region(bare, (), CLOTHING, worn) == protected_region(bare, (), CLOTHING)).all()


def test_a_fist_that_passes_for_a_face_is_none_where_a_larger_face_shows() -> None:
    """No hair lies beside it, but an arm's skin; a face without hair that a detector saw is one all the same."""
    raised = """
        ..HHHHHH....
        .HHFFFFHH...
        .HHFFFFHH.F.
        .HHFFFFHH.s.
        .HH.ss.HH.s.
        .UUUUUUUUUU.
    """
    fist = Box(10 * CELL, 2 * CELL, 11 * CELL, 3 * CELL)
    assert not protected_region(parsing(raised), (), CLOTHING)[fist.slices].any()
    assert protected_region(parsing(raised), (), CLOTHING)[mask(raised, "H") & (np.arange(12 * CELL) < 3 * CELL)].any()
    seen = Face(fist, 0.9, "a detector")
    assert protected_region(parsing(raised), (seen,), CLOTHING)[fist.slices].mean() > 0.9


def test_a_fist_beside_the_persons_own_long_hair_is_no_face_but_a_second_head_is_one() -> None:
    """The lock hangs down from the larger face's head; over a second face it lies as hair."""
    raised = """
        ..HHHHHH....
        .HHFFFFHH...
        .HHFFFFHH...
        .HHFFFFHHF..
        .HHFFFFHHs..
        .HH.ss.HHs..
        .UUUUUUUUUU.
    """
    fist = Box(9 * CELL, 3 * CELL, 10 * CELL, 4 * CELL)
    assert protected_region(parsing(raised), (), CLOTHING)[fist.slices].mean() < 0.1
    second = parsing(raised.replace(".HHFFFFHH...", ".HHFFFFHHHHH", 2).replace(".HHFFFFHHF..", ".HHFFFFHHFHH"))
    assert protected_region(second, (), CLOTHING)[fist.slices].all()


def test_a_bystanders_face_whose_hair_was_not_seen_is_no_fist() -> None:
    """An arm's skin covers a good part of a side, what shows of a neck hardly any."""
    beside = """
        ..HHHHHH......
        .HHFFFFHH.....
        .HHFFFFHH.FFF.
        .HHFFFFHH.FFF.
        .HHFFFFHH.UUU.
        .HH.ss.HH.UUU.
        .UUUUUUUUUUUU.
    """
    face = Box(10 * CELL, 2 * CELL, 13 * CELL, 4 * CELL)
    assert protected_region(parsing(beside), (), CLOTHING)[face.slices].all()


def test_a_bald_head_alone_is_a_face() -> None:
    bald = """
        ..FF..
        ..FF..
        ..ss..
        .UUUU.
    """
    assert protected_region(parsing(bald), (), CLOTHING)[mask(bald, "F")].all()
