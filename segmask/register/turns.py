"""Is an edit turned by a quarter or mirrored? The seven other ways to lay it, tried at a small size.

Asked only where no motion fits well: a camera's orientation that a service dropped, a model that mirrored the scene.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.types import Image, Matrix

SIDE = 300
"""Pixels of the long side at which the turns are tried: enough to tell one from the other."""
LEAST_SHARE, LEAST_POINTS = 0.3, 30
"""Followed points that must agree with a turn: one by chance has .12 of them and a dozen."""

CLEARLY = 0.7
"""Factor on the mean difference to the original that a turn must reach, or the edit is left as it lies. A guess."""


@dataclass(frozen=True)
class Turn:
    """How a picture is turned back: quarters against the clock, then mirrored left to right."""

    quarters: int
    mirrored: bool

    def apply(self, image: Image) -> Image:
        """The picture turned back, uint8 (h, w, 3).

        >>> Turn(1, False).apply(np.zeros((2, 5, 3), np.uint8)).shape
        (5, 2, 3)
        """
        turned = np.rot90(image, self.quarters)
        return np.ascontiguousarray(turned[:, ::-1] if self.mirrored else turned)

    def matrix(self, size_hw: tuple[int, ...]) -> Matrix:
        """(3, 3): a picture's pixel (x, y, 1) to its place in the turned one, for its height and width.

        >>> (Turn(1, False).matrix((2, 5)) @ [4, 0, 1]).tolist()  # the upper right corner becomes the upper left
        [0.0, 0.0, 1.0]
        """
        height, width = size_hw[:2]
        whole = np.eye(3)
        for _ in range(self.quarters):
            whole = np.array([[0, 1, 0], [-1, 0, width - 1], [0, 0, 1.0]]) @ whole
            height, width = width, height
        mirror = np.array([[-1, 0, width - 1], [0, 1, 0], [0, 0, 1.0]])
        return mirror @ whole if self.mirrored else whole


def turned(matrix: Matrix) -> str:
    """In words, how a motion (3, 3) turns or mirrors a picture by quarters; empty where it does neither.

    >>> turned(np.array([[0.01, -1.1, 300], [1.1, 0.01, 4], [0, 0, 1]]))
    'turned by 90 degrees clockwise'
    >>> turned(np.diag([-1.0, 1, 1])), turned(np.eye(3))
    ('mirrored', '')
    """
    mirrored = bool(np.linalg.det(matrix[:2, :2]) < 0)
    first, second = (matrix[:2, :2] * ([-1, 1] if mirrored else 1))[:, 0]
    quarters = round(float(np.arctan2(second, first)) / (np.pi / 2)) % 4
    words = [f"turned by {90 * quarters} degrees clockwise"] * (quarters > 0) + ["mirrored"] * mirrored
    return " and ".join(words)


TURNS = tuple(Turn(quarters, mirrored) for mirrored in (False, True) for quarters in range(4))[1:]
"""All but the one that changes nothing."""
