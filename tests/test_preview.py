from __future__ import annotations

import numpy as np

from segmask.preview import PANEL_SIDE, draw_preview, heat, tint
from segmask.result import Result


def test_a_preview_shows_the_six_panels(composed: Result) -> None:
    sheet = draw_preview(composed)
    panel = min(PANEL_SIDE, 512)
    assert sheet.shape[1] > 3 * panel
    assert sheet.shape[0] > 2 * panel
    np.testing.assert_array_equal(sheet[26 : 26 + panel, :panel], composed.original.image)


def test_heat_rises_and_tint_mixes() -> None:
    levels = heat(np.array([[0, 0.5, 1, 2]], np.float32)).astype(int).sum(2)[0]
    assert levels[0] < levels[1] < levels[2] == levels[3]
    image = np.full((1, 2, 3), 100, np.uint8)
    mixed = tint(image, np.array([[0, 1]], np.float32), np.array([200, 0, 100], np.float32), 0.5)
    np.testing.assert_array_equal(mixed[0], [[100, 100, 100], [150, 50, 100]])
