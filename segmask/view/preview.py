"""The preview: one sheet with the inputs, the stages and the result of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_image, resize_map, resize_mask, working_size
from segmask.core.types import Box, Image, Mask
from segmask.view.text import draw_text, wrapped

if TYPE_CHECKING:
    from segmask.report import Report
    from segmask.result import Result

PANEL_SIDE = 640  # pixels of a panel's long side: six of them fit a screen
GAP = 8
TAKEN = np.array([255, 64, 160], np.float32)  # colours that clothes and skin rarely have
DOUBTFUL_RGB = (255, 176, 0)
DOUBTFUL = np.array(DOUBTFUL_RGB, np.float32)
PROTECTED = np.array([0, 200, 255], np.float32)
BACKDROP = 24
LINE = 22  # pixels of a line of text
TEXT = 15  # pixels
INK = (235, 235, 235)


def draw_preview(result: Result) -> Image:
    """A sheet of six panels, uint8 (h, w, 3).

    Above: original, aligned edit, composite. Below: change map, protected pixels, and the mask over the original. On
    the last panel doubtful places are amber, and boxes carry the numbers of the reasons listed under the panels.

    >>> import segmask
    >>> original = np.full((64, 64, 3), 90, np.uint8)
    >>> edited = original.copy()
    >>> edited[20:44, 20:44] = 200
    >>> draw_preview(segmask.apply(original, edited, strategy="diff")).shape[2]
    3
    """
    stages = result.stages
    size_hw = working_size(result.alpha.shape, PANEL_SIDE)
    original = resize_image(result.original.image, size_hw)
    alpha = resize_map(result.alpha, size_hw)
    panels = [
        ("original", original),
        ("edited, aligned", resize_image(stages.aligned, size_hw)),
        ("composite", resize_image(result.image, size_hw)),
        ("change", heat(resize_map(stages.change.score_map, size_hw) / (3 * stages.change.threshold))),
        ("protected", tint(original, _soft(stages.protected, size_hw), PROTECTED)),
        ("taken from the edit", _marked(outline(tint(original, alpha, TAKEN), alpha >= 0.5), result)),
    ]
    captioned = [_caption(picture, title) for title, picture in panels]
    rows = [_join(captioned[:3], axis=1), _join(captioned[3:], axis=1)]
    return np.vstack([_join(rows, axis=0), _verdict(result.report, rows[0].shape[1])])


def _marked(panel: Image, result: Result) -> Image:
    """A panel with the doubtful places and the numbered boxes of the reasons drawn in."""
    import cv2

    height, width = panel.shape[:2]
    doubt = _soft(result.stages.doubt, (height, width))
    if doubt.any():
        panel = outline(tint(panel, doubt, DOUBTFUL), doubt >= 0.5)
    colour = tuple(map(float, DOUBTFUL))
    for number, reason in enumerate(result.report.reasons, start=1):
        if reason.box is None:
            continue
        box = Box(*reason.box).scaled(result.alpha.shape, (height, width))
        corner = min(box.x0, width - 1), min(box.y0, height - 1)
        other = max(box.x1 - 1, corner[0]), max(box.y1 - 1, corner[1])
        panel = np.ascontiguousarray(panel)
        cv2.rectangle(panel, corner, other, colour, 2)
        panel = draw_text(panel, str(number), (corner[0] + 5, corner[1] + 3), TEXT, DOUBTFUL_RGB)
    return panel


def _verdict(report: Report, width: int) -> Image:
    """A bar with the verdict, the confidence and the numbered reasons."""
    sure = "" if report.confidence is None else f", confidence {report.confidence:.2f}"
    said = [f"verdict: {report.verdict}{sure}"]
    said += [f"{number}: {reason.text}" for number, reason in enumerate(report.reasons, start=1)]
    lines = [line for text in said for line in wrapped(text, TEXT, max(80, width - 12))]
    bar = np.full((LINE * len(lines) + GAP, width, 3), BACKDROP, np.uint8)
    for index, line in enumerate(lines):
        bar = draw_text(bar, line, (6, LINE * index + 3), TEXT, INK)
    return bar


def heat(values: NDArray[np.float32]) -> Image:
    """float (H, W) in [0, 1] as colours from black through orange to white, uint8 (H, W, 3).

    >>> heat(np.float32([[0, 1]])).tolist()
    [[[0, 0, 4], [252, 255, 164]]]
    """
    import cv2

    grey = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(cv2.applyColorMap(grey, cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB), np.uint8)


def tint(image: Image, weight: NDArray[np.float32], colour: NDArray[np.float32], strength: float = 0.55) -> Image:
    """``image`` with a colour laid over it, as opaque as ``weight``, float32 (H, W) in [0, 1], times ``strength``.

    >>> tint(np.zeros((1, 2, 3), np.uint8), np.float32([[0, 1]]), np.float32([200, 0, 0]), strength=0.5).tolist()
    [[[0, 0, 0], [100, 0, 0]]]
    """
    share = (weight * strength)[..., None]
    return np.rint(image * (1 - share) + colour * share).astype(np.uint8)


def outline(image: Image, mask: Mask) -> Image:
    """``image`` with the mask's outline in white.

    >>> drawn = outline(np.zeros((11, 11, 3), np.uint8), np.pad(np.ones((9, 9), bool), 1))
    >>> bool(drawn[1, 5].min() > 200), int(drawn[5, 5].max())
    (True, 0)
    """
    import cv2

    contours, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    return np.asarray(cv2.drawContours(image.copy(), contours, -1, (255, 255, 255), 1, cv2.LINE_AA), np.uint8)


def _soft(mask: Mask | None, size_hw: tuple[int, int]) -> NDArray[np.float32]:
    return np.zeros(size_hw, np.float32) if mask is None else resize_mask(mask, size_hw).astype(np.float32)


def _caption(image: Image, title: str) -> Image:
    bar = np.full((26, max(image.shape[1], 8), 3), BACKDROP, np.uint8)
    bar = draw_text(bar, title, (6, 4), TEXT, INK)
    return np.vstack([bar[:, : image.shape[1]], image])


def _join(pictures: list[Image], axis: int) -> Image:
    height, width = pictures[0].shape[:2]
    gap = np.full((GAP, width, 3) if axis == 0 else (height, GAP, 3), BACKDROP, np.uint8)
    parts = [pictures[0]]
    for picture in pictures[1:]:
        parts += [gap, picture]
    return np.concatenate(parts, axis)
