"""How much the change map is worth on this pair, against the parsings: measured on what should be equal.

Where the ground of both pictures is equal within its noise, a change was intended, whatever a parser calls it.
Where the model redrew everything, a change says little, and the parsings lead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PART_ID
from segmask.core.types import Probs


@dataclass(frozen=True)
class QuietConfig:
    """Numbers of the measurement."""

    sure: float = 0.9
    """Probability of background in both pictures from which a pixel should be equal."""
    least_ground: float = 0.02
    """Of the picture: less of such ground tells nothing."""
    quiet_score: float = 4.0
    """Score at which changed and unchanged are equally likely (``segmask.fusion.evidence``)."""
    loud_share: float = 0.7
    """Share of the ground below ``quiet_score`` at which the change map is worth nothing. On 58 real pairs the ground
    of redrawn pictures reaches .61 at most."""
    quiet_share: float = 0.9
    """Share at which it is worth all. On those pairs the ground of the others reaches .87 at least; garments that both
    parsings miss lie in it, too."""
    level: float = 0.95
    """Quantile of the unchanged ground's score that counts as its noise."""


DEFAULT = QuietConfig()


@dataclass(frozen=True)
class Quiet:
    """The pair's ground."""

    weight: float
    """How much the change map is worth, in [0, 1]: at 0 the parsings lead, at 1 every change counts as intended."""
    level: float
    """Score that the ground's noise reaches, in units of the noise floor."""


def measure_quiet(before: Probs, after: Probs, score_map: NDArray[np.float32]) -> Quiet:
    """The quietness of a pair from both parsings, float32 (14, h, w), and the change map's scores, float32 (h, w).

    >>> ground = np.zeros((14, 40, 40), np.float32)
    >>> ground[PART_ID["background"]] = 1
    >>> measure_quiet(ground, ground, np.full((40, 40), 1, np.float32)).weight
    1.0
    >>> measure_quiet(ground, ground, np.full((40, 40), 9, np.float32)).weight
    0.0
    """
    ground = np.minimum(before[PART_ID["background"]], after[PART_ID["background"]]) > DEFAULT.sure
    scores = score_map[ground & (score_map > 0)]  # 0: not covered by the edit
    if scores.size < DEFAULT.least_ground * score_map.size:
        return Quiet(0.0, DEFAULT.quiet_score)
    share = float((scores < DEFAULT.quiet_score).mean())
    weight = np.clip((share - DEFAULT.loud_share) / (DEFAULT.quiet_share - DEFAULT.loud_share), 0, 1)
    unchanged = scores[scores < DEFAULT.quiet_score]
    level = np.quantile(unchanged, DEFAULT.level) if unchanged.size else DEFAULT.quiet_score
    return Quiet(float(weight), float(level))
