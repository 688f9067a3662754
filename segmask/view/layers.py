"""A result as layers to go on with: the original below, the edit above it under the mask, doubts hidden on top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.core.errors import OptionError, unknown
from segmask.core.types import Box
from segmask.view.pictures import doubtful
from segmask.view.preview import DOUBTFUL

if TYPE_CHECKING:
    from segmask.result import Result

LAYERED = (".psd", ".ora", ".tif")
"""Endings that layers are written as."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One layer, cropped to where it shows anything."""

    name: str
    raster: io.Raster
    """uint8 or uint16 (h, w, C): C as in the original, or without its transparency."""
    box: Box
    mask: NDArray[np.uint8] | None = None
    """uint8 (h, w): how opaque the layer is, 255 fully."""
    visible: bool = True


@dataclass(frozen=True, eq=False)
class Layered:
    """Layers from the lowest to the highest, and the finished picture."""

    layers: tuple[Layer, ...]
    composite: io.Raster
    metadata: io.Metadata


def layers_of(result: Result, *, mark: bool = False) -> Layered:
    """A result's layers in the original's own depth and colours.

    The edit is as it was composited: aligned, its drift taken out. An edit that nothing is taken of is not there, nor
    are doubts where there are none.

    >>> import segmask
    >>> original = np.full((64, 64, 3), 90, np.uint8)
    >>> edited = original.copy()
    >>> edited[20:44, 20:44] = 200
    >>> [layer.name for layer in layers_of(segmask.apply(original, edited, strategy="diff")).layers]
    ['original', 'edit']
    """
    picture, toned = result.original, result.stages.toned
    layers = [Layer("original", picture.raster, Box(0, 0, picture.size_wh[0], picture.size_wh[1]))]
    taken = Box.around(result.alpha)
    if taken is not None and toned is not None:
        edit = io.to_raster_colours(np.ascontiguousarray(toned[taken.slices]), picture)
        layers.append(Layer("edit", edit, taken, result.mask[taken.slices]))
    doubt = doubtful(result)
    place = Box.around(doubt)
    if place is not None:
        amber = np.broadcast_to(DOUBTFUL.astype(np.uint8), (place.height, place.width, 3))
        colour = io.to_raster_colours(np.ascontiguousarray(amber), picture)
        shown = doubt[place.slices].astype(np.uint8) * np.uint8(255)
        layers.append(Layer("doubts", colour, place, shown, visible=False))
    metadata = io.marked(picture.metadata) if mark else picture.metadata
    return Layered(tuple(layers), result.raster, metadata)


def encode_layers(result: Result, suffix: str, *, mark: bool = False) -> bytes:
    """The contents of a layered file.

    Args:
        result: of ``apply``.
        suffix: ``.psd`` or ``.tif``, with masks as layer masks; or ``.ora`` (OpenRaster), which has none: there the
            mask is the layer's transparency.
        mark: say in the XMP of a PSD or TIFF that a part was generated.

    Raises OptionError for another suffix, MissingLibraryError where psd-tools is missing for a PSD, psdtags for a TIFF.

    >>> import segmask
    >>> plain = np.full((16, 16, 3), 90, np.uint8)
    >>> encode_layers(segmask.apply(plain, plain, strategy="diff"), ".ora")[:2]
    b'PK'
    """
    writers: dict[str, Callable[[Layered], bytes]] = {}
    if suffix == ".ora":
        from segmask.view.openraster import openraster_bytes

        writers[".ora"] = openraster_bytes
    if suffix == ".psd":
        from segmask.view.photoshop import photoshop_bytes

        writers[".psd"] = photoshop_bytes
    if suffix == ".tif":
        from segmask.view.layered_tiff import layered_tiff_bytes

        writers[".tif"] = layered_tiff_bytes
    if suffix not in writers:
        raise unknown("format of layers", suffix, LAYERED)
    return writers[suffix](layers_of(result, mark=mark))


def check_suffix(suffix: str) -> None:
    """OptionError for an ending that layers are not written as.

    >>> check_suffix(".psd")
    """
    if suffix not in LAYERED:
        raise OptionError(f"layers are written as {', '.join(LAYERED)}; got {suffix!r}")
