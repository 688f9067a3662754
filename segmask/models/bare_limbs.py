"""Limbs that a parser calls background, found by the colour of the person's own skin.

A hand held up before a wall, a thigh that the picture's border cuts: a parser trained on whole figures has seen few of
them and calls them background, wholly or in part, while the face beside them tells what colour this person's skin has
in this light.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.colour import lab, off_tint, over_channels
from segmask.core.geometry import resize_image, resize_map, working_size
from segmask.core.labels import CLOTHING, PART_ID
from segmask.core.morphology import blurred, opened, widened
from segmask.core.regions import connected_regions
from segmask.core.types import Image, Probs


@dataclass(frozen=True)
class LimbConfig:
    """Numbers of the rule; lengths as shares of the long side."""

    sure: float = 0.8
    """Probability of face or skin from which a pixel tells the skin's colour, …"""
    least: float = 0.0003
    """… and share of the picture that must be so; no smaller region is a limb either."""
    tint: float = 0.06
    """Distance from the skin's tint (``off_tint``)."""
    light: tuple[float, float] = (0.5, 1.4)
    """L* + 16 as a share of the skin's."""
    ground: float = 0.95
    """Probability from which a pixel tells the ground's colour, averaged over ``wide``."""
    wide: float = 0.06
    apart: float = 14.0
    """8-bit levels from the ground's colour: a beige wall is no skin."""
    other: float = 0.5
    """Probability of hair or cloth from which a pixel is that, whatever its colour."""
    hint: float = 0.04
    """Mean probability of skin that a region must have: red bricks have none."""
    taken: float = 0.8
    """Share of the probabilities that goes over to skin."""
    side: int = 160
    """Pixels of the small copy that the ground is averaged on."""


DEFAULT = LimbConfig()
BARE, COVERED = ("face", "skin"), (*CLOTHING, "hair", "eyewear", "headwear", "bag", "footwear", "accessory")


def with_bare_limbs(probs: Probs, image: Image) -> Probs:
    """The probabilities, float32 (14, h, w), with limbs of the person's own colour as skin.

    Args:
        probs: what a parser says; not changed.
        image: uint8 (H, W, 3) RGB, of any size.

    >>> picture, labels = np.full((100, 100, 3), (90, 110, 120), np.uint8), np.zeros((100, 100), np.uint8)
    >>> picture[10:40, 40:60] = picture[50:60, 60:90] = (220, 170, 150)  # a face, and a hand
    >>> labels[10:40, 40:60], labels[40:90, 35:61] = PART_ID["face"], PART_ID["upper"]
    >>> probs = np.eye(14, dtype=np.float32)[labels].transpose(2, 0, 1).copy()
    >>> probs[PART_ID["skin"], 50:60, 61:90], probs[0, 50:60, 61:90] = 0.1, 0.9
    >>> found = with_bare_limbs(probs, picture)
    >>> round(float(found[PART_ID["skin"], 55, 75]), 2), float(found[PART_ID["skin"], 80, 75])
    (0.82, 0.0)
    """
    size_hw = (probs.shape[1], probs.shape[2])
    bare, covered = (np.sum([probs[PART_ID[part]] for part in parts], axis=0) for parts in (BARE, COVERED))
    sure, least = bare > DEFAULT.sure, DEFAULT.least * bare.size
    if sure.sum() < least:
        return probs
    picture = resize_image(image, size_hw)
    colours = np.asarray(blurred(lab(picture), 1.0), np.float32)
    usual = np.median(colours[sure], axis=0)
    lit = (colours[..., 0] + 16) / (usual[0] + 16)
    like = (off_tint(colours, usual) < DEFAULT.tint) & (lit > DEFAULT.light[0]) & (lit < DEFAULT.light[1])
    like &= (covered < DEFAULT.other) & (bare < DEFAULT.other) & (_from_ground(picture, probs[0]) > DEFAULT.apart)
    regions = connected_regions(opened(like, 1))
    if not len(regions):
        return probs
    near = widened(probs[0] < 0.5, 2)
    touches = np.bincount(regions.labels.ravel(), near.ravel(), len(regions) + 1) > 0
    hint = np.bincount(regions.labels.ravel(), bare.ravel(), len(regions) + 1) / np.maximum(regions.areas, 1)
    limbs = regions.select(touches & (hint >= DEFAULT.hint) & (regions.areas >= least))
    if not limbs.any():
        return probs
    share = DEFAULT.taken * blurred(limbs.astype(np.float32), 1.0)
    moved = np.asarray(probs * (1 - share), np.float32)
    moved[PART_ID["skin"]] += share
    return moved


def _from_ground(picture: Image, ground: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far each pixel is from the mean colour of the ground around it, float32 (h, w), 8-bit levels."""
    size_hw = (picture.shape[0], picture.shape[1])
    small_hw = working_size(size_hw, DEFAULT.side)
    weight = (resize_map(ground, small_hw) > DEFAULT.ground).astype(np.float32)
    small, sigma = resize_image(picture, small_hw).astype(np.float32), DEFAULT.wide * max(small_hw)
    amount = blurred(weight, sigma)
    mean = blurred(small * weight[..., None], sigma) / np.maximum(amount, 1e-4)[..., None]
    around = resize_map(np.asarray(mean, np.float32), size_hw)
    return np.asarray(over_channels(np.maximum, np.abs(picture - around)), np.float32)
