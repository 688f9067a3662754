"""From the decision to the finished picture: alpha, tone, composite."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from segmask import io
from segmask.compose.alpha import make_alpha
from segmask.compose.bared import filled_findings
from segmask.compose.beside import Beside, matched_beside
from segmask.compose.composite import kept_composite
from segmask.compose.fine import fine_colours, is_fine
from segmask.compose.given_mask import allowed
from segmask.compose.hair import HairNearGarment
from segmask.compose.old_rim import Around
from segmask.compose.outline import Overlaid
from segmask.core.findings import Findings
from segmask.core.geometry import resize_alpha
from segmask.core.labels import PART_ID, WORN
from segmask.core.types import Alpha, Image
from segmask.fusion.constraints import Constraints
from segmask.fusion.decision import FELL_BACK, Decision
from segmask.fusion.scene import BARE, Scene
from segmask.options import Options
from segmask.register.registered import Measured
from segmask.register.tone import OUTPUT_LIMIT
from segmask.report import GivenMaskReport


@dataclass(frozen=True, eq=False)
class Composed:
    """The finished picture."""

    alpha: Alpha
    """float32 (H, W), multiples of 1/255."""
    small: Alpha
    """The same at the working size, float32 (h, w)."""
    toned: Image
    """uint8 (H, W, 3): the edit as it was composited, the original's hair laid over it."""
    raster: io.Raster
    """The composite at the original's depth, (H, W, C)."""
    constraints: Constraints
    """As they hold in the end: less what of the hair is matted."""
    given_mask: GivenMaskReport | None = None
    """What became of a mask of the user's own."""
    findings: Findings = ()


def compose(
    pictures: tuple[io.Picture, io.Picture],
    measured: Measured,
    scene: Scene | None,
    decision: Decision,
    constraints: Constraints,
    options: Options,
    hair: HairNearGarment | None = None,
    mask_in: Alpha | None = None,
) -> Composed:
    """The composite of a decision, or of the user's own mask ``mask_in``, float32 (H, W).

    Args:
        pictures: the original and the edit, as read.
        measured: both on one grid, and what changed.
        scene: what both pictures show; None for ``diff``.
        decision: what comes from the edit.
        constraints: what must stay, and what must come.
        options: feather, tone match, strategy.
        hair: the original's, to be laid over a replaced garment.
        mask_in: the user's own mask.

    >>> from segmask.core.types import Alignment, Change, ToneMatch
    >>> from segmask.fusion.constraints import constrain
    >>> from segmask.register.registered import Registered
    >>> original, edited = np.full((64, 64, 3), 90, np.uint8), np.full((64, 64, 3), 200, np.uint8)
    >>> none, score = np.zeros((64, 64), bool), np.full((64, 64), 9, np.float32)
    >>> alignment = Alignment(np.eye(3), "identity", True, 0, 0, 0.0, covered=~none)
    >>> tone = ToneMatch((1, 1, 1), (0, 0, 0), 0.0, 0, False, 0.0)
    >>> registered = Registered(original, edited, alignment, tone, np.zeros((8, 8, 3), np.float32))
    >>> measured = Measured(registered, Change(score, np.ones_like(score), 3.0, ~none))
    >>> taken = none.copy()
    >>> taken[20:44, 20:44] = True
    >>> decision = Decision(taken, 0 * score, 0 * score, strategy="diff")
    >>> held = constrain(None, include=none, exclude=none, covered=~none, others=None)
    >>> pictures = io.read_picture(original), io.read_picture(edited)
    >>> done = compose(pictures, measured, None, decision, held, Options(strategy="diff"))
    >>> int(done.raster[32, 32, 0]), int(done.raster[5, 5, 0])
    (200, 90)
    """
    before, after = pictures
    registered, layer = measured.registered, None if hair is None else hair.layer(constraints)
    held = constraints.without(None if layer is None else layer.freed)
    given_mask, findings = None, ()
    if mask_in is not None:
        alpha, given_mask, findings = allowed(mask_in, held)
    else:
        overlaid = Overlaid(registered.original, registered.toned_in, measured.change.noise_floor)
        alpha = make_alpha(
            decision.mask,
            before.size_hw,
            held.keep,
            feather=options.feather,
            overlaid=None if options.strategy == "semantic" else overlaid,
            limbs=np.minimum(*scene.skin) if scene is not None and decision.strategy != FELL_BACK else None,
            around=() if scene is None or decision.strategy == FELL_BACK else _around(scene),
            hair=layer,
            beyond=~registered.alignment.covered,
            gone=None if scene is None else (scene.was > 0.5) & (scene.becomes <= 0.5),
        )
    if held.take.any():
        alpha = np.where(held.take, np.float32(1), alpha)
    small = resize_alpha(alpha, measured.change.size_hw)
    toned, beside = registered.aligned, Beside()
    # Bare skin is to match the skin beside it, a thing's new colour is to stay.
    limit = None if scene is not None and not set(scene.parts).isdisjoint(BARE) else OUTPUT_LIMIT
    if options.tone_match:
        tone = partial(registered.toned, alpha > 0, limit)
        beside, toned = matched_beside(registered.original, tone, alpha, small >= 0.5, scene)
        findings += filled_findings(beside.bared, alpha)
    if layer is not None:
        toned = layer.over(toned, alpha)
    if before.is_neutral and not before.is_gray:
        toned = io.neutral(toned)
    colours = None
    if is_fine(before, after):
        matched = (limit, beside) if options.tone_match else None
        colours, lost = fine_colours(before, after, registered, alpha, matched, layer)
        findings += lost
    return Composed(alpha, small, toned, kept_composite(before, toned, alpha, colours), held, given_mask, findings)


def _around(scene: Scene) -> tuple[Around, ...]:
    """What lies around a garment that goes; nothing for a target that is none."""
    if not set(scene.parts) <= set(WORN):
        return ()
    before, after = (probs[PART_ID["background"]] for probs in (scene.before, scene.after))
    ground, (old, new) = Around(before, after + scene.becomes, after), scene.skin
    return ground, Around(old, new, new, gone=scene.was)
