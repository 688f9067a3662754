"""The decision by evidence alone: the changed regions."""

from __future__ import annotations

import numpy as np

from segmask.fusion.decision import Decision
from segmask.fusion.evidence import changed_prob
from segmask.labels import PART_ID, PARTS
from segmask.types import Change, Mask, Prob, Probs


def decide_diff(change: Change, must_keep: Mask, must_take: Mask) -> Decision:
    """Take the changed regions of the change map."""
    nothing = np.zeros_like(change.score_map)
    return Decision((change.mask | must_take) & ~must_keep, nothing, changed_prob(change.score_map))


def decide_fallback(
    change: Change, before: Probs, after: Probs, parts: tuple[str, ...], must_keep: Mask, must_take: Mask
) -> Decision:
    """``diff`` where the parser found no target: evidence decides, less what is surely another part of a person."""
    other = [PART_ID[part] for part in PARTS[1:] if part not in parts]
    known: Prob = np.minimum(before[other].sum(0), after[other].sum(0))
    return decide_diff(change, must_keep | ((known > 0.5) & ~must_take), must_take)
