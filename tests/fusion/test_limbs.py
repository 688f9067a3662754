"""A bare leg that the model lit otherwise, on painted pictures: half of it is asked for, so a seam must cross it."""

from __future__ import annotations

from functools import cache

import numpy as np

from segmask.core.types import Mask
from segmask.masker import Masker
from segmask.result import Result
from tests.fusion.cases import core
from tests.fusion.figures import Part, paint, person, redrawn, soft_label

SKIRT = Part("trousers", "lower", ((125, 232), (195, 232), (206, 300), (114, 300)), (70, 74, 82))
LEGS = ("left leg", "right leg")
PALER = (30, 34, 40)
BELOW = 560
"""Row of the seam, in the picture's pixels."""
SEAM = "seam-in-skin"


def upper_half(leg: Mask) -> Mask:
    include = np.zeros_like(leg)
    include[470:BELOW] = leg[470:BELOW]
    return include


@cache
def run(tone_match: bool, half: bool = True) -> tuple[Result, Mask]:
    """The result with half a leg of another tone included, and where that leg is."""
    drawing = person().swapped("trousers", SKIRT)
    other = drawing.dyed("trousers", (150, 40, 60))
    for leg in LEGS:
        other = other.dyed(leg, tuple(np.add(other[leg].colour, PALER)))
    (before, label), (after, edited_label) = paint(drawing), paint(other)
    leg = drawing.coverage("right leg") > 0.5
    masker = Masker(target="lower", face_detector="none", tone_match=tone_match)
    parsings = soft_label(label), soft_label(edited_label)
    return masker.apply(before, redrawn(after), parsing=parsings, include=upper_half(leg) if half else None), leg


def reasons(result: Result) -> list[str]:
    return [reason.code for reason in result.report.reasons]


def test_a_seam_that_shows_is_said_and_marked() -> None:
    result, leg = run(tone_match=False)
    assert result.report.verdict == "review"
    found = [reason for reason in result.report.reasons if reason.code == SEAM]
    assert len(found) == 1
    assert found[0].box is not None
    rows, columns = np.nonzero(leg)
    assert found[0].box[0] < columns.max()
    assert columns.min() < found[0].box[2]
    assert found[0].box[1] <= BELOW <= found[0].box[3]
    assert rows.max() > BELOW
    assert result.stages.doubt is not None
    assert result.stages.doubt.any()


def test_at_the_seam_the_skin_has_one_tone() -> None:
    matched, leg = run(tone_match=True)
    plain, _ = run(tone_match=False)
    inside = core(leg.astype(np.float32), 10)

    def step(result: Result) -> float:
        above, below = (inside.copy() for _ in range(2))
        above[: BELOW - 6], above[BELOW - 1 :] = False, False
        below[: BELOW + 1], below[BELOW + 6 :] = False, False
        tones = [result.image[where].astype(float).mean(0) for where in (above, below)]
        return float(np.abs(tones[0] - tones[1]).max())

    assert step(plain) > 20
    assert step(matched) < 8
    assert SEAM not in reasons(matched)


def test_nothing_of_a_leg_comes_along_unasked() -> None:
    result, leg = run(tone_match=True, half=False)
    below_the_hem = leg.copy()
    below_the_hem[:480] = False
    assert (result.alpha[below_the_hem] == 0).mean() > 0.98
    assert SEAM not in reasons(result)


def test_what_is_kept_is_the_original() -> None:
    result, _ = run(tone_match=True)
    kept = result.alpha == 0
    np.testing.assert_array_equal(result.image[kept], result.original.image[kept])
