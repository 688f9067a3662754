"""What the change map says about a pixel, and about the garment around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_map, working_size
from segmask.core.labels import part_ids
from segmask.core.types import Prob, Probs

TORSO = ("upper", "outerwear", "dress")


@dataclass(frozen=True)
class EvidenceConfig:
    """Numbers of the evidence."""

    even_score: float = 4.0
    """Score (units of the noise floor) at which changed and unchanged are equally likely."""
    softness: float = 0.3
    """Of the logistic, in natural logarithms of the score: a factor of two in score is a factor of ten in odds."""
    long_side: int = 240
    """Working size of the garments' shares: they are smooth."""
    reach: float = 0.05
    """Of the long side: how far a change speaks for the rest of its garment."""
    even_share: float = 0.35
    """Changed share of the garment around at which the garment counts as changed with even odds."""
    share_softness: float = 0.08


DEFAULT = EvidenceConfig()


def changed_prob(score_map: NDArray[np.float32], config: EvidenceConfig = DEFAULT) -> Prob:
    """Probability that a pixel changed, from its score in units of the noise floor."""
    score = np.maximum(score_map, 1e-3)
    return (1 / (1 + (config.even_score / score) ** (1 / config.softness))).astype(np.float32)


def garment_changed(
    changed: Prob, before: Probs, after: Probs, parts: tuple[str, ...], config: EvidenceConfig = DEFAULT
) -> Prob:
    """Probability that the garment at a pixel was changed: the changed share of it nearby, softly decided.

    This closes gaps that no blur radius can close without bleeding, and leaves an unchanged garment alone: a change of
    the top says nothing about the trousers below it. Parts that parsers confuse count as one garment.

    Args:
        changed: float32 (h, w): probability that a pixel changed.
        before: float32 (14, h, w): what the original shows.
        after: float32 (14, h, w): what the aligned edit shows.
        parts: the targeted parts.
    """
    size_hw = (changed.shape[0], changed.shape[1])
    small_hw = working_size(size_hw, config.long_side)
    sigma = max(1.0, config.reach * max(small_hw))
    changed = resize_map(changed, small_hw)
    total, weighted = np.full(small_hw, 1e-6, np.float32), np.zeros(small_hw, np.float32)
    for group in garments(parts):
        ids = list(part_ids(group))
        present = resize_map(np.maximum(before[ids].sum(0), after[ids].sum(0)), small_hw)
        share = _blurred(present * changed, sigma) / np.maximum(_blurred(present, sigma), 1e-3)
        weighted += present / (1 + np.exp((config.even_share - share) / config.share_softness))
        total += present
    return resize_map(weighted / total, size_hw)


def garments(parts: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """The targeted parts as garments: what covers the torso is one, each other part its own."""
    torso = tuple(part for part in parts if part in TORSO)
    return ((torso,) if torso else ()) + tuple((part,) for part in parts if part not in TORSO)


def _blurred(values: Prob, sigma: float) -> Prob:
    import cv2

    return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma, borderType=cv2.BORDER_REFLECT), np.float32)
