"""What an eye sees of a wrong mask without knowing the right one: ghost, held, step, halved and touched.

Each is measured on the finished picture beside the two that it was made of, and each comes with its place. A faultless
composite has none of them: its outline runs along edges that one of the pictures has itself, nothing beside it differs
but the ground, and every thing comes from one picture.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from segmask.core.colour import Lab, delta_e
from segmask.core.labels import CLOTHING, PART_ID
from segmask.core.morphology import blurred, blurred_in, narrowed, widened
from segmask.core.regions import Regions, connected_regions
from segmask.core.types import Box, Mask
from segmask.fusion.scene import target_prob
from segmask.verdict.finished import ACROSS, Finished

Map = NDArray[np.float32]


@dataclass(frozen=True)
class ResidueConfig:
    """Numbers of what shows; lengths as shares of the long side, differences in ΔE (CIE 1976)."""

    rim: float = 0.004
    """Width of the rim outside of the outline: 4 pixels at 1024, as far as an old contour reaches beyond a mask."""
    differs: float = 3.0
    """Score from which a pixel counts as changed: the change map's lower threshold."""
    contour: float = 12.0
    """ΔE from which a line two or three pixels wide is seen; an area shows from a third of it."""
    along: float = 0.008
    """Sigma of the mean along the outline: the threads of a fabric are no step, a step goes on."""
    step: float = 4.0
    """ΔE that a step has beyond the larger of the two pictures' own: seen along a line. 3 to 6 rank alike."""
    stands_out: float = 1.25
    """How much larger it must be than theirs: a coat before a darker wall than its own is no seam."""
    least: float = 0.0004
    """Of the picture, the smallest piece or thing that counts: a square of 20 pixels at 1024."""
    halved: float = 0.15
    """Of what changed in a thing, the least that came and the least that stayed where it is cut in two."""
    changed: float = 0.25
    """Of a thing must differ for its halves to be told apart."""
    unlike: float = 0.1
    """Of the outline through a thing shows a step, from which its halves don't match: a leg that passes from one
    picture into the other unseen has none. .1 to .2 rank alike, .05 is worse."""


DEFAULT = ResidueConfig()
GRAIN = 0.7
"""Sigma in working pixels of the blur that takes the grain out and leaves a line of two pixels."""
THINGS = ("hair", "skin", "footwear", "headwear", "bag", "accessory")
"""Parts that come from one picture as a whole; each connected region of one is a thing."""


@dataclass(frozen=True)
class Trace:
    """One kind of fault: how much of it shows, and where."""

    amount: float
    """In [0, 1]; 0 where nothing shows."""
    places: Mask
    """bool (h, w)."""
    box: Box | None
    """Around the worst place; None without one."""


@dataclass(frozen=True)
class Residue:
    """What shows of a mask's faults in a composite."""

    ghost: Trace
    """Share of the rim where the old contour shows: both pictures differ beyond the ground's own difference."""
    held: Trace
    """Changed pieces that touch the mask and stayed, as a share of them and the mask together."""
    step: Trace
    """Share of the outline with a step that neither picture has."""
    halved: Trace
    """Smaller halves of things that come from both pictures and don't match, as a share of them and the mask."""
    touched: Trace
    """Share of the mask that is ground in both pictures, in pieces large enough to be seen."""

    @property
    def worst(self) -> str:
        """Name of the trace that shows most."""
        return max((field.name for field in fields(self)), key=lambda name: getattr(self, name).amount)


def measure_residue(finished: Finished, parts: tuple[str, ...] = CLOTHING) -> Residue:
    """What shows of a mask's faults.

    Args:
        finished: the composite, at the working size.
        parts: the targeted parts.

    Without parsings ``halved`` and ``touched`` are 0, and ``held`` counts what meets the mask with a step alone.

    >>> old, new = np.full((100, 100, 3), 90, np.uint8), np.full((100, 100, 3), 90, np.uint8)
    >>> new[20:80, 20:80] = 200, 60, 60  # a new coat, of which the mask missed a half
    >>> alpha, floor = np.zeros((100, 100), np.float32), np.ones((100, 100), np.float32)
    >>> alpha[20:80, 20:50] = 1
    >>> score = np.where((new != old).any(2), np.float32(20), np.float32(0.5))
    >>> composed = np.where(alpha[..., None] > 0, new, old)
    >>> residue = measure_residue(Finished(old, new, composed, alpha, score, floor, floor > 0, floor < 0))
    >>> residue.worst, round(residue.held.amount, 1), residue.held.box
    ('held', 0.5, Box(x0=50, y0=20, x1=80, y1=80))
    """
    mask = finished.mask
    if not mask.any() or mask.all():
        return Residue(*(_nothing(mask) for _ in fields(Residue)))
    outline = _outline(finished, mask)
    return Residue(
        _ghost(finished, mask),
        _held(finished, mask, outline, parts),
        _step(outline, mask),
        _halved(finished, mask, outline, parts),
        _touched(finished, mask, parts),
    )


@dataclass(frozen=True)
class _Outline:
    """The mask's outline."""

    line: Mask
    """bool (h, w): its pixels."""
    shows: Mask
    """Those with a step that neither picture has."""

    def seen(self, pieces: Regions, reach: int = 0) -> NDArray[np.float64]:
        """Share of the outline within ``reach`` pixels of each piece that shows, (n + 1,)."""
        lines = (widened(pixels, reach) if reach else pixels for pixels in (self.line, self.shows))
        contact, shown = (pieces.total(pixels) for pixels in lines)
        return np.minimum(shown / np.maximum(contact, 1), 1)


def _outline(finished: Finished, mask: Mask) -> _Outline:
    first, second, own = _steps(finished)
    theirs = np.maximum(first, second)
    shows = np.zeros_like(mask)
    shows[finished.line] = (own - theirs > DEFAULT.step) & (own > DEFAULT.stands_out * theirs)
    return _Outline(finished.line, shows)


def _ghost(finished: Finished, mask: Mask) -> Trace:
    width = _pixels(DEFAULT.rim, mask)
    rim = widened(mask, width) & ~mask & finished.covered & ~finished.faces
    shows = np.zeros_like(mask)
    box = Box.around(rim)
    if box is not None:  # beside the edit and not beside the original: a soft edge leaves less of the old contour
        beside = mask[finished.near.slices]
        edited, composite = (_outside(colours, beside, finished.within_near(box)) for colours in finished.colours[1:])
        apart = delta_e(composite, edited)
        floor = finished.noise_floor[box.slices]
        shows[box.slices] = rim[box.slices] & (apart > np.maximum(DEFAULT.contour, DEFAULT.differs * floor))
    return _trace(shows, float(shows.sum() / max(rim.sum(), 1)), shows)


def _held(finished: Finished, mask: Mask, outline: _Outline, parts: tuple[str, ...]) -> Trace:
    """Pieces wider than the rim, each counted as far as it shows the target or meets the mask with a step."""
    width = _pixels(DEFAULT.rim, mask)
    stayed = (finished.score_map >= DEFAULT.differs) & ~mask & finished.covered & ~finished.faces
    pieces = connected_regions(stayed & widened(narrowed(stayed, width), width))
    touches = (pieces.total(widened(mask, 2 * width)) > 0) & (pieces.areas >= DEFAULT.least * mask.size)
    if not touches.any():
        return _nothing(mask)
    weight = outline.seen(pieces, 2 * width)[pieces.labels]
    if finished.probs is not None:
        weight = np.maximum(weight, np.maximum(*(target_prob(probs, parts) for probs in finished.probs)))
    weight = np.where(pieces.select(touches), weight, 0)
    return _trace(weight > 0.5, _beside(float(weight.sum()), mask), weight)


def _step(outline: _Outline, mask: Mask) -> Trace:
    places = widened(outline.shows, _pixels(ACROSS, mask))
    return _trace(places, float(outline.shows.sum() / outline.line.sum()), outline.shows)


def _halved(finished: Finished, mask: Mask, outline: _Outline, parts: tuple[str, ...]) -> Trace:
    if finished.probs is None:
        return _nothing(mask)
    changed = (finished.score_map >= DEFAULT.differs) & finished.covered
    found = np.zeros_like(mask)
    for part in THINGS:
        if part in parts:
            continue
        seen = np.maximum(*(probs[PART_ID[part]] for probs in finished.probs)) > 0.5
        seen &= finished.covered & ~finished.faces
        if not seen.any():
            continue
        things = connected_regions(seen)
        came, stayed = things.total(changed & mask), things.total(changed & ~mask)
        both = came + stayed
        cut = (np.minimum(came, stayed) >= DEFAULT.halved * both) & (both >= DEFAULT.changed * things.areas)
        cut &= things.areas >= DEFAULT.least * mask.size
        if cut.any():
            cut &= outline.seen(things) >= DEFAULT.unlike
        if not cut.any():
            continue
        smaller = np.where((came < stayed)[things.labels], mask, ~mask)
        found |= smaller & changed & things.select(cut)
    return _trace(found, _beside(float(found.sum()), mask), found)


def _touched(finished: Finished, mask: Mask, parts: tuple[str, ...]) -> Trace:
    if finished.probs is None or "background" in parts:
        return _nothing(mask)
    ground = np.minimum(*(probs[PART_ID["background"]] for probs in finished.probs)) > 0.5
    taken = mask & ground & (finished.score_map >= DEFAULT.differs)
    width = _pixels(DEFAULT.rim, mask)
    pieces = connected_regions(taken & widened(narrowed(taken, width), width))
    places = pieces.select(pieces.areas >= DEFAULT.least * mask.size)
    return _trace(places, float(places.sum() / mask.sum()), places)


def _nothing(mask: Mask) -> Trace:
    return Trace(0.0, np.zeros_like(mask), None)


def _trace(places: Mask, amount: float, weight: Mask | Map) -> Trace:
    """A trace with a box around the connected place of the greatest total weight."""
    regions = connected_regions(places)
    if not len(regions):
        return Trace(amount, places, None)
    total = regions.total(weight)
    total[0] = -1
    return Trace(amount, places, regions.boxes[int(total.argmax())])


def _beside(area: float, mask: Mask) -> float:
    """An area as a share of itself and the mask."""
    return area / (area + float(mask.sum()))


def _pixels(share: float, mask: Mask) -> int:
    return max(1, round(share * max(mask.shape)))


def _steps(finished: Finished) -> list[Map]:
    """ΔE between the two sides of each pixel of the outline, of their mean difference along it, (n,) a picture."""
    line, steps = finished.line, []
    sigma = max(DEFAULT.along * max(line.shape), 0.5)
    amount = _along(np.ones((int(line.sum()), 1), np.float32), line, sigma)[:, 0]
    for colours in finished.colours:
        inner, outer = finished.at_sides(
            blurred_in(colours, finished.within_near(finished.beside), GRAIN, edge_twice=False)
        )
        steps.append(np.asarray(np.linalg.norm(_along(inner - outer, line, sigma), axis=1) / amount, np.float32))
    return steps


def _along(values: Map, line: Mask, sigma: float) -> Map:
    """Sums of values (n, C) of a line's pixels over what lies near along it, (n, C)."""
    around = Box.around(line) or Box(0, 0, 1, 1)
    box = around.grown_by(int(4 * sigma) + 2).clip(*line.shape)
    inside = line[box.slices]
    spread = np.zeros((*inside.shape, values.shape[1]), np.float32)
    spread[inside] = values
    return blurred(spread, sigma, edge_twice=False)[inside].reshape(values.shape)


def _outside(colours: Lab, mask: Mask, box: Box) -> Map:
    """The colours in a box, a pixel's grain taken out, of the pixels beside the mask alone, float32 (h, w, 3)."""
    weight = (~mask).astype(np.float32)
    total = blurred_in(colours * weight[..., None], box, GRAIN, edge_twice=False)
    amount = blurred_in(weight, box, GRAIN, edge_twice=False)
    return np.asarray(total / np.maximum(amount, 1e-3)[..., None], np.float32)
