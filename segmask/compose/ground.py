"""Ground that comes from the edit takes the light of the original's ground around it.

Where a garment ends higher or narrower than the old one, the edit shows wall or floor that the original never had. What
the tone match of the whole picture leaves between the two grounds is measured around the seam, where both pictures show
ground, and carried across the patch: near steps count most, distant ones where none lies nearer (normalised convolution
at several widths, Knutsson and Westin 1993; a membrane without a solver).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.colour import over_channels
from segmask.core.geometry import resize_image, resize_map, resize_mask, working_size
from segmask.core.labels import PART_ID
from segmask.core.morphology import blurred, widened
from segmask.core.types import Image, Mask, Parsing

Field = NDArray[np.float32]


@dataclass(frozen=True)
class GroundConfig:
    """Numbers of the correction; lengths as shares of the long side, differences in 8-bit levels."""

    long_side: int = 320
    """Working size: light is smooth."""
    sure: float = 0.8
    """Probability of ground from which a pixel is ground."""
    widths: tuple[float, ...] = (0.008, 0.025, 0.08)
    """Sigmas over which the step is averaged, …"""
    weights: tuple[float, ...] = (1.0, 0.05, 0.002)
    """… and how much each counts beside a nearer one."""
    alike: float = 24.0
    """Grounds that differ more are two grounds, not one in two lights."""
    limit: float = 16.0
    """Most that is added."""
    own: float = 40.0
    """Beyond this from the edit's ground around it, a pixel shows something else, whatever a parser calls it."""
    least: float = 0.00001
    """Weighted share of the surroundings that must be such ground before anything is believed."""


DEFAULT = GroundConfig()


def ground_correction(
    original: Image, edited: Image, before: Parsing, after: Parsing, mask: Mask, parts: tuple[str, ...]
) -> Field | None:
    """What to add to the edit, float32 (h, w, 3) in 8-bit levels at a small size; None where there is nothing to add.

    Args:
        original: uint8 (H, W, 3).
        edited: uint8 (H, W, 3), aligned and tone matched.
        before: what the original shows.
        after: what the edit shows.
        mask: bool (h, w): what comes from the edit.
        parts: what is targeted; a targeted background keeps its own light.

    >>> shown = np.zeros((14, 80, 80), np.float32)
    >>> shown[PART_ID["background"]] = 1
    >>> wall, parsing = np.full((80, 80, 3), 100, np.uint8), Parsing(shown, (80, 80), "given")
    >>> taken = np.zeros((80, 80), bool)
    >>> taken[30:50, 30:50] = True
    >>> added = ground_correction(wall, wall + np.uint8(9), parsing, parsing, taken, ("upper",))
    >>> added is not None and added[40, 40].round().tolist(), added is not None and bool(added[5, 5].any())
    ([-9.0, -9.0, -9.0], False)
    """
    if "background" in parts:
        return None
    size_hw = working_size((original.shape[0], original.shape[1]), DEFAULT.long_side)
    taken = resize_mask(mask, size_hw)
    first, second = (resize_map(shown.working_probs[PART_ID["background"]], size_hw) for shown in (before, after))
    patch = taken & (second > DEFAULT.sure)
    if not patch.any():
        return None
    colours = resize_image(edited, size_hw).astype(np.float32)
    step = resize_image(original, size_hw) - colours
    seen = (
        ~widened(taken)
        & (first > DEFAULT.sure)
        & (second > DEFAULT.sure)
        & (over_channels(np.maximum, np.abs(step)) < DEFAULT.alike)
    )
    field, amount = carried(step, seen, max(size_hw))
    usual, _ = carried(colours, seen, max(size_hw))
    ground = patch & (over_channels(np.maximum, np.abs(colours - usual)) < DEFAULT.own) & (amount >= DEFAULT.least)
    # A little beyond the outline: a soft edge shows the edit there too, and enlarging blurs.
    weight = blurred(ground.astype(np.float32), 1.0) * widened(taken)
    return np.asarray(np.clip(field, -DEFAULT.limit, DEFAULT.limit) * weight[..., None], np.float32)


def carried(values: Field, places: Mask, unit: int) -> tuple[Field, Field]:
    """The mean of the values over the places around each pixel, (h, w, 3), and how much of them there is, (h, w).

    Args:
        values: float32 (h, w, 3).
        places: bool (h, w).
        unit: the picture's long side, which the widths are shares of.

    >>> step, left = np.full((4, 4, 3), 7, np.float32), np.zeros((4, 4), bool)
    >>> left[:, 0] = True
    >>> carried(step, left, 100)[0][2, 3].round(3).tolist()
    [7.0, 7.0, 7.0]
    """
    weight = places.astype(np.float32)
    total, amount = np.zeros_like(values), np.zeros_like(weight)
    for width, share in zip(DEFAULT.widths, DEFAULT.weights, strict=True):
        amount += share * blurred(weight, width * unit)
        total += share * blurred(values * weight[..., None], width * unit)
    return np.asarray(total / np.maximum(amount, 1e-6)[..., None], np.float32), amount
