"""From the decision to the finished picture: alpha, tone, composite."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask import io
from segmask.compose.alpha import make_alpha
from segmask.compose.composite import kept_composite
from segmask.compose.given import allowed
from segmask.compose.hair import fabric_in_hair
from segmask.compose.outline import Overlaid
from segmask.compose.skin import matched_skin
from segmask.core.findings import Findings
from segmask.core.geometry import WORKING_SIDE, resize_map, working_size
from segmask.core.labels import WORN
from segmask.core.morphology import square
from segmask.core.types import Alpha, Image
from segmask.fusion.constraints import Constraints
from segmask.fusion.decision import Decision
from segmask.fusion.scene import Scene
from segmask.options import Options
from segmask.register.registered import Measured, Registered
from segmask.report import GivenMaskReport

MASK_MARGIN = 1
"""Pixels: a given mask says where the garment was a little otherwise than the decision that it was written from."""


@dataclass(frozen=True, eq=False)
class Composed:
    """The finished picture."""

    alpha: Alpha
    """float32 (H, W), multiples of 1/255."""
    toned: Image
    """uint8 (H, W, 3): the edit as it was composited."""
    raster: io.Raster
    """The composite at the original's depth, (H, W, C)."""
    constraints: Constraints
    """As they hold in the end: without the old fabric between strands of hair."""
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
    mask_in: Alpha | None = None,
) -> Composed:
    """The composite of a decision, or of the user's own mask ``mask_in``, float32 (H, W).

    ``scene`` is what both pictures show; None for ``diff``.
    """
    registered, fabric = measured.registered, None
    if scene is not None and options.strategy == "hybrid" and set(scene.parts) <= set(WORN):
        fabric = _fabric(before.image, scene, decision, constraints, given=mask_in is not None)
    held = constraints.without(fabric)
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
            fabric=fabric,
            limbs=None if scene is None else np.minimum(*scene.skin),
        )
    alpha = np.where(held.take, np.float32(1), alpha)
    toned = _toned(registered, alpha, scene) if options.tone_match else registered.aligned
    return Composed(alpha, toned, kept_composite(before, toned, alpha), held, given_mask, findings)


def _fabric(original: Image, scene: Scene, decision: Decision, constraints: Constraints, given: bool) -> Alpha | None:
    """Old fabric between the strands of protected hair, that comes from the edit; None where there is none.

    A given mask may reach a margin further into the hair than what is measured by it.
    """
    import cv2

    firm = constraints.firm
    fabric = fabric_in_hair(original, scene, decision.mask, firm)
    if fabric is None or not given:
        return fabric
    return np.where(firm, np.float32(0), cv2.dilate(fabric, square(MASK_MARGIN)))


def _toned(registered: Registered, alpha: Alpha, scene: Scene | None) -> Image:
    """The edit as it is composited, uint8 (H, W, 3): without its drift, its skin in the original's tone."""
    toned = registered.toned(alpha > 0)
    if scene is None:
        return toned
    # By alpha, not by the decision: a mask that is read back has no other.
    taken = resize_map(alpha, working_size((alpha.shape[0], alpha.shape[1]), WORKING_SIDE)) >= 0.5
    return matched_skin(registered.original, toned, *scene.parsings, taken, scene.parts)
