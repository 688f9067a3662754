"""Pictures from files, PIL images and arrays."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

from segmask.core.checks import describe
from segmask.core.errors import InputError
from segmask.core.types import Image
from segmask.io.assemble import picture_of
from segmask.io.colour import to_srgb
from segmask.io.decode import decoding, kind_of, read_bytes
from segmask.io.heic import read_heic
from segmask.io.jpeg import read_jpeg
from segmask.io.other_formats import plain, read_other
from segmask.io.picture import Metadata, Picture
from segmask.io.png import read_png
from segmask.io.stored import Stored
from segmask.io.tiff import read_tiff
from segmask.io.webp import read_webp

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage

READERS = {"PNG": read_png, "JPEG": read_jpeg, "TIFF": read_tiff, "WEBP": read_webp, "HEIC": read_heic}


class SupportsArray(Protocol):
    """Anything that turns into a numpy array: a torch tensor on the CPU, a jax array, a numpy array itself."""

    def __array__(self) -> NDArray[Any]: ...


@dataclass(frozen=True)
class Contents:
    """A file's contents in memory, from a pipe or an object store, say.

    >>> Contents(b"GIF89a", "s3://shop/a.gif").name
    's3://shop/a.gif'
    """

    data: bytes
    name: str
    """What messages call it."""


Source: TypeAlias = "str | os.PathLike[str] | bytes | Contents | PilImage | SupportsArray | Picture"
"""What can be handed in for a picture or a mask: a path, a file's contents (with a name, as ``Contents``), a PIL image,
anything with ``__array__``, or a ``Picture`` that was read before."""


def read_picture(source: Source, name: str = "picture", *, max_pixels: int | None = None) -> Picture:
    """Read a path, a file's bytes, a PIL image or an array (uint8 or uint16; (H, W), (H, W, 1..4)).

    Args:
        source: nothing that is handed in is changed. A ``Picture`` is given back as it is.
        name: what to call it where it has no path.
        max_pixels: how many pixels a file may declare; None for ``limits.MAX_PIXELS``.

    Raises InputError.
    """
    if isinstance(source, Picture):
        return source
    if is_path(source):
        path = Path(source)
        return picture_of(read_stored(path, max_pixels), path)
    if (file := contents_of(source, name)) is not None:
        return picture_of(stored_of_bytes(file.data, file.name, max_pixels), None)
    if is_pil(source):
        with decoding(name):
            return picture_of(stored_of_pil(source, name), None)
    return _from_array(as_array(source, name), name)


def read_image(source: Source, name: str = "picture") -> Image:
    """8-bit sRGB of a picture, uint8 (H, W, 3)."""
    return read_picture(source, name).image


def read_stored(path: Path, max_pixels: int | None = None) -> Stored:
    """A file's samples and metadata as stored. Raises InputError."""
    return stored_of_bytes(read_bytes(path), str(path), max_pixels)


def stored_of_bytes(data: bytes, name: str, max_pixels: int | None = None) -> Stored:
    """The samples and metadata in a file's contents, as stored. Raises InputError."""
    if not data:
        raise InputError(f"{name}: is empty (0 bytes); expected a picture file")
    kind = kind_of(data, name)
    with decoding(name):
        reader = READERS.get(kind)
        return read_other(kind, data, name, max_pixels) if reader is None else reader(data, name, max_pixels)


def stored_of_pil(source: Any, name: str) -> Stored:
    """The frame at which a PIL image stands; the image itself stays as it is."""
    own = source.copy()
    found = plain(own, name)
    frames = getattr(source, "n_frames", 1)
    notes = (f"{frames} frames: number {source.tell() + 1} was used",) if frames > 1 else ()
    info = source.info
    packet = info.get("xmp")
    return Stored(
        found.samples,
        icc=None if own.mode in ("CMYK", "LAB", "YCbCr") else info.get("icc_profile"),
        exif=_exif_of(source),
        xmp=packet.encode() if isinstance(packet, str) else packet,
        dpi=_dpi_of(info.get("dpi")),
        text=tuple((str(key), str(value)) for key, value in getattr(source, "text", {}).items() if key[:4] != "XML:"),
        notes=(*notes, *found.notes),
    )


def _exif_of(source: Any) -> bytes | None:
    """EXIF as it stands in the image: what its owner changed in it counts."""
    stored = source.info.get("exif")
    try:
        fields = source.getexif()
        return fields.tobytes() if len(fields) else None
    except Exception:  # Pillow raises what it pleases for sloppy fields; ours reads them one by one
        return stored


def _dpi_of(value: Any) -> tuple[float, float] | None:
    try:
        return float(value[0]), float(value[1])
    except (TypeError, ValueError, IndexError, KeyError, ZeroDivisionError):
        return None


def is_path(source: Any) -> TypeGuard[str | os.PathLike[str]]:
    """Is it a path?"""
    return isinstance(source, (str, os.PathLike))


def contents_of(source: Any, name: str) -> Contents | None:
    """A file's contents with what to call it; None for what is none."""
    if isinstance(source, Contents):
        return source
    return Contents(bytes(source), name) if isinstance(source, (bytes, bytearray, memoryview)) else None


def name_of(source: Any, name: str) -> str:
    """What messages call a source: its path, the name that came with its contents, or ``name``.

    >>> name_of("a.png", "original"), name_of(Contents(b"", "b.png"), "original"), name_of(np.zeros(1), "original")
    ('a.png', 'b.png', 'original')
    """
    if isinstance(source, Contents):
        return source.name
    return os.fspath(source) if is_path(source) else name


def is_pil(source: Any) -> bool:
    """Is it an image of Pillow?"""
    return hasattr(source, "mode") and hasattr(source, "tobytes")


def as_array(source: Any, name: str) -> NDArray[Any]:
    """What was handed in as an array: itself, or what its ``__array__`` gives. Raises InputError."""
    if isinstance(source, np.ndarray):
        return source
    if not hasattr(source, "__array__"):
        raise InputError(f"{name}: expected a path, a PIL image or a uint8 array (H, W, 3); got {describe(source)}")
    try:
        return np.asarray(source)
    except (TypeError, RuntimeError, ValueError) as error:  # a tensor on a GPU, or one that wants its gradient
        what = f"{type(source).__name__} that does not turn into an array ({error})"
        raise InputError(
            f"{name}: expected an array in the CPU's memory; got a {what}; hand in .detach().cpu()"
        ) from error


def _from_array(array: np.ndarray, name: str) -> Picture:
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim == 3 and array.shape[2] > 4 and array.shape[0] <= 4:
        raise InputError(f"{name}: expected (H, W, C), channels last; got {describe(array)}; move the first axis last")
    if array.dtype not in (np.uint8, np.uint16) or array.ndim != 3 or array.shape[2] not in (1, 2, 3, 4):
        raise InputError(f"{name}: expected uint8 or uint16 of shape (H, W, 3), RGB; got {describe(array)}")
    if 0 in array.shape:
        raise InputError(f"{name}: the picture is empty: {describe(array)}")
    raster = np.array(array, order="C")  # a copy: the caller may go on and write into the array
    return Picture(raster, to_srgb(raster, None)[0], Metadata())
