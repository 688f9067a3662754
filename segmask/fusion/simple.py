"""The decisions by one source alone: by both parsings (``semantic``), or by the measured change (``diff``)."""

from __future__ import annotations

import numpy as np

from segmask.core.labels import PART_ID, PARTS
from segmask.core.types import Change, Mask, Prob, Probs
from segmask.fusion.decision import Decision
from segmask.fusion.evidence import changed_prob
from segmask.fusion.scene import target_prior, target_prob


def decide_semantic(
    before: Probs, after: Probs | None, parts: tuple[str, ...], must_keep: Mask, must_take: Mask
) -> Decision:
    """Decide each pixel at the working size from the parsings; ``after`` may be absent (one picture's own mask)."""
    prior = target_prob(before, parts) if after is None else target_prior(before, after, parts).either
    mask = (prior > 0.5) | must_take
    return Decision(mask & ~must_keep, prior, np.asarray(prior, np.float32))


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
