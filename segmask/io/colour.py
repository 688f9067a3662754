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
    """A raster's samples cut to 8 bits, rounded."""
    if raster.dtype == np.uint8:
        return raster  # type: ignore[return-value]
    return ((raster.astype(np.uint32) + 128) // 257).astype(np.uint8)


def over_white(raster: NDArray[np.uint8], background: int = WHITE) -> NDArray[np.uint8]:
    """The colours of (H, W, 2 or 4) laid over an even background."""
    colour, alpha = raster[..., :-1], raster[..., -1:]
    if (alpha == 255).all():
        return np.ascontiguousarray(colour)
    weight = alpha.astype(np.float32) / 255
    return np.rint(colour * weight + background * (1 - weight)).astype(np.uint8)


def to_srgb(raster: Raster, icc: bytes | None) -> tuple[Image, str]:
    """8-bit sRGB view of a raster, uint8 (H, W, 3), and a note where its profile could not be used."""
    values = to_8bit(raster)
    opaque = over_white(values) if values.shape[2] in (2, 4) else values
    transform = _transform(icc, opaque.shape[2], "to_srgb")
    if transform is not None:
        return _apply(transform, opaque), ""
    note = "its colour profile can't be used for the pixels it has; read as sRGB" if is_foreign(icc) else ""
    return (np.repeat(opaque, 3, 2) if opaque.shape[2] == 1 else opaque), note


def is_foreign(icc: bytes | None) -> bool:
    """Is there a profile, and is it another than sRGB?"""
    if not icc:
        return False
    from PIL import ImageCms

    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        return "srgb" not in ImageCms.getProfileDescription(profile).lower()
    except (ImageCms.PyCMSError, OSError):
        return True


def _transform(icc: bytes | None, channels: int, direction: Literal["to_srgb", "from_srgb"]) -> Any:
    """A colour transform between a profile and sRGB; None where none is needed or none can be made."""
    if not icc or not is_foreign(icc):
        return None
    from PIL import ImageCms

    mode = "L" if channels == 1 else "RGB"
    try:
        own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB")
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        if direction == "to_srgb":
            return ImageCms.buildTransform(own, srgb, mode, "RGB", intent)
        return ImageCms.buildTransform(srgb, own, "RGB", mode, intent)
    except (ImageCms.PyCMSError, OSError):
        return None


def _apply(transform: Any, values: NDArray[np.uint8]) -> Image:
    from PIL import Image as Pil
    from PIL import ImageCms

    source = Pil.fromarray(values[..., 0] if values.shape[2] == 1 else values)
    return np.array(ImageCms.applyTransform(source, transform))


def to_raster_colours(image: Image, like: Picture) -> Raster:
    """An sRGB picture in another picture's colours and depth, without alpha: (H, W, 1 or 3) of its raster's dtype.

    Where the other one has no colour, whatever its file stores, greys come out.
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
    if channels == 3 and like.is_neutral:
        values = neutral(values)
    return values if like.raster.dtype == np.uint8 else np.asarray(values.astype(np.uint16) * 257, np.uint16)


def same_colours(one: Metadata, other: Metadata) -> bool:
    """Do equal samples of two pictures look the same?"""
    return one.icc == other.icc or not (is_foreign(one.icc) or is_foreign(other.icc))


def alike(one: Raster, other: Raster) -> tuple[Raster, Raster]:
    """Two rasters of one size with the same depth and channels, to be compared: what only one of them has is taken out.

    16 bits become 8; transparency that one of them can't have is laid over white; grey becomes colour.
    """
    if one.dtype != other.dtype:
        one, other = to_8bit(one), to_8bit(other)
    clear = [raster.shape[2] in (2, 4) for raster in (one, other)]
    if clear[0] != clear[1]:
        one, other = (
            over_white(to_8bit(raster)) if has_alpha else to_8bit(raster)
            for raster, has_alpha in zip((one, other), clear, strict=True)
        )
    if one.shape[2] != other.shape[2]:
        one, other = (_spread(raster) for raster in (one, other))
    return one, other


def _spread(raster: Raster) -> Raster:
    """Grey as colours; an alpha stays."""
    if raster.shape[2] > 2:
        return raster
    values: Any = raster
    return np.concatenate([np.repeat(values[..., :1], 3, 2), values[..., 1:]], axis=2)


def neutral(image: Image) -> Image:
    """A picture without its colour, uint8 (H, W, 3) with equal channels."""
    import cv2

    return np.asarray(cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)


def raster_to_image(raster: Raster, metadata: Metadata) -> Image:
    """8-bit sRGB view of a composite's raster, uint8 (H, W, 3)."""
    return to_srgb(raster, metadata.icc)[0]
