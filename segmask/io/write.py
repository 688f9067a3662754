"""Pictures into file contents: PNG, TIFF and WebP without loss, JPEG with. What a format can't hold is named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import OptionError, OutputError
from segmask.core.findings import Finding, Findings
from segmask.core.types import Alpha
from segmask.io.colour import over_white, to_8bit
from segmask.io.jpeg_kept import is_available, kept_jpeg
from segmask.io.orientation import UPRIGHT, stored
from segmask.io.picture import Metadata, Picture, Raster
from segmask.io.write_lossy import JPEG_QUALITY, jpeg_bytes, jpeg_segments, webp_bytes
from segmask.io.write_png import png_bytes
from segmask.io.write_tiff import tiff_bytes

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
LARGEST_SIDE = {"JPEG": 65500, "WEBP": 16383}
"""Pixels: of JPEG what libjpeg takes, of WebP what the format can say."""
WRITERS: dict[str, Any] = {"PNG": png_bytes, "JPEG": jpeg_bytes, "WEBP": webp_bytes, "TIFF": tiff_bytes}


def output_format(path: Path) -> str:
    """The format that a file name asks for. Raises OptionError for others than PNG, JPEG, WebP, TIFF.

    >>> output_format(Path("result.png")), output_format(Path("result.jpg"))
    ('PNG', 'JPEG')
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise OptionError(f"{path}: unknown picture format {suffix!r}; expected one of: {', '.join(FORMATS)}")
    return FORMATS[suffix]


def check_holds(file_format: str, size_hw: tuple[int, int]) -> None:
    """Raise OutputError where a format can't hold a picture of a size; known before any work is done.

    >>> check_holds("PNG", (4000, 6000))
    """
    largest = LARGEST_SIDE.get(file_format)
    if largest is not None and max(size_hw) > largest:
        raise OutputError(
            f"{file_format} holds at most {largest} pixels a side; the picture has {size_hw[1]}x{size_hw[0]}. "
            "Write PNG or TIFF"
        )


def check_compression(compression: int | None, file_format: str) -> None:
    """Raise OptionError for an effort that is no number from 0 to 9, or a format that has no choice in it.

    >>> check_compression(1, "PNG")
    """
    if compression is None:
        return
    if isinstance(compression, bool) or not isinstance(compression, int) or not 0 <= compression <= 9:
        raise OptionError(f"compression: expected 0 (none) to 9 (smallest); got {compression!r}")
    if file_format != "PNG":
        raise OptionError(f"compression: says how hard a PNG is packed; {file_format} has no such choice: leave it out")


def encode(
    raster: Raster, metadata: Metadata, file_format: str, compression: int | None = None
) -> tuple[bytes, Findings]:
    """File contents for a raster (H, W, 1..4), and what the format could not hold. Raises OutputError.

    ``compression`` is a PNG's effort, 0 to 9; OptionError for another format.

    >>> data, findings = encode(np.zeros((4, 4, 3), np.uint8), Metadata(), "PNG")
    >>> data[:4], findings
    (b'\x89PNG', ())
    """
    check_holds(file_format, raster.shape[:2])
    check_compression(compression, file_format)
    effort = {} if compression is None else {"compression": compression}
    notes: list[str] = []
    if file_format == "JPEG":
        notes.append(
            f"JPEG is lossy (quality {JPEG_QUALITY}): pixels outside the mask are not bit for bit the original's"
        )
        if raster.shape[2] in (2, 4):
            raster = over_white(to_8bit(raster))
            notes.append("JPEG holds no transparency: laid over white")
    if raster.dtype == np.uint16 and file_format in ("JPEG", "WEBP"):
        notes.append(f"{file_format} holds 8 bits a channel: reduced from 16")
        raster = to_8bit(raster)
    try:
        data, lost = WRITERS[file_format](np.ascontiguousarray(raster), metadata, **effort)
    except (OSError, ValueError, OverflowError, MemoryError) as error:
        raise OutputError(f"{file_format}: the encoder can't write this picture ({error})") from error
    return data, _not_written(notes, lost, metadata, file_format)


@dataclass(frozen=True)
class Encoded:
    """A composite as it is about to be written."""

    data: bytes
    notes: Findings
    """What the format could not hold."""
    file_format: str
    orientation: int = UPRIGHT
    """How the file's samples are stored, 1 to 8."""


def encode_composite(
    original: Picture, raster: Raster, alpha: Alpha, file_format: str, compression: int | None = None
) -> Encoded:
    """``encode`` for a composite of an original that shows it where alpha (H, W) is 0.

    A JPEG of a JPEG keeps the blocks outside the mask. That needs the extra ``jpeg``; without it, or for a kind of JPEG
    that can't be kept, all of it is coded anew. ``compression`` as for ``encode``.
    """
    check_compression(compression, file_format)
    if file_format == "JPEG" and original.jpeg is not None and is_available():
        orientation = original.jpeg.orientation
        height, width = stored(alpha, orientation).shape
        segments, lost = jpeg_segments(original.metadata, original.jpeg, (width, height))
        data = kept_jpeg(original.jpeg, original.raster, raster, alpha, segments)
        if data is not None:
            text = "JPEG is lossy, but blocks outside the mask keep the original's coefficients, bit for bit"
            return Encoded(data, _not_written([text], lost, original.metadata, file_format), file_format, orientation)
    return Encoded(*encode(raster, original.metadata, file_format, compression), file_format)


def _not_written(notes: list[str], lost: list[str], metadata: Metadata, file_format: str) -> Findings:
    if lost:
        notes = [*notes, f"not carried into a {file_format}: {', '.join(lost)}"]
    if metadata.left_out:
        notes = [*notes, f"left out of the output: {', '.join(metadata.left_out)}"]
    return tuple(Finding("not-written", note) for note in notes)


def encode_tiff(raster: Raster, metadata: Metadata, tags: list[tuple[int, int, int, Any, bool]]) -> bytes:
    """TIFF of uint8 or uint16 (H, W, 1..4) with further tags, as ``tifffile`` takes them."""
    contiguous: Any = np.ascontiguousarray(raster)
    return tiff_bytes(contiguous, metadata, tags)[0]


def encode_png(array: NDArray[np.uint8]) -> bytes:
    """PNG of uint8 (H, W), (H, W, 3) or (H, W, 4).

    >>> encode_png(np.zeros((4, 4), np.uint8))[:4]
    b'\x89PNG'
    """
    return png_bytes(array[..., None] if array.ndim == 2 else array, Metadata())[0]


def write_png(path: Path | str, array: NDArray[np.uint8]) -> None:
    """Write uint8 (H, W), (H, W, 3) or (H, W, 4) as PNG, in one step.

    >>> write_png("mask.png", np.zeros((4, 4), np.uint8))
    >>> Path("mask.png").stat().st_size > 0
    True
    """
    from segmask.core.files import write_files

    write_files({Path(path): encode_png(array)})
