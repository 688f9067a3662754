"""What benchmarks.parser_sets counts for a part, against it, and not at all."""

from __future__ import annotations

import numpy as np

from benchmarks.parser_sets import group_iou, shares, typology_angle
from segmask.core.labels import PART_ID, PARTS, WORN
from training.sets import BODY, UNKNOWN, table

HAIR, FACE, UPPER = (PART_ID[part] for part in ("hair", "face", "upper"))
ALLOWED = table()


def counts(**guesses: dict[str, int]) -> np.ndarray:
    """Counts by code (a part, a body part, ``person`` or ``unknown``) and guess."""
    code = {**PART_ID, **{name.replace(" ", "_"): number for name, number in BODY.items()}, "person": 200}
    result = np.zeros((256, len(PARTS)), np.int64)
    for name, found in guesses.items():
        for guess, number in found.items():
            result[code.get(name, UNKNOWN), PART_ID[guess]] = number
    return result


def test_open_pixels_count_neither_for_a_part_nor_against_it() -> None:
    found = counts(hair={"hair": 30, "face": 10}, head={"hair": 100, "upper": 20}, unknown={"hair": 900})
    assert group_iou(found, ALLOWED, ("hair",)) == 30 / 40
    assert group_iou(found, ALLOWED, ("face",)) != group_iou(found, ALLOWED, ("face",))  # no pixel is surely face


def test_a_set_that_rules_a_part_out_counts_against_it() -> None:
    found = counts(upper={"upper": 60}, head={"upper": 20}, person={"upper": 99})
    assert group_iou(found, ALLOWED, ("upper",)) == 60 / 80


def test_a_set_of_worn_parts_counts_for_what_is_worn() -> None:
    found = counts(upper={"upper": 50, "background": 10}, lower_leg={"lower": 7})
    found[225] = counts(upper={"lower": 40})[UPPER]  # clothes of some kind
    allowed = ALLOWED.copy()
    allowed[225, [PART_ID[part] for part in ("upper", "outerwear", "dress", "lower", "legwear")]] = True
    assert group_iou(found, allowed, WORN) == 90 / 100


def test_shares_of_wrong_pixels() -> None:
    found = counts(person={"background": 12, "upper": 88}, background={"background": 95, "bag": 5})
    sure = counts(person={"background": 2}, background={"bag": 1, "background": 60})
    result = shares(found, sure, ALLOWED)
    assert result["people called background"] == 0.12
    assert round(result["background called person or cloth"], 3) == 0.05
    assert result["confidently wrong"] == 3 / 200


def test_fair_skin_has_the_larger_angle() -> None:
    face = np.ones((4, 4), bool)
    fair, deep = (np.full((4, 4, 3), colour, np.uint8) for colour in ((245, 215, 195), (90, 60, 45)))
    assert typology_angle(fair, face) > 41 > 10 > typology_angle(deep, face)


def test_a_part_that_is_mostly_open_is_not_reported() -> None:
    found = counts(bag={"bag": 10}, person={"bag": 900})
    assert np.isnan(group_iou(found, ALLOWED, ("bag",)))
