"""Alignment of an answer that shows only a window of the original."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from segmask.core.types import Alignment, Image, Mask
from segmask.core.window import Window
from segmask.register.align import align


def align_window(original: Image, answer: Image, window: Window) -> tuple[Image, Alignment]:
    """Warp an answer onto the grid of the original, in which it shows a window.

    Args:
        original: uint8 (H, W, 3).
        answer: uint8 (h, w, 3) of any size: what came back for the window.
        window: what was sent.

    Returns:
        The original with the aligned answer in its place, uint8 (H, W, 3), and the alignment. Its matrix maps the
        answer's pixels to the original's; only what lies in the window is covered.

    >>> from segmask.core.types import Box
    >>> original = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    >>> window = Window(Box(10, 20, 74, 84), (64, 64))
    >>> aligned, alignment = align_window(original, window.cut(original), window)
    >>> bool((aligned == original).all()), int(alignment.covered.sum()), alignment.matrix[:2, 2].tolist()
    (True, 4096, [10.0, 20.0])
    """
    part, found = align(window.region(original), answer)
    size_hw = (original.shape[0], original.shape[1])
    inside, shown = window.within(size_hw)
    aligned = original.copy()
    aligned[inside.slices] = part[shown.slices]
    moved = np.array([[1, 0, window.box.x0], [0, 1, window.box.y0], [0, 0, 1.0]])

    def placed(mask: Mask) -> Mask:
        whole = np.zeros(size_hw, bool)
        whole[inside.slices] = mask[shown.slices]
        return whole

    repeated = None if found.repeated is None else placed(found.repeated)
    return aligned, replace(found, matrix=moved @ found.matrix, covered=placed(found.covered), repeated=repeated)
