"""OpenRaster files (openraster.org, version 0.0.6): a zip of PNG layers, which Krita, GIMP and MyPaint open."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

import numpy as np

from segmask import io
from segmask.core.geometry import resize_image, working_size

if TYPE_CHECKING:
    from segmask.view.layers import Layer, Layered

THUMBNAIL_SIDE = 256
"""Pixels: the largest that the format takes."""


def openraster_bytes(layered: Layered) -> bytes:
    """The contents of an .ora file; its merged picture is the exact composite.

    >>> import segmask
    >>> from segmask.view.layers import layers_of
    >>> plain = np.full((16, 16, 3), 90, np.uint8)
    >>> data = openraster_bytes(layers_of(segmask.apply(plain, plain, strategy="diff")))
    >>> zipfile.ZipFile(BytesIO(data)).namelist()[:2]
    ['mimetype', 'stack.xml']
    """
    height, width = layered.composite.shape[:2]
    rows = "\n".join(_row(layer) for layer in reversed(layered.layers))  # the highest first
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<image version="0.0.6" w="{width}" h="{height}">\n<stack>\n'
    stack = f"{head}{rows}\n</stack>\n</image>\n"
    view = io.raster_to_image(layered.composite, layered.metadata)
    small = resize_image(view, working_size((height, width), min(THUMBNAIL_SIDE, max(height, width))))
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, "mimetype", b"image/openraster")  # first and not packed, as the format asks for
        _add(archive, "stack.xml", stack.encode())
        for layer in layered.layers:
            _add(archive, f"data/{layer.name}.png", _picture(layer, layered.metadata))
        _add(archive, "mergedimage.png", io.encode(layered.composite, layered.metadata, "PNG")[0])
        _add(archive, "Thumbnails/thumbnail.png", io.encode_png(small))
    return buffer.getvalue()


def _row(layer: Layer) -> str:
    values = {
        "name": layer.name,
        "src": f"data/{layer.name}.png",
        "x": str(layer.box.x0),
        "y": str(layer.box.y0),
        "visibility": "visible" if layer.visible else "hidden",
        "opacity": "1.0",
        "composite-op": "svg:src-over",
    }
    return f"<layer {' '.join(f'{name}={quoteattr(value)}' for name, value in values.items())}/>"


def _picture(layer: Layer, metadata: io.Metadata) -> bytes:
    """A layer as PNG in the original's profile, its mask as transparency."""
    raster: Any = layer.raster
    if layer.mask is not None:
        wide = layer.mask.astype(raster.dtype)
        alpha = wide if raster.dtype == np.uint8 else wide * np.uint16(257)
        raster = np.concatenate([raster, alpha[..., None]], axis=2)
    colours = io.Metadata(icc=metadata.icc, png_colour=metadata.png_colour)
    return io.encode(raster, colours, "PNG")[0]


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)  # stored: PNGs are packed already
