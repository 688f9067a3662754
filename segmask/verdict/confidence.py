"""How sure the decision is of itself: measurements, and the probability that the mask is right, fitted on them.

The pixel model's probabilities are calibrated, so their sums say how much is likely missing or taken too much. A
logistic regression on these and on what alignment and change map measured gives the confidence;
``training/fit_verdict.py`` fits it on whole runs over synthetic edits that neither the parser nor the pixel model had
seen. *Right* means kept >= .98 and coverage >= .95 of the finished alpha; faces, protected whatever is decided, are
left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmask.core.morphology import opened, within
from segmask.core.regions import connected_regions
from segmask.core.types import Alignment, Box, Change, Mask, Prob, ToneMatch
from segmask.fusion.decision import Decision

WEIGHTS = Path(__file__).parent / "weights" / "verdict.npz"

NAMES = (
    "likely missing",
    "likely too much",
    "largest doubtful place",
    "change nearby that was left",
    "noise floor",
    "residual of the alignment",
    "points that agree",
    "alignment not trusted",
    "size of the mask",
    "seam through disagreement",
    "residual of the tone match",
    "even odds",
    "networks differ where nothing was taken",
    "networks differ on what was taken",
)


LEAST_SHARE, LEAST_MASK = 1e-3, 1e-4
"""Shares of the mask, and of the picture, that are added before a logarithm: less counts the same."""
WORST_PX, WORST_TONE = 3.0, 10.0
"""Residuals of the alignment, pixels, and of the tone match, 8-bit levels, from which all count the same."""
BESIDE = 2.5
"""Working pixels: how far beside the mask its seam's disagreement is measured."""
LEAST_SPREAD = 0.05
"""Of log odds: a few networks may agree by chance."""


@dataclass(frozen=True)
class ConfidenceConfig:
    """Numbers of the measurements."""

    undecided: tuple[float, float] = (0.3, 0.7)
    """Probabilities between these are doubtful; so are pixels that the cut decided against their own."""
    near: float = 0.03
    """Of the long side: change that far from the mask may belong to it."""
    least_place: float = 0.0008
    """Of the picture: smaller doubtful places are not shown to anybody."""


DEFAULT = ConfidenceConfig()


@dataclass(frozen=True)
class Uncertainty:
    """What speaks against a mask."""

    measurements: NDArray[np.float32]
    """float32 (len(NAMES),)."""
    places: Mask
    """bool (h, w): doubtful places large enough to be looked at."""
    missing: float
    """Likely missing pixels, as a share of the mask."""
    surplus: float
    """Pixels likely taken too much, as a share of the mask."""
    box: Box | None
    """Around the largest doubtful place, working pixels."""


def measure_uncertainty(
    decision: Decision,
    change: Change,
    alignment: Alignment,
    tone: ToneMatch,
    keep: Mask,
) -> Uncertainty:
    """Measure what speaks against a decision.

    Args:
        decision: mask, probability and the networks' spread, (h, w).
        change: the change map, (h, w).
        alignment: how the edit was brought onto the original's grid.
        tone: the tone match.
        keep: bool (h, w): pixels that nothing could be taken from.

    >>> labels = np.zeros((40, 40), np.float32)
    >>> mask, prob = labels > 0, labels.copy()
    >>> mask[10:30, 10:30], prob[10:30, 10:20], prob[10:30, 20:30] = True, 1, 0.5  # half of it is not sure
    >>> change = Change(9 * prob, np.ones_like(prob), 3.0, mask)
    >>> alignment = Alignment(np.eye(3), "identity", True, 90, 100, 0.2, covered=np.ones((40, 40), bool))
    >>> tone = ToneMatch((1, 1, 1), (0, 0, 0), 0.0, 900, True, 1.0)
    >>> found = measure_uncertainty(Decision(mask, prob, prob), change, alignment, tone, mask & False)
    >>> found.box, found.missing, found.surplus
    (Box(x0=20, y0=10, x1=30, y1=30), 0.0, 0.25)
    """
    mask, free = decision.mask, ~keep
    prob = decision.probability
    taken = max(int(mask.sum()), 1)
    missing = float(prob[free & ~mask].sum()) / taken
    surplus = float((1 - prob)[mask].sum()) / taken
    low, high = DEFAULT.undecided
    doubtful = free & (((prob > low) & (prob < high)) | (mask & (prob < low)) | (~mask & (prob > high)))
    regions = connected_regions(opened(doubtful, 2))  # an outline is always doubtful
    largest = int(regions.areas.argmax()) if len(regions) else 0
    places = regions.select(regions.areas >= DEFAULT.least_place * mask.size)
    contested = _contested(decision)
    near = within(mask, DEFAULT.near * max(mask.shape)) & ~mask & free
    values = (
        np.log10(missing + LEAST_SHARE),
        np.log10(surplus + LEAST_SHARE),
        np.log10(float(regions.areas[largest]) / taken + LEAST_SHARE),
        np.log10(float((change.mask & near).sum()) / taken + LEAST_SHARE),
        float(np.log(np.median(change.noise_floor))),
        min(alignment.residual_px, WORST_PX) if np.isfinite(alignment.residual_px) else WORST_PX,
        alignment.inliers / max(alignment.matches, 1),
        float(not alignment.trusted),
        np.log10(mask.mean() + LEAST_MASK),
        _seam_score(mask, change),
        min(tone.residual, WORST_TONE) if np.isfinite(tone.residual) else WORST_TONE,
        float(np.log10(((prob > low) & (prob < high) & free).sum() / taken + LEAST_SHARE)),
        np.log10(float(contested[free & ~mask].sum()) / taken + LEAST_SHARE),
        np.log10(float(contested[mask].sum()) / taken + LEAST_SHARE),
    )
    box = regions.boxes[largest] if places.any() else None
    return Uncertainty(np.array(values, np.float32), places, missing, surplus, box)


def _contested(decision: Decision) -> Prob:
    """Chance that another network of the same fit would decide a pixel otherwise, float32 (h, w)."""
    from scipy.special import logit, ndtr

    result, prob = np.zeros(decision.probability.shape, np.float32), decision.probability
    if decision.spread is None:
        return result
    asked = (decision.spread > 0) | ((prob > 0.1) & (prob < 0.9))  # elsewhere the chance is none
    odds = logit(np.clip(prob[asked], 1e-6, 1 - 1e-6))
    result[asked] = ndtr(-np.abs(odds) / np.maximum(decision.spread[asked], LEAST_SPREAD))
    return result


def _seam_score(mask: Mask, change: Change) -> float:
    """Mean logarithm of the change just outside of the outline: 0 where both pictures agree there."""
    outside = within(mask, BESIDE) & ~mask
    return float(np.log1p(change.score_map[outside]).mean()) if outside.any() else 0.0


@dataclass(frozen=True)
class ConfidenceModel:
    """A logistic regression on the measurements."""

    weights: NDArray[np.float32]
    """float32 (len(NAMES),)."""
    lows: NDArray[np.float32]
    """float32 (len(NAMES),): measurements are held to the range of those that the weights were fitted on."""
    highs: NDArray[np.float32]
    bias: float
    least: float
    """Confidence below which a person should look: chosen so that at most 15 % of right masks are shown."""

    def confidence(self, uncertainty: Uncertainty) -> float:
        """Probability in [0, 1] that the mask is right."""
        odds = float(np.clip(uncertainty.measurements, self.lows, self.highs) @ self.weights + self.bias)
        return float(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


@cache
def confidence_model() -> ConfidenceModel:
    """The regression in the package."""
    with np.load(WEIGHTS) as data:
        return ConfidenceModel(data["weights"], data["lows"], data["highs"], float(data["bias"]), float(data["least"]))
