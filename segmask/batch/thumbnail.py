"""One small picture a row for the report: original, edit and composite side by side."""

from __future__ import annotations

import numpy as np

from segmask.batch.index import digest64
from segmask.core.geometry import resize_image
from segmask.core.types import Image
from segmask.io import Metadata, encode
from segmask.result import Result

FOLDER = "report-files/thumbs"
HEIGHT = 180
"""Pixels: enough to see a wrong garment, and 10 to 15 kB a row."""
WIDEST = 3.0
"""Width to height of a panel; a wider picture is pressed into it."""
GAP = 4  # pixels


def thumbnail_name(output: str) -> str:
    """Where the picture of a row lies under the output folder: 256 folders, so that none gets too full.

    >>> thumbnail_name("sub/photo.png")[:22]
    'report-files/thumbs/e0'
    """
    name = f"{digest64(output):016x}"
    return f"{FOLDER}/{name[:2]}/{name}.jpg"


def draw_thumbnail(result: Result) -> bytes:
    """JPEG of original, aligned edit and composite, each ``HEIGHT`` pixels high."""
    panels = [_panel(image) for image in (result.original.image, result.stages.aligned, result.image)]
    gap = np.full((HEIGHT, GAP, 3), 255, np.uint8)
    sheet = np.hstack([panels[0], gap, panels[1], gap, panels[2]])
    return encode(sheet, Metadata(), "JPEG")[0]


def _panel(image: Image) -> Image:
    height, width = image.shape[:2]
    return resize_image(image, (HEIGHT, max(1, round(HEIGHT * min(width / height, WIDEST)))))
