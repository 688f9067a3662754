"""The outline at the picture's own size: it is moved to where the two pictures start to agree.

A mixed pixel on the old garment's rim holds some of the old fabric: composited half and half it shines through as a
halo. So the outline goes where nothing differs any more, at most a few pixels from the decision's, which was made at
the working size. Only tiles that the outline crosses are looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.compose.edge_width import wider_edge
from segmask.core.colour import delta_e, lab
from segmask.core.geometry import REFERENCE_SIDE, resize_image, resize_map, resized_part
from segmask.core.morphology import blurred, opened, widened
from segmask.core.types import Box, Image

Map = NDArray[np.float32]


@dataclass(frozen=True)
class Overlaid:
    """Both pictures on one grid, and what differences between them mean nothing."""

    original: Image
    """uint8 (H, W, 3)."""
    edited_in: Callable[[Box], Image]
    """The aligned, tone matched edit in a box, uint8 (h, w, 3): made where it is looked at only."""
    noise_floor: Map
    """float32 (h, w), ΔE, at the working size."""


@dataclass(frozen=True)
class OutlineConfig:
    """Numbers of the outline; pixels at the reference size."""

    outwards: float = 2.5
    """Furthest way to where the pictures agree: a rim of mixed pixels, and the working size's own error."""
    inwards: float = 2.0
    """Furthest way back where they agree on the inside already."""
    even: float = 2.5
    """Difference in units of the noise floor at which the outline stays where it is."""
    sharpness: float = 0.7
    """Natural logarithm of the factor from there to the furthest way: twice or half the difference."""
    blur: float = 0.7
    """Sigma before the pictures are compared, and of the moves' own smoothing: single pixels are noise."""
    tile: int = 384
    """Picture's pixels, not scaled: memory."""


DEFAULT = OutlineConfig()


def moved_outline(signed: Map, area: Box, overlaid: Overlaid, usual: float) -> tuple[Map, Map]:
    """A signed distance with its outline moved, and how much wider than usual its edge is, in the picture's pixels.

    Args:
        signed: float32, area's size: distance to the outline in the picture's pixels, positive inside.
        area: where in the picture it lies.
        overlaid: both pictures.
        usual: width of the edge, as a rule.

    Returns:
        Two maps, float32 of the area's size.

    >>> original = np.full((1024, 60, 3), 90, np.uint8)
    >>> edited = original.copy()
    >>> edited[:, 32:] = 200  # the edit begins two pixels right of the decision
    >>> signed = (np.arange(60, dtype=np.float32) - 29.5)[None].repeat(1024, 0)
    >>> overlaid = Overlaid(original, lambda box: edited[box.slices], np.full((1024, 60), 1, np.float32))
    >>> moved, _ = moved_outline(signed, Box(0, 0, 60, 1024), overlaid, 2.0)
    >>> int((signed[500] > 0).argmax()), int((moved[500] > 0).argmax())
    (30, 31)
    """
    height, width = overlaid.original.shape[:2]
    scale = max(height, width) / REFERENCE_SIDE
    furthest = (DEFAULT.outwards + DEFAULT.inwards) * scale + 2
    moved, wider = signed.copy(), np.zeros_like(signed)
    for tile in tiles_crossed((signed < furthest) & (signed > -furthest), DEFAULT.tile):
        shift, wider[tile.slices] = _shift(tile, area, overlaid, scale, usual)
        moved[tile.slices] += shift * (np.abs(signed[tile.slices]) < furthest)
    return moved, wider


def tiles_crossed(band: NDArray[np.bool_], side: int) -> Iterator[Box]:
    """Tiles of the area that a band, bool (h, w), crosses, from above to below.

    >>> band = np.zeros((4, 4), bool)
    >>> band[3, 1] = True
    >>> list(tiles_crossed(band, 2))
    [Box(x0=0, y0=2, x1=2, y1=4)]
    """
    height, width = band.shape
    for y in range(0, height, side):
        for x in range(0, width, side):
            tile = Box(x, y, x + side, y + side).clip(height, width)
            if band[tile.slices].any():
                yield tile


def _shift(tile: Box, area: Box, overlaid: Overlaid, scale: float, usual: float) -> tuple[Map, Map]:
    """How far the outline moves outwards at each pixel of a tile, and how much wider its edge is there.

    Large pictures are looked at in steps of ``step`` pixels: what is measured is blurred further than that anyway.
    """
    height, width = overlaid.original.shape[:2]
    step = max(1, int(scale))
    margin = int(np.ceil(6 * max(DEFAULT.blur * scale, 0.5) + 3 * usual))
    placed = tile.moved(area.x0, area.y0)
    roomy = placed.grown_by(margin).clip(height, width)
    small_hw = (max(1, roomy.height // step), max(1, roomy.width // step))
    first, second = (
        resize_image(image, small_hw) for image in (overlaid.original[roomy.slices], overlaid.edited_in(roomy))
    )
    floor = resize_map(resized_part(overlaid.noise_floor, roomy, (height, width)), small_hw)
    maps = _measured(first, second, floor, scale / step, usual / step)
    inner = placed.moved(-roomy.x0, -roomy.y0)
    shift, wider = (resize_map(values * step, (roomy.height, roomy.width))[inner.slices] for values in maps)
    return shift, wider


def _measured(original: Image, edited: Image, floor: Map, scale: float, usual: float) -> tuple[Map, Map]:
    """The outline's move and its edge's further width, in pixels of the pictures given, float32 (h, w).

    Where both pictures agree, whatever the width, nothing of it shows.
    """
    sigma = max(DEFAULT.blur * scale, 0.5)
    first, second = lab(original, sigma), lab(edited, sigma)
    strength = np.log(np.maximum(delta_e(first, second), 1e-2) / (DEFAULT.even * floor)) / DEFAULT.sharpness
    shift = np.clip(strength, -1, 1)
    agreement = _near_agreement(strength < 0, 2 * DEFAULT.outwards * scale)
    shift = np.where(shift > 0, DEFAULT.outwards * scale * agreement, DEFAULT.inwards * scale) * shift
    shift = blurred(shift.astype(np.float32), sigma, edge_twice=False)
    wider = np.zeros_like(shift)
    if usual > 0 and not agreement.all():
        wider = wider_edge(np.ascontiguousarray(second[..., 0]), sigma, usual) * (1 - agreement)
        wider = blurred(wider, 2 * sigma, edge_twice=False)
    return np.asarray(shift, np.float32), np.asarray(wider, np.float32)


def _near_agreement(agree: NDArray[np.bool_], distance: float) -> Map:
    """1 where the pictures agree within a distance, else 0: beside a replaced background there is nowhere to go."""
    return widened(opened(agree), max(1, round(distance)), corners=False).astype(np.float32)
