"""Connected regions (components) of a mask."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Box, Mask


@dataclass(frozen=True)
class Regions:
    """The connected regions of a mask, with indices from 1; index 0 stands for all that is outside.

    >>> regions = connected_regions(np.array([[1, 1, 0, 1]], bool))
    >>> len(regions), regions.areas.tolist()
    (2, [0, 2, 1])
    >>> regions.select(regions.areas > 1).astype(int).tolist()
    [[1, 1, 0, 0]]
    """

    labels: NDArray[np.int32]
    """int32 (H, W): 0 outside, 1..n inside."""
    areas: NDArray[np.int64]
    """Pixels of each index, (n + 1,). Index 0 has 0, so that the outside never counts as a large region."""
    boxes: tuple[Box, ...]
    """The box around each index; that of index 0 is empty."""

    def __len__(self) -> int:
        return len(self.boxes) - 1

    def select(self, wanted: NDArray[np.bool_]) -> Mask:
        """The pixels of the regions whose index is ``wanted``, bool (n + 1,)."""
        wanted = wanted.copy()
        wanted[0] = False
        return wanted[self.labels]

    def on_border(self) -> NDArray[np.bool_]:
        """Which regions touch the picture's border, bool (n + 1,)."""
        edge = np.concatenate([self.labels[0], self.labels[-1], self.labels[:, 0], self.labels[:, -1]])
        touched = np.zeros(len(self) + 1, bool)
        touched[edge] = True
        return touched

    def total(self, values: NDArray) -> NDArray[np.float64]:
        """Sum of ``values`` (H, W) over each region, (n + 1,); index 0 has 0, as it has no area."""
        places, labels = self._inside
        if values.dtype == np.bool_:
            return np.bincount(labels[values.ravel()[places]], minlength=len(self) + 1).astype(np.float64)
        return np.bincount(labels, values.ravel()[places], len(self) + 1).astype(np.float64)

    @cached_property
    def _inside(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The pixels of all regions, as indices of the flat picture, and their labels: sums pass over these alone."""
        flat = self.labels.ravel()
        places = np.flatnonzero(flat)
        return places, flat[places].astype(np.intp)


def connected_regions(mask: Mask, diagonal: bool = True) -> Regions:
    """The regions of bool (H, W), connected over edges and, if ``diagonal``, corners.

    >>> mask = np.array([[1, 0, 0, 1], [0, 1, 0, 1]], bool)
    >>> connected_regions(mask).labels.tolist()
    [[1, 0, 0, 2], [0, 1, 0, 2]]
    >>> len(connected_regions(mask, diagonal=False))
    3
    """
    import cv2

    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8 if diagonal else 4)
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    areas[0] = 0
    boxes = [Box(0, 0, 0, 0)]
    for left, top, width, height in stats[1:, :4].tolist():
        boxes.append(Box(left, top, left + width, top + height))
    return Regions(np.asarray(labels, np.int32), areas, tuple(boxes))


def equal_regions(values: NDArray[np.integer]) -> Regions:
    """The regions of equal values of an integer map (H, W), connected over edges; every pixel lies in one.

    >>> regions = equal_regions(np.array([[7, 7, 2], [2, 7, 2]]))
    >>> regions.labels.tolist(), regions.areas.tolist()
    ([[1, 1, 2], [3, 1, 2]], [0, 3, 2, 1])
    """
    import cv2

    height, width = values.shape
    linked = np.zeros((2 * height - 1, 2 * width - 1), np.uint8)  # pixels at even places, links between them
    linked[::2, ::2] = 1
    linked[::2, 1::2] = values[:, 1:] == values[:, :-1]
    linked[1::2, ::2] = values[1:] == values[:-1]
    count, found, stats, _ = cv2.connectedComponentsWithStats(linked, connectivity=4)
    labels = np.ascontiguousarray(found[::2, ::2], np.int32)
    boxes = [Box(0, 0, 0, 0)]
    for left, top, across, down in stats[1:, :4].tolist():  # ends are pixels
        boxes.append(Box(left // 2, top // 2, (left + across) // 2 + 1, (top + down) // 2 + 1))
    return Regions(labels, np.bincount(labels.ravel(), minlength=count).astype(np.int64), tuple(boxes))


def filled(mask: Mask, largest: float = float("inf")) -> Mask:
    """``mask`` with the holes that it encloses filled, if they have at most ``largest`` pixels.

    >>> ring = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], bool)
    >>> int(filled(ring).sum()), int(filled(ring, largest=0).sum())
    (9, 8)
    """
    holes = connected_regions(~mask, diagonal=False)
    return mask | holes.select((holes.areas <= largest) & ~holes.on_border())
