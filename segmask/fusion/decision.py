"""What a strategy decides."""

from __future__ import annotations

from dataclasses import dataclass

from segmask.types import Mask, Prob


@dataclass(frozen=True)
class Decision:
    """What comes from the edit, at the working size."""

    mask: Mask
    """bool (h, w)."""
    prior: Prob
    """float32 (h, w): the target was here or has come here."""
    probability: Prob
    """float32 (h, w): of each pixel alone, before the cut."""
    calibrated: bool = False
    """The probability is the fitted pixel model's; rules and thresholds give only an order."""
