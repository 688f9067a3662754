"""Layered TIFF by psdtags: a TIFF of the composite, with the layers in the tag that Photoshop keeps them in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from segmask import io
from segmask.core.errors import MissingLibraryError

if TYPE_CHECKING:
    from segmask.view.layers import Layer, Layered

HIDDEN = 2
"""Bit of a layer's flags (Adobe Photoshop file formats specification)."""


def layered_tiff_bytes(layered: Layered) -> bytes:
    """The contents of a layered TIFF. Raises MissingLibraryError without psdtags.

    >>> import segmask
    >>> from segmask.view.layers import layers_of
    >>> layered_tiff_bytes(layers_of(segmask.apply("original.jpg", "edited.png")))[:2]  # doctest: +SKIP
    b'II'
    """
    try:
        import psdtags
    except ImportError as error:
        raise MissingLibraryError('a layered TIFF needs psdtags: pip install "segmask[layers]"') from error
    deep = layered.composite.dtype == np.uint16
    source: Any = psdtags.TiffImageSourceData(
        psdformat=psdtags.PsdFormat.LE32BIT,
        layers=psdtags.PsdLayers(
            key=psdtags.PsdKey.LAYER_16 if deep else psdtags.PsdKey.LAYER,
            has_transparency=False,
            layers=[_layer(psdtags, layer) for layer in layered.layers],
        ),
        usermask=psdtags.PsdUserMask(colorspace=psdtags.PsdColorSpaceType.RGB, components=(65535, 0, 0, 0), opacity=50),
    )
    metadata = io.Metadata(icc=layered.metadata.icc, xmp=layered.metadata.xmp, dpi=layered.metadata.dpi)
    return io.encode_tiff(layered.composite, metadata, [source.tifftag(maxworkers=1)])


def _layer(psdtags: Any, layer: Layer) -> Any:
    """One layer with its colours, its transparency and its mask."""
    raster, ids = layer.raster, psdtags.PsdChannelId
    colours = 1 if raster.shape[2] < 3 else 3
    top = np.iinfo(raster.dtype).max
    opaque = raster[..., colours] if raster.shape[2] > colours else np.full(raster.shape[:2], top, raster.dtype)
    planes = [(ids.TRANSPARENCY_MASK, opaque)]
    planes += [(ids(index), raster[..., index]) for index in range(colours)]
    rectangle = psdtags.PsdRectangle(layer.box.y0, layer.box.x0, layer.box.y1, layer.box.x1)
    mask = psdtags.PsdLayerMask()
    if layer.mask is not None:
        deep = layer.mask.astype(raster.dtype) * np.array(top // 255, raster.dtype)
        planes.append((ids.USER_LAYER_MASK, deep))
        mask = psdtags.PsdLayerMask(default_color=0, rectangle=rectangle)
    flags = psdtags.PsdLayerFlag.PHOTOSHOP5
    return psdtags.PsdLayer(
        name=layer.name,
        rectangle=rectangle,
        channels=[
            psdtags.PsdChannel(kind, psdtags.PsdCompressionType.ZIP, np.ascontiguousarray(plane))
            for kind, plane in planes
        ],
        mask=mask,
        flags=flags if layer.visible else psdtags.PsdLayerFlag(flags | HIDDEN),
        info=[psdtags.PsdString(psdtags.PsdKey.UNICODE_LAYER_NAME, layer.name)],
    )
