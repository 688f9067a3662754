"""From the decision to the finished picture: alpha, tone, composite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask import io
from segmask.compose.alpha import make_alpha
from segmask.compose.composite import kept_composite
from segmask.compose.given_mask import allowed
from segmask.compose.grain import matched_grain
from segmask.compose.ground import matched_ground
from segmask.compose.hair import HairNearGarment
from segmask.compose.outline import Overlaid
from segmask.compose.skin import matched_skin
from segmask.core.findings import Findings
from segmask.core.geometry import WORKING_SIDE, resize_map, working_size
from segmask.core.types import Alpha, Image
from segmask.fusion.constraints import Constraints
from segmask.fusion.decision import FELL_BACK, Decision
from segmask.fusion.scene import BARE, Scene
from segmask.options import Options
from segmask.register.registered import Measured, Registered
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
    measured: Measured,
    scene: Scene | None,
    decision: Decision,
    constraints: Constraints,
    options: Options,
    hair: HairNearGarment | None = None,
    mask_in: Alpha | None = None,
) -> Composed:
    """The composite of a decision, or of the user's own mask ``mask_in``, float32 (H, W).

    ``scene`` is what both pictures show, None for ``diff``; ``hair`` is laid over a replaced garment.

    >>> from segmask.core.types import Alignment, Change, ToneMatch
    >>> from segmask.fusion.constraints import constrain
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
    >>> done = compose(io.read_picture(original), measured, None, decision, held, Options(strategy="diff"))
    >>> int(done.raster[32, 32, 0]), int(done.raster[5, 5, 0])
    (200, 90)
    """
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
            hair=layer,
            beyond=~registered.alignment.covered,
        )
    alpha = np.where(held.take, np.float32(1), alpha)
    toned = _toned(registered, alpha, scene) if options.tone_match else registered.aligned
    if layer is not None:
        toned = layer.over(toned, alpha)
    return Composed(alpha, toned, kept_composite(before, toned, alpha), held, given_mask, findings)


def _toned(registered: Registered, alpha: Alpha, scene: Scene | None) -> Image:
    """The edit as it is composited, uint8 (H, W, 3): without its drift, skin and ground in the original's light."""
    if scene is None:
        return registered.toned(alpha > 0)
    # Bare skin is to match the skin beside it, a thing's new colour is to stay.
    toned = registered.toned(alpha > 0) if set(scene.parts).isdisjoint(BARE) else registered.toned(alpha > 0, None)
    # By alpha, not by the decision: a mask that is read back has no other.
    taken = resize_map(alpha, working_size((alpha.shape[0], alpha.shape[1]), WORKING_SIDE)) >= 0.5
    toned = matched_ground(registered.original, toned, *scene.parsings, taken, scene.parts)
    toned = matched_skin(registered.original, toned, *scene.parsings, taken, scene.parts)
    return matched_grain(registered.original, toned, *scene.parsings, alpha, scene.parts)
