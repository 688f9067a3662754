from __future__ import annotations

from dataclasses import replace

import numpy as np

from segmask.core.findings import Finding
from segmask.result import Result
from segmask.view.preview import GAP, PANEL_SIDE, draw_preview, heat, tint


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


def test_doubtful_places_and_boxes_are_marked_and_the_verdict_is_written(composed: Result) -> None:
    doubt = np.zeros(composed.stages.change.mask.shape, bool)
    doubt[200:240, 20:60] = True
    report = replace(
        composed.report,
        verdict="review",
        confidence=0.42,
        findings=(
            Finding("low-confidence", "a sleeve may be left", (100, 300, 180, 380)),
            Finding("target-not-found", "no place"),
        ),
    )
    plain = draw_preview(replace(composed, stages=replace(composed.stages, doubt=np.zeros_like(doubt))))
    doubted = draw_preview(replace(composed, report=report, stages=replace(composed.stages, doubt=doubt)))
    assert doubted.shape[0] > plain.shape[0], "two reasons need two more lines"
    top = slice(0, 2 * (26 + 512) + GAP)
    different = (doubted[top, : plain.shape[1]] != plain[top]).any(2)
    rows, columns = np.nonzero(different)
    last = np.array([26 + 512 + GAP + 26, 2 * (512 + GAP)])  # upper left of the panel with the mask
    assert rows.min() >= last[0] + 198
    assert columns.min() >= last[1] + 18
    assert different[last[0] + 220, last[1] + 40], "inside of the doubtful region"
    assert different[last[0] + 340, last[1] + 100], "left side of the box"
    assert not different[last[0] + 340, last[1] + 140], "inside of the box"
