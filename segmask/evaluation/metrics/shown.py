"""What shows of a mask's faults in its composite, without any truth: the traces of ``segmask.verdict.residue``."""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from segmask.change.difference import measure_change
from segmask.core.geometry import WORKING_SIDE, resize_image, resize_map, resize_mask, working_size
from segmask.core.types import Alpha, Image, Mask
from segmask.report import ResidueReport
from segmask.verdict.finished import Finished
from segmask.verdict.residue import measure_residue

TRACES = tuple(field.name for field in fields(ResidueReport))


def score_shown(residue: ResidueReport) -> dict[str, float]:
    """The traces by name, and their sum as ``shown``: the order in which composites are worth a look.

    >>> score_shown(ResidueReport(ghost=0.1, held=0.2, step=0.3, halved=0.0, touched=0.0))["shown"]
    0.6
    """
    traces = {name: float(getattr(residue, name)) for name in TRACES}
    return {"shown": round(sum(traces.values()), 5), **traces}


def measure_shown(
    original: Image, pasted: Image, composite: Image, alpha: Alpha, face: Mask | None = None
) -> ResidueReport:
    """The traces of any tool's mask, from pictures alone.

    Args:
        original: uint8 (H, W, 3).
        pasted: the edit on the original's grid, as it was pasted, uint8 (H, W, 3).
        composite: uint8 (H, W, 3).
        alpha: float32 (H, W).
        face: bool (H, W), what stays whatever changed in it; None if unknown.

    Nobody says what the pictures show, so ``halved`` and ``touched`` are 0.

    >>> old, new = np.full((100, 100, 3), 90, np.uint8), np.full((100, 100, 3), 90, np.uint8)
    >>> new[20:80, 20:80] = 200, 60, 60  # a new coat, of which the mask missed a half
    >>> alpha = np.zeros((100, 100), np.float32)
    >>> alpha[20:80, 20:50] = 1
    >>> shown = measure_shown(old, new, np.where(alpha[..., None] > 0, new, old), alpha)
    >>> shown.held > 0.3, shown.touched
    (True, 0.0)
    """
    size_hw = working_size((original.shape[0], original.shape[1]), WORKING_SIDE)
    before, after, made = (resize_image(picture, size_hw) for picture in (original, pasted, composite))
    everywhere = np.ones(size_hw, bool)
    change = measure_change(before, after, everywhere)
    finished = Finished(
        original=before,
        edited=after,
        composite=made,
        alpha=resize_map(alpha, size_hw),
        score_map=change.score_map,
        noise_floor=change.noise_floor,
        covered=everywhere,
        faces=~everywhere if face is None else resize_mask(face, size_hw),
    )
    residue = measure_residue(finished)
    return ResidueReport(**{name: round(getattr(residue, name).amount, 5) for name in TRACES})
