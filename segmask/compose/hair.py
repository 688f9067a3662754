"""Old fabric that shows between the strands of the original's hair.

Loose hair over a garment is parsed as hair, strands and gaps alike, and its core stays original; so a white blouse
would go on shining through it above the new coat. Each pixel of such hair is taken for a mixture of the hair's colour
and the old garment's, both measured around it (with both known, its share follows: Porter and Duff 1984, turned round):
what holds fabric comes from the edit, the strands stay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import REFERENCE_SIDE, resize_image, resize_map, resize_mask, resized_part, working_size
from segmask.core.labels import PART_ID
from segmask.core.types import Alpha, Box, Change, Image, Mask, Parsing, Probs
from segmask.fusion.scene import resized_probs, target_prob

Map = NDArray[np.float32]


@dataclass(frozen=True)
class StrandsConfig:
    """Numbers of the search; distances as shares of the long side."""

    near: float = 0.05
    """From what is taken: further away hair hangs before something else."""
    reach: float = 0.02
    """Sigma of the surroundings in which the two colours are measured …"""
    long_side: int = 320
    """… at this working size."""
    hair: float = 0.1
    """Least probability of hair: its fringe counts."""
    sure: tuple[float, float] = (0.8, 0.6)
    """Probabilities of hair and of the old garment where their colours are measured."""
    shown: float = 0.5
    """Probability of hair or the target in the edit: what else it shows there is nobody's outfit."""
    changed: float = 2.0
    """Score below which both pictures show the same."""
    behind: float = 2.0
    """Times the background around that the garment must be there: hair hangs before walls of its colour, too."""
    least: float = 0.05
    """Mean probability of the garment around: below, a parser's doubt alone speaks for it."""
    contrast: float = 25.0
    """ΔE between hair and garment: fainter fabric doesn't show."""
    share: tuple[float, float] = (0.12, 0.32)
    """Of fabric in a pixel: below it is a strand, above it a gap."""
    aside: float = 0.35
    """Of that contrast: colours further from the line between both are skin, a clip, an earring."""
    blur: float = 0.4
    """Sigma in pixels at the reference size: single pixels are noise."""


DEFAULT = StrandsConfig()
LEAST = 1e-3
"""Weight below which nothing of a colour is around."""


def fabric_in_hair(
    original: Image,
    parsings: tuple[Parsing, Parsing],
    change: Change,
    taken: Mask,
    parts: tuple[str, ...],
    keep: Mask,
    config: StrandsConfig = DEFAULT,
) -> Alpha | None:
    """How much of each pixel in the hair is old fabric and comes from the edit; None where there is no such pixel.

    Args:
        original: uint8 (H, W, 3).
        parsings: what the original and what the aligned edit shows.
        change: the change map, (h, w).
        taken: bool (h, w): what comes from the edit.
        parts: the targeted parts.
        keep: bool (H, W): stays original whatever hangs there.

    Returns:
        float32 (H, W), multiples of 1/255, 0 on ``keep``.
    """
    if "hair" in parts or not taken.any():
        return None
    size_hw, hw = (original.shape[0], original.shape[1]), (taken.shape[0], taken.shape[1])
    first, second = (resized_probs(parsing, hw) for parsing in parsings)
    zone = _zone(first, second, change, taken, parts, config)
    if not zone.any():
        return None
    *colours, over_cloth = _surroundings(original, parsings[0], taken, parts, config)
    zone &= resize_map(_contrast(*colours) * over_cloth, hw) > config.contrast  # 0 without a garment
    if not zone.any():
        return None
    area = _area_of(zone, size_hw)
    hair, garment = (_placed(colour, area, size_hw) for colour in colours)
    share = _share(_lab(original[area.slices], config.blur * max(size_hw) / REFERENCE_SIDE), hair, garment, config)
    inside = resized_part(zone.astype(np.float32), area, size_hw)
    result = np.zeros(size_hw, np.float32)
    result[area.slices] = np.rint(255 * share * inside) / 255
    result[keep] = 0
    return result if result.any() else None


def _zone(
    before: Probs, after: Probs, change: Change, taken: Mask, parts: tuple[str, ...], config: StrandsConfig
) -> Mask:
    """Hair beside what is taken, where the edit shows something else of hair or target, bool (h, w)."""
    import cv2

    distance = cv2.distanceTransform((~taken).astype(np.uint8), cv2.DIST_L2, 5)
    shown = target_prob(after, (*parts, "hair"))
    return (
        (distance <= config.near * max(taken.shape))
        & (before[PART_ID["hair"]] > config.hair)
        & (shown > config.shown)
        & (change.score_map > config.changed)
    )


def _surroundings(
    original: Image, before: Parsing, taken: Mask, parts: tuple[str, ...], config: StrandsConfig
) -> tuple[Map, Map, Map]:
    """CIELAB of the hair and of the old garment around each pixel of a small grid, float32 (h, w, 3).

    And whether both are there, and the garment is what hangs behind, not the background: float32 (h, w), 1 or 0.
    """
    import cv2

    small_hw = working_size((original.shape[0], original.shape[1]), config.long_side)
    sigma = config.reach * max(small_hw)
    lab, probs = _lab(resize_image(original, small_hw), 0), resized_probs(before, small_hw)
    sure_hair, sure_cloth = config.sure
    worn = target_prob(probs, parts)
    cloth = resize_mask(taken, small_hw) & (worn > sure_cloth)
    garment, has_garment = _local_mean(lab, cloth, sigma)
    core = probs[PART_ID["hair"]] > sure_hair
    hair, _ = _local_mean(lab, core, sigma)
    strands = core & (_share(lab, hair, garment, config) < 1)  # what is sure to be hair holds fabric, too
    around = [cv2.GaussianBlur(prob, (0, 0), sigma) for prob in (worn, probs[PART_ID["background"]])]
    over_cloth = around[0] > np.maximum(config.behind * around[1], config.least)
    strand, has_strands = _local_mean(lab, strands, sigma)
    return strand, garment, (over_cloth & has_garment & has_strands).astype(np.float32)


def _placed(colour: Map, area: Box, size_hw: tuple[int, int]) -> Map:
    """A small map of colours in a box of the picture, float32 (h, w, 3)."""
    return np.dstack([resized_part(np.ascontiguousarray(plane), area, size_hw) for plane in np.moveaxis(colour, 2, 0)])


def _local_mean(values: Map, where: Mask, sigma: float) -> tuple[Map, Mask]:
    """Mean of values (h, w, 3) around each pixel over the pixels ``where``, and whether there are any, bool (h, w)."""
    import cv2

    weight = cv2.GaussianBlur(where.astype(np.float32), (0, 0), sigma)
    total = cv2.GaussianBlur(values * where[..., None].astype(np.float32), (0, 0), sigma)
    return np.asarray(total / np.maximum(weight, LEAST)[..., None], np.float32), weight > LEAST


def _contrast(hair: Map, garment: Map) -> Map:
    """ΔE between both, float32 (h, w)."""
    return np.asarray(np.linalg.norm(garment - hair, axis=2), np.float32)


def _share(lab: Map, hair: Map, garment: Map, config: StrandsConfig) -> Map:
    """How much of each pixel comes from the edit by its share of fabric, float32 (h, w) in [0, 1]."""
    way, offset = garment - hair, lab - hair
    length = np.maximum((way**2).sum(2), 1)
    fabric = (offset * way).sum(2) / length
    aside = ((offset - fabric[..., None] * way) ** 2).sum(2) / length
    low, high = config.share
    share = np.clip((fabric - low) / (high - low), 0, 1)
    return np.where(aside <= config.aside**2, share, 0).astype(np.float32)


def _lab(image: Image, sigma: float) -> Map:
    """CIELAB, blurred where sigma > 0, float32 (h, w, 3)."""
    import cv2

    lab = cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(cv2.GaussianBlur(lab, (0, 0), sigma) if sigma > 0 else lab, np.float32)


def _area_of(zone: Mask, size_hw: tuple[int, int]) -> Box:
    """The zone's box in the picture's pixels: nothing else is computed at full size."""
    rows, columns = np.flatnonzero(zone.any(1)), np.flatnonzero(zone.any(0))
    scale_y, scale_x = size_hw[0] / zone.shape[0], size_hw[1] / zone.shape[1]
    box = Box(
        int((columns[0] - 1) * scale_x),
        int((rows[0] - 1) * scale_y),
        int((columns[-1] + 2) * scale_x),
        int((rows[-1] + 2) * scale_y),
    )
    return box.clip(*size_hw)
