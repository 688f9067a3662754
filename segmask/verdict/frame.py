"""Where the edit's frame ends within what was taken: one half of a garment is new, the other half old."""

from __future__ import annotations

import numpy as np

from segmask.core.findings import Finding, Findings
from segmask.core.geometry import resize_alpha, resize_mask
from segmask.core.morphology import widened
from segmask.core.regions import connected_regions
from segmask.core.types import Alignment, Alpha, Mask
from segmask.fusion.scene import Scene

NEAR, FADED = 0.006, 0.01
"""Of the long side, and alpha: what is taken ends so near to the frame's edge, towards which it fades."""
LEAST = 0.01
"""Of the long side: a shorter edge shows nobody anything."""
REPEATED = 0.002
"""Of what was taken: so much of it in the repeated border is worth a word."""


def judge_frame(alpha: Alpha, alignment: Alignment, scene: Scene | None, size_hw: tuple[int, int]) -> Findings:
    """Findings on the frame's edge within what was taken.

    Args:
        alpha: float32 (H, W).
        alignment: the edit's on the original's grid.
        scene: what both pictures show; without it all that is taken counts as going on beyond the frame.
        size_hw: the working size.
    """
    found: list[Finding] = []
    edge = np.zeros(size_hw, bool)
    if not alignment.covered.all():
        edge = _cut(resize_alpha(alpha, size_hw) > FADED, resize_mask(alignment.covered, size_hw), scene)
    pieces = connected_regions(widened(edge))
    lengths = np.array([max(box.width, box.height) for box in pieces.boxes]) / max(size_hw)
    lengths[0] = 0
    longest = int(lengths.argmax())
    if lengths[longest] >= LEAST:
        box = pieces.boxes[longest].scaled(size_hw, alpha.shape)
        text = (
            f"the edit's frame ends inside of what was taken, over {lengths[longest]:.0%} of the long side: beyond its "
            "edge the original's own goes on"
        )
        found.append(Finding("frame-cuts-target", text, box.corners, float(lengths[longest])))
    if alignment.repeated is not None and alpha.any():
        share = float(alpha[alignment.repeated].sum() / alpha.sum())
        if share >= REPEATED:
            text = f"the edit misses a strip along the border; {share:.1%} of what was taken repeats its edge there"
            found.append(Finding("border-repeated", text, measured=share))
    return tuple(found)


def _cut(taken: Mask, covered: Mask, scene: Scene | None) -> Mask:
    """Pixels just outside of the frame, beside what was taken, where the original shows the target; bool (h, w)."""
    beside = widened(taken, max(2, round(NEAR * max(taken.shape)))) & ~covered
    return beside if scene is None else beside & (scene.was > 0.5)
