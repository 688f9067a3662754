"""Skin that comes from the edit takes the tone of the original's skin beside it.

A shorter sleeve bares an arm that only the edit has; its hand is the original's. What the tone match of the whole
picture leaves between the two is measured on skin that both pictures show near the seam, and carried into the edit's
skin (normalised convolution, Knutsson and Westin 1993): near the seam all of it, as the nearest skin has it, so that no
step shows, fading over the length of a wrist to what is left of the light over some distance and within limits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.compose.ground import carried
from segmask.core.colour import SAME_SKIN, Lab, in_some_light, lab, over_channels
from segmask.core.geometry import resize_image, resize_map, resize_mask, resized_part, working_size
from segmask.core.morphology import blurred, narrowed, widened
from segmask.core.types import Box, Image, Mask, Prob, Probs
from segmask.fusion.scene import BARE, target_prob

Field = NDArray[np.float32]


@dataclass(frozen=True)
class SkinToneConfig:
    """Numbers of the correction."""

    long_side: int = 320
    """Working size: the correction is smooth."""
    reach: float = 0.03
    """Of the long side: how far the correction is carried and from how far it is measured."""
    skin_prob: float = 0.6
    alike: float = 24.0
    """8-bit levels: skin that differs more is lit otherwise, or no skin in one of the pictures."""
    limit: float = 10.0
    """8-bit levels, as the tone match's own."""
    least: float = 0.02
    """Weighted share of the surroundings that must be such skin before anything is believed."""
    seam_reach: float = 0.06
    """Of the long side: how far all of the step is carried, where shadows and another light are evened out too."""
    seam_limit: float = 100.0
    """8-bit levels: whatever it is, a step would show."""
    seam_share: float = 0.25
    """Share of the surroundings from which the seam is near: half of them lie beyond a straight one."""
    sure: float = 0.8
    """Probability of skin in the edit from which a pixel tells its colour there, …"""
    tint: float = 0.06
    """… and distance from that tint (``off_tint``) within which the edit shows skin where the original does, whatever a
    parser calls it."""
    likely: float = 0.3
    """Probability of skin in the edit from which a pixel of about its tint is skin."""
    covered: float = 0.5
    """Probability of hair or cloth in the edit from which it is that."""


DEFAULT = SkinToneConfig()


def skin_correction(original: Image, edited: Image, before: Probs, after: Probs, mask: Mask) -> Field | None:
    """What to add to the edit, float32 (h, w, 3) in 8-bit levels at a small size; None where there is nothing to add.

    Args:
        original: uint8 (H, W, 3).
        edited: uint8 (H, W, 3), aligned and tone matched.
        before: float32 (14, h, w): what the original shows.
        after: float32 (14, h, w): what the edit shows.
        mask: bool (h, w): what comes from the edit.

    >>> original, edited = np.full((60, 60, 3), 150, np.uint8), np.full((60, 60, 3), 145, np.uint8)  # darker
    >>> skin, taken = np.zeros((14, 60, 60), np.float32), np.zeros((60, 60), bool)
    >>> skin[3], taken[30:] = 1, True
    >>> field = skin_correction(original, edited, skin, skin, taken)
    >>> float(field[31, 30, 0].round()), float(field[10, 30, 0].round())
    (5.0, 0.0)
    """
    size_hw = working_size((original.shape[0], original.shape[1]), DEFAULT.long_side)
    taken = resize_mask(mask, size_hw)
    step = resize_image(original, size_hw).astype(np.float32) - resize_image(edited, size_hw)
    first, second, ground = (
        resize_map(target_prob(probs, parts), size_hw)
        for probs, parts in ((before, BARE), (after, BARE), (after, ("background",)))
    )
    skin = [shown > DEFAULT.skin_prob for shown in (first, second)]
    colours = [lab(resize_image(picture, size_hw), sigma=1.0) for picture in (original, edited)]
    skin[1] |= skin[0] & (1 - second - ground < DEFAULT.covered) & _tinted(colours[1], second, DEFAULT.tint)
    skin[1] |= (second > DEFAULT.likely) & _tinted(colours[1], second)
    skin[0] &= ~widened(skin[0] & ~_tinted(colours[0], first), 2)  # a dark collar's rim tells no tone
    seen = skin[0] & skin[1] & ~taken
    if not seen.any() or not (taken & skin[1]).any():
        return None
    unit = max(size_hw)
    alike = seen & (over_channels(np.maximum, np.abs(step)) < DEFAULT.alike)
    field, amount = _carried(step, alike, DEFAULT.reach * unit, DEFAULT.limit)
    close = blurred(seen.astype(np.float32), DEFAULT.seam_reach * unit)
    at_seam = np.clip(carried(step, seen, unit)[0], -DEFAULT.seam_limit, DEFAULT.seam_limit)
    near = np.minimum(close / DEFAULT.seam_share, 1) * blurred(narrowed(skin[1]).astype(np.float32), 1.0)
    far = np.minimum(amount / DEFAULT.least, 1) * blurred((taken & skin[1]).astype(np.float32), 1.0) * (1 - near)
    # A little beyond the outline: a soft edge shows the edit there too, and enlarging blurs.
    return np.asarray((field * far[..., None] + at_seam * near[..., None]) * widened(taken)[..., None], np.float32)


def _tinted(colours: Lab, skin: Prob, reach: float = SAME_SKIN) -> Mask:
    """Where a picture has about the tint of what is surely its skin, and is not too dark for a shadow on it."""
    sure = skin > DEFAULT.sure
    return in_some_light(colours, np.median(colours[sure], axis=0), reach) if sure.any() else sure


def _carried(step: Field, places: Mask, sigma: float, limit: float) -> tuple[Field, Field]:
    """The mean step over the places around each pixel, (h, w, 3), held to a limit; and their share, (h, w)."""
    weight = places.astype(np.float32)
    amount = blurred(weight, sigma)
    mean = blurred(step * weight[..., None], sigma) / np.maximum(amount, 1e-4)[..., None]
    return np.asarray(np.clip(mean, -limit, limit), np.float32), amount


def add_correction(edited: Image, *fields: Field | None) -> Image:
    """The edit with the corrections added, one after the other; itself where there is nothing to add.

    >>> add_correction(np.full((4, 4, 3), 250, np.uint8), np.full((2, 2, 3), 3, np.float32))[0, 0].tolist()
    [253, 253, 253]
    """
    size_hw = (edited.shape[0], edited.shape[1])
    placed = [(field, area) for field in fields if field is not None and (area := _reached(field, size_hw))]
    if not placed:
        return edited
    result = edited.copy()
    for field, area in placed:
        for strip in area.strips():
            part = result[strip.slices]
            np.copyto(part, np.clip(np.rint(part + resized_part(field, strip, size_hw)), 0, 255), casting="unsafe")
    return result


def _reached(field: Field, size_hw: tuple[int, int]) -> Box | None:
    """Where in a picture of ``size_hw`` the field adds anything."""
    box = Box.around(over_channels(np.maximum, np.abs(field)) > 0.05)
    return None if box is None else box.grown_by(1).scaled(field.shape, size_hw, outwards=True).clip(*size_hw)


def added_in(field: Field, area: Box, size_hw: tuple[int, int]) -> Field:
    """The correction as it is added within a box of a picture of ``size_hw``, float32 (h, w, 3)."""
    return resized_part(field, area, size_hw)
