"""How wide an outline of the edit is: lenses draw what is out of focus with a wide edge, and a narrow one cuts it out.

The width of a step is its height over its steepest slope; what the blur before the measurement adds is taken off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.morphology import slopes, square

Map = NDArray[np.float32]


@dataclass(frozen=True)
class EdgeWidthConfig:
    """Numbers of the width; as factors of the usual width, if nothing else is said."""

    reach: float = 2.5
    """Neighbourhood in which the step's two sides are looked for: up to twice as wide an edge is measured."""
    least_step: float = 10.0
    """L*: fainter steps tell no width."""
    widest: float = 4.0


DEFAULT = EdgeWidthConfig()


def wider_edge(light: Map, sigma: float, usual: float) -> Map:
    """Pixels by which edges of ``light`` are wider than ``usual``, float32 (h, w), 0 where they are not.

    Args:
        light: float32 (h, w), L* of a picture, blurred by ``sigma`` pixels.
        sigma: what to take off.
        usual: width in pixels that an edge has anyway.

    >>> from segmask.core.morphology import blurred
    >>> step = np.where(np.arange(80) < 40, np.float32(20), np.float32(80))[None].repeat(80, 0)
    >>> sharp, soft = (wider_edge(blurred(step, sigma), 1.0, 3.0)[40, 40] for sigma in (1.0, 3.0))
    >>> float(sharp), bool(soft > 1)
    (0.0, True)
    """
    import cv2

    radius = max(2, round(DEFAULT.reach * usual))
    around = square(radius)
    step = cv2.dilate(light, around) - cv2.erode(light, around)
    slope = cv2.magnitude(*slopes(light))
    steepest = cv2.dilate(slope, around)
    blurred = step / np.maximum(steepest, 1e-3)  # of a step under a Gaussian: sqrt(2 pi) sigma
    width = np.sqrt(np.maximum(blurred**2 - 2 * np.pi * sigma**2, 0))
    width = np.where(step < DEFAULT.least_step, 0, np.minimum(width, DEFAULT.widest * usual))
    return np.asarray(np.maximum(width - usual, 0), np.float32)
