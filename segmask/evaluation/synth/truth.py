"""The truth of a synthetic edit: what must change, what must stay, and what can't be known.

255: the picture must come from the edit: new garment, old garment that became skin or background, and a moved arm that
     meets them. 0: it must stay, however the model redrew it. 128: don't care: mixed pixels at the new outline, and a
     rim along label outlines, which are superpixels with 2-3 px of noise.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Mask
from segmask.evaluation.synth.fields import signed_distance, within
from segmask.evaluation.synth.redesign import Redesign

CHANGE, STAY, UNKNOWN = 255, 0, 128
LABEL_NOISE_U = 3.0  # px at 830 px height: the labels' superpixels are off by 2-3
RAMP_U = 1.5  # px at 830 px height: beside the new outline, blur and resampling mix the two sides


def truth_map(old: Mask, shape: Redesign, limb: Mask, forgotten: Mask, unit: float) -> NDArray[np.uint8]:
    """uint8 (H, W) of 255, 128 and 0 for one redesigned figure.

    ``old`` is where the original shows the target garments, ``limb`` a moved arm that must come from the edit and
    ``forgotten`` a thing in front of the figure that the edit has lost: it must stay.

    >>> from segmask.evaluation.synth.redesign import Redesign
    >>> old = np.zeros((40, 40), bool)
    >>> old[10:30, 10:30] = True
    >>> none = np.zeros_like(old)
    >>> shape = Redesign(old.astype(np.float32), np.zeros((40, 40), np.uint8), old, none, none.astype(np.float32), ())
    >>> truth_map(old, shape, limb=none, forgotten=none, unit=1.0)[20, 5:13].tolist()
    [0, 0, 128, 128, 128, 128, 255, 255]
    """
    noise, ramp = LABEL_NOISE_U * unit, RAMP_U * unit
    new = shape.alpha >= 0.98
    uncovered = (signed_distance(old) >= noise) & ~within(shape.front_alpha > 0.02, ramp)
    touched = within(shape.alpha > 0.02, ramp) | within(old | shape.old, noise)
    truth = np.where(touched, np.uint8(UNKNOWN), np.uint8(STAY))
    truth[_core(new | uncovered, 0.5 * ramp)] = CHANGE
    truth[within(limb, noise) & (truth == STAY)] = UNKNOWN
    truth[_core(limb, ramp)] = CHANGE
    truth[within(forgotten, ramp)] = UNKNOWN
    truth[_core(forgotten, 0.5 * ramp)] = STAY
    return truth


def _core(mask: Mask, distance_px: float) -> Mask:
    return signed_distance(mask) >= distance_px
