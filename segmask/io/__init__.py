"""Pictures in and out: orientation, colour profile, transparency and 16 bit.

The file's own samples are kept as the *raster*: what must stay original is copied from there. The stages look at
``image``, the same picture as 8-bit sRGB. Only here are Pillow and file codecs used. docs/files.md says what is read.
"""

from segmask.io.colour import alike, neutral, raster_to_image, same_colours, to_raster_colours
from segmask.io.declared import check_fits
from segmask.io.disclosure import marked
from segmask.io.jpeg_kept import can_keep
from segmask.io.labels import read_labels
from segmask.io.levels import from_levels, is_plain, to_levels
from segmask.io.mask_files import HALF, check_mask_format, lossless_format, mask_contents, stripped
from segmask.io.masks import MASK_DIALECTS, MASK_FORMATS, ReadMask, read_gray, read_mask
from segmask.io.picture import Metadata, Picture, Raster
from segmask.io.read import Contents, Source, name_of, read_image, read_picture
from segmask.io.redecode import decoded_again
from segmask.io.screen import encode_animation, encode_indexed, encode_view
from segmask.io.write import (
    FORMATS,
    Encoded,
    check_compression,
    check_holds,
    encode,
    encode_composite,
    encode_png,
    encode_tiff,
    output_format,
    write_png,
)

__all__ = [
    "FORMATS",
    "HALF",
    "MASK_DIALECTS",
    "MASK_FORMATS",
    "Contents",
    "Encoded",
    "Metadata",
    "Picture",
    "Raster",
    "ReadMask",
    "Source",
    "alike",
    "can_keep",
    "check_compression",
    "check_fits",
    "check_holds",
    "check_mask_format",
    "decoded_again",
    "encode",
    "encode_animation",
    "encode_composite",
    "encode_indexed",
    "encode_png",
    "encode_tiff",
    "encode_view",
    "from_levels",
    "is_plain",
    "lossless_format",
    "marked",
    "mask_contents",
    "name_of",
    "neutral",
    "output_format",
    "raster_to_image",
    "read_gray",
    "read_image",
    "read_labels",
    "read_mask",
    "read_picture",
    "same_colours",
    "stripped",
    "to_levels",
    "to_raster_colours",
    "write_png",
]
