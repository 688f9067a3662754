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

from segmask.core.colour import delta_e, lab
from segmask.core.geometry import REFERENCE_SIDE, resize_image, resize_map, resize_mask, resized_part, working_size
from segmask.core.labels import PART_ID
from segmask.core.morphology import blurred, within
from segmask.core.types import Alpha, Box, Image, Mask
from segmask.fusion.scene import Scene, resized_probs, target_prob

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


def fabric_in_hair(original: Image, scene: Scene, taken: Mask, keep: Mask) -> Alpha | None:
    """How much of each pixel in the hair is old fabric and comes from the edit; None where there is no such pixel.

    Args:
        original: uint8 (H, W, 3).
        scene: what both pictures show at the working size (h, w).
        taken: bool (h, w): what comes from the edit.
        keep: bool (H, W): stays original whatever hangs there.

    Returns:
        float32 (H, W), multiples of 1/255, 0 on ``keep``.
    """
    if "hair" in scene.parts or not taken.any():
        return None
    size_hw, hw = (original.shape[0], original.shape[1]), (taken.shape[0], taken.shape[1])
    zone = _zone(scene, taken)
    if not zone.any():
        return None
    hair, garment, over_cloth = _surroundings(original, scene, taken)
    zone &= resize_map(delta_e(garment, hair) * over_cloth, hw) > DEFAULT.contrast  # 0 without a garment
    around = Box.around(zone)
    if around is None:
        return None
    area = around.grown_by(1).scaled(hw, size_hw, outwards=True).clip(*size_hw)  # nothing else at full size
    seen = lab(original[area.slices], DEFAULT.blur * max(size_hw) / REFERENCE_SIDE)
    share = _share(seen, _placed(hair, area, size_hw), _placed(garment, area, size_hw))
    inside = resized_part(zone.astype(np.float32), area, size_hw)
    result = np.zeros(size_hw, np.float32)
    result[area.slices] = np.rint(255 * share * inside) / 255
    result[keep] = 0
    return result if result.any() else None


def _zone(scene: Scene, taken: Mask) -> Mask:
    """Hair beside what is taken, where the edit shows something else of hair or target, bool (h, w)."""
    shown = target_prob(scene.after, (*scene.parts, "hair"))
    return (
        within(taken, DEFAULT.near * max(taken.shape))
        & (scene.before[PART_ID["hair"]] > DEFAULT.hair)
        & (shown > DEFAULT.shown)
        & (scene.change.score_map > DEFAULT.changed)
    )


def _surroundings(original: Image, scene: Scene, taken: Mask) -> tuple[Map, Map, Map]:
    """CIELAB of the hair and of the old garment around each pixel of a small grid, float32 (h, w, 3).

    And whether both are there, and the garment is what hangs behind, not the background: float32 (h, w), 1 or 0.
    """
    small_hw = working_size((original.shape[0], original.shape[1]), DEFAULT.long_side)
    sigma = DEFAULT.reach * max(small_hw)
    seen, probs = lab(resize_image(original, small_hw)), resized_probs(scene.parsings[0], small_hw)
    sure_hair, sure_cloth = DEFAULT.sure
    worn = target_prob(probs, scene.parts)
    cloth = resize_mask(taken, small_hw) & (worn > sure_cloth)
    garment, has_garment = _local_mean(seen, cloth, sigma)
    core = probs[PART_ID["hair"]] > sure_hair
    hair, _ = _local_mean(seen, core, sigma)
    strands = core & (_share(seen, hair, garment) < 1)  # what is sure to be hair holds fabric, too
    around = [blurred(prob, sigma, edge_twice=False) for prob in (worn, probs[PART_ID["background"]])]
    over_cloth = around[0] > np.maximum(DEFAULT.behind * around[1], DEFAULT.least)
    strand, has_strands = _local_mean(seen, strands, sigma)
    return strand, garment, (over_cloth & has_garment & has_strands).astype(np.float32)


def _placed(colour: Map, area: Box, size_hw: tuple[int, int]) -> Map:
    """A small map of colours in a box of the picture, float32 (h, w, 3)."""
    return np.dstack([resized_part(np.ascontiguousarray(plane), area, size_hw) for plane in np.moveaxis(colour, 2, 0)])


def _local_mean(values: Map, where: Mask, sigma: float) -> tuple[Map, Mask]:
    """Mean of values (h, w, 3) around each pixel over the pixels ``where``, and whether there are any, bool (h, w)."""
    weight = blurred(where.astype(np.float32), sigma, edge_twice=False)
    total = blurred(values * where[..., None].astype(np.float32), sigma, edge_twice=False)
    return np.asarray(total / np.maximum(weight, LEAST)[..., None], np.float32), weight > LEAST


def _share(seen: Map, hair: Map, garment: Map) -> Map:
    """How much of each pixel, CIELAB (h, w, 3), comes from the edit by its share of fabric, (h, w) in [0, 1]."""
    way, offset = garment - hair, seen - hair
    length = np.maximum((way**2).sum(2), 1)
    fabric = (offset * way).sum(2) / length
    aside = ((offset - fabric[..., None] * way) ** 2).sum(2) / length
    low, high = DEFAULT.share
    share = np.clip((fabric - low) / (high - low), 0, 1)
    return np.where(aside <= DEFAULT.aside**2, share, 0).astype(np.float32)
