"""The decision by parsing alone: where the target was or has come, whole."""

from __future__ import annotations

import numpy as np

from segmask.fusion.decision import Decision
from segmask.fusion.prior import target_prior, target_prob
from segmask.types import Mask, Probs


def decide_semantic(
    before: Probs, after: Probs | None, parts: tuple[str, ...], must_keep: Mask, must_take: Mask
) -> Decision:
    """Decide each pixel at the working size from the parsings; ``after`` may be absent (one picture's own mask)."""
    prior = target_prob(before, parts) if after is None else target_prior(before, after, parts).either
    mask = (prior > 0.5) | must_take
    return Decision(mask & ~must_keep, prior, np.asarray(prior, np.float32))
