"""What a run costs, without a clock: passes over the whole picture, calls of networks, bytes in use at once.

The limits stand a little above what was counted when they were set; a change that exceeds one looks for the reason, or
says it where the limit is raised.
"""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
import pytest

from segmask import Masker, io
from segmask.core.types import Image
from segmask.models.session import Network
from segmask.pair import OpenPair
from segmask.samples import write_pair

PASSES = ("resize", "GaussianBlur", "cvtColor", "warpAffine", "dilate", "erode", "distanceTransform", "LUT", "remap")
"""Functions of OpenCV through which pictures go as a whole."""
SIDE = 1600
"""Pixels: twice the working size, so that what is done at the picture's own size can be told from it."""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Image]:
    """The sample pair, square and enlarged."""
    found = []
    for path in write_pair(tmp_path_factory.mktemp("sample")):
        image = io.read_image(path)
        side = min(image.shape[:2])
        found.append(cv2.resize(image[:side, :side], (SIDE, SIDE), interpolation=cv2.INTER_CUBIC))
    return found


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counter[str]]:
    """Counts calls of networks, and those passes that read or make as many pixels as the picture has."""
    found: Counter[str] = Counter()

    def counting(function: Callable[..., Any], name: str) -> Callable[..., Any]:
        def called(*arguments: Any, **options: Any) -> Any:
            made = function(*arguments, **options)
            sizes = [array.shape[0] * array.shape[1] for array in (arguments[0], made) if np.ndim(array) > 1]
            found[name] += max(sizes, default=0) >= SIDE * SIDE
            return made

        return called

    def run(network: Network, feeds: Any) -> Any:
        found["network"] += 1
        return own(network, feeds)

    own = Network.run
    with monkeypatch.context() as patch:
        patch.setattr(Network, "run", run)
        for name in PASSES:
            patch.setattr(cv2, name, counting(getattr(cv2, name), name))
        yield found


def peak(run: Callable[[], Any]) -> float:
    """Most bytes in use at once, as a multiple of the picture's."""
    tracemalloc.start()
    try:
        run()
        return tracemalloc.get_traced_memory()[1] / (3 * SIDE * SIDE)
    finally:
        tracemalloc.stop()


def opened(pictures: list[Image], **options: Any) -> OpenPair:
    return Masker(face_detector="none", **options).open(*pictures)


def test_a_first_call_looks_at_each_picture_twice_and_passes_over_the_picture_a_few_times(
    pictures: list[Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    with counted(monkeypatch) as found:
        opened(pictures).apply()
    assert found.pop("network") == 4
    assert found.total() <= FIRST_PASSES, found


def test_a_second_call_asks_no_network(pictures: list[Image], monkeypatch: pytest.MonkeyPatch) -> None:
    pair, stays = opened(pictures), np.zeros((SIDE, SIDE), np.uint8)
    pair.apply()
    stays[: SIDE // 2] = 255
    with counted(monkeypatch) as found:
        pair.apply(exclude=stays, mask_format="gray", feather=3)
        pair.apply(target="lower")
    assert found["network"] == 0
    assert found.total() <= 2 * SECOND_PASSES, found


def test_a_preview_passes_over_the_picture_once_at_most(pictures: list[Image], monkeypatch: pytest.MonkeyPatch) -> None:
    pair = opened(pictures)
    pair.preview(800)
    with counted(monkeypatch) as found:
        pair.preview(800, feather=3)
    assert found["network"] == 0
    assert found.total() <= PREVIEW_PASSES, found


def test_diff_needs_a_few_times_the_pictures_own_memory(pictures: list[Image]) -> None:
    masker = Masker(strategy="diff")
    masker.apply(*pictures)
    assert peak(lambda: masker.apply(*pictures)) <= DIFF_PEAK


def test_hybrid_needs_what_its_maps_need(pictures: list[Image]) -> None:
    masker = Masker(face_detector="none")
    masker.apply(*pictures)
    assert peak(lambda: masker.apply(*pictures)) <= HYBRID_PEAK


FIRST_PASSES, SECOND_PASSES, PREVIEW_PASSES = 40, 20, 10
DIFF_PEAK, HYBRID_PEAK = 20.0, 45.0
