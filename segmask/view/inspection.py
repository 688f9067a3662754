"""One picture as segmask sees it: its parts with a legend, its faces and its people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segmask.core.geometry import resize_image, working_size
from segmask.core.labels import PARTS
from segmask.core.types import Box, Image
from segmask.fusion.scene import resized_probs
from segmask.view.palette import COLOURS, coloured
from segmask.view.preview import BACKDROP, GAP, INK, PROTECTED, TAKEN, TEXT
from segmask.view.text import draw_text, text_width

if TYPE_CHECKING:
    from segmask.fusion.seen import Seen

PANEL_SIDE = 900  # pixels of a panel's long side: two fit a screen
ROW = 26  # pixels of a row of the legend
SWATCH = 14  # pixels
SEEN = 0.0005
"""Share of the picture from which a part is told; less is a handful of pixels."""


def shares(seen: Seen) -> dict[str, float]:
    """Each part's share of the picture, those that are seen, largest first.

    >>> import segmask
    >>> labels = np.zeros((64, 64), np.uint8)
    >>> labels[:, 32:] = 4
    >>> found = segmask.Masker(face_detector="none").see(np.zeros((64, 64, 3), np.uint8), parsing=labels)
    >>> {part: round(share, 1) for part, share in shares(found).items()}
    {'background': 0.5, 'upper': 0.5}
    """
    if seen.parsing is None:
        return {}
    counts = np.bincount(seen.parsing.label_map.ravel(), minlength=len(PARTS)) / seen.parsing.label_map.size
    told = {part: float(count) for part, count in zip(PARTS, counts, strict=True) if count >= SEEN}
    return dict(sorted(told.items(), key=lambda entry: -entry[1]))


def draw_inspection(seen: Seen) -> Image:
    """A sheet of two panels, uint8 (h, w, 3): the picture with faces and people in frames, and its parts with a legend.

    >>> import segmask
    >>> labels = np.zeros((64, 64), np.uint8)
    >>> labels[:, 32:] = 4
    >>> found = segmask.Masker(face_detector="none").see(np.zeros((64, 64, 3), np.uint8), parsing=labels)
    >>> draw_inspection(found).shape[2]
    3
    """
    size_hw = working_size(seen.picture.size_hw, PANEL_SIDE)
    picture = _framed(resize_image(seen.picture.image, size_hw), seen)
    if seen.parsing is None:
        return picture
    parts = coloured(resized_probs(seen.parsing, size_hw).argmax(0).astype(np.uint8))
    photo = resize_image(seen.picture.image, size_hw)
    blended = np.rint(0.35 * photo + 0.65 * parts).astype(np.uint8)
    gap = np.full((size_hw[0], GAP, 3), BACKDROP, np.uint8)
    panels = np.concatenate([picture, gap, blended], axis=1)
    return np.vstack([panels, _legend(seen, panels.shape[1])])


def _framed(panel: Image, seen: Seen) -> Image:
    """People in pink with their numbers, faces in blue."""
    import cv2

    size_hw = panel.shape[0], panel.shape[1]
    panel = np.ascontiguousarray(panel).copy()
    people = [(person.box, str(person.number), TAKEN) for person in seen.people.persons]
    faces = [(face.box, f"{face.score:.2f}", PROTECTED) for face in seen.faces]
    for box, word, colour in (*people, *faces):
        place: Box = box.scaled(seen.picture.size_hw, size_hw)
        ink = (int(colour[0]), int(colour[1]), int(colour[2]))
        cv2.rectangle(panel, (place.x0, place.y0), (place.x1 - 1, place.y1 - 1), ink, 2)
        panel = draw_text(panel, word, (place.x0 + 5, place.y0 + 4), TEXT, ink)
    return panel


def _legend(seen: Seen, width: int) -> Image:
    """A bar with the colour, name and share of each part that is seen."""
    words = [f"{part} {share:.1%}" for part, share in shares(seen).items()]
    colours = [COLOURS[part] for part in shares(seen)]
    places, x, row = [], GAP, 0
    for word in words:
        wide = SWATCH + 6 + text_width(word, TEXT) + 18
        if x + wide > width and x > GAP:
            x, row = GAP, row + 1
        places.append((x, row))
        x += wide
    bar = np.full((ROW * (row + 1) + GAP, width, 3), BACKDROP, np.uint8)
    for word, colour, (left, line) in zip(words, colours, places, strict=True):
        top = ROW * line + GAP
        bar[top : top + SWATCH, left : left + SWATCH] = colour
        bar = draw_text(bar, word, (left + SWATCH + 6, top - 2), TEXT, INK)
    return bar
