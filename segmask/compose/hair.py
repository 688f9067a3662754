"""Hair that hangs over a replaced garment: matted, and laid over the edit's garment.

A parser calls a lock hair, strands and gaps alike, with some of the garment beside it; kept as it is, the old garment
goes on showing in it. Here its opacity is found and its colour is freed of what lay behind. Where the edit drew hair of
its own and the original's would be cut off or show twice, the seam runs higher up, where both agree.

What this layer is depends on the two pictures alone, not on the decision; so a mask that is read back meets the same
layer and gives the same composite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from segmask.compose.hair_layer import HairLayer
from segmask.compose.hair_seam import Strands, hair_from_edit
from segmask.compose.hair_view import (
    DEFAULT,
    OUTLINE,
    HairView,
    hair_area,
    hair_view,
    replaced_garment,
)
from segmask.compose.matting import Laplacian, solve_alpha
from segmask.compose.unmix import Mixture, unmixed
from segmask.core.geometry import resize_map, resize_mask
from segmask.core.morphology import distance_to
from segmask.core.types import Box, Image, Mask
from segmask.fusion.constraints import Constraints
from segmask.fusion.scene import Scene

Map = NDArray[np.float32]

UNSEEN = 2.0
"""Levels of 255 by which a layer or the edit's hair must change a pixel; what changes less stays the original's."""
SURE, LIKELY, OPEN = 1.0, 0.02, 0.002
"""Weights of evidence against the matting Laplacian: a colour that says it, one that speaks for it, none."""
NO_HAIR, ALL_HAIR = 0.08, 0.92
"""Share of hair by colour below which a pixel is surely none, and above which it is surely hair."""
SURELY_HAIR, HARDLY_HAIR = 0.95, 0.2
"""The parser's probability of hair from which ``NO_HAIR`` does not count, and below which ``ALL_HAIR`` does not."""


@dataclass(frozen=True)
class _Matte:
    """The original's hair at the working size."""

    mixture: Mixture
    laplacian: Laplacian
    opacity: Map
    """float32 (h, w)."""
    tint: Map
    """float32 (h, w, 3): to add to the original for the hair's own colour."""
    asked: Mask
    """bool (h, w): where the hair is matted."""
    nearest: NDArray[np.intp]
    """(h, w): index of the nearest pixel that is no hair."""


@dataclass(frozen=True, eq=False)
class HairNearGarment:
    """The original's hair near a replaced garment, before any corrections; ``layer`` is it with them."""

    original: Image
    """uint8 (H, W, 3)."""
    area: Box
    """Where in the picture."""
    view: HairView
    mixture: Mixture
    asked: Mask
    """bool (h, w): where hair may be matted."""
    layers: dict[tuple[bytes, bytes], HairLayer] = field(default_factory=dict)
    """The last layer, by the corrections in the area."""

    def layer(self, constraints: Constraints) -> HairLayer:
        """The layer for what stays original whatever hangs there, and for what comes from the edit as it is.

        No hair is laid over what is included.
        """
        area, hw = self.area, (self.asked.shape[0], self.asked.shape[1])
        firm = resize_mask(constraints.firm[area.slices], hw)
        asked = self.asked & ~resize_mask(constraints.include[area.slices], hw)
        corrections = firm.tobytes(), asked.tobytes()
        layer = self.layers.get(corrections)
        if layer is None:
            place = area, (self.original.shape[0], self.original.shape[1])
            layer = _layer(self.original[area.slices], place, self.view, _matte(self.view, self.mixture, asked), firm)
            self.layers.clear()
            self.layers[corrections] = layer
        return layer


def hair_near_garment(original: Image, edited_in: Callable[[Box], Image], scene: Scene) -> HairNearGarment | None:
    """The original's hair near a replaced garment; None where there is none, or hair is targeted.

    Args:
        original: uint8 (H, W, 3).
        edited_in: the aligned, tone matched edit in a box of the picture, uint8 (h, w, 3).
        scene: what both pictures show.

    >>> from segmask.fusion.constraints import constrain
    >>> labels = np.zeros((160, 160), np.uint8)
    >>> labels[10:110, 60:100], labels[70:150, 20:60], labels[70:150, 100:140] = 1, 4, 4  # hair down to a shirt
    >>> colours = np.array([[120, 120, 120], [40, 20, 10], [0, 0, 0], [0, 0, 0], [200, 40, 40]], np.uint8)
    >>> original = colours[labels]
    >>> edited = np.where((labels == 4)[..., None], np.uint8(30), original)
    >>> score = np.where(labels == 4, np.float32(20), np.float32(0.5))
    >>> scene = Scene.of_labels(labels, labels, score, ("upper",))
    >>> found = hair_near_garment(original, lambda box: edited[box.slices], scene)
    >>> none = labels > 9
    >>> layer = found.layer(constrain((none, none), include=none, exclude=none, covered=~none, others=None))
    >>> bool(layer.opacity[(labels == 1)[layer.area.slices]].max() > 0.9)
    True
    """
    size_hw, probs = (original.shape[0], original.shape[1]), (scene.before, scene.after)
    if "hair" in scene.parts:
        return None
    replaced = replaced_garment(scene)
    area = hair_area(probs[0], probs[1], replaced, size_hw)
    if area is None:
        return None
    view = hair_view(original, edited_in(area), probs, area, replaced)
    front, back, asked = _regions(view)
    if min(front.sum(), back.sum()) < DEFAULT.least or not asked.any():
        return None
    mixture = unmixed(view.original, front, back, asked, view.hair, DEFAULT.reach * view.unit)
    return HairNearGarment(original, area, view, mixture, asked)


def _regions(view: HairView) -> tuple[Mask, Mask, Mask]:
    """Where there is surely nothing but hair, where surely none, and where to look, bool (h, w) each.

    Hair tells its colour where it is at least half as far from the garment as any: wide locks hold the garment, too.
    """
    from_garment, outside = distance_to(view.replaced), distance_to(view.hair > OUTLINE)
    inside, unit = distance_to(view.hair <= OUTLINE), view.unit
    front = (inside > DEFAULT.core * unit) & (from_garment > DEFAULT.clean * unit)
    if front.any():
        front &= from_garment > from_garment[front].max() / 2
    back = (outside > DEFAULT.outside * unit) & (outside < DEFAULT.above * unit)
    asked = (from_garment < DEFAULT.through * unit) & (outside < DEFAULT.fringe * unit)
    return front, back, asked


def _matte(view: HairView, mixture: Mixture, asked: Mask) -> _Matte:
    """The opacity and the colour of the hair. Where not asked, the parser says what is hair, but for the rim."""
    import cv2

    hair, share = view.hair, mixture.share
    none, all_of_it = (share < NO_HAIR) & (hair < SURELY_HAIR), (share > ALL_HAIR) & (hair > HARDLY_HAIR)
    sure = np.where(asked, (mixture.certainty > 0.5) & (none | all_of_it), np.abs(hair - 0.5) >= SURELY_HAIR - 0.5)
    trust = np.where(sure, SURE, OPEN + LIKELY * mixture.certainty)
    likely = np.where(sure | ~asked, np.rint(share), share)
    laplacian = Laplacian(view.original)
    opacity = _stretched(solve_alpha(laplacian, likely.astype(np.float32), trust.astype(np.float32)))
    foreign = _stretched(1 - np.minimum(opacity, share)) * asked
    amount = np.minimum(foreign / DEFAULT.foreign, 1)[..., None]
    tint = cv2.GaussianBlur(amount * (mixture.pure - view.original), (0, 0), DEFAULT.even)
    return _Matte(mixture, laplacian, opacity, np.asarray(tint, np.float32), asked, _nearest(view))


def _stretched(values: Map) -> Map:
    """Opacities with what is nearly none or nearly all made so."""
    low, high = DEFAULT.noise
    return np.asarray(np.clip((values - low) / (high - low), 0, 1), np.float32)


def _nearest(view: HairView) -> NDArray[np.intp]:
    """For each pixel the index of the nearest one that is no hair, (h, w): it says what the hair hangs before."""
    import cv2

    hair = (view.hair > OUTLINE).astype(np.uint8)
    found = cv2.distanceTransformWithLabels(hair, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    labels = np.asarray(found, np.intp)
    index = np.zeros(int(labels.max()) + 1, np.intp)
    beside = np.flatnonzero(hair.ravel() == 0)
    index[labels.ravel()[beside]] = beside
    return index[labels]


def _layer(original: Image, place: tuple[Box, tuple[int, int]], view: HairView, matte: _Matte, firm: Mask) -> HairLayer:
    """The layer at the picture's size; ``original`` is its area, ``place`` that and the picture's height and width."""
    area, size_hw = place
    hw = (area.height, area.width)
    full = np.asarray(original.astype(np.float32) / 255, np.float32)
    near = resize_mask(matte.asked, hw)
    opacity = _stretched(matte.laplacian.enlarged(matte.opacity, full))
    for channel in range(3):
        full[..., channel] += resize_map(np.ascontiguousarray(matte.tint[..., channel]), hw)
    colour = np.rint(np.clip(full, 0, 1) * 255).astype(np.uint8)
    changed = np.abs(full * 255 - original).max(2) > UNSEEN
    called_hair = resize_map(view.hair, hw) > DEFAULT.fringe_hair
    return HairLayer(
        area=area,
        size_hw=size_hw,
        opacity=opacity * near,
        colour=colour,
        from_edit=resize_map(_from_edit(view, matte, firm), hw),
        differs=near & (called_hair | (opacity > 0)) & ((opacity < 1) | changed),
        nearest=matte.nearest,
        spread=_spread(view),
        garment=view.garment,
    )


def _spread(view: HairView) -> float:
    return max(0.5, DEFAULT.soft * view.unit)


def _from_edit(view: HairView, matte: _Matte, firm: Mask) -> Map:
    """How much comes from the edit, hair and all, float32 (h, w): the seam is looked for beside hair alone."""
    import cv2

    behind = view.replaced.ravel()[matte.nearest].astype(np.float32)
    behind = cv2.GaussianBlur(behind, (0, 0), _spread(view)) * matte.asked
    laid = view.edited + matte.opacity[..., None] * (view.original + matte.tint - view.edited)
    matted = view.original + behind[..., None] * (np.clip(laid, 0, 1) - view.original)
    strands = Strands(
        matted=_lab(np.asarray(matted, np.float32)),
        edited=_lab(view.edited),
        alpha=matte.opacity,
        mixture=matte.mixture,
        behind=behind,
        garment=view.garment,
        hair=view.hair,
        edited_hair=view.edited_hair,
    )
    beside = distance_to(np.maximum(view.hair, view.edited_hair) > OUTLINE) < DEFAULT.beside * view.unit
    too_far = distance_to(view.replaced) > DEFAULT.above * view.unit
    keep = firm | too_far | (~beside & ~view.replaced)
    weight = hair_from_edit(strands, keep, ~beside & ~keep, view.unit) * beside
    apart = np.abs(view.edited - view.original).max(2) * 255
    return np.where(weight * apart < UNSEEN, 0, weight).astype(np.float32)


def _lab(image: Map) -> Map:
    import cv2

    return np.asarray(cv2.cvtColor(np.ascontiguousarray(image, np.float32), cv2.COLOR_RGB2LAB), np.float32)
