"""Another design: where the new garment lies, how its sleeves and hems end, and what the old one leaves bare.

The new garment's outline is the zero level of a smoothed signed distance plus a smooth random offset, drawn with a
sub-pixel ramp. It does not follow the label map's superpixels: a parser that was trained on these labels has no
advantage at it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.labels import PART_ID
from segmask.core.types import LabelMap, Mask
from segmask.evaluation.synth import hems
from segmask.evaluation.synth.anatomy import DEPTH, FRONT, FRONT_DEPTH, Figure
from segmask.evaluation.synth.fields import Map, Rng, blur, signed_distance, smooth_noise
from segmask.evaluation.synth.levels import Odds

EDGE_U = 1.4  # width of the ramp at an outline: about a camera's edge spread
SMOOTHING_U = 3.0  # the label outlines' superpixel noise is 2-3 px
LEGS = ("lower", "dress", "legwear")
SLEEVED = ("upper", "outerwear", "dress")


@dataclass(frozen=True)
class DesignChange:
    """One change of a garment's design, for the record: which garment, what was done, how long in pixels."""

    part: str
    kind: str
    length_px: float


@dataclass(frozen=True)
class Redesign:
    """The new garments' shape on the original's grid."""

    alpha: Map
    """float32 (H, W): the new garments' cover, behind what is in front of them."""
    part_map: LabelMap
    """uint8 (H, W): canonical id of the nearest new garment."""
    old: Mask
    """bool (H, W): the old garments."""
    bare: Mask
    """bool (H, W): where skin shows that the old garment covered."""
    front_alpha: Map
    """float32 (H, W): cover of hair, hands, bags … in front of the garments."""
    changes: tuple[DesignChange, ...]


def redesign(photo: Map, figure: Figure, targets: tuple[str, ...], odds: Odds, unit: float, rng: Rng) -> Redesign:
    """New shapes for the target garments of one figure.

    ``photo`` is float32 (H, W, 3), ``unit`` the length in pixels of one pixel at 830 px height.

    >>> from segmask.core.labels import PART_ID
    >>> from segmask.evaluation.synth.anatomy import read_figure
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:100, 30:70] = PART_ID["face"], PART_ID["upper"]
    >>> figure = read_figure(label)
    >>> odds = Odds(hem=0, sleeve=0, collar=0)  # the old cut
    >>> photo = np.full((200, 100, 3), 90, np.float32)
    >>> shape = redesign(photo, figure, ("upper",), odds, 0.24, np.random.default_rng(0))
    >>> float(shape.alpha[70, 50]), float(shape.alpha[20, 50]), shape.changes
    (1.0, 0.0, ())
    """
    masks, cuts, changes = {}, [], []
    for part in targets:
        gained, cut, done = _recut(figure, part, odds, rng)
        own = figure.mask(part)
        cuts.append(cut)
        changes += done
        room = (figure.depth < DEPTH[part]) | np.isin(figure.label, [PART_ID[name] for name in targets])
        masks[part] = (own & ~cut.gone) | (gained & (room | (figure.arms | figure.neck)))
    old = figure.mask(*targets)
    union = np.logical_or.reduce(list(masks.values()))
    part_map = _nearest(masks)
    covered_arms = union & figure.arms
    front = _in_front(figure, part_map, old | union) & ~covered_arms
    front_alpha = _snapped(photo, front, unit)
    ease = rng.uniform(0.5, 4.0) * unit
    wander = (2.0 * smooth_noise(union.shape, 110 * unit, rng) + 0.6 * smooth_noise(union.shape, 45 * unit, rng)) * unit
    level = _cloth_level(union, front, unit) + np.clip(ease + wander, -1.5 * unit, 7 * unit)
    alpha = np.clip(level / (EDGE_U * unit) + 0.5, 0, 1) * (1 - front_alpha)
    bare = np.logical_or.reduce([cut.bare for cut in cuts])
    return Redesign(alpha.astype(np.float32), part_map, old, bare, front_alpha, tuple(changes))


def _recut(figure: Figure, part: str, odds: Odds, rng: Rng) -> tuple[Mask, hems.Cut, list[DesignChange]]:
    """What one garment gains and loses; at most one change each of sleeve, hem and collar."""
    garment = figure.mask(part)
    none = np.zeros_like(garment)
    gained, gone, bare = none.copy(), none.copy(), none.copy()
    changes: list[DesignChange] = []

    def note(kind: str, length: float, mask: Mask) -> None:
        if mask.any():
            changes.append(DesignChange(part, kind, round(length, 1)))

    if part in SLEEVED and rng.random() < odds.sleeve:
        length = rng.uniform(0.04, 0.13) * figure.height
        if rng.random() < 0.5:
            sleeve = hems.longer_sleeve(figure, garment, length)
            gained |= sleeve
            note("longer sleeve", length, sleeve)
        else:
            cut = hems.shorter_sleeve(figure, garment, length)
            gone, bare = gone | cut.gone, bare | cut.bare
            note("shorter sleeve", length, cut.gone)
    if rng.random() < odds.hem:
        length = rng.uniform(0.02, 0.09) * figure.height
        if rng.random() < 0.5 or part not in LEGS:
            hem = hems.longer_hem(figure, garment, length, rng.uniform(0.98, 1.12))
            gained |= hem
            note("longer hem", length, hem)
        else:
            length *= 2.5  # a hem goes further up than down: ankle to knee
            cut = hems.shorter_hem(figure, garment, length)
            gone, bare = gone | cut.gone, bare | cut.bare
            note("shorter hem", length, cut.gone)
    if part in SLEEVED and rng.random() < odds.collar:
        length = rng.uniform(0.015, 0.04) * figure.height
        collar = hems.higher_collar(figure, garment, length)
        gained |= collar
        note("higher collar", length, collar)
    return gained, hems.Cut(gone, bare), changes


def _nearest(masks: dict[str, Mask]) -> LabelMap:
    ids = np.array([PART_ID[part] for part in masks], np.uint8)
    depth = np.stack([blur(signed_distance(mask), 2.0) for mask in masks.values()])
    return ids[depth.argmax(0)]


def _in_front(figure: Figure, part_map: LabelMap, cloth: Mask) -> Mask:
    """What hides the new garment: nearer parts, and garments of the same depth that stay."""
    rank = np.full(FRONT + 1, FRONT_DEPTH, np.uint8)
    for part, depth in DEPTH.items():
        rank[PART_ID[part]] = depth
    return ~cloth & (figure.depth >= rank[part_map])


def _cloth_level(union: Mask, front: Mask, unit: float) -> Map:
    """Smoothed signed distance of the cloth, taken on under what hides it: a hand's outline is not the garment's."""
    near = signed_distance(union) > -6 * unit
    return blur(signed_distance(union | (front & near)), SMOOTHING_U * unit)


def _snapped(photo: Map, mask: Mask, unit: float) -> Map:
    """A label's soft outline, drawn to the photo's own edges (guided filter, He 2010), float32 in [0, 1]."""
    import cv2

    guide = np.asarray(photo, np.float32) / 255
    radius = max(2, round(4 * unit))
    soft = cv2.ximgproc.guidedFilter(guide, blur(mask.astype(np.float32), unit), radius, 1e-3)
    return np.clip((soft - 0.5) * 1.6 + 0.5, 0, 1).astype(np.float32)
