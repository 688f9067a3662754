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

    size_hw: tuple[int, int]
    area: Box
    """Around all regions: labels and sums are made of it alone."""
    inside: NDArray[np.int32]
    """int32 (h, w): the labels in it."""
    areas: NDArray[np.int64]
    """Pixels of each index, (n + 1,). Index 0 has 0, so that the outside never counts as a large region."""
    boxes: tuple[Box, ...]
    """The box around each index; that of index 0 is empty."""

    def __len__(self) -> int:
        return len(self.boxes) - 1

    @cached_property
    def labels(self) -> NDArray[np.int32]:
        """int32 (H, W): 0 outside, 1..n inside."""
        if self.inside.shape == self.size_hw:
            return self.inside
        labels = np.zeros(self.size_hw, np.int32)
        labels[self.area.slices] = self.inside
        return labels

    def select(self, wanted: NDArray[np.bool_]) -> Mask:
        """The pixels of the regions whose index is ``wanted``, bool (n + 1,)."""
        wanted = wanted.copy()
        wanted[0] = False
        chosen = np.zeros(self.size_hw, bool)
        if wanted.any():
            chosen[self.area.slices] = wanted.take(self.inside)
        return chosen

    def on_border(self) -> NDArray[np.bool_]:
        """Which regions touch the picture's border, bool (n + 1,)."""
        edge = np.concatenate([self.labels[0], self.labels[-1], self.labels[:, 0], self.labels[:, -1]])
        touched = np.zeros(len(self) + 1, bool)
        touched[edge] = True
        return touched

    def total(self, values: NDArray) -> NDArray[np.float64]:
        """Sum of ``values`` (H, W) over each region, (n + 1,); index 0 has 0, as it has no area."""
        own = values[self.area.slices]
        if values.dtype == np.bool_:
            counts = np.bincount(self.inside[own], minlength=len(self) + 1).astype(np.float64)
            counts[0] = 0
            return counts
        places, labels = self._inside
        return np.bincount(labels, own.ravel()[places], len(self) + 1).astype(np.float64)

    @cached_property
    def _inside(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The pixels of all regions, as indices of the flat box, and their labels: sums pass over these alone."""
        flat = self.inside.ravel()
        places = np.flatnonzero(flat != 0)
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

    size_hw = (mask.shape[0], mask.shape[1])
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    area = Box(left, top, left + width, top + height)
    way = (8, cv2.CCL_BBDT) if diagonal else (4, cv2.CCL_SAUF)  # with statistics the fastest of OpenCV's
    inside = np.ascontiguousarray(mask[area.slices]).view(np.uint8)
    if not area.area:
        return Regions(size_hw, area, np.zeros((0, 0), np.int32), np.zeros(1, np.int64), (Box(0, 0, 0, 0),))
    _, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(inside, way[0], cv2.CV_32S, way[1])
    areas = stats[:, cv2.CC_STAT_AREA].astype(np.int64)
    areas[0] = 0
    boxes = [Box(0, 0, 0, 0)]
    for x, y, width, height in stats[1:, :4].tolist():
        boxes.append(Box(x, y, x + width, y + height).moved(left, top))
    return Regions(size_hw, area, np.asarray(labels, np.int32), areas, tuple(boxes))


def equal_regions(values: NDArray[np.integer]) -> Regions:
    """The regions of equal values of an integer map (H, W), connected over edges; every pixel lies in one.

    >>> regions = equal_regions(np.array([[7, 7, 2], [2, 7, 2]]))
    >>> regions.labels.tolist(), regions.areas.tolist()
    ([[1, 1, 2], [3, 1, 2]], [0, 3, 2, 1])
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    height, width = values.shape
    starts = np.ones(values.shape, bool)  # of runs along the rows
    starts[:, 1:] = values[:, 1:] != values[:, :-1]
    begins = np.flatnonzero(starts)
    runs = (np.cumsum(starts, dtype=np.int32) - 1).reshape(values.shape)
    linked = (values[1:] == values[:-1]) & (starts[1:] | starts[:-1])  # the first pixel that two runs share
    links = runs[:-1][linked], runs[1:][linked]
    graph = coo_array((np.ones(len(links[0]), bool), links), shape=(len(begins), len(begins)))
    count, found = connected_components(graph, directed=False)
    found = np.asarray(found + 1, np.int32)
    (top, left), lengths = np.divmod(begins, width), np.diff(begins, append=values.size)
    areas = np.bincount(found, lengths, count + 1).astype(np.int64)
    ends = np.full((2, count + 1), values.size), np.zeros((2, count + 1), np.intp)
    for find, end, sides in ((np.minimum, ends[0], (left, top)), (np.maximum, ends[1], (left + lengths, top + 1))):
        for side, own in zip(sides, end, strict=True):
            find.at(own, found, side)
    boxes = tuple(Box(*sides) for sides in np.concatenate(ends)[:, 1:].T.tolist())
    return Regions((height, width), Box(0, 0, width, height), found[runs], areas, (Box(0, 0, 0, 0), *boxes))


def filled(mask: Mask, largest: float = float("inf")) -> Mask:
    """``mask`` with the holes that it encloses filled, if they have at most ``largest`` pixels.

    >>> ring = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], bool)
    >>> int(filled(ring).sum()), int(filled(ring, largest=0).sum())
    (9, 8)
    """
    around = Box.around(mask)
    if around is None:
        return mask.copy()
    area = around.grown_by(1).clip(mask.shape[0], mask.shape[1])  # what lies outside of it is no hole
    holes = connected_regions(~mask[area.slices], diagonal=False)
    result = mask.copy()
    result[area.slices] |= holes.select((holes.areas <= largest) & ~holes.on_border())
    return result
