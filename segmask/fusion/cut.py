"""Minimum cut on a pixel grid.

Sources: Greig, Porteous and Seheult 1989 (exact labelling of binary images); Kwatra et al. 2003, Graphcut Textures
(seams where two pictures agree); Agarwala et al. 2004, Interactive Digital Photomontage.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Mask

Map = NDArray[np.float32]

PRECISION = 1000  # costs become integers: a thousandth is the smallest difference that counts


def minimum_cut(keep_cost: Map, take_cost: Map, seam: Map, must_keep: Mask, must_take: Mask) -> Mask:
    """Which pixels to take from the edit, at the least total cost; bool (h, w).

    Args:
        keep_cost: float32 (h, w) >= 0: cost of keeping the original here.
        take_cost: float32 (h, w) >= 0: cost of taking the edit here.
        seam: float32 (h, w) >= 0: how badly the pictures agree here; a seam between two pixels costs their mean.
        must_keep: bool (h, w): stays original; wins where both are set.
        must_take: bool (h, w): taken from the edit.

    >>> none = np.zeros((1, 4), bool)
    >>> keep, take = np.array([[5, 5, 1, 0]], np.float32), np.array([[0, 0, 2, 5]], np.float32)
    >>> minimum_cut(keep, take, np.full((1, 4), 0.1, np.float32), none, none).tolist()
    [[True, True, False, False]]
    >>> minimum_cut(keep, take, np.full((1, 4), 9, np.float32), none, none).tolist()  # any seam costs more
    [[True, True, True, True]]
    >>> minimum_cut(keep, take, np.full((1, 4), 0.1, np.float32), ~none, none).tolist()
    [[False, False, False, False]]
    """
    must_take = must_take & ~must_keep
    free = ~(must_keep | must_take)
    count = int(free.sum())
    if count == 0:
        return must_take
    node = np.full(free.shape, -1, np.int32)
    node[free] = np.arange(count, dtype=np.int32)
    from_source = keep_cost[free].astype(np.float64)  # paid when the pixel ends on the sink's side
    to_sink = take_cost[free].astype(np.float64)
    rows, columns, weights = [], [], []
    for axis in (0, 1):
        here, there = _neighbours(node, axis)
        cost = _pair_cost(seam, axis)
        both = (here >= 0) & (there >= 0)
        rows += [here[both], there[both]]
        columns += [there[both], here[both]]
        weights += [cost[both], cost[both]]
        for inner, outer in ((here, there), (there, here)):
            edge = (inner >= 0) & (outer < 0)
            taken = _shift_pair(must_take, axis)[1 if inner is here else 0]
            np.add.at(from_source, inner[edge & taken], cost[edge & taken])
            np.add.at(to_sink, inner[edge & ~taken], cost[edge & ~taken])
    take = must_take.copy()
    take[free] = _solve(from_source, to_sink, rows, columns, weights)
    return take


def _neighbours(node: NDArray[np.int32], axis: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    return (node[:-1], node[1:]) if axis == 0 else (node[:, :-1], node[:, 1:])


def _shift_pair(mask: Mask, axis: int) -> tuple[Mask, Mask]:
    return (mask[:-1], mask[1:]) if axis == 0 else (mask[:, :-1], mask[:, 1:])


def _pair_cost(seam: Map, axis: int) -> Map:
    first, second = (seam[:-1], seam[1:]) if axis == 0 else (seam[:, :-1], seam[:, 1:])
    return np.asarray((first + second) / 2, np.float32)


def _solve(
    from_source: NDArray, to_sink: NDArray, rows: list[NDArray], columns: list[NDArray], weights: list[NDArray]
) -> Mask:
    """Which nodes lie on the source's side of the minimum cut."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    count = len(from_source)
    source, sink = count, count + 1
    common = np.minimum(from_source, to_sink)  # flows straight through; taking it out changes no cut
    from_source, to_sink = from_source - common, to_sink - common
    all_nodes = np.arange(count, dtype=np.int32)
    up, down = from_source > 0, to_sink > 0
    row = np.concatenate([*rows, np.full(int(up.sum()), source, np.int32), all_nodes[down]])
    column = np.concatenate([*columns, all_nodes[up], np.full(int(down.sum()), sink, np.int32)])
    weight = np.concatenate([*weights, from_source[up], to_sink[down]])
    capacity = np.rint(weight * PRECISION).astype(np.int32)
    graph = coo_matrix((capacity, (row, column)), shape=(count + 2, count + 2)).tocsr()
    flow = maximum_flow(graph, source, sink).flow
    residual = graph - flow
    residual.data[residual.data < 0] = 0
    residual.eliminate_zeros()
    reached = breadth_first_order(residual, source, return_predecessors=False)
    side = np.zeros(count + 2, bool)
    side[reached] = True
    return side[:count]
