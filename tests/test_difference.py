from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from segmask.difference import measure_change
from segmask.types import Image

ALL = np.ones((512, 512), bool)


def jpeg(image: Image, quality: int) -> Any:
    return cv2.imdecode(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def iou(first: np.ndarray, second: np.ndarray) -> float:
    return float((first & second).sum() / (first | second).sum())


@pytest.mark.parametrize("quality", [60, 75, 95])
def test_a_re_encoded_picture_shows_no_change(photo: Image, quality: int) -> None:
    assert not measure_change(photo, jpeg(photo, quality), ALL).mask.any()


def test_a_picture_made_smaller_and_larger_again_shows_no_change(photo: Image) -> None:
    small: Any = cv2.resize(photo, (300, 300), interpolation=cv2.INTER_AREA)
    back: Any = cv2.resize(small, (512, 512), interpolation=cv2.INTER_CUBIC)
    assert not measure_change(photo, back, ALL).mask.any()


def test_two_edits_are_both_found_and_nothing_else(photo: Image) -> None:
    edited = jpeg(photo, 85)
    truth = np.zeros((512, 512), bool)
    truth[260:460, 60:240] = True
    truth[380:440, 330:420] = True
    edited[truth] = edited[truth] // 2 + np.array([10, 70, 60], np.uint8)
    assert iou(measure_change(photo, edited, ALL).mask, truth) > 0.93


def test_what_the_edit_does_not_cover_is_not_changed(photo: Image) -> None:
    covered = ALL.copy()
    covered[:, 400:] = False
    edited = photo.copy()
    edited[:, 300:] = 255 - edited[:, 300:]
    mask = measure_change(photo, edited, covered).mask
    assert mask[:, 300:400].mean() > 0.8
    assert not mask[:, 400:].any()


def test_a_threshold_and_a_least_area_may_be_given(photo: Image) -> None:
    edited = photo.copy()
    edited[100:130, 100:130] = 255 - edited[100:130, 100:130]
    assert measure_change(photo, edited, ALL).mask.any()
    assert not measure_change(photo, edited, ALL, min_area=0.01).mask.any()
    assert not measure_change(photo, edited, ALL, threshold=1000).mask.any()
