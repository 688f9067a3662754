"""Partial labels: codes of 200 and more mean "one of these parts"; 255 is unknown.

A label map of the recipe holds part ids (0..13) where the part is known and codes where only a set is: COCO says
"person", a body-part network says "upper leg", and neither says which garment.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PART_ID, PARTS

UNKNOWN = 255
FIRST_SET = 200  # codes below it are part ids
BODY = {
    "head": 211,
    "upper arm": 212,
    "lower arm": 213,
    "torso": 214,
    "upper leg": 215,
    "lower leg": 216,
    "foot": 217,
}
"""Codes that a body part narrows a person's pixel to."""
SETS: dict[int, tuple[str, ...]] = {
    200: tuple(part for part in PARTS if part != "background"),
    210: tuple(part for part in PARTS if part not in ("background", "bag")),
    211: ("hair", "face", "skin", "headwear", "eyewear", "accessory"),
    212: ("hair", "skin", "upper", "outerwear", "dress", "accessory"),
    213: ("skin", "upper", "outerwear", "dress", "accessory"),
    214: ("hair", "skin", "upper", "outerwear", "dress", "lower", "accessory"),
    215: ("skin", "upper", "outerwear", "dress", "lower", "legwear"),
    216: ("skin", "dress", "lower", "legwear", "footwear"),
    217: ("skin", "legwear", "footwear"),
}
"""The codes that this recipe writes itself."""

Table = NDArray[np.bool_]
"""(256, 14): which parts a code allows. A part id allows itself; an unknown pixel nothing."""


def table(codes: Path | None = None) -> Table:
    """The parts of every code: those of ``SETS``, and of a ``codes.json`` beside labels of another origin.

    Raises ValueError where both give a code another meaning.

    >>> allowed = table()[211]
    >>> [part for part, yes in zip(PARTS, allowed) if yes]
    ['hair', 'face', 'skin', 'headwear', 'eyewear', 'accessory']
    """
    named = dict(SETS)
    if codes is not None:
        for key, names in json.loads(codes.read_text())["names"].items():
            if set(named.setdefault(int(key), tuple(names))) != set(names):
                raise ValueError(f"{codes}: code {key} is {names}, this recipe writes it for {named[int(key)]}")
    allowed = np.zeros((256, len(PARTS)), np.bool_)
    allowed[np.arange(len(PARTS)), np.arange(len(PARTS))] = True
    for code, names in named.items():
        allowed[code, [PART_ID[name] for name in names]] = True
    return allowed
