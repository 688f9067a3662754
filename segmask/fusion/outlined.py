"""Pieces of a garment or a limb that end nowhere: what stays must have an outline of its own.

A new garment in nearly the colour of the old one differs little from it, and where it differs least the evidence says
that nothing changed. What really was left alone inside a changed garment, a tie or the shirt in a coat, has an outline
in the original. A piece that ends in the middle of the old garment's cloth has none, and its rim shows in the composite
as a step that neither picture has. So it does in a bare limb: of a leg that gets a boot in nearly its colour either all
stays or nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.colour import Lab
from segmask.core.morphology import blurred, narrowed, slopes, widened
from segmask.core.regions import connected_regions
from segmask.core.types import Mask
from segmask.fusion.scene import Scene


@dataclass(frozen=True)
class OutlineConfig:
    """Numbers of the rule, for the working size of 800."""

    blur: float = 1.0
    """Sigma in pixels: weave is no outline."""
    step: float = 1.5
    """ΔE a pixel from which a picture has an outline there."""
    reach: int = 2
    """Pixels by which a piece's rim may miss it."""
    outlined: float = 0.35
    """Share of the rim between a piece and what was taken that lies on an outline of the original, from which the piece
    is a thing of its own."""
    enclosed: float = 0.6
    """Least share of the piece's rim at which something was taken."""
    score: float = 1.0
    """Score that half of a piece must reach: what differs by less than the noise shows no step at its rim."""
    least: float = 0.0004
    """Of the picture: smaller pieces are specks."""


DEFAULT = OutlineConfig()


def with_unoutlined(mask: Mask, scene: Scene, must_keep: Mask) -> Mask:
    """``mask``, bool (h, w), with the pieces beside it that have no outline: the target in both pictures, or skin.

    Where the rest of a garment hardly changed either, and ends at an outline, it is given back instead.

    Args:
        mask: what comes from the edit so far.
        scene: what both pictures show; without their colours nothing is added.
        must_keep: bool (h, w): must stay.

    >>> from segmask.core.labels import PART_ID
    >>> from segmask.core.types import Change
    >>> label, score = np.full((60, 60), PART_ID["dress"], np.uint8), np.full((60, 60), 2, np.float32)
    >>> shown = np.eye(14, dtype=np.float32)[label].transpose(2, 0, 1)
    >>> plain, tie = np.full((60, 60, 3), (20, 0, 0), np.float32), np.full((60, 60, 3), (20, 0, 0), np.float32)
    >>> tie[20:40, 20:40] = 60, 0, 0
    >>> mask = np.ones((60, 60), bool)
    >>> mask[20:40, 20:40] = False
    >>> def left(colours: np.ndarray) -> int:
    ...     change = Change(score, score, 3.0, score > 3, colours=(colours, colours))
    ...     return int((~with_unoutlined(mask, Scene.of(shown, shown, change, ("dress",)), mask & False)).sum())
    >>> left(plain), left(tie)
    (0, 400)
    """
    if scene.change.colours is None or not mask.any():
        return mask
    cloth, left = np.minimum(scene.was, scene.becomes) > 0.5, ~mask & ~must_keep
    kinds = cloth & left, (scene.skin[0] > 0.5) & ~cloth & left
    found = [piece for kind in kinds for piece in _enclosed(kind, mask, scene)]
    if not found:
        return mask
    outlines, result = _outlines(scene.change.colours[0]), mask.copy()
    for piece in found:
        if _outlined(piece & widened(mask, 2), outlines):
            continue
        rest = _rest(piece, mask, scene)
        if rest.any() and _outlined(widened(rest | piece, 2) & mask & ~rest, outlines):
            result &= ~rest
        else:
            result |= piece
    return result


def _enclosed(left: Mask, mask: Mask, scene: Scene) -> list[Mask]:
    """The changed pieces of what is left that lie in what was taken, bool (h, w) each."""
    pieces = connected_regions(left)
    beside, rim = widened(mask, 2) & left, left & ~narrowed(left)
    touching, enclosed = pieces.total(beside & rim), DEFAULT.enclosed * pieces.total(rim)
    fit = (pieces.areas >= DEFAULT.least * mask.size) & (touching > 0) & (touching >= enclosed)
    differs = pieces.total(scene.change.score_map >= DEFAULT.score) >= 0.5 * pieces.areas
    return [pieces.labels == index for index in np.flatnonzero(fit & differs)]


def _rest(piece: Mask, mask: Mask, scene: Scene) -> Mask:
    """What was taken beside a piece, of the same garment and hardly changed, bool (h, w): it could stay as well."""
    before, after = scene.label_maps
    regions = connected_regions(mask & (before == after) & (scene.was > 0.5) & (scene.changed < 0.5))
    large = regions.areas >= DEFAULT.least * mask.size
    return regions.select(large & (regions.total(widened(piece, 2)) > 0))


def _outlined(line: Mask, outlines: Mask) -> bool:
    """Does enough of a line lie on outlines?"""
    return bool((line & outlines).sum() >= DEFAULT.outlined * max(int(line.sum()), 1))


def _outlines(colours: Lab) -> Mask:
    """Where a picture has an outline, bool (h, w)."""
    smooth = np.asarray(blurred(colours, DEFAULT.blur), np.float32)
    steps = [np.hypot(*slopes(np.ascontiguousarray(smooth[..., channel]))) for channel in range(3)]
    return widened(np.sqrt(np.sum(np.square(steps), axis=0)) > DEFAULT.step, DEFAULT.reach)
