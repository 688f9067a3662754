"""GIF, BMP, AVIF, PPM, JPEG 2000 and PSD: by Pillow, with a word where that costs something."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.io.cmyk import as_rgb
from segmask.io.decode import pillow
from segmask.io.limits import check_pixels
from segmask.io.quiet import quiet_stderr
from segmask.io.stored import Stored

PPM_HEAD = re.compile(rb"(P[56])\s(?:#[^\n]*\n|\s)*(\d+)(?:#[^\n]*\n|\s)+(\d+)(?:#[^\n]*\n|\s)+(\d+)\s")


def read_other(kind: str, data: bytes, name: str, max_pixels: int | None) -> Stored:
    """The first picture of a file of one of these formats. Raises InputError."""
    picture = pillow(kind, data)
    check_pixels(picture.size, len(data), name, max_pixels)
    deep = _sixteen_bits(kind, data, picture.size)
    notes = _frames(picture)
    if deep is not None:
        return Stored(deep, icc=picture.info.get("icc_profile"), notes=notes)
    picture.load()
    found = plain(picture, name)
    bits = _depth(kind, data)
    notes += (f"{bits} bits a channel were read as 8",) if bits > 8 else ()
    info = picture.info
    return Stored(
        found.samples,
        icc=None if picture.mode == "CMYK" else info.get("icc_profile"),
        exif=info.get("exif"),
        xmp=info.get("xmp"),
        dpi=_pair(info.get("dpi")),
        comment=info["comment"] if isinstance(info.get("comment"), bytes) else None,
        notes=(*notes, *found.notes),
    )


def plain(picture: Any, name: str) -> Stored:
    """A picture that Pillow has decoded as grey, grey + alpha, RGB or RGBA, and what was done to it."""
    mode, clear = picture.mode, "transparency" in picture.info
    if mode == "CMYK":
        converted, note = as_rgb(picture, picture.info.get("icc_profile"))
        return Stored(_array(converted), notes=(note,))
    if mode in ("I;16", "I;16B", "I;16L", "I;16N"):
        return Stored(np.array(picture).astype(np.uint16)[..., None])
    if mode in ("L", "RGB") and clear:
        return Stored(
            _array(picture.convert(mode + "A")), notes=("the transparent colour was read as an alpha channel",)
        )
    if mode in ("L", "LA", "RGB", "RGBA"):
        return Stored(_array(picture))
    if mode == "1":
        return Stored(_array(picture.convert("L")), notes=("1-bit picture read as grey",))
    if mode in ("P", "PA"):
        to = "RGBA" if clear or mode == "PA" else "RGB"
        return Stored(_array(picture.convert(to)), notes=(f"palette picture read as {to}",))
    if mode == "LAB":
        return Stored(_array(_from_lab(picture)), notes=("CIELab picture read as sRGB",))
    if mode in ("YCbCr", "HSV", "RGBX", "RGBa", "La"):
        to = "RGBA" if mode in ("RGBa", "La") else "RGB"
        return Stored(_array(picture.convert(to)), notes=(f"{mode} picture read as {to}",))
    raise InputError(f"{name}: samples of kind {mode} are not supported; expected 8 or 16 bits a channel")


def _from_lab(picture: Any) -> Any:
    from PIL import ImageCms

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(picture, lab, srgb, outputMode="RGB")


def _array(picture: Any) -> NDArray[np.uint8]:
    values = np.array(picture)
    return values[..., None] if values.ndim == 2 else values


def _frames(picture: Any) -> tuple[str, ...]:
    frames = getattr(picture, "n_frames", 1)
    return (f"{frames} frames: the first one was used",) if frames > 1 else ()


def _pair(value: Any) -> tuple[float, float] | None:
    return (float(value[0]), float(value[1])) if isinstance(value, tuple) and len(value) == 2 else None


def _sixteen_bits(kind: str, data: bytes, size_wh: tuple[int, int]) -> NDArray[Any] | None:
    """Samples that Pillow would cut to 8 bits; None where there are none or nothing reads them."""
    if kind == "JPEG2000" and _depth(kind, data) == 16:
        import cv2

        with quiet_stderr():
            values = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
        if values is None or values.dtype != np.uint16:
            return None
        return (
            values[..., None]
            if values.ndim == 2
            else np.ascontiguousarray(values[..., [2, 1, 0, 3][: values.shape[2]]])
        )
    head = PPM_HEAD.match(data) if kind == "PPM" else None
    if head is None or int(head[4]) != 65535:
        return None
    channels = 1 if head[1] == b"P5" else 3
    values = np.frombuffer(data, ">u2", size_wh[0] * size_wh[1] * channels, head.end())
    return values.reshape(size_wh[1], size_wh[0], channels).astype(np.uint16)


def _depth(kind: str, data: bytes) -> int:
    """Bits a channel that the file says it has."""
    if kind == "PPM":
        head = PPM_HEAD.match(data)
        return 8 if head is None else int(head[4]).bit_length()
    if kind == "AVIF":
        start = data.find(b"av1C", 0, 1 << 16)
        flags = data[start + 6] if start >= 0 and start + 6 < len(data) else 0
        return (12 if flags & 0x20 else 10) if flags & 0x40 else 8
    if kind == "JPEG2000":
        start = data.find(b"\xff\x4f\xff\x51")
        bits = start + 42
        return (data[bits] & 0x7F) + 1 if start >= 0 and bits < len(data) else 8
    return 8
