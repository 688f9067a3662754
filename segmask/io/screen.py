"""Pictures for screens and tickets: JPEG views, indexed label maps, and animations. None of these is a result."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import OutputError
from segmask.core.types import Image, LabelMap

VIEW_QUALITY = 92
"""JPEG without chroma subsampling: on a screen no one sees a difference."""


def encode_view(image: Image) -> bytes:
    """JPEG of uint8 (H, W, 3), for looking at."""
    import cv2

    options = [cv2.IMWRITE_JPEG_QUALITY, VIEW_QUALITY]
    options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)
    if not done:
        raise OutputError("JPEG: the encoder can't write this picture")
    return data.tobytes()


def encode_indexed(label_map: LabelMap, colours: Iterable[tuple[int, int, int]]) -> bytes:
    """PNG of a label map (H, W) with a colour for each class: pixels store the class ids, so that it can be read back.

    >>> encode_indexed(np.zeros((2, 2), np.uint8), [(0, 0, 0)])[:4]
    b'\\x89PNG'
    """
    from PIL import Image as Pil

    indexed = Pil.frombytes("P", (label_map.shape[1], label_map.shape[0]), np.ascontiguousarray(label_map).tobytes())
    indexed.putpalette([level for colour in colours for level in colour])
    buffer = io.BytesIO()
    indexed.save(buffer, "PNG", compress_level=4)
    return buffer.getvalue()


def encode_animation(frames: list[NDArray[np.uint8]], file_format: str, milliseconds: int) -> bytes:
    """WebP or GIF that shows frames, uint8 (H, W, 3) of one size, in turn and for ever."""
    from PIL import Image as Pil

    pictures = [Pil.fromarray(frame) for frame in frames]
    buffer = io.BytesIO()
    options: dict[str, Any] = {"save_all": True, "append_images": pictures[1:], "duration": milliseconds, "loop": 0}
    if file_format == "WEBP":
        options |= {"quality": 85, "method": 2}
    pictures[0].save(buffer, file_format, **options)
    return buffer.getvalue()
