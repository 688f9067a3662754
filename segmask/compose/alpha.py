"""From the decision at the working size to an alpha at the picture's size.

The soft edge never crosses into protected pixels: next to them it grows inwards. Alpha is quantised to 1/255 here,
once, so that a written mask read back gives the same composite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.compose.hair_layer import HairLayer
from segmask.compose.old_rim import Around, beyond_old_rim
from segmask.compose.outline import Overlaid, moved_outline
from segmask.core.geometry import REFERENCE_SIDE, resize_map, resized_part
from segmask.core.morphology import blurred, distance_to, narrowed, widened
from segmask.core.types import Alpha, Box, Mask, Prob


@dataclass(frozen=True)
class MatteConfig:
    """Numbers of the soft edge; pixels at the reference size."""

    feather: float = 2.0
    """Width from 0 to 1: what a lens and a demosaicer make of a sharp outline."""
    skin: float = 8.0
    """As much wider, inwards, where the outline runs through one limb in both pictures: they pass into each other."""
    frame: float = 24.0
    """As wide where the edit's frame ends within what is taken: a step from one garment to another is no less wrong
    for being blended, but does not catch the eye as a line does."""
    rim: float = 4.0
    """Mixed pixels around what went."""
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
    overlaid: Overlaid | None = None,
    limbs: Prob | None = None,
    around: tuple[Around, ...] = (),
    hair: HairLayer | None = None,
    beyond: Mask | None = None,
    gone: Mask | None = None,
) -> Alpha:
    """Alpha at the picture's size, float32 (H, W), multiples of 1/255.

    Args:
        decision: bool (h, w): what comes from the edit.
        size_hw: the picture's size.
        keep: bool (H, W): exactly 0 here.
        feather: width of the edge in pixels at the reference size. Without it the config's, and wider where the edit
            drew a wider edge before a ground that the original does not share. 0 is a hard edge.
        overlaid: both pictures; with them the outline is moved to where they agree.
        limbs: float32 (h, w): skin in both pictures; through it the edge is wider, unless its width is given.
        around: what lies around it, ground and skin; with it and ``overlaid``, the rim of what went goes as well.
        hair: the original's hair over what comes from the edit.
        beyond: bool (H, W): what the edit's frame does not reach; towards it what is taken fades, unless the width is
            given.
        gone: bool (h, w): what of the original went; there it does not fade, or the old garment shines through.

    >>> decision, keep = np.zeros((60, 60), bool), np.zeros((60, 60), bool)
    >>> decision[10:50, 10:50], keep[:, 30:] = True, True
    >>> alpha = make_alpha(decision, (60, 60), keep)
    >>> float(alpha[30, 20]), float(alpha[30, 5]), float(alpha[:, 30:].max())
    (1.0, 0.0, 0.0)
    """
    alpha = np.zeros(size_hw, np.float32)
    whole = Box.around(decision)
    if whole is None:
        return alpha
    scale = max(size_hw) / REFERENCE_SIDE
    width = (DEFAULT.feather if feather is None else feather) * scale
    margin = int(np.ceil(2 * width + 6 * scale + 4))
    area = whole.scaled(decision.shape, size_hw, outwards=True).grown_by(margin).clip(*size_hw)  # the rest stays 0
    signed = _signed_distance(decision, size_hw, area, DEFAULT.smooth)
    wider: Alpha | np.float32 = np.float32(0)
    if overlaid is not None:
        signed, wider = moved_outline(signed, area, overlaid, width if feather is None else 0.0)
        if around:
            signed = beyond_old_rim(signed, area, overlaid.original, around)
    amid = None if limbs is None or feather is not None else _amid(limbs, DEFAULT.skin)
    # A wide edge grows outwards: inside, the old garment would shine through. Not so in skin.
    edge = signed  # no more is known of it from here on
    if width > 0:
        edge += wider
        edge += np.float32(width / 2)
        wider += np.float32(width)
        if amid is not None and amid.any():
            wider += resized_part(amid * np.float32(DEFAULT.skin * scale), area, size_hw)
        edge /= wider
        del wider
        np.clip(edge, 0, 1, out=edge)
    else:
        np.greater(signed, 0, out=edge, casting="unsafe")
    inside_keep = keep[area.slices]
    _fade(edge, inside_keep, width)
    if beyond is not None and feather is None:
        _fade(
            edge, beyond[area.slices], DEFAULT.frame * scale, None if gone is None else _with_rim(gone, area, size_hw)
        )
    edge *= 255
    np.rint(edge, out=edge)
    edge /= 255
    edge[inside_keep] = 0
    alpha[area.slices] = edge
    return alpha if hair is None else hair.widen(alpha, keep, hard=width <= 0)


def _signed_distance(decision: Mask, size_hw: tuple[int, int], area: Box, smooth: float) -> Alpha:
    """Distance to the outline in the picture's pixels, positive inside; measured at the working size, then enlarged.

    A distance, unlike a mask, is smooth across the outline, so that enlarging it draws no stairs.
    """
    scale = max(size_hw) / max(decision.shape)
    sigma = max(0.6, smooth * max(decision.shape) / REFERENCE_SIDE)
    padded = np.pad(decision, 8, mode="edge")
    signed = np.clip(distance_to(~padded), 0, 40) - np.clip(distance_to(padded), 0, 40)
    signed -= np.where(signed > 0, 0.5, -0.5).astype(np.float32)  # pixel centres lie half a pixel off the outline
    signed = blurred(signed, sigma, edge_twice=False)[8:-8, 8:-8]
    return resize_map(np.ascontiguousarray(signed, np.float32), size_hw)[area.slices] * np.float32(scale)


def _amid(limbs: Prob, reach: float) -> Prob:
    """1 where nothing but skin of both pictures lies within ``reach`` pixels at the reference size, passing to 0."""
    radius = max(1, round(reach * max(limbs.shape) / REFERENCE_SIDE))
    core = narrowed(limbs > 0.5, radius)
    grown = blurred(core.astype(np.float32), radius / 2, edge_twice=False)
    return np.asarray(np.where(limbs > 0.5, np.minimum(2 * grown, 1), 0), np.float32)


def _with_rim(gone: Mask, area: Box, size_hw: tuple[int, int]) -> Mask:
    """What went, with its mixed rim, bool (h, w) within ``area`` of a picture of ``size_hw``."""
    rim = max(1, round(DEFAULT.rim * max(gone.shape) / REFERENCE_SIDE))
    return resized_part(widened(gone, rim).astype(np.float32), area, size_hw) > 0.5


def _fade(edge: Alpha, keep: Mask, width: float, but: Mask | None = None) -> None:
    """Hold an edge of ours to 0 on ``keep`` and to what rises to 1 around it, but for some pixels; farther off nothing
    is looked at."""
    around = Box.around(keep)
    if around is None:
        return
    sigma = max(0.1, 0.5 * width)
    box = around.grown_by(int(np.ceil(FAR * width + 4 + 4 * sigma)) + 2).clip(*keep.shape)
    part = edge[box.slices]
    ramp = _ramp_from(keep[box.slices], width, sigma)
    if but is not None:
        ramp[but[box.slices] & ~keep[box.slices]] = 1
    np.minimum(part, ramp, out=part)


def _ramp_from(keep: Mask, width: float, sigma: float) -> Alpha:
    """0 on ``keep``, rising to 1 over the feather's width outside of it; the distance is smoothed against stairs."""
    if width <= 0:
        return (~keep).astype(np.float32)
    signed = np.clip(distance_to(keep) - distance_to(~keep), -FAR * width - 4, FAR * width + 4)
    signed = blurred(signed, sigma, edge_twice=False)
    return np.asarray(np.clip(signed / max(width, 1.0), 0, 1), np.float32)
