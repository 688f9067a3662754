"""Text on pictures by Pillow, in any script that the machine has a font for."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from segmask.core.types import Image

FONTS = (
    "NotoSans-Regular.ttf",
    "DejaVuSans.ttf",
    "NotoSansCJK-Regular.ttc",
    "Arial Unicode.ttf",
    "arialuni.ttf",
    "msgothic.ttc",
    "PingFang.ttc",
    "NotoSansArabic-Regular.ttf",
    "NotoSansHebrew-Regular.ttf",
    "NotoSansDevanagari-Regular.ttf",
    "NotoSansThai-Regular.ttf",
)
"""Looked for where systems keep fonts; where Pillow's own font lacks a letter, the first that has all is taken."""
MISSING = "\uffff"  # no character
"""A letter that no font has: what is drawn for it stands for letters that are missing."""


def draw_text(picture: Image, text: str, xy: tuple[int, int], size: int, colour: tuple[int, int, int]) -> Image:
    """``picture`` with a line of text, its upper left corner at ``xy``; uint8 (H, W, 3).

    >>> drawn = draw_text(np.zeros((24, 80, 3), np.uint8), "Kleid", (4, 2), 16, (255, 255, 255))
    >>> bool(drawn.max() > 200), drawn.shape
    (True, (24, 80, 3))
    """
    from PIL import Image as Pil
    from PIL import ImageDraw

    canvas = Pil.fromarray(picture)
    ImageDraw.Draw(canvas).text(xy, text, fill=colour, font=font_for(text, size))
    return np.array(canvas)


def text_width(text: str, size: int) -> int:
    """Pixels that a line takes.

    >>> text_width("mm", 16) > text_width("i", 16) > 0
    True
    """
    return int(np.ceil(font_for(text, size).getlength(text)))


def wrapped(text: str, size: int, width: int) -> list[str]:
    """A text as lines of at most ``width`` pixels; a word that is longer stands alone.

    >>> wrapped("a skirt and a coat", 16, 10_000)
    ['a skirt and a coat']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def font_for(text: str, size: int) -> Any:
    """A font that has the letters of a text; Pillow's own where none has.

    >>> font_for("coat", 16).size
    16
    """
    letters = "".join(sorted(set(text)))
    for name in ("", *FONTS):  # Pillow's own first: what is in English looks alike on every machine
        font = _font(name, size)
        if font is not None and _has(name, letters):
            return font
    return _font("", size)


@lru_cache(maxsize=64)
def _font(name: str, size: int) -> Any:
    from PIL import ImageFont

    if not name:
        return ImageFont.load_default(size)
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None


@lru_cache(maxsize=512)
def _has(name: str, letters: str) -> bool:
    """Has a font all letters? What it draws for one that it lacks tells."""
    font = _font(name, 16)
    missing = bytes(font.getmask(MISSING))
    return all(letter.isspace() or bytes(font.getmask(letter)) != missing for letter in letters)
