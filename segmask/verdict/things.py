"""How sure a decision on hair, faces, glasses or grounds is, by what shows in its composite.

The rules that decide these say nothing of their own odds. The old outline beside the mask and steps that neither
picture has do: a logistic regression on both gives the confidence that nothing is wrong at a glance. It is fitted on
54 composites of 14 real edits, graded by eye (docs/decisions/0076).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.findings import Finding, Findings
from segmask.core.types import Box, Mask
from segmask.verdict.residue import Residue


@dataclass(frozen=True)
class ThingConfidence:
    """The regression: log odds that a fault is seen at a glance."""

    ghost: float = 2.75
    step: float = 4.10
    """Weights of the traces' decimal logarithms."""
    floor: float = 0.03
    """Added to a trace before its logarithm is taken: less shows nothing."""
    bias: float = 4.32
    least: float = 0.5
    """Confidence below which a person should look. Of the composites that it is fitted on it shows 29 of 32 that are
    wrong at a glance, 5 of 10 with a small fault and none of 12 that are right."""


DEFAULT = ThingConfidence()


def confidence_in_thing(residue: Residue) -> float:
    """Probability in [0, 1] that nothing is wrong at a glance."""
    logs = np.log10(np.array([residue.ghost.amount, residue.step.amount]) + DEFAULT.floor)
    odds = float(logs @ [DEFAULT.ghost, DEFAULT.step]) + DEFAULT.bias
    return round(float(1 / (1 + np.exp(odds))), 4)


def judge_thing(residue: Residue, picture_hw: tuple[int, int]) -> tuple[float, Findings, Mask]:
    """Confidence, findings, and the places to look at, bool (h, w), for what shows of a decision on a thing."""
    confidence, places = confidence_in_thing(residue), residue.ghost.places | residue.step.places
    if confidence >= DEFAULT.least:
        return confidence, (), places & False
    worst = max((residue.ghost, residue.step), key=lambda trace: trace.amount)
    text = (
        f"the confidence is {confidence:.2f}, below {DEFAULT.least:.2f}: the old outline shows along "
        f"{residue.ghost.amount:.0%} of the rim, and {residue.step.amount:.0%} of the outline is a step that neither "
        "picture has"
    )
    return confidence, (Finding("low-confidence", text, _placed(worst.box, places, picture_hw), confidence),), places


def _placed(box: Box | None, places: Mask, picture_hw: tuple[int, int]) -> tuple[int, int, int, int] | None:
    return None if box is None else box.scaled(places.shape, picture_hw).corners
