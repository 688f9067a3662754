"""The selfie segmenter's adapter, through MediaPipe, on a stand-in model that tells its classes by colour."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from segmask.core.errors import ModelError
from segmask.core.labels import LABEL_SETS, canonical_label_map
from segmask.models.catalog import BY_NAME
from segmask.models.registry import load_parser
from tests.models.conftest import COLOURS
from tests.models.tflite_graph import colour_segmenter

ENTRY = BY_NAME["selfie-multiclass"]


@pytest.fixture
def stand_in(home, monkeypatch):
    """Puts a stand-in of so many classes where the downloaded file would lie."""

    def put(classes: int) -> None:
        pytest.importorskip("mediapipe")
        home.mkdir(parents=True)
        (home / ENTRY.file).write_bytes(colour_segmenter(np.array(COLOURS[:classes])))
        monkeypatch.setitem(BY_NAME, ENTRY.name, replace(ENTRY, size=None))

    return put


@pytest.mark.parametrize("size_hw", [(540, 360), (360, 540)])
def test_every_class_becomes_its_part(stand_in, colour_bands, size_hw):
    classes = len(LABEL_SETS["selfie-multiclass-6"])
    stand_in(classes)
    image, class_map = colour_bands(classes, size_hw)
    parsing = load_parser(ENTRY.name).parse(image)
    assert parsing.source == ENTRY.name
    assert parsing.label_map.shape == size_hw
    np.testing.assert_allclose(parsing.working_probs.sum(0), 1, atol=1e-3)
    wrong = parsing.label_map != canonical_label_map(class_map, "selfie-multiclass-6")
    assert wrong.mean() < 0.03  # the rims of the bands


def test_a_segmenter_of_another_kind_is_named(stand_in):
    stand_in(4)
    with pytest.raises(ModelError, match="expected a segmenter of 6 classes, got 4"):
        load_parser(ENTRY.name).parse(np.zeros((64, 64, 3), np.uint8))
