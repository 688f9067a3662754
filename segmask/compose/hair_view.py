"""Where hair hangs near a replaced garment, and both pictures there at a small working size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_image, resize_map, resized_part, working_size
from segmask.core.labels import PART_ID
from segmask.core.morphology import distance_to, square
from segmask.core.types import Box, Image, Mask, Probs
from segmask.fusion.scene import Scene

Map = NDArray[np.float32]
OUTLINE = 0.5
"""Probability of hair from which a pixel lies inside its outline."""


@dataclass(frozen=True)
class HairConfig:
    """Numbers of the layer; distances as shares of the picture's long side. Chosen by looking at pairs."""

    long_side: int = 320
    """Pixels; working size of the layer's area, whose result is enlarged by the picture's own detail."""
    changed: float = 2.0
    """Score from which a garment counts as replaced."""
    closed: float = 0.008
    """Gaps in the replaced garment are closed up to this radius."""
    hair: float = 0.3
    """Probability of hair in either picture from which a pixel is looked at."""
    near: float = 0.05
    """Distance from the replaced garment within which hair hangs before it."""
    through: float = 0.09
    """Distance from the garment's visible part up to which it shows through a wide lock before it."""
    above: float = 0.1
    """Greatest distance of the seam from the replaced garment, and from the hair of what may lie behind it."""
    around: float = 0.03
    """Margin of the area around such hair."""
    clean: float = 0.02
    """From the replaced garment: hair further away holds none of its colour."""
    core: float = 0.008
    """Inside the outline of the hair: nothing shows between strands there."""
    outside: float = 0.012
    """Outside the outline of the hair: no strands there."""
    fringe: float = 0.02
    """Outside the outline of the hair: strands may still lie there."""
    fringe_hair: float = 0.1
    """Probability of hair below which a pixel without opacity is none of the layer's business."""
    reach: float = 0.05
    """Sigma of the surroundings in which colours behind the hair are looked for."""
    least: int = 100
    """Pixels of the working size: less clean hair or less around it tells no colour."""
    beside: float = 0.025
    """Distance from hair within which the seam may run."""
    noise: tuple[float, float] = (0.06, 0.96)
    """Opacity that is none, and all: what is left of the smooth solution is noise."""
    foreign: float = 0.15
    """Share of another colour from which the hair's is freed of it; below, the hair's own variation counts, too."""
    even: float = 0.7
    """Pixels of the working size: sigma by which that is smoothed, since single pixels are noise."""
    soft: float = 0.01
    """Sigma of the passage from hair before the garment to hair before something else."""


DEFAULT = HairConfig()


@dataclass(frozen=True)
class HairView:
    """The layer's area of both pictures at the working size."""

    original: Map
    """float32 (h, w, 3) in [0, 1]."""
    edited: Map
    """float32 (h, w, 3) in [0, 1]."""
    hair: Map
    """float32 (h, w): probability of hair in the original."""
    edited_hair: Map
    """float32 (h, w): probability of hair in the edit."""
    replaced: Mask
    """bool (h, w): the garment that the edit replaced, and its new one."""
    unit: float
    """The whole picture's long side in pixels of this size."""

    @property
    def garment(self) -> Mask:
        """bool (h, w): the replaced garment where no hair hangs before it."""
        return self.replaced & (self.hair < OUTLINE)


def replaced_garment(scene: Scene) -> Mask:
    """Where a garment was replaced, whatever is decided about it, bool (h, w).

    >>> labels = np.array([[4, 4, 0]], np.uint8)  # upper, of which the edit replaced one pixel
    >>> score = np.array([[9, 0, 9]], np.float32)
    >>> replaced_garment(Scene.of_labels(labels, labels, score, ("upper",))).tolist()
    [[True, False, False]]
    """
    import cv2

    found = ((scene.prior > 0.5) & (scene.change.score_map > DEFAULT.changed)).astype(np.uint8)
    return cv2.morphologyEx(found, cv2.MORPH_CLOSE, square(round(DEFAULT.closed * max(found.shape)))) > 0


def hair_area(before: Probs, after: Probs, replaced: Mask, size_hw: tuple[int, int]) -> Box | None:
    """The box around the hair near the replaced garment in the picture's pixels; None where there is none.

    >>> labels, replaced = np.zeros((100, 100), np.uint8), np.zeros((100, 100), bool)
    >>> labels[10:50, 40:60], replaced[50:90, 30:70] = PART_ID["hair"], True
    >>> shown = np.eye(14, dtype=np.float32)[labels].transpose(2, 0, 1)
    >>> hair_area(shown, shown, replaced, (200, 200))  # the hair's ends with a margin, in a picture twice as large
    Box(x0=74, y0=80, x1=126, y1=106)
    >>> hair_area(shown, shown, np.roll(replaced, 45, 0) & False, (200, 200)) is None
    True
    """
    unit = max(replaced.shape)
    hair = np.maximum(before[PART_ID["hair"]], after[PART_ID["hair"]]) > DEFAULT.hair
    zone = hair & (distance_to(replaced) < DEFAULT.near * unit)
    if not zone.any() or not (before[PART_ID["hair"]][zone] > DEFAULT.hair).any():
        return None
    rows, columns = np.flatnonzero(zone.any(1)), np.flatnonzero(zone.any(0))
    margin, scale = DEFAULT.around * unit, max(size_hw) / unit
    edges = columns[0] - margin, rows[0] - 2 * margin, columns[-1] + 1 + margin, rows[-1] + 1 + margin
    return Box(*(int(edge * scale) for edge in edges)).clip(*size_hw)


def hair_view(original: Image, edited: Image, probs: tuple[Probs, Probs], area: Box, replaced: Mask) -> HairView:
    """Both pictures in an area, small.

    Args:
        original: uint8 (H, W, 3).
        edited: uint8: the area of the edit.
        probs: float32 (14, h, w) each.
        area: where in the picture.
        replaced: bool (h, w): the replaced garment.

    >>> picture, shown = np.full((100, 100, 3), 51, np.uint8), np.zeros((14, 100, 100), np.float32)
    >>> area = Box(10, 20, 50, 80)
    >>> view = hair_view(picture, picture[area.slices], (shown, shown), area, np.zeros((100, 100), bool))
    >>> view.original.shape, round(float(view.original[0, 0, 0]), 2)
    ((60, 40, 3), 0.2)
    """
    size_hw = (original.shape[0], original.shape[1])
    hw = working_size((area.height, area.width), DEFAULT.long_side)

    def placed(values: Map) -> Map:
        return resize_map(resized_part(np.ascontiguousarray(values), area, size_hw), hw)

    hair, edited_hair = (placed(prob[PART_ID["hair"]]) for prob in probs)
    first, second = (
        np.asarray(resize_image(image, hw) / np.float32(255), np.float32) for image in (original[area.slices], edited)
    )
    unit = max(size_hw) * max(hw) / max(area.height, area.width)
    return HairView(first, second, hair, edited_hair, placed(replaced.astype(np.float32)) > 0.5, unit)
