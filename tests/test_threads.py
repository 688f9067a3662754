"""What runs at once changes no byte."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from segmask.masker import Masker


@pytest.fixture(autouse=True)
def _opencv_as_before() -> Iterator[None]:
    before = cv2.getNumThreads()
    yield
    cv2.setNumThreads(before)


def test_any_number_of_threads_gives_the_same_bytes_and_the_same_stages(pair: tuple[Path, Path]) -> None:
    alone, together = (Masker(face_detector="none", threads=threads).apply(*pair) for threads in (1, 3))
    np.testing.assert_array_equal(alone.alpha, together.alpha)
    np.testing.assert_array_equal(alone.raster, together.raster)
    assert [name for name, _ in alone.report.timings] == [name for name, _ in together.report.timings]
