"""Between a file's own samples and the 8-bit sRGB that the stages look at."""

from __future__ import annotations

import io
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Image
from segmask.io.picture import Metadata, Picture, Raster

WHITE = 255  # what shows through transparent pixels where a stage needs an opaque picture


def to_8bit(raster: Raster) -> NDArray[np.uint8]:
    """A raster's samples rounded to 8 bits.

    >>> to_8bit(np.uint16([[[0, 257, 65535]]])).tolist()
    [[[0, 1, 255]]]
    """
    if raster.dtype == np.uint8:
        return raster  # type: ignore[return-value]
    return ((raster.astype(np.uint32) + 128) // 257).astype(np.uint8)


def over_white(raster: NDArray[np.uint8], background: int = WHITE) -> NDArray[np.uint8]:
    """The colours of (H, W, 2 or 4), whose last channel is transparency, laid over one grey level.

    >>> over_white(np.uint8([[[10, 20, 30, 0]]])).tolist()
    [[[255, 255, 255]]]
    """
    colour, alpha = raster[..., :-1], raster[..., -1:]
    if (alpha == 255).all():
        return np.ascontiguousarray(colour)
    weight = alpha.astype(np.float32) / 255
    return np.rint(colour * weight + background * (1 - weight)).astype(np.uint8)


def to_srgb(raster: Raster, icc: bytes | None) -> tuple[Image, str]:
    """8-bit sRGB of a raster, uint8 (H, W, 3), and a note where its profile could not be used, else "".

    >>> to_srgb(np.uint8([[[7]]]), icc=None)[0].tolist()
    [[[7, 7, 7]]]
    """
    values = to_8bit(raster)
    opaque = over_white(values) if values.shape[2] in (2, 4) else values
    transform = _transform(icc, opaque.shape[2], "to_srgb")
    if transform is not None:
        return _apply(transform, opaque), ""
    note = "its colour profile can't be used for the pixels it has; read as sRGB" if _foreign(icc) else ""
    return (np.repeat(opaque, 3, 2) if opaque.shape[2] == 1 else opaque), note


def _foreign(icc: bytes | None) -> bool:
    """Whether there is a profile, and it is another than sRGB."""
    if not icc:
        return False
    from PIL import ImageCms

    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        return "srgb" not in ImageCms.getProfileDescription(profile).lower()
    except ImageCms.PyCMSError:
        return True


def _transform(icc: bytes | None, channels: int, direction: Literal["to_srgb", "from_srgb"]) -> Any:
    """A colour transform between a profile and sRGB; None where none is needed or none can be made."""
    if not icc or not _foreign(icc):
        return None
    from PIL import ImageCms

    mode = "L" if channels == 1 else "RGB"
    try:
        own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB")
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        if direction == "to_srgb":
            return ImageCms.buildTransform(own, srgb, mode, "RGB", intent)
        return ImageCms.buildTransform(srgb, own, "RGB", mode, intent)
    except ImageCms.PyCMSError:
        return None


def _apply(transform: Any, values: NDArray[np.uint8]) -> Image:
    from PIL import Image as Pil
    from PIL import ImageCms

    source = Pil.fromarray(values[..., 0] if values.shape[2] == 1 else values)
    return np.array(ImageCms.applyTransform(source, transform))


def to_raster_colours(image: Image, like: Picture) -> Raster:
    """An sRGB picture in another picture's profile and depth, without alpha: (H, W, 1 or 3) of its raster's dtype.

    >>> from segmask.io.read import read_picture
    >>> deep = read_picture(np.zeros((1, 1, 3), np.uint16))
    >>> to_raster_colours(np.uint8([[[0, 1, 255]]]), deep).tolist()
    [[[0, 257, 65535]]]
    """
    channels = 1 if like.is_gray else 3
    transform = _transform(like.metadata.icc, channels, "from_srgb")
    if transform is not None:
        values = _apply(transform, image)
        values = values[..., None] if values.ndim == 2 else values
    elif channels == 1:
        import cv2

        values = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None]
    else:
        values = image
    values = np.asarray(values, np.uint8)
    return values if like.raster.dtype == np.uint8 else np.asarray(values.astype(np.uint16) * 257, np.uint16)


def raster_to_image(raster: Raster, metadata: Metadata) -> Image:
    """8-bit sRGB of a composite's raster, uint8 (H, W, 3).

    >>> raster_to_image(np.uint16([[[65535, 0, 257]]]), Metadata()).tolist()
    [[[255, 0, 1]]]
    """
    return to_srgb(raster, metadata.icc)[0]
