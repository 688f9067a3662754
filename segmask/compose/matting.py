"""Natural image matting: the opacity of a foreground that is known in some places and likely in others.

The opacity minimises the matting Laplacian (Levin, Lischinski and Weiss 2008, A closed-form solution to natural image
matting) and a data term. The Laplacian is never built: its product with a vector is a handful of box filters, for any
window (He, Sun and Tang 2010, Fast matting using large kernel matting Laplacian matrices), and conjugate gradients need
nothing more. Its local linear model enlarges the opacity by a larger picture (He and Sun 2015, Fast guided filter).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_map

Map = NDArray[np.float32]


@dataclass(frozen=True)
class MattingConfig:
    """Numbers of the matting; colours in [0, 1]."""

    radius: int = 2
    """Pixels of a window: five across reach over a strand."""
    epsilon: float = 3e-5
    """Variance of a colour that is noise: half a level squared in eight bit counts, JPEG's error does not."""
    iterations: int = 40
    """Of conjugate gradients: what changes later does not show."""
    tolerance: float = 3e-3
    """Of the residual, relative to its beginning."""


DEFAULT = MattingConfig()


class Laplacian:
    """The matting Laplacian of a picture, float32 (h, w, 3) in [0, 1], as an operator."""

    def __init__(self, image: Map) -> None:
        self._side = 2 * DEFAULT.radius + 1
        self._image = image
        self._count = self._sum(np.ones(image.shape[:2], np.float32))
        self._mean = self._sum(image) / self._count[..., None]
        self._inverse = self._inverse_covariance(DEFAULT.epsilon)

    def linear_model(self, alpha: Map) -> tuple[Map, Map]:
        """Slope (h, w, 3) and offset (h, w) of alpha over colour in each window, by ridge regression."""
        mean = self._sum(alpha) / self._count
        covariance = self._sum(self._image * alpha[..., None]) / self._count[..., None] - self._mean * mean[..., None]
        slope = np.einsum("hwij,hwj->hwi", self._inverse, covariance)
        return slope, mean - np.einsum("hwi,hwi->hw", slope, self._mean)

    def apply(self, alpha: Map) -> Map:
        """Laplacian times alpha, divided by the window's pixels, float32 (h, w)."""
        slope, offset = self.linear_model(alpha)
        around = np.einsum("hwi,hwi->hw", self._sum(slope), self._image) + self._sum(offset)
        return (self._count * alpha - around) / self._side**2

    def enlarged(self, alpha: Map, image: Map) -> Map:
        """Alpha at the size of a larger copy of the picture, float32 (H, W, 3) in [0, 1], with the detail of that."""
        slope, offset = (self._sum(values) for values in self.linear_model(alpha))
        size_hw = (image.shape[0], image.shape[1])
        result = resize_map(offset / self._count, size_hw)
        for channel in range(3):
            result += resize_map(slope[..., channel] / self._count, size_hw) * image[..., channel]
        return np.clip(result, 0, 1)

    def _sum(self, values: Map) -> Map:
        """Sum over each window's pixels inside the picture."""
        import cv2

        side = (self._side, self._side)
        summed = cv2.boxFilter(values, -1, side, normalize=False, borderType=cv2.BORDER_CONSTANT)
        return np.asarray(summed, values.dtype)

    def _inverse_covariance(self, epsilon: float) -> Map:
        """Of the colours in each window, float32 (h, w, 3, 3); by cofactors: a general inverse is slow.

        In double precision: in a grey picture the three channels are one, and of the determinant only epsilon is left.
        """
        image: Any = self._image.astype(np.float64)
        mean: Any = self._sum(image) / self._count[..., None]
        c = np.empty((*image.shape[:2], 3, 3))
        for row, column in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)):
            product = self._sum(image[..., row] * image[..., column]) / self._count
            c[..., row, column] = product - mean[..., row] * mean[..., column] + epsilon * (row == column)
            c[..., column, row] = c[..., row, column]
        inverse = np.empty_like(c)
        for row, column in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)):
            (a, b), (d, e) = ((row + 1) % 3, (row + 2) % 3), ((column + 1) % 3, (column + 2) % 3)
            inverse[..., row, column] = c[..., a, d] * c[..., b, e] - c[..., a, e] * c[..., b, d]
            inverse[..., column, row] = inverse[..., row, column]
        determinant = np.einsum("hwi,hwi->hw", c[..., 0, :], inverse[..., 0, :])
        return np.asarray(inverse / determinant[..., None, None], np.float32)


def solve_alpha(laplacian: Laplacian, likely: Map, trust: Map) -> Map:
    """The opacity that is smooth in the Laplacian's sense and follows what is likely, float32 (h, w) in [0, 1].

    Args:
        laplacian: of the picture.
        likely: float32 (h, w) in [0, 1]: the opacity by other evidence.
        trust: float32 (h, w) >= 0: the weight of that evidence; large where it is sure, 0 where there is none.

    >>> image = np.random.default_rng(0).uniform(0, 0.2, (20, 20, 3)).astype(np.float32)
    >>> image[:, 10:] += 0.7  # dark hair on the left
    >>> likely, trust = np.zeros((20, 20), np.float32), np.zeros((20, 20), np.float32)
    >>> likely[8:12, 2], trust[8:12, 2], trust[8:12, 17] = 1, 1, 1  # a few pixels are known on each side
    >>> alpha = solve_alpha(Laplacian(image), likely, trust)
    >>> bool(alpha[5, 5] > 0.8), bool(alpha[5, 15] < 0.2)
    (True, True)
    """
    alpha = likely.copy()
    scale = 1 / (trust + 1)  # Jacobi: the Laplacian's own diagonal is close to 1
    residual = trust * (likely - alpha) - laplacian.apply(alpha)
    step = np.asarray(scale * residual, np.float32)
    direction, product = step, float((residual * step).sum())
    first = product
    for _ in range(DEFAULT.iterations):
        if product <= DEFAULT.tolerance**2 * first or product <= 0:
            break
        image = laplacian.apply(direction) + trust * direction
        curvature = float((direction * image).sum())
        if curvature <= 0:  # rounding has eaten what is left of the residual
            break
        length = product / max(curvature, 1e-12)
        alpha = alpha + length * direction
        residual = residual - length * image
        step = np.asarray(scale * residual, np.float32)
        product, before = float((residual * step).sum()), product
        direction = np.asarray(step + np.float32(product / before) * direction, np.float32)
    return np.clip(alpha, 0, 1).astype(np.float32)
