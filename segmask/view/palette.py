"""One colour for each canonical part; people who are colour-blind can tell them apart."""

from __future__ import annotations

import numpy as np

from segmask.core.labels import PARTS
from segmask.core.types import Image, LabelMap

COLOURS: dict[str, tuple[int, int, int]] = {
    "background": (43, 47, 54),
    "hair": (122, 79, 41),
    "face": (255, 224, 178),
    "skin": (232, 167, 124),
    "upper": (0, 114, 178),
    "outerwear": (86, 180, 233),
    "dress": (204, 121, 167),
    "lower": (0, 158, 115),
    "legwear": (148, 211, 162),
    "footwear": (213, 94, 0),
    "headwear": (240, 228, 66),
    "eyewear": (110, 110, 122),
    "bag": (230, 159, 0),
    "accessory": (142, 95, 190),
}
"""sRGB. Garments have the colours of Okabe and Ito (2008); skin, hair and ground those of photos."""
assert tuple(COLOURS) == PARTS


def coloured(label_map: LabelMap) -> Image:
    """A label map (H, W) in these colours, uint8 (H, W, 3).

    >>> coloured(np.array([[0, 4]], np.uint8)).tolist()
    [[[43, 47, 54], [0, 114, 178]]]
    """
    return np.array(list(COLOURS.values()), np.uint8)[label_map]
