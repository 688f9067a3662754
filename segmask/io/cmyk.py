"""Printing colours into RGB."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any


def as_rgb(picture: Any, icc: bytes | None) -> tuple[Any, str]:
    """A CMYK picture of Pillow as sRGB, and what was done."""
    from PIL import ImageCms

    if icc:
        with suppress(ImageCms.PyCMSError, OSError):  # damaged: the plain formula below, and the note says so
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return converted, "CMYK picture read as sRGB through its own profile"
    return picture.convert("RGB"), "CMYK picture without a usable profile read as RGB by the plain formula"
