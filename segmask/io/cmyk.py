"""Printing colours into RGB."""

from __future__ import annotations

import io
from typing import Any


def as_rgb(picture: Any, icc: bytes | None) -> tuple[Any, str]:
    """A CMYK picture of Pillow as sRGB, and what was done."""
    from PIL import ImageCms

    if icc:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return converted, "CMYK picture read as sRGB through its own profile"
        except (ImageCms.PyCMSError, OSError):
            pass  # a damaged profile: the plain formula below, and the note says so
    return picture.convert("RGB"), "CMYK picture without a usable profile read as RGB by the plain formula"
