"""Files into bytes, and the border around every decoder: what goes wrong inside is one clear error."""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from segmask.core.errors import InputError, SegmaskError
from segmask.io.quiet import quiet_warnings

PICTURES = {
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"II+\0": "TIFF",
    b"MM\0+": "TIFF",
    b"P4": "PPM",
    b"P5": "PPM",
    b"P6": "PPM",
    b"\0\0\0\x0cjP  \r\n\x87\n": "JPEG2000",
    b"\xff\x4f\xff\x51": "JPEG2000",
    b"8BPS": "PSD",
}
"""First bytes -> Pillow's name of the format. Others are not opened: some of Pillow's readers start programs."""
BRANDS = {b"avif": "AVIF", b"avis": "AVIF"}
REFUSED = {
    b"\xff\x0a": "JPEG XL",
    b"\0\0\0\x0cJXL \r\n\x87\n": "JPEG XL",
    b"%PDF": "PDF",
    b"%!PS": "PostScript",
    b"<svg": "SVG",
    b"<?xml": "XML or SVG",
    b"FUJIFILM": "camera raw",
    b"IIRO": "camera raw",
    b"IIU\0": "camera raw",
    b"v/1\x01": "OpenEXR",
    b"#?RADIANCE": "Radiance HDR",
}
HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1")
EXPECTED = "PNG, JPEG, WebP, TIFF, AVIF, GIF, BMP, PPM, JPEG 2000, PSD or, with pi-heif, HEIC"


def read_bytes(path: Path) -> bytes:
    """A file's bytes. Raises InputError for what is no file, is empty or can't be read.

    >>> _ = Path("photo.png").write_bytes(b"bytes")
    >>> read_bytes(Path("photo.png"))
    b'bytes'
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise InputError(f"{path}: is a folder; expected a picture file")
        if not stat.S_ISREG(mode):
            raise InputError(f"{path}: is not a regular file; expected a picture file")
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(f"{path}: no such file") from error
    except PermissionError as error:
        raise InputError(f"{path}: can't be read; check its permissions") from error
    except ValueError as error:
        raise InputError(f"{os.fspath(path)!r}: not a file name ({error})") from error
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    if not data:
        raise InputError(f"{path}: the file is empty (0 bytes)")
    return data


def kind_of(data: bytes, name: str) -> str:
    """Pillow's name of the format that a file's first bytes show. InputError, by what it is, for those not read.

    >>> kind_of(b"GIF89a...", "a.gif")
    'GIF'
    """
    head = data[:32]
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    if head[4:8] == b"ftyp":
        brands = {head[8:12], *(data[start : start + 4] for start in range(16, min(64, _size(head)), 4))}
        if found := next((BRANDS[brand] for brand in brands if brand in BRANDS), None):
            return found
        if brands & set(HEIC_BRANDS):
            return "HEIC"
        raise InputError(f"{name}: a film or another ISO media file can't be read; save it as PNG, TIFF or JPEG first")
    for start, kind in PICTURES.items():
        if head.startswith(start):
            return kind
    for start, what in REFUSED.items():
        if head.lstrip()[:32].startswith(start):
            raise InputError(f"{name}: {what} can't be read; save it as PNG, TIFF or JPEG first")
    raise InputError(f"{name}: not a picture that can be read; expected {EXPECTED}")


def _size(head: bytes) -> int:
    return int.from_bytes(head[:4], "big")


@contextlib.contextmanager
def decoding(name: str) -> Iterator[None]:
    """Whatever a decoder raises inside becomes an InputError that names the file; its warnings are dropped."""
    try:
        with quiet_warnings():
            yield
    except SegmaskError:
        raise
    except MemoryError as error:
        raise InputError(f"{name}: needs more memory than there is") from error
    except Exception as error:  # decoders raise what they please for damaged files: KeyError, struct.error ...
        detail = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"{name}: damaged or cut short, can't be decoded ({detail[:200]})") from error


def pillow(kind: str, data: bytes) -> Any:
    """Pillow's picture of one format, opened and not decoded; its own limit of pixels is not asked."""
    from PIL import Image as Pil

    Pil.init()
    factory, _ = Pil.OPEN[kind]
    return factory(io.BytesIO(data), "")


def allocated(picture: Any) -> Any:
    """A TIFF picture of Pillow with the memory for its samples: Pillow has a limit of pixels where it allocates."""
    from PIL import Image as Pil

    picture.im = Pil.core.new(picture.mode, getattr(picture, "_tile_size", picture.size))
    return picture
