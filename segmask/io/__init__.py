"""Pictures in and out: orientation, colour profile, transparency and 16 bit.

The file's own samples are kept as the *raster*: what must stay original is copied from there. The stages look at
``image``, the same picture as 8-bit sRGB. Only here are Pillow and file codecs used.
"""

from segmask.io.colour import raster_to_image, to_raster_colours
from segmask.io.picture import Metadata, Picture, Raster
from segmask.io.read import Source, read_gray, read_image, read_labels, read_picture
from segmask.io.write import FORMATS, encode, encode_png, output_format, write_png

__all__ = [
    "FORMATS",
    "Metadata",
    "Picture",
    "Raster",
    "Source",
    "encode",
    "encode_png",
    "output_format",
    "raster_to_image",
    "read_gray",
    "read_image",
    "read_labels",
    "read_picture",
    "to_raster_colours",
    "write_png",
]
