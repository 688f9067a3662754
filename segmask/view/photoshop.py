"""PSD files by psd-tools: layers with layer masks, and our own composite as the flat picture inside."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import MissingLibraryError, OutputError

if TYPE_CHECKING:
    from segmask.view.layers import Layer, Layered

LARGEST_SIDE = 30000
"""Pixels of a PSD; larger ones are PSB, which fewer programs read."""
MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
"""Pillow's names, by channels."""
ICC, XMP = 1039, 1060
"""Image resources (Adobe Photoshop file formats specification)."""


def photoshop_bytes(layered: Layered) -> bytes:
    """The contents of a .psd file. Raises MissingLibraryError without psd-tools, OutputError above 30000 pixels.

    >>> import segmask
    >>> from segmask.view.layers import layers_of
    >>> photoshop_bytes(layers_of(segmask.apply("original.jpg", "edited.png")))[:4]  # doctest: +SKIP
    b'8BPS'
    """
    try:
        from psd_tools import PSDImage
    except ImportError as error:
        raise MissingLibraryError('a PSD needs psd-tools: pip install "segmask[layers]"') from error
    height, width, channels = layered.composite.shape
    if max(height, width) > LARGEST_SIDE:
        raise OutputError(f"a PSD holds at most {LARGEST_SIDE} pixels a side; the picture has {width}x{height}")
    depth: Any = 8 if layered.composite.dtype == np.uint8 else 16
    document = PSDImage.new(MODES[channels], (width, height), depth=depth)
    for layer in layered.layers:
        _add(document, layer, channels)
    for key, data in ((ICC, layered.metadata.icc), (XMP, layered.metadata.xmp)):
        if data:
            _add_resource(document, key, data)
    record: Any = document._record
    record.image_data.set_data(_planes(layered.composite), record.header)
    document._updated = False
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _add(document: Any, layer: Layer, channels: int) -> None:
    """One layer; its mask is blended by the program that opens the file."""
    from PIL import Image as Pil

    raster = layer.raster
    if channels in (2, 4) and raster.shape[2] < channels:
        opaque = np.full((*raster.shape[:2], 1), np.iinfo(raster.dtype).max, raster.dtype)
        raster = np.concatenate([raster, opaque], axis=2)
    made = document.create_pixel_layer_from_array(raster, name=layer.name, top=layer.box.y0, left=layer.box.x0)
    if layer.mask is not None:
        made.create_mask(Pil.fromarray(layer.mask), top=layer.box.y0, left=layer.box.x0)
    made.visible = layer.visible


def _add_resource(document: Any, key: int, data: bytes) -> None:
    from psd_tools.constants import Resource
    from psd_tools.psd.image_resources import ImageResource

    document.image_resources[Resource(key)] = ImageResource(key=Resource(key), data=data)


def _planes(raster: NDArray[np.uint8] | NDArray[np.uint16]) -> list[bytes]:
    """The samples channel by channel, big-endian as the format has them."""
    stored = raster if raster.dtype == np.uint8 else raster.astype(">u2")
    return [np.ascontiguousarray(stored[..., channel]).tobytes() for channel in range(raster.shape[2])]
