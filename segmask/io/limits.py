"""How large a picture may be: judged by the size that a file declares, before anything of it is decoded."""

from __future__ import annotations

from segmask.core.errors import InputError

MAX_PIXELS = 300_000_000
"""The largest cameras and phones make 200 MP; decoded and seen, 300 MP take about 2 GB."""
LARGE_PIXELS = 64_000_000
"""Above, a file must be as large as a photo of its size could be."""
PIXELS_A_BYTE = 200
"""What no photo reaches: an even area in JPEG takes a byte for 340 pixels, a photo at the least quality one for 50."""
MAX_SCANS = 100
"""Of a progressive JPEG, which decodes all of the picture for each; encoders make about 10."""
MAX_SCANNED = 4_000_000_000
"""Scans times pixels: 200 MP in 20 scans, about a minute of decoding."""
MAX_BLOB = 16 << 20
"""Bytes: the largest profile or text that is carried. Real ones stay under 4 MB."""


def check_pixels(size_wh: tuple[int, int], file_bytes: int | None, name: str, max_pixels: int | None = None) -> None:
    """Raise InputError for a picture of no size, of more pixels than the limit, or one that no photo's bytes can hold.

    Args:
        size_wh: width and height as declared.
        file_bytes: how large the file is; None where that says nothing, as of masks.
        name: what to call it.
        max_pixels: the limit; None for ``MAX_PIXELS``. Who names one also vouches for what the file declares.

    >>> check_pixels((6000, 4000), 9_000_000, "photo.jpg")
    """
    width, height = size_wh
    pixels, limit = width * height, MAX_PIXELS if max_pixels is None else max_pixels
    if width < 1 or height < 1:
        raise InputError(f"{name}: damaged: declares {width}x{height} pixels")
    if pixels > limit:
        raise InputError(
            f"{name}: declares {width}x{height} = {pixels} pixels; the limit is {limit}. "
            "Raise max_pixels if the picture is genuine, or make it smaller"
        )
    if max_pixels is None and file_bytes is not None and pixels > max(LARGE_PIXELS, file_bytes * PIXELS_A_BYTE):
        raise InputError(
            f"{name}: declares {width}x{height} = {pixels} pixels in {file_bytes} bytes, more than a photo has "
            f"({PIXELS_A_BYTE} a byte). Name max_pixels yourself if the picture is genuine"
        )


def check_scans(scans: int, pixels: int, name: str) -> None:
    """Raise InputError for a progressive JPEG of so many scans that decoding it takes minutes.

    >>> check_scans(10, 6_000_000, "photo.jpg")
    """
    if scans > MAX_SCANS or scans * pixels > MAX_SCANNED:
        raise InputError(
            f"{name}: a JPEG of {scans} scans of {pixels} pixels; the limits are {MAX_SCANS} scans and "
            f"{MAX_SCANNED} pixels in all of them. Save it anew"
        )
