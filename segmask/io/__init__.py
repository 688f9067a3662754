"""Pictures in and out: orientation, colour profile, transparency and 16 bit.

The file's own samples are kept as the *raster*: what must stay original is copied from there. The stages look at
``image``, the same picture as 8-bit sRGB. Only here are Pillow and file codecs used. docs/files.md says what is read.
"""

from segmask.io.colour import in_colours_of, raster_to_image, to_raster_colours
from segmask.io.labels import read_labels
from segmask.io.masks import MASK_DIALECTS, ReadMask, read_gray, read_mask
from segmask.io.picture import Metadata, Picture, Raster
from segmask.io.read import Encoded, Source, name_of, read_image, read_picture
from segmask.io.write import FORMATS, check_holds, encode, encode_png, output_format, write_png

__all__ = [
    "FORMATS",
    "MASK_DIALECTS",
    "Encoded",
    "Metadata",
    "Picture",
    "Raster",
    "ReadMask",
    "Source",
    "check_holds",
    "encode",
    "encode_png",
    "in_colours_of",
    "name_of",
    "output_format",
    "raster_to_image",
    "read_gray",
    "read_image",
    "read_labels",
    "read_mask",
    "read_picture",
    "to_raster_colours",
    "write_png",
]
