"""The rim of what went: pixels of the original beside the outline that still hold some of it.

Where the original showed a garment before its ground, the outline ends on the garment's own edge: half cloth, half
wall, and darkened or sharpened by a camera. Left in the original, that edge stays on the wall as a hairline. The
original alone tells it: such a pixel differs from the ground a little further out, by more than that ground differs
from itself, towards the colour that lies within the outline (Porter and Duff 1984, *over*, turned round). So no
agreement of the two pictures is needed, and gravel is left alone. Skin that both pictures show is looked at in the same
way beside what was garment, where the garment's shadow goes as well: it lies darker than the skin further out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.compose.outline import tiles_crossed
from segmask.core.colour import lab, over_channels
from segmask.core.geometry import REFERENCE_SIDE, resize_image, resize_map, resized_part
from segmask.core.morphology import blurred, disc, widened
from segmask.core.regions import connected_regions
from segmask.core.types import Box, Image, Mask, Prob

Map = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Around:
    """What lies around what is taken, ground or skin; float32 (h, w) each at the working size."""

    ground: Prob
    """Probability of it in the original."""
    free: Prob
    """Probability in the edit of what may come along: ground or the target beside ground, but no hair, face or hand."""
    bared: Prob
    """Probability of it in the edit."""
    gone: Prob | None = None
    """Probability of the old garment in the original, where only its rim goes, with its shadow. Ground has no other."""


@dataclass(frozen=True)
class RimConfig:
    """Numbers of the rim; pixels at the reference size, differences in ΔE."""

    reach: float = 4.0
    """Furthest from the outline that such a pixel lies, …"""
    farthest: float = 6.0
    """… and where the edit shows ground beside the old one: there each speck that a JPEG leaves of an edge is seen."""
    ring: tuple[float, float] = (7.0, 16.0)
    """Distances from the outline between which the original's ground is itself."""
    sure: float = 0.5
    """Probability from which it is ground, and from which the edit shows nothing that must not come."""
    blur: float = 0.5
    """Sigma before colours are compared."""
    apart: float = 4.0
    """Least difference from that ground in lightness …"""
    tinted: float = 2.0
    """… and in a* and b*."""
    times: float = 3.0
    """Least difference in units of the ground's own spread."""
    along: float = 0.7
    """Least cosine, of either sign, between that difference and the one to the colour within the outline: a sharpened
    edge overshoots."""
    least: float = 0.01
    """Share of ground nearby from which anything is known of it."""
    more: float = 1.0
    """How far the outline goes beyond the last such pixel, …"""
    length: float = 5.0
    """… and, beside the edit's ground, over how much of its length as far as there."""
    tile: int = 384
    """Pixels at the reference size, at least as many of the picture's: memory."""


DEFAULT = RimConfig()


def beyond_old_rim(signed: Map, area: Box, original: Image, around: tuple[Around, ...]) -> Map:
    """A signed distance with its outline moved out over the rim of what goes.

    Args:
        signed: float32, area's size: distance to the outline in the picture's pixels, positive inside.
        area: where in the picture it lies.
        original: uint8 (H, W, 3).
        around: what lies around it, each kind by itself.

    >>> original = np.full((1024, 80, 3), 200, np.uint8)
    >>> original[:, :30], original[:, 30:32] = 40, 120  # a garment, and its mixed pixels
    >>> ground, free = np.zeros((1024, 80), np.float32), np.ones((1024, 80), np.float32)
    >>> ground[:, 30:] = 1
    >>> signed = (29.5 - np.arange(80, dtype=np.float32))[None].repeat(1024, 0)
    >>> moved = beyond_old_rim(signed, Box(0, 0, 80, 1024), original, (Around(ground, free, 0 * free),))
    >>> int((signed[500] > 0).sum()), int((moved[500] > 0).sum())
    (30, 33)
    """
    scale = max(original.shape[:2]) / REFERENCE_SIDE
    moved, reach = signed.copy(), DEFAULT.reach * scale
    band = (signed < reach) & (signed > -reach)
    for tile in tiles_crossed(band, max(DEFAULT.tile, round(DEFAULT.tile * scale))):
        moved[tile.slices] += np.maximum.reduce([_further(tile, signed, area, original, kind) for kind in around])
    return moved


def _further(tile: Box, signed: Map, area: Box, original: Image, around: Around) -> Map:
    """How far the outline moves outwards at each pixel of a tile of the area, float32 (h, w).

    Large pictures are looked at in steps of ``step`` pixels: what is measured is blurred further than that anyway.
    """
    size_hw = (original.shape[0], original.shape[1])
    scale = max(size_hw) / REFERENCE_SIDE
    step = max(1, int(scale))
    roomy = tile.grown_by(int(np.ceil(2 * DEFAULT.ring[1] * scale))).clip(*signed.shape)
    placed, small_hw = roomy.moved(area.x0, area.y0), (max(1, roomy.height // step), max(1, roomy.width // step))
    distance = resize_map(np.ascontiguousarray(signed[roomy.slices]), small_hw) / np.float32(step)
    ground, free, bared = (
        resize_map(resized_part(prob, placed, size_hw), small_hw) > DEFAULT.sure
        for prob in (around.ground, around.free, around.bared)
    )
    picture = resize_image(np.ascontiguousarray(original[placed.slices]), small_hw)
    unit = scale / step
    gone = (
        None if around.gone is None else resize_map(resized_part(around.gone, placed, size_hw), small_hw) > DEFAULT.sure
    )
    mixed = _mixed(picture, distance, ground, unit, gone) & free
    rim = widened(_touching(mixed, distance, unit), max(1, round(DEFAULT.more * unit)))
    further = blurred(
        (np.maximum(1 - distance, 0) * rim).astype(np.float32), max(DEFAULT.blur * unit, 0.5), edge_twice=False
    )
    specks = np.where(mixed & bared, np.float32(DEFAULT.more * unit) - distance, np.float32(0))
    further = np.maximum(further, _even(specks, unit) * (free & bared)) * np.float32(step)
    return resize_map(further, (roomy.height, roomy.width))[tile.moved(-roomy.x0, -roomy.y0).slices]


def _even(further: Map, scale: float) -> Map:
    """As far everywhere as it must go within some pixels' length of the outline: dots of an edge are seen as a line."""
    import cv2

    radius = max(1, round(DEFAULT.length * scale))
    most = cv2.dilate(further, disc(radius).astype(np.uint8))
    return np.asarray(blurred(most, radius / 2, edge_twice=False), np.float32)


def _touching(mixed: Mask, distance: Map, scale: float) -> Mask:
    """Those that go on in what is taken."""
    near = mixed & (distance > -DEFAULT.reach * scale)
    regions = connected_regions(near | (distance > 0))
    return regions.select(regions.total(distance > 0) > 0) & near


def _mixed(picture: Image, distance: Map, ground: Mask, scale: float, gone: Mask | None) -> Mask:
    """The pixels beside the outline that are not yet the original's ground, bool (h, w)."""
    nearer, farther = (reach * scale for reach in DEFAULT.ring)
    ring, mixed = ground & (distance < -nearer) & (distance > -farther), np.zeros(ground.shape, bool)
    inside = (distance > nearer / 2) & (distance < farther) & (True if gone is None else gone)
    if not ring.any() or not inside.any():  # nothing is known of the one or the other
        return mixed
    colours = lab(picture, max(DEFAULT.blur * scale, 0.3))
    outside, amount = _mean(colours, ring, nearer)
    within, of_old = _mean(colours, inside, nearer)
    squares = np.zeros((*ring.shape, 2), np.float32)
    squares[ring] = np.transpose(_light_and_tint(colours[ring] - outside[ring]))
    spread = np.sqrt(_mean(squares, ring, nearer)[0])
    band = (
        (distance <= 1) & (distance > -DEFAULT.farthest * scale) & (np.minimum(amount, of_old) > DEFAULT.least)
    )  # the few pixels that may be
    step, towards, spread = colours[band] - outside[band], within[band] - outside[band], spread[band]
    light, tint = _light_and_tint(step)
    differs = np.sqrt(light) > np.maximum(DEFAULT.apart, DEFAULT.times * spread[:, 0])
    differs |= np.sqrt(tint) > np.maximum(DEFAULT.tinted, DEFAULT.times * spread[:, 1])
    lengths = np.sqrt((light + tint) * over_channels(np.add, np.square(towards)))
    along = np.abs(over_channels(np.add, step * towards)) > DEFAULT.along * lengths
    if gone is not None:
        along |= step[:, 0] < 0  # a garment's shadow on skin
    differs &= along
    mixed[band] = differs
    return mixed


def _light_and_tint(step: Map) -> tuple[Map, Map]:
    """Squares of the differences in lightness and in a* and b*, (n,) each, of colours' differences (n, 3)."""
    square = np.square(step)
    return square[:, 0], square[:, 1] + square[:, 2]


def _mean(values: Map, places: Mask, sigma: float) -> tuple[Map, Map]:
    """The mean of the values, (h, w, C), over the places near each pixel, and their share of what is near."""
    import cv2

    channels, weight = values.shape[2], places.astype(np.float32)
    amount = blurred(weight, sigma, edge_twice=False)
    total = blurred(cv2.multiply(values, cv2.merge([weight] * channels)), sigma, edge_twice=False)
    return np.asarray(cv2.divide(total, cv2.merge([np.maximum(amount, 1e-6)] * channels)), np.float32), amount
