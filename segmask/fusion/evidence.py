"""What the change map says about a pixel, and about the garment around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.types import Prob


@dataclass(frozen=True)
class EvidenceConfig:
    """Numbers of the evidence."""

    even_score: float = 4.0
    """Score (units of the noise floor) at which changed and unchanged are equally likely."""
    softness: float = 0.3
    """Of the logistic, in natural logarithms of the score: a factor of two in score is a factor of ten in odds."""
    reach: float = 0.03
    """Of the long side: how far a change speaks for the rest of its garment."""
    even_share: float = 0.35
    """Changed share of the garment around at which the garment counts as changed with even odds."""
    share_softness: float = 0.08


DEFAULT = EvidenceConfig()


def changed_prob(score_map: NDArray[np.float32], config: EvidenceConfig = DEFAULT) -> Prob:
    """Probability that a pixel changed, from its score in units of the noise floor."""
    score = np.maximum(score_map, 1e-3)
    return (1 / (1 + (config.even_score / score) ** (1 / config.softness))).astype(np.float32)


def garment_changed(changed: Prob, target: Prob, config: EvidenceConfig = DEFAULT) -> Prob:
    """Probability that the garment around a pixel was changed: the changed share of the target nearby, softly decided.

    This closes gaps that no blur radius can close without bleeding, and leaves an unchanged garment alone.
    """
    import cv2

    sigma = max(1.0, config.reach * max(changed.shape))
    weight = cv2.GaussianBlur(target, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    share = cv2.GaussianBlur(target * changed, (0, 0), sigma, borderType=cv2.BORDER_REFLECT) / np.maximum(weight, 1e-3)
    return (1 / (1 + np.exp((config.even_share - share) / config.share_softness))).astype(np.float32)
