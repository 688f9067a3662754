"""Smooth random fields, distances and fills: what the generator draws everything with.

Everything is float32 and takes lengths in pixels; the same generator state gives the same field.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.core.morphology import disc, distance_to
from segmask.core.types import Box, Mask

Map = NDArray[np.floating]  # float32 throughout; wider where NumPy promotes a step between
Rng = np.random.Generator


def smooth_noise(size_hw: tuple[int, int], wavelength_px: float | tuple[float, float], rng: Rng) -> Map:
    """Random field of about unit deviation, float32 (H, W), whose features are about a wavelength (rows, columns) long.

    Normal numbers on a coarse grid, interpolated by cubic splines.

    >>> field = smooth_noise((60, 80), 20.0, np.random.default_rng(0))
    >>> field.shape, field.dtype, bool(0.5 < field.std() < 1.5)
    ((60, 80), dtype('float32'), True)
    """
    import cv2

    waves = (wavelength_px, wavelength_px) if isinstance(wavelength_px, (int, float)) else wavelength_px
    rows, columns = (int(np.ceil(2 * size / max(wave, 2.0))) + 2 for size, wave in zip(size_hw, waves, strict=True))
    grid = rng.standard_normal((rows, columns), dtype=np.float32) * 1.2  # the spline takes a sixth of the deviation
    return np.asarray(cv2.resize(grid, size_hw[::-1], interpolation=cv2.INTER_CUBIC), np.float32)


def blur(values: Map, sigma_px: float) -> Map:
    """Gaussian blur of float32 (H, W) or (H, W, 3); wide ones are done on a smaller grid.

    >>> values = np.zeros((1, 9), np.float32)
    >>> values[0, 4] = 100
    >>> blur(values, 1.0).round()[0, 3:6].tolist()
    [24.0, 40.0, 24.0]
    """
    import cv2

    if sigma_px < 0.2:
        return values
    height, width = values.shape[:2]
    shrink = min(2 ** int(np.log2(max(sigma_px / 3.0, 1.0))), max(1, min(height, width) // 4))
    if shrink == 1:
        return np.asarray(cv2.GaussianBlur(values, (0, 0), sigma_px), np.float32)
    small = cv2.resize(values, (max(2, width // shrink), max(2, height // shrink)), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma_px / shrink)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def signed_distance(mask: Mask) -> Map:
    """Distance to the mask's outline in pixels, positive inside; without an outline, the picture's size.

    >>> signed_distance(np.array([[0, 0, 1, 1, 1, 0]], bool)).tolist()
    [[-1.5, -0.5, 0.5, 1.5, 0.5, -0.5]]
    """
    far = float(sum(mask.shape))
    if mask.all() or not mask.any():
        return np.full(mask.shape, far if mask.all() else -far, np.float32)
    return np.where(mask, distance_to(~mask) - 0.5, 0.5 - distance_to(mask)).astype(np.float32)


def within(mask: Mask, distance_px: float) -> Mask:
    """The mask grown by a distance; an empty one stays empty.

    >>> within(np.array([[0, 0, 0, 1]], bool), 2).astype(int).tolist()
    [[0, 1, 1, 1]]
    """
    return signed_distance(mask) > -distance_px if mask.any() else mask.copy()


def thin(mask: Mask, radius_px: float) -> Mask:
    """Parts of the mask that a disk of this radius doesn't reach: limbs, straps (the mask less its opening).

    >>> mask = np.zeros((30, 40), bool)
    >>> mask[2:28, 2:20] = mask[14:17, 20:38] = True  # a body with an arm
    >>> bool(thin(mask, 4)[15, 30]), bool(thin(mask, 4)[15, 10])
    (True, False)
    """
    core = signed_distance(mask) > radius_px
    return mask & ~within(core, radius_px + 0.5)


def geodesic(start: Mask, inside: Mask, limit_px: float) -> Map:
    """Way from ``start`` to each pixel without leaving ``inside``, float32 (H, W), px; infinite beyond ``limit_px``.

    Steps of a cross and of a square in turn: circles are octagons, about 6 % off.

    >>> start, corridor = np.array([[1, 0, 0, 0]], bool), np.array([[1, 1, 1, 0]], bool)
    >>> geodesic(start, corridor, limit_px=9).tolist()
    [[0.0, 1.0, 2.0, inf]]
    """
    import cv2

    lengths = np.full(start.shape, np.inf, np.float32)
    box, reached = Box.around(inside), start & inside
    if box is None or not reached.any():
        return lengths
    window = box.slices
    allowed, front, found = inside[window], reached[window].astype(np.uint8), lengths[window]
    found[front > 0] = 0
    kernels = [disc(1, corners) for corners in (False, True)]
    for step in range(1, int(limit_px) + 1):
        grown = cv2.dilate(front, kernels[step % 2]) * allowed
        new = (grown > 0) & (front == 0)
        if not new.any():
            break
        found[new] = step
        front = grown
    return lengths


def spread(values: Map, known: Mask) -> Map:
    """Values (H, W, 3) or (H, W) continued smoothly from where they are known (push-pull pyramid, Gortler 1996).

    >>> values, known = np.float32([[10, 0, 0, 0]]), np.array([[True, False, False, False]])
    >>> spread(values, known).tolist()
    [[10.0, 10.0, 10.0, 10.0]]
    """
    import cv2

    if known.all() or not known.any():
        return values
    if min(known.shape) <= 2:
        return np.where(known if values.ndim == 2 else known[..., None], values, values[known].mean(0))
    weight = known.astype(np.float32)
    shown = weight if values.ndim == 2 else weight[..., None]
    half = (max(1, known.shape[1] // 2), max(1, known.shape[0] // 2))
    small_weight = cv2.resize(weight, half, interpolation=cv2.INTER_AREA)
    small = cv2.resize(values * shown, half, interpolation=cv2.INTER_AREA)
    divisor = np.maximum(small_weight, 1e-6)
    small = small / (divisor if values.ndim == 2 else divisor[..., None])
    coarse = spread(small.astype(np.float32), small_weight > 1e-3)
    coarse = cv2.resize(coarse, known.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return values * shown + coarse * (1 - shown)


def mirror_fill(image: Map, hole: Mask) -> Map:
    """The picture (H, W, 3) with the hole filled by what lies behind its nearest rim, mirrored: texture goes on.

    Where the mirrored pixel is in the hole itself, the rim's colours are continued smoothly.

    >>> wall = np.full((20, 20, 3), 90, np.float32)
    >>> hole = np.zeros((20, 20), bool)
    >>> hole[5:10, 5:10] = True
    >>> filled = mirror_fill(np.where(hole[..., None], np.float32(0), wall), hole)
    >>> bool(np.allclose(filled, 90))
    True
    """
    import cv2

    if not hole.any() or hole.all():
        return image
    smooth = spread(image, ~hole)
    distance, nearest = cv2.distanceTransformWithLabels(
        hole.astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    nearest = np.asarray(nearest, np.int32)
    where = np.zeros((int(nearest.max()) + 1, 2), np.int32)
    rows, columns = np.nonzero(~hole)
    where[nearest[rows, columns]] = np.stack([rows, columns], 1)
    rows, columns = np.nonzero(hole)
    rim = where[nearest[rows, columns]]
    source = 2 * rim - np.stack([rows, columns], 1)
    height, width = hole.shape
    fits = (source >= 0).all(1) & (source[:, 0] < height) & (source[:, 1] < width)
    source = np.clip(source, 0, (height - 1, width - 1))
    fits &= ~hole[source[:, 0], source[:, 1]]
    weight = np.where(fits, np.exp(-distance[rows, columns] / (0.2 * height)), 0).astype(np.float32)
    seam = np.ones(hole.shape, np.float32)
    seam[rows, columns] = weight
    seam = blur(seam, 1.0)[rows, columns, None]
    filled = image.copy()
    mirrored = image[source[:, 0], source[:, 1]]
    filled[rows, columns] = smooth[rows, columns] * (1 - seam) + mirrored * seam
    return filled


def mix(below: Map, above: Map, alpha: Map) -> Map:
    """``above`` over ``below``, (H, W, 3) each, with alpha (H, W).

    >>> below, above = np.zeros((1, 1, 3), np.float32), np.full((1, 1, 3), 100, np.float32)
    >>> mix(below, above, np.float32([[0.25]])).tolist()
    [[[25.0, 25.0, 25.0]]]
    """
    return below + (above - below) * alpha[..., None]


def displaced(image: Map, dx: Map, dy: Map) -> Map:
    """The picture whose content has moved by (dx, dy) pixels, to first order: samples at (x - dx, y - dy).

    >>> picture = np.zeros((5, 9), np.float32)
    >>> picture[:, 3] = 1
    >>> right = np.full((5, 9), 2, np.float32)
    >>> displaced(picture, right, 0 * right)[0].tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    """
    import cv2

    rows, columns = np.indices(dx.shape, dtype=np.float32)
    x, y = (columns - dx).astype(np.float32), (rows - dy).astype(np.float32)
    return np.asarray(cv2.remap(image, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101), np.float32)
