"""Properties of a case that are measured in the same way on every set; results are sliced by them."""

from __future__ import annotations

import math
from dataclasses import dataclass

from segmask.core.labels import PART_ID
from segmask.evaluation.datasets import Example
from segmask.evaluation.metrics.composite import leak_delta_e


@dataclass(frozen=True)
class Traits:
    """Measured on the pictures and labels alone, before any strategy."""

    width: int
    height: int
    drift: float
    """Mean ΔE of the edit, resized but not aligned, on must-stay pixels: how much the model redrew by itself. NaN
    without a truth, as the next."""
    change_share: float
    """Share of the picture that must change."""
    person_share: float
    """Share of the picture that shows a person; NaN without a parsing."""


def measure_traits(example: Example) -> Traits:
    """The traits of a case.

    >>> import numpy as np
    >>> from pathlib import Path
    >>> from segmask.evaluation.datasets.case import Case
    >>> from segmask.evaluation.metrics.truth import make_truth
    >>> grey = np.full((4, 6, 3), 90, np.uint8)
    >>> truth = make_truth(np.uint8([[255, 0, 0, 0, 0, 0]] * 4))
    >>> example = Example(Case("a", *map(Path, ("a.png", "b.png", "mask.png"))), grey, grey, truth, None)
    >>> traits = measure_traits(example)
    >>> traits.width, traits.drift, round(traits.change_share, 3)
    (6, 0.0, 0.167)
    """
    height, width = example.original.shape[:2]
    parsing, known = example.truth.parsing, example.truth.is_known
    stay, change = example.truth.stay, example.truth.change
    return Traits(
        width=width,
        height=height,
        drift=leak_delta_e(example.edited_on_grid, example.original, stay) if known else math.nan,
        change_share=float(change.mean()) if known else math.nan,
        person_share=math.nan if parsing is None else float((parsing != PART_ID["background"]).mean()),
    )
