"""Ground that the old garment laid bare goes on from the original's own ground, where the edit's would show as a patch.

Where a garment ends higher or narrower than the old one, the original has nothing to show and the edit's wall or floor
comes along: with other stones, smoother, in another light. Such a patch is filled from the original's ground
(``healing``), but only where the filling shows less than the edit's own ground does: by the step of light and the
strength of texture around it, and by the new seam where the edit goes on beyond the patch without one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.compose.healing import Filling, Map, Source, best_piece, filling_of, healed
from segmask.core.colour import delta_e, lab
from segmask.core.findings import Finding, Findings
from segmask.core.geometry import resize_image, resize_map
from segmask.core.labels import PART_ID
from segmask.core.morphology import blurred, narrowed, opened, widened
from segmask.core.regions import connected_regions
from segmask.core.types import Alpha, Box, Image, Mask, Prob
from segmask.fusion.scene import Scene


@dataclass(frozen=True)
class BaredConfig:
    """Numbers of the filling; lengths as shares of the long side."""

    sure: float = 0.8
    """Probability of ground in the edit from which a pixel surely is it, …"""
    likely: float = 0.4
    """… and from which one beside such pixels is."""
    least: float = 0.00015
    """Of the picture: smaller patches are not seen."""
    rim: int = 4
    """Pixels at the working size: how far a patch goes on beyond what surely is ground and taken."""
    room: float = 0.1
    """How far around a patch is looked …"""
    beside: float = 0.015
    """… and what of it lies beside it."""
    known: int = 30
    """Pixels there that both pictures show as ground, at least."""
    step: float = 3.0
    """Pixels: sigma over which colours are compared in the end; finer differences are texture."""
    texture: float = 3.0
    """ΔE that half the texture counts."""
    lively: float = 2.0
    """Times the texture of the edit's ground around a patch from which something stands there."""
    misfit: float = 4.0
    """Times the strength of the texture around, by which the filling may differ there from what it goes on from."""
    visible: float = 4.0
    """ΔE from which the edit's ground shows beside the original's."""
    edge: float = 15.0
    """Contrast of the edit within a few pixels, ΔE, from which there is an outline in it."""
    unseen: float = 3.0
    """ΔE up to which a step along such a place is not seen."""
    masked: float = 0.2
    """What each level of texture's strength adds to it."""
    inside: float = 0.3
    """Share of what the filling saves that it may show where it ends within what the edit shows as one."""
    gain: float = 0.6
    """The filling must show by less than this share of it."""


DEFAULT = BaredConfig()


@dataclass(frozen=True, eq=False)
class _Place:
    """A patch and what lies around it, in a box of the working size."""

    patch: Mask
    whole: Mask
    """With what is likely ground beside it: this is filled."""
    near: Mask
    """The original's ground that stays beside it."""
    original: Map
    edited: Map
    around: float
    """Strength of the texture of that ground."""
    shows: float
    """By how much the edit's ground differs from it, ΔE."""


def bared_ground(original: Image, edited: Image, alpha: Alpha, scene: Scene) -> tuple[Filling, ...]:
    """What is to be added to the edit where it bares ground that does not go on in the original's.

    Args:
        original: uint8 (H, W, 3).
        edited: uint8 (H, W, 3), aligned, in the original's tone; the fillings are laid over it.
        alpha: float32 (H, W): what comes from the edit.
        scene: what both pictures show.

    >>> label, wall = np.zeros((240, 240), np.uint8), np.full((240, 240, 3), 200, np.uint8)
    >>> label[100:140, 100:140] = PART_ID["upper"]
    >>> alpha = (label > 0).astype(np.float32)
    >>> scene = Scene.of_labels(label, 0 * label, np.full((240, 240), 9, np.float32), ("upper",))
    >>> edited = wall // 2  # a dark wall where the garment was
    >>> len(bared_ground(wall, edited, alpha, scene)), edited[120, 120].tolist()
    (1, [200, 200, 200])
    """
    if "background" in scene.parts:
        return ()
    size_hw = scene.change.size_hw
    taken = resize_map(alpha, size_hw)
    before, after = (shown[PART_ID["background"]] for shown in (scene.before, scene.after))
    patches = connected_regions(opened((taken > 0.5) & (after > DEFAULT.sure), 1))
    fit = np.flatnonzero(patches.areas >= DEFAULT.least * taken.size)
    if not len(fit):
        return ()
    stays = narrowed(before > 0.5, 2) & ~widened(taken > 0)
    first, second = (resize_image(image, size_hw).astype(np.float32) for image in (original, edited))
    source, fillings = Source.of(first, stays), []
    for index in fit:
        box = patches.boxes[index].grown_by(round(DEFAULT.room * max(size_hw))).clip(*size_hw)
        place = _place(patches.labels[box.slices] == index, box, source, second, after)
        found = None if place is None or place.shows <= DEFAULT.visible else best_piece(place.patch, box, source)
        if place is None or found is None or found[1] > DEFAULT.misfit * (1 + place.around):
            continue
        if _shows_less(healed(found[0], box, source), place):
            filling = filling_of(place.whole, found[0], box, source, (original, edited))
            filling.lay_over(edited)
            fillings.append(filling)
    return tuple(fillings)


def _place(patch: Mask, box: Box, source: Source, edited: Map, after: Prob) -> _Place | None:
    """What is known around a patch, bool of the box's size; None where too little of both grounds lies there.

    None too where the edit's patch is livelier than its ground around: something stands there that no parser knows.
    """
    near = (
        widened(patch, max(2, round(DEFAULT.beside * max(after.shape)))) & source.usable[box.slices] & ~widened(patch)
    )
    own = near & (after[box.slices] > DEFAULT.sure)
    if own.sum() < DEFAULT.known:
        return None
    original, edited = source.picture[box.slices], edited[box.slices]
    around, lively = float(np.median(_texture(original)[near])), _texture(edited)
    if 1 + np.median(lively[patch]) > DEFAULT.lively * (1 + np.median(lively[own])):
        return None
    shows = _step(original, edited, own) + _smoother(around, edited, patch)
    beside = widened(patch, DEFAULT.rim) & (after[box.slices] > DEFAULT.likely)
    return _Place(patch, patch | beside, near, original, edited, around, shows)


def _shows_less(filled: Map, place: _Place) -> bool:
    """Does the filling show so much less than the edit's own ground that it is worth it?"""
    shows = _step(place.original, filled, place.near) + _smoother(place.around, filled, place.patch)
    along = (place.patch & widened(~place.patch) & widened(place.near, 6)).sum()
    saved = (place.shows - shows) * float(along)
    return shows < DEFAULT.gain * place.shows and _new_seam(filled, place) < DEFAULT.inside * saved


def _smoother(around: float, picture: Map, patch: Mask) -> float:
    """What it counts, in ΔE, that a patch has less texture than there is ``around``."""
    return DEFAULT.texture * max(0.0, float(np.log2((1 + around) / (1 + np.median(_texture(picture)[patch])))))


def _new_seam(filled: Map, place: _Place) -> float:
    """What the filling steps by where the edit goes on beyond the patch without a step, ΔE along a pixel of outline."""
    import cv2

    rim = place.whole & widened(~(place.whole | widened(place.near, 6)))
    first, second = (
        lab(np.clip(np.rint(blurred(picture, 1.5)), 0, 255).astype(np.uint8)) for picture in (filled, place.edited)
    )
    square = np.ones((7, 7), np.uint8)
    contrast = cv2.dilate(second, square) - cv2.erode(second, square)
    flat = np.sqrt(np.square(contrast).sum(2)) < DEFAULT.edge
    unseen = DEFAULT.unseen + DEFAULT.masked * place.around
    return float(np.maximum(delta_e(first, second) - unseen, 0)[rim & flat].sum())


def _step(first: Map, second: Map, places: Mask) -> float:
    """Mean difference in light at the places, ΔE: of the means of what lies at them around."""
    weight = places.astype(np.float32)
    amount = np.maximum(blurred(weight, DEFAULT.step), 1e-4)[..., None]
    means = (blurred(picture * weight[..., None], DEFAULT.step) / amount for picture in (first, second))
    colours = (lab(np.clip(np.rint(mean), 0, 255).astype(np.uint8)) for mean in means)
    return float(delta_e(*colours)[places].mean())


def _texture(colours: Map) -> Map:
    """Strength of what is finer than a small blur, float32 (h, w)."""
    luma = colours.mean(2)
    return np.sqrt(blurred(np.square(luma - blurred(luma, 1.5)), 3.0))


def filled_findings(fillings: tuple[Filling, ...], alpha: Alpha) -> Findings:
    """That something was filled, where, and how much of the picture, for ``alpha`` float32 (H, W).

    >>> filling = Filling(Box(0, 0, 2, 2), np.ones((2, 2, 3), np.float32))
    >>> [(finding.code, finding.measured) for finding in filled_findings((filling,), np.ones((4, 4), np.float32))]
    [('ground-filled', 0.25)]
    """
    if not fillings:
        return ()
    filled = np.zeros(alpha.shape, bool)
    for filling in fillings:
        filled[filling.area.slices] |= filling.levels.any(2)
    filled &= alpha > 0
    share, box = float(filled.mean()), Box.around(filled)
    if box is None:
        return ()
    text = f"ground that the old garment laid bare, {share:.1%} of the picture, goes on from the original's own ground"
    return (Finding("ground-filled", text, box.corners, share),)
