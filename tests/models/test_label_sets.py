"""Other label sets: every class is accounted for, ids out of range are errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmask.core.errors import InputError, OptionError
from segmask.core.labels import LABEL_SETS, PART_ID, PARTS, canonical_label_map, canonical_probs, set_parts

SIZES = {"atr-18": 18, "lip-20": 20, "fashn-18": 18, "selfie-multiclass-6": 6, "pascal-7": 7, "celebamask-19": 19}


@pytest.mark.parametrize(("name", "size"), SIZES.items())
def test_every_class_has_a_part(name, size):
    assert len(LABEL_SETS[name]) == size
    assert len({label for label, _ in LABEL_SETS[name]}) == size
    assert set(set_parts(name)) <= set(PARTS)
    assert set_parts(name)[0] == "background"


def test_a_label_map_of_atr():
    """Hair, upper-clothes, pants, face, left leg."""
    got = canonical_label_map(np.array([[2, 4, 6, 11, 12]]), "atr-18")
    assert [PARTS[label] for label in got[0]] == ["hair", "upper", "lower", "face", "skin"]
    assert got.dtype == np.uint8


def test_the_canonical_set_stays():
    labels = np.arange(14, dtype=np.uint8).reshape(2, 7)
    np.testing.assert_array_equal(canonical_label_map(labels, "canonical"), labels)


@pytest.mark.parametrize("label", [18, 255, -1])
def test_an_id_that_the_set_lacks(label):
    with pytest.raises(InputError, match="expected class ids 0 to 17 of the label set atr-18"):
        canonical_label_map(np.array([[0, label]]), "atr-18")


def test_an_unknown_set_lists_the_known_ones():
    with pytest.raises(OptionError, match=r"atr-18.*celebamask-19"):
        set_parts("atr")


@given(st.sampled_from(sorted(LABEL_SETS)), st.integers(0, 2**32 - 1))
def test_no_probability_is_lost(name, seed):
    parts = set_parts(name)
    probs = np.random.default_rng(seed).dirichlet(np.ones(len(parts)), size=(2, 3)).transpose(2, 0, 1)
    merged = canonical_probs(probs.astype(np.float32), parts)
    np.testing.assert_allclose(merged.sum(0), 1, atol=1e-5)
    for part in set(PARTS) - set(parts):
        assert not merged[PART_ID[part]].any()
