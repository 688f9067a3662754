"""From the decision to the finished picture: alpha, tone, composite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask import io
from segmask.compose.alpha import make_alpha
from segmask.compose.composite import kept_composite
from segmask.compose.fine import fine_colours, is_fine
from segmask.compose.given import allowed
from segmask.compose.hair import hair_layer
from segmask.compose.outline import Overlaid
from segmask.compose.skin import BARE, Field, add_correction, skin_correction
from segmask.core.findings import Findings
from segmask.core.geometry import WORKING_SIDE, resize_map, working_size
from segmask.core.labels import WORN
from segmask.core.types import Alpha, Image
from segmask.fusion.constraints import Constraints
from segmask.fusion.decision import Decision
from segmask.fusion.scene import Scene
from segmask.options import Options
from segmask.register.registered import Measured
from segmask.report import GivenMaskReport


@dataclass(frozen=True, eq=False)
class Composed:
    """The finished picture."""

    alpha: Alpha
    """float32 (H, W), multiples of 1/255."""
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
    before: io.Picture,
    after: io.Picture,
    measured: Measured,
    scene: Scene | None,
    decision: Decision,
    constraints: Constraints,
    options: Options,
    mask_in: Alpha | None = None,
) -> Composed:
    """The composite of a decision, or of the user's own mask ``mask_in``, float32 (H, W).

    ``scene`` is what both pictures show; None for ``diff``.
    """
    registered, layer = measured.registered, None
    if scene is not None and options.strategy == "hybrid" and set(scene.parts) <= set(WORN):
        layer = hair_layer(before.image, registered.toned_in, scene, constraints)
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
            limbs=None if scene is None else np.minimum(*scene.skin),
            hair=layer,
        )
    alpha = np.where(held.take, np.float32(1), alpha)
    toned, correction = registered.aligned, None
    if options.tone_match:
        toned = registered.toned(alpha > 0)
        correction = None if scene is None else _skin_correction(registered.original, toned, alpha, scene)
        toned = add_correction(toned, correction)
    if layer is not None:
        toned = layer.over(toned, alpha)
    if before.is_neutral and not before.is_gray:
        toned = io.neutral(toned)
    colours = None
    if is_fine(before, after):
        colours, lost = fine_colours(before, after, registered, alpha, correction, layer, tone_match=options.tone_match)
        findings += lost
    return Composed(alpha, toned, kept_composite(before, toned, alpha, colours), held, given_mask, findings)


def _skin_correction(original: Image, toned: Image, alpha: Alpha, scene: Scene) -> Field | None:
    """What brings the edit's skin into the original's tone; None where skin is what was asked for."""
    if not set(scene.parts).isdisjoint(BARE):
        return None
    # By alpha, not by the decision: a mask that is read back has no other.
    taken = resize_map(alpha, working_size((alpha.shape[0], alpha.shape[1]), WORKING_SIDE)) >= 0.5
    before, after = scene.parsings
    return skin_correction(original, toned, before.working_probs, after.working_probs, taken)
