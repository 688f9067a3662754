"""Pictures, masks and label maps from files, PIL images and arrays."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.core.findings import Finding
from segmask.core.types import Image, LabelMap, describe
from segmask.io.colour import over_white, to_8bit, to_srgb
from segmask.io.decode import opened
from segmask.io.picture import Metadata, Picture, Raster

if TYPE_CHECKING:
    from PIL.Image import Image as PilImage


class SupportsArray(Protocol):
    """Anything that turns into a numpy array: a torch tensor on the CPU, a jax array, a numpy array itself."""

    def __array__(self) -> NDArray[Any]: ...


Source: TypeAlias = "str | os.PathLike[str] | PilImage | SupportsArray"
"""What can be handed in for a picture or a mask: a path, a PIL image, or anything with ``__array__``."""


def read_picture(source: Source, name: str = "picture") -> Picture:
    """Read a path, a PIL image or an array (uint8 or uint16; (H, W), (H, W, 1..4)). Raises InputError."""
    if isinstance(source, (str, os.PathLike)):
        return _read_file(Path(source))
    if hasattr(source, "mode") and hasattr(source, "tobytes"):
        return _from_pil(source, None)
    return _from_array(_as_array(source, name), name)


def _as_array(source: Any, name: str) -> NDArray[Any]:
    """What was handed in as an array: itself, or what its ``__array__`` gives."""
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


def read_image(source: Source, name: str = "picture") -> Image:
    """8-bit sRGB of a picture, uint8 (H, W, 3)."""
    return read_picture(source, name).image


def read_gray(source: Source, name: str = "mask") -> NDArray[np.uint8]:
    """A mask as stored, uint8 (H, W): grey level, or the mean of the colours; bool arrays become 0 and 255."""
    if not isinstance(source, (str, os.PathLike)) and not hasattr(source, "mode"):
        source = _as_array(source, name)
        source = np.where(source, 255, 0).astype(np.uint8) if source.dtype == np.bool_ else source
        if np.issubdtype(source.dtype, np.floating):
            if not (np.isfinite(source).all() and source.min(initial=0) >= 0 and source.max(initial=0) <= 1):
                raise InputError(f"{name}: a floating-point mask must lie in [0, 1]")
            source = np.rint(source * 255).astype(np.uint8)
    raster = to_8bit(read_picture(source, name).raster)
    if raster.shape[2] in (2, 4):
        raster = over_white(raster, background=0)
    return np.rint(raster.mean(2)).astype(np.uint8) if raster.shape[2] == 3 else raster[..., 0]


def read_labels(source: Any, name: str = "label map") -> LabelMap:
    """A label map: the palette indices or grey levels of a file, or an integer array (H, W); uint8 (H, W)."""
    if not isinstance(source, (str, os.PathLike)):
        if hasattr(source, "mode") and hasattr(source, "tobytes"):
            raise InputError(f"{name}: a PIL image may have lost its class ids; hand in its path, or np.array(image)")
        values = _as_array(source, name)
    else:
        with opened(source) as picture:
            if picture.mode not in ("P", "L", "1", "I;16"):
                raise InputError(f"{name}: expected a palette or grey picture of class ids; got mode {picture.mode}")
            values = np.array(picture)
    if values.ndim != 2 or not np.issubdtype(values.dtype, np.integer):
        raise InputError(f"{name}: expected integers of shape (H, W), one class id a pixel; got {describe(values)}")
    if values.size and (values.min() < 0 or values.max() > 255):
        raise InputError(f"{name}: class ids must lie in 0..255; got {values.min()}..{values.max()}")
    return values.astype(np.uint8)


def _read_file(path: Path) -> Picture:
    with opened(path) as picture:
        deep = _sixteen_bit(path, picture)
        return _from_pil(picture, path, deep)


def _sixteen_bit(path: Path, picture: Any) -> Raster | None:
    """The samples of a PNG or TIFF with 16 bits a channel: Pillow would cut colours down to 8."""
    if picture.format not in ("PNG", "TIFF") or picture.mode not in ("RGB", "RGBA", "I;16", "I;16B", "LA"):
        return None
    import cv2

    if picture.mode in ("RGB", "RGBA", "LA") and not _says_sixteen(path, picture):
        return None
    data = np.fromfile(path, np.uint8)
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    values = cv2.imdecode(data, flags)
    if values is None or values.dtype != np.uint16:
        return None
    if values.ndim == 2:
        return np.asarray(values[..., None], np.uint16)
    order = {3: [2, 1, 0], 4: [2, 1, 0, 3]}[values.shape[2]]
    return np.ascontiguousarray(values[..., order], np.uint16)


def _says_sixteen(path: Path, picture: Any) -> bool:
    if picture.format == "TIFF":
        bits = picture.tag_v2.get(258, (8,))  # BitsPerSample
        return max(bits) == 16
    with path.open("rb") as file:
        header = file.read(26)
    return len(header) > 24 and header[12:16] == b"IHDR" and header[24] == 16


def _from_pil(picture: Any, path: Path | None, deep: Raster | None = None) -> Picture:
    name = str(path) if path else "picture"
    notes: list[str] = []
    if getattr(picture, "n_frames", 1) > 1:
        notes.append(f"{picture.n_frames} frames: the first one was used")
        picture.seek(0)
    orientation = picture.getexif().get(274, 1)
    metadata = _metadata(picture)
    if deep is not None:
        raster, icc = deep, metadata.icc
    else:
        picture, icc, note = _plain_mode(picture, metadata.icc, name)
        notes += [note] if note else []
        raster = np.array(picture)
        raster = raster[..., None] if raster.ndim == 2 else raster
    raster = np.ascontiguousarray(_upright(raster, orientation))
    metadata = Metadata(icc, metadata.exif, metadata.xmp, metadata.dpi, metadata.text)
    image, note = to_srgb(raster, icc)
    notes += [note] if note else []
    if path is not None:
        notes = [f"{path.name}: {note}" for note in notes]
    return Picture(raster, image, metadata, tuple(Finding("read-as", note) for note in notes), path)


def _from_array(array: np.ndarray, name: str) -> Picture:
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim == 3 and array.shape[2] > 4 and array.shape[0] <= 4:
        raise InputError(f"{name}: expected (H, W, C), channels last; got {describe(array)}; move the first axis last")
    if array.dtype not in (np.uint8, np.uint16) or array.ndim != 3 or array.shape[2] not in (1, 2, 3, 4):
        raise InputError(f"{name}: expected uint8 or uint16 of shape (H, W, 3), RGB; got {describe(array)}")
    if 0 in array.shape:
        raise InputError(f"{name}: the picture is empty: {describe(array)}")
    raster = np.ascontiguousarray(array).view()  # a view of its own: the caller's array stays writable
    return Picture(raster, to_srgb(raster, None)[0], Metadata())


def _plain_mode(picture: Any, icc: bytes | None, name: str) -> tuple[Any, bytes | None, str]:
    """The picture as L, LA, RGB or RGBA, the profile that then holds, and what was done to it."""
    mode = picture.mode
    if mode in ("L", "LA", "RGB", "RGBA"):
        if "transparency" in picture.info and mode in ("L", "RGB"):
            return picture.convert(mode + "A"), icc, "the transparent colour was read as an alpha channel"
        return picture, icc, ""
    if mode == "1":
        return picture.convert("L"), icc, "1-bit picture read as grey"
    if mode in ("P", "PA"):
        clear = mode == "PA" or "transparency" in picture.info
        return picture.convert("RGBA" if clear else "RGB"), icc, "palette picture read as RGB" + ("A" if clear else "")
    if mode == "CMYK":
        return _from_cmyk(picture, icc)
    if mode in ("YCbCr", "LAB", "HSV", "RGBX", "RGBa", "La"):
        return picture.convert("RGB" if mode not in ("RGBa", "La") else "RGBA"), None, f"{mode} picture read as RGB"
    raise InputError(f"{name}: samples of kind {mode} are not supported; expected 8 or 16 bits a channel")


def _from_cmyk(picture: Any, icc: bytes | None) -> tuple[Any, bytes | None, str]:
    from PIL import ImageCms

    if icc:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return converted, None, "CMYK picture read as sRGB through its own profile"
        except ImageCms.PyCMSError:
            pass  # a damaged profile: the plain formula below, and the note says so
    return picture.convert("RGB"), None, "CMYK picture without a usable profile read as RGB by the plain formula"


def _upright(raster: np.ndarray, orientation: int) -> np.ndarray:
    """Apply an EXIF orientation (1..8; Exif 2.3, tag 0x0112)."""
    if orientation in (5, 6, 7, 8):
        raster = raster.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        raster = raster[::-1]
    if orientation in (2, 3, 6, 7):
        raster = raster[:, ::-1]
    return raster


# How a TIFF stores its samples, its resolution and its profile: the writer's business, or carried by itself.
STORAGE_TAGS = (254, 256, 257, 258, 259, 262, 273, 277, 278, 279, 282, 283, 284, 296, 297, 317, 322, 323, 324, 325, 338,
                339, 34675, 700)  # fmt: skip


def _metadata(picture: Any) -> Metadata:
    info = picture.info
    exif = picture.getexif()
    data = None
    if len(exif):
        exif[274] = 1  # the pixels are upright now
        for tag in STORAGE_TAGS:
            exif.pop(tag, None)
        data = exif.tobytes() if set(exif) - {274} else None
    dpi = info.get("dpi")
    dpi = (float(dpi[0]), float(dpi[1])) if isinstance(dpi, tuple) and len(dpi) == 2 and all(dpi) else None
    text = tuple((k, str(v)) for k, v in getattr(picture, "text", {}).items() if not k.startswith("XML:"))
    xmp = info.get("xmp")
    return Metadata(info.get("icc_profile"), data, xmp.encode() if isinstance(xmp, str) else xmp, dpi, text)
