"""A dark coat before a plain wall, an edit with a light coat, and masks that are right or wrong in one way."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segmask.compose.composite import composite
from segmask.core.labels import PART_ID, PARTS
from segmask.verdict.finished import Finished
from segmask.verdict.residue import Residue, measure_residue

HW = (400, 300)
WALL, OLD, NEW, SHOE, OTHER = (120, 125, 130), (40, 30, 60), (200, 170, 90), (20, 20, 20), (180, 40, 40)
COAT = np.s_[80:300, 90:210]
TRACES = ("ghost", "held", "step", "halved", "touched")


def picture(coat: tuple[int, int, int], **shapes: tuple) -> np.ndarray:
    drawn = np.full((*HW, 3), WALL, np.uint8)
    drawn[COAT] = coat
    for place, colour in shapes.values():
        drawn[place] = colour
    return drawn


def area(*places: tuple) -> np.ndarray:
    mask = np.zeros(HW, bool)
    for place in places:
        mask[place] = True
    return mask


def parsed(**parts: np.ndarray) -> np.ndarray:
    probs = np.zeros((len(PARTS), *HW), np.float32)
    for part, mask in parts.items():
        probs[PART_ID[part], mask] = 1
    probs[0] = 1 - probs.sum(0)
    return probs


def compose(
    original: np.ndarray,
    edited: np.ndarray,
    mask: np.ndarray,
    before: np.ndarray | None = None,
    after: np.ndarray | None = None,
) -> Finished:
    alpha = mask.astype(np.float32)
    floor = np.full(HW, 1.2, np.float32)
    apart = np.linalg.norm(original.astype(np.float32) - edited, axis=-1) / 2.5  # about a ΔE
    coat = parsed(outerwear=area(COAT))
    return Finished(
        original=original,
        edited=edited,
        composite=np.asarray(composite(original, edited, alpha), np.uint8),
        alpha=alpha,
        score_map=(apart / floor).astype(np.float32),
        noise_floor=floor,
        covered=np.ones(HW, bool),
        faces=np.zeros(HW, bool),
        probs=(coat if before is None else before, coat if after is None else after),
    )


def seen(residue: Residue) -> set[str]:
    return {name for name in TRACES if getattr(residue, name).amount > 0}


def test_in_a_faultless_composite_nothing_shows() -> None:
    composed = compose(picture(OLD), picture(NEW), area(COAT))
    residue = measure_residue(composed)
    assert not seen(residue)
    assert all(getattr(residue, name).box is None for name in TRACES)
    assert not seen(measure_residue(replace(composed, probs=None)))


@pytest.mark.parametrize("mask", [area(), area(np.s_[:, :])])
def test_without_an_outline_nothing_shows(mask: np.ndarray) -> None:
    assert not seen(measure_residue(compose(picture(OLD), picture(NEW), mask)))


def test_a_new_coat_before_a_wall_that_was_redrawn_all_over_has_no_step() -> None:
    """The wall lost its warmth in the edit: the coat's own edge is there in both pictures."""
    edited = picture(NEW)
    edited[~area(COAT)] = (128, 132, 140)
    residue = measure_residue(compose(picture(OLD), edited, area(COAT)))
    assert "step" not in seen(residue)
    assert "ghost" not in seen(residue)


def test_a_thin_old_contour_beside_the_mask_is_a_ghost() -> None:
    """The old coat was two pixels wider than the mask, along its right side."""
    wider = np.s_[80:300, 90:212]
    residue = measure_residue(compose(picture(OLD, wider=(wider, OLD)), picture(NEW), area(COAT)))
    assert 0.1 < residue.ghost.amount < 0.5
    assert residue.ghost.places[150, 210:212].all()
    assert not residue.ghost.places[:, :200].any()
    assert residue.held.amount == 0
    box = residue.ghost.box
    assert box is not None
    assert (box.x0, box.x1) == (210, 212)


def test_a_strip_of_the_old_coat_that_stayed_is_held() -> None:
    strip = np.s_[80:300, 90:110]
    composed = compose(picture(OLD), picture(NEW), area(COAT) & ~area(strip))
    residue = measure_residue(composed)
    assert residue.held.amount == pytest.approx(20 / 120, abs=0.02)
    assert residue.held.box is not None
    assert abs(residue.held.box.x0 - 90) <= 2
    assert abs(residue.held.box.x1 - 110) <= 2
    assert residue.step.amount > 0.3
    alone = measure_residue(replace(composed, probs=None))
    assert alone.held.amount == pytest.approx(residue.held.amount, abs=0.03)


def test_a_changed_thing_beside_the_coat_that_has_its_own_edges_is_not_held() -> None:
    """A curtain behind the coat has another colour in the edit; it wasn't asked for."""
    curtain = np.s_[0:300, 210:260]
    original, edited = (
        picture(coat, curtain=(curtain, colour)) for coat, colour in ((OLD, (150, 150, 165)), (NEW, (165, 150, 150)))
    )
    residue = measure_residue(compose(original, edited, area(COAT)))
    assert residue.held.amount < 0.01


def test_a_face_that_stays_is_not_held() -> None:
    face = np.s_[40:80, 130:170]
    original, edited = (picture(c, face=(face, f)) for c, f in ((OLD, (200, 160, 140)), (NEW, (230, 200, 180))))
    composed = compose(original, edited, area(COAT))
    assert measure_residue(replace(composed, faces=area(face))).held.amount == 0


def test_a_cut_through_the_new_coat_is_a_step_where_it_runs() -> None:
    upper = np.s_[80:200, 90:210]
    step = measure_residue(compose(picture(OLD), picture(NEW), area(upper))).step
    assert 0.15 < step.amount < 0.4  # one side of four
    assert step.places[199, 100:200].all()
    assert not step.places[:190].any()
    assert step.box is not None
    assert step.box.y0 > 190


def test_a_step_is_measured_in_the_composite() -> None:
    """The same mask, but the lower half was painted to match: nothing shows."""
    composed = compose(picture(OLD), picture(NEW), area(np.s_[80:200, 90:210]))
    assert measure_residue(replace(composed, composite=composed.edited)).step.amount == 0


def disc(x: float) -> np.ndarray:
    rows, columns = np.mgrid[: HW[0], : HW[1]]
    return (rows - 340) ** 2 + (columns - x) ** 2 < 30**2


@pytest.mark.parametrize(("taken", "shows"), [(0.0, False), (0.5, True), (1.0, False)])
def test_a_thing_half_of_each_picture_is_halved(taken: float, shows: bool) -> None:
    """A bag beside the coat has another colour in the edit."""
    bag = disc(150)
    original, edited = picture(OLD, bag=(bag, SHOE)), picture(NEW, bag=(bag, OTHER))
    part = bag & (np.arange(HW[1]) < 120 + 60 * taken)
    both = parsed(outerwear=area(COAT), bag=bag)
    halved = measure_residue(compose(original, edited, area(COAT) | part, both, both)).halved
    assert (halved.amount > 0) is shows
    if shows:
        assert halved.amount == pytest.approx(bag.sum() / 2 / area(COAT).sum(), rel=0.2)
        assert halved.box is not None
        assert halved.box.y0 > 300


def test_halves_that_match_are_one_thing() -> None:
    """The bag differs on its far side alone; where the outline runs through it both pictures are alike."""
    bag = disc(150)
    ends = bag & (np.abs(np.arange(HW[1]) - 150) > 12)
    original, edited = picture(OLD, bag=(bag, SHOE)), picture(NEW, bag=(bag, SHOE), ends=(ends, OTHER))
    both = parsed(outerwear=area(COAT), bag=bag)
    mask = area(COAT) | (bag & (np.arange(HW[1]) < 150))
    assert measure_residue(compose(original, edited, mask, both, both)).halved.amount == 0


def test_a_piece_of_ground_that_came_along_is_touched() -> None:
    sign = np.s_[20:60, 240:280]
    original, edited = picture(OLD, sign=(sign, OTHER)), picture(NEW, sign=(sign, SHOE))
    touched = measure_residue(compose(original, edited, area(COAT, sign))).touched
    assert touched.amount == pytest.approx(1600 / (area(COAT).sum() + 1600), rel=0.1)
    assert touched.box is not None
    assert touched.box.x0 >= 239


def test_targeted_ground_is_not_touched() -> None:
    sign = np.s_[20:60, 240:280]
    original, edited = picture(OLD, sign=(sign, OTHER)), picture(NEW, sign=(sign, SHOE))
    composed = compose(original, edited, area(sign))
    assert measure_residue(composed, ("background",)).touched.amount == 0


def test_the_worst_trace_is_named() -> None:
    residue = measure_residue(compose(picture(OLD), picture(NEW), area(np.s_[80:110, 90:210])))
    assert residue.worst == "held"
