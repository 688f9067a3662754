"""A result in a notebook: original and composite with a divider to drag, in one piece of HTML that asks for nothing."""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.core.geometry import resize_image, working_size
from segmask.core.types import Image

NOTEBOOK_SIDE = 1024
"""Pixels: a notebook shows no larger picture."""

if TYPE_CHECKING:
    from segmask.result import Result

SIDE = 800
"""Pixels of the long side: what a notebook's cell shows."""
STYLE = "position:absolute;inset:0;width:100%;height:100%;display:block"
MOVE = "this.previousElementSibling.style.clipPath='inset(0 0 0 '+this.value+'%)'"


def before_and_after(result: Result) -> str:
    """HTML of a result: the divider is a range input, so that the keyboard moves it too.

    >>> import numpy, segmask
    >>> plain = numpy.full((32, 32, 3), 90, numpy.uint8)
    >>> shown = before_and_after(segmask.apply(plain, plain, strategy="diff"))
    >>> shown.count("<img"), "http" in shown
    (2, False)
    """
    size_hw = result.original.size_hw
    shown = working_size(size_hw, min(SIDE, max(size_hw)))
    before, after = (_address(resize_image(picture, shown)) for picture in (result.original.image, result.image))
    report = result.report
    sure = "" if report.confidence is None else f", confidence {report.confidence:.2f}"
    said = f"{report.verdict}{sure}; {report.mask.share:.1%} comes from the edit"
    reasons = "".join(f"<li>{html.escape(str(reason))}</li>" for reason in report.reasons)
    return (
        f'<figure style="margin:0;max-width:{shown[1]}px">'
        f'<div style="position:relative;aspect-ratio:{shown[1]}/{shown[0]}">'
        f'<img alt="original" style="{STYLE}" src="{before}">'
        f'<img alt="composite" style="{STYLE};clip-path:inset(0 0 0 50%)" src="{after}">'
        f'<input type="range" min="0" max="100" value="50" step="0.1" aria-label="Divider: original, composite"'
        f' oninput="{MOVE}" style="position:absolute;left:0;right:0;bottom:6px;width:100%;margin:0"></div>'
        f"<figcaption>{html.escape(said)}</figcaption>{f'<ul>{reasons}</ul>' if reasons else ''}</figure>"
    )


def _address(picture: Image) -> str:
    return f"data:image/jpeg;base64,{base64.b64encode(io.encode_view(picture)).decode()}"


def scaled_png(values: NDArray[np.uint8]) -> bytes:
    """A picture or mask, uint8 (H, W) or (H, W, 3), as PNG of at most ``NOTEBOOK_SIDE`` pixels a side.

    >>> scaled_png(np.zeros((4, 4), np.uint8))[1:4]
    b'PNG'
    """
    size_hw = values.shape[0], values.shape[1]
    return io.encode_png(resize_image(values, working_size(size_hw, NOTEBOOK_SIDE)))
