"""From the decision at the working size to an alpha at the picture's size.

The soft edge never crosses into protected pixels: next to them it grows inwards. Alpha is quantised to 1/255 here,
once, so that a written mask read back gives the same composite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.compose.outline import Pair, moved_outline
from segmask.core.geometry import REFERENCE_SIDE, resize_map
from segmask.core.morphology import narrowed
from segmask.core.types import Alpha, Box, Mask, Prob


@dataclass(frozen=True)
class MatteConfig:
    """Numbers of the soft edge; pixels at the reference size."""

    feather: float = 2.0
    """Width from 0 to 1: what a lens and a demosaicer make of a sharp outline."""
    skin: float = 8.0
    """As much wider, inwards, where the outline runs through one limb in both pictures: they pass into each other."""
    smooth: float = 1.0
    """Sigma of the outline's smoothing: removes the stairs of the working size."""


DEFAULT = MatteConfig()
FAR = 4
"""Widths of the feather from which a distance no longer matters."""


def make_alpha(
    decision: Mask,
    size_hw: tuple[int, int],
    keep: Mask,
    *,
    feather: float | None = None,
    pair: Pair | None = None,
    fabric: Alpha | None = None,
    limbs: Prob | None = None,
    config: MatteConfig = DEFAULT,
) -> Alpha:
    """Alpha at the picture's size, float32 (H, W), multiples of 1/255.

    Args:
        decision: bool (h, w): what comes from the edit.
        size_hw: the picture's size.
        keep: bool (H, W): exactly 0 here.
        feather: width of the edge in pixels at the reference size. Without it the config's, and wider where the edit
            drew a wider edge before a ground that the original does not share. 0 is a hard edge.
        pair: both pictures; with them the outline is moved to where they agree.
        limbs: float32 (h, w): skin in both pictures; through it the edge is wider, unless its width is given.
        fabric: float32 (H, W), 0 on ``keep``: what comes from the edit besides, between strands of hair.
    """
    alpha = np.zeros(size_hw, np.float32)
    if not decision.any():
        return alpha
    scale = max(size_hw) / REFERENCE_SIDE
    width = (config.feather if feather is None else feather) * scale
    area = _area_of(decision, size_hw, margin=int(np.ceil(2 * width + 6 * scale + 4)))
    signed = _signed_distance(decision, size_hw, area, config.smooth)
    wider = np.zeros_like(signed)
    if pair is not None:
        signed, wider = moved_outline(signed, area, pair, width if feather is None else 0.0)
    deeper = 0.0
    if limbs is not None and feather is None:
        deeper = resize_map(_amid(limbs, config.skin), size_hw)[area.slices] * config.skin * scale
    # A wide edge grows outwards: inside, the old garment would shine through. Not so in skin.
    edge = (signed + width / 2 + wider) / (width + wider + deeper) if width > 0 else (signed > 0).astype(np.float32)
    edge = np.clip(edge, 0, 1)
    inside_keep = keep[area.slices]
    if inside_keep.any():
        edge = np.minimum(edge, _ramp_from(inside_keep, width))
    edge = np.rint(edge * 255) / 255
    edge[inside_keep] = 0
    alpha[area.slices] = edge
    if fabric is None:
        return alpha
    return np.maximum(alpha, fabric if width > 0 else np.rint(fabric))


def _area_of(decision: Mask, size_hw: tuple[int, int], margin: int) -> Box:
    """The decision's box in the picture's pixels with a margin: nothing else is computed at full size."""
    rows, columns = np.nonzero(decision.any(1))[0], np.nonzero(decision.any(0))[0]
    scale_y, scale_x = size_hw[0] / decision.shape[0], size_hw[1] / decision.shape[1]
    box = Box(
        int(columns[0] * scale_x) - margin,
        int(rows[0] * scale_y) - margin,
        int(np.ceil((columns[-1] + 1) * scale_x)) + margin,
        int(np.ceil((rows[-1] + 1) * scale_y)) + margin,
    )
    return box.clip(*size_hw)


def _signed_distance(decision: Mask, size_hw: tuple[int, int], area: Box, smooth: float) -> Alpha:
    """Distance to the outline in the picture's pixels, positive inside; measured at the working size, then enlarged.

    A distance, unlike a mask, is smooth across the outline, so that enlarging it draws no stairs.
    """
    import cv2

    scale = max(size_hw) / max(decision.shape)
    sigma = max(0.6, smooth * max(decision.shape) / REFERENCE_SIDE)
    padded = cv2.copyMakeBorder(decision.astype(np.uint8), 8, 8, 8, 8, cv2.BORDER_REPLICATE)
    inside = cv2.distanceTransform(padded, cv2.DIST_L2, 5)
    outside = cv2.distanceTransform(1 - padded, cv2.DIST_L2, 5)
    signed = np.clip(inside, 0, 40) - np.clip(outside, 0, 40)
    signed -= np.where(signed > 0, 0.5, -0.5).astype(np.float32)  # pixel centres lie half a pixel off the outline
    signed = cv2.GaussianBlur(signed, (0, 0), sigma)[8:-8, 8:-8]
    full = resize_map(np.ascontiguousarray(signed, np.float32), size_hw)[area.slices]
    return full * scale


def _amid(limbs: Prob, reach: float) -> Prob:
    """1 where nothing but skin of both pictures lies within ``reach`` pixels at the reference size, passing to 0."""
    import cv2

    radius = max(1, round(reach * max(limbs.shape) / REFERENCE_SIDE))
    core = narrowed(limbs > 0.5, radius)
    grown = cv2.GaussianBlur(core.astype(np.float32), (0, 0), radius / 2)
    return np.asarray(np.where(limbs > 0.5, np.minimum(2 * grown, 1), 0), np.float32)


def _ramp_from(keep: Mask, width: float) -> Alpha:
    """0 on ``keep``, rising to 1 over the feather's width outside of it; the distance is smoothed against stairs."""
    import cv2

    if width <= 0:
        return (~keep).astype(np.float32)
    signed = cv2.distanceTransform((~keep).astype(np.uint8), cv2.DIST_L2, 5)
    signed -= cv2.distanceTransform(keep.astype(np.uint8), cv2.DIST_L2, 5)
    signed = cv2.GaussianBlur(np.clip(signed, -FAR * width - 4, FAR * width + 4), (0, 0), max(0.1, 0.5 * width))
    return np.asarray(np.clip(signed / max(width, 1.0), 0, 1), np.float32)
