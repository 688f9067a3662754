from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from segmask.fusion.cut import minimum_cut

SHAPE = (3, 3)
costs = hnp.arrays(np.float32, SHAPE, elements=st.integers(0, 40).map(lambda value: value / 8))
masks = hnp.arrays(np.bool_, SHAPE, elements=st.sampled_from([False, False, False, True]))


def energy(take: np.ndarray, keep_cost: np.ndarray, take_cost: np.ndarray, seam: np.ndarray) -> float:
    total = keep_cost[~take].sum() + take_cost[take].sum()
    down = (take[1:] != take[:-1]) * (seam[1:] + seam[:-1]) / 2
    right = (take[:, 1:] != take[:, :-1]) * (seam[:, 1:] + seam[:, :-1]) / 2
    return float(total + down.sum() + right.sum())


@settings(max_examples=60, deadline=None)
@given(keep_cost=costs, take_cost=costs, seam=costs, must_keep=masks, must_take=masks)
def test_no_labelling_that_respects_the_constraints_is_cheaper(
    keep_cost: np.ndarray, take_cost: np.ndarray, seam: np.ndarray, must_keep: np.ndarray, must_take: np.ndarray
) -> None:
    got = minimum_cut(keep_cost, take_cost, seam, must_keep, must_take)
    assert not (got & must_keep).any()
    assert (got | ~must_take | must_keep).all()
    best = np.inf
    for bits in itertools.product([False, True], repeat=9):
        take = np.array(bits).reshape(SHAPE)
        if not (take & must_keep).any() and (take | ~must_take | must_keep).all():
            best = min(best, energy(take, keep_cost, take_cost, seam))
    assert energy(got, keep_cost, take_cost, seam) <= best + 1e-3


def test_the_seam_runs_where_the_pictures_agree() -> None:
    keep_cost = np.array([[0, 0, 0, 0, 9]], np.float32)
    take_cost = np.array([[9, 0, 0, 0, 0]], np.float32)
    seam = np.array([[5, 5, 0.1, 0.1, 5]], np.float32)
    none = np.zeros((1, 5), bool)
    np.testing.assert_array_equal(minimum_cut(keep_cost, take_cost, seam, none, none), [[0, 0, 0, 1, 1]])
