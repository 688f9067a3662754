"""What a strategy decides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.findings import Findings
from segmask.core.types import Mask, Prob

HYBRID, FELL_BACK = "hybrid", "hybrid (fell back to diff)"
"""How reports name the strategy that decides by both, and what it comes to where no target is in sight."""


@dataclass(frozen=True, eq=False)
class Decision:
    """What comes from the edit, at the working size."""

    mask: Mask
    """bool (h, w)."""
    prior: Prob
    """float32 (h, w): the target was here or has come here."""
    probability: Prob
    """float32 (h, w): of each pixel alone, before the cut."""
    spread: NDArray[np.float32] | None = None
    """float32 (h, w): how far the pixel model's networks differ, standard deviation of their log odds; None where rules
    or thresholds decided: their probability gives only an order."""
    strategy: str = HYBRID
    """What decided in the end, as the report names it."""
    findings: Findings = ()
