"""The size that a file declares, without decoding it, and whether an output can hold a picture of that size."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from pathlib import Path

from segmask.core.errors import InputError
from segmask.io.decode import decoding, kind_of, pillow, read_bytes
from segmask.io.jpeg import taken_apart
from segmask.io.png_chunks import SIGNATURE
from segmask.io.webp import declared_size as webp_size
from segmask.io.write import LARGEST_SIDE, check_holds, output_format


def check_fits(outputs: Iterable[Path], original: Path) -> None:
    """Raise before any work where an output's format can't hold a picture of the original's size.

    OptionError for a format that is not written, OutputError for a picture too large, InputError for an original that
    can't be read.
    """
    formats = {output_format(Path(path)) for path in outputs}
    if formats & set(LARGEST_SIDE):
        width, height = declared_wh(Path(original))
        for file_format in sorted(formats):
            check_holds(file_format, (height, width))


def declared_wh(path: Path) -> tuple[int, int]:
    """Width and height as a picture file declares them, before it is set upright. Raises InputError."""
    data, name = read_bytes(path), str(path)
    kind = kind_of(data, name)
    found: tuple[int, int] | None
    with decoding(name):
        if kind == "PNG":
            found = struct.unpack_from(">II", data, len(SIGNATURE) + 8)  # type: ignore[assignment]
        elif kind == "JPEG":
            found = taken_apart(data).size_wh
        elif kind == "WEBP":
            found = webp_size(data)
        elif kind == "TIFF":
            import tifffile

            with tifffile.TiffFile(io.BytesIO(data)) as file:
                page = file.pages[0]
                found = page.imagewidth, page.imagelength  # type: ignore[union-attr]
        else:
            found = pillow(kind, data).size
    if found is None:
        raise InputError(f"{name}: damaged or cut short: it has no size")
    return found
