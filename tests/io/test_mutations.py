"""Damaged files of every kind end in a picture or an InputError, and what was read can be written in every format."""

from __future__ import annotations

import io as memory
import random
import struct
import zlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image as Pil
from PIL import ImageCms

from segmask import io
from segmask.core.errors import InputError, OutputError

MUTATIONS, OF_PHONES = 60, 20
"""Of each kind; HEIC is read in a process of its own each time."""
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'
    b"</x:xmpmeta>"
)


def values() -> np.ndarray:
    found = np.random.default_rng(0).integers(0, 256, (24, 20, 3), dtype=np.uint8)
    found[:12] = found[0, 0]
    return found


def by_pillow(file_format: str, mode: str = "RGB", **options: Any) -> bytes:
    exif = Pil.Exif()
    exif[271], exif[274] = "Maker", 6
    exif.get_ifd(0x8769)[0x9003] = "2024:01:01 00:00:00"
    exif.get_ifd(0x8825)[1] = "N"
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() if mode == "RGB" else None
    if file_format in ("PNG", "JPEG", "WEBP", "TIFF"):
        options |= {"exif": exif, "icc_profile": icc}
    buffer = memory.BytesIO()
    Pil.fromarray(values()).convert(mode).save(buffer, file_format, **options)
    return buffer.getvalue()


def by_tifffile(**options: Any) -> bytes:
    buffer = memory.BytesIO()
    planar = options.get("planarconfig") == "separate"
    deep = values().astype(np.uint16) * 257
    tifffile.imwrite(buffer, np.moveaxis(deep, 2, 0).copy() if planar else deep, photometric="rgb", **options)
    return buffer.getvalue()


def phones() -> dict[str, bytes]:
    """HEIC of three kinds, where its reader is installed."""
    folder = Path(__file__).parents[1] / "data"
    return {path.stem: path.read_bytes() for path in sorted(folder.glob("*.heic"))} if find_spec("pi_heif") else {}


@cache
def seeds() -> dict[str, bytes]:
    return {
        **phones(),
        "png": by_pillow("PNG", dpi=(72, 72)),
        "palette png": by_pillow("PNG", "P"),
        "bits png": by_pillow("PNG", "1"),
        "deep png": cv2.imencode(".png", values().astype(np.uint16) * 257)[1].tobytes(),
        "jpeg": by_pillow("JPEG", xmp=XMP, comment=b"a"),
        "progressive jpeg": by_pillow("JPEG", progressive=True),
        "cmyk jpeg": by_pillow("JPEG", "CMYK"),
        "webp": by_pillow("WEBP", lossless=True, xmp=XMP),
        "tiff": by_pillow("TIFF"),
        "lzw tiff": by_pillow("TIFF", "L", compression="tiff_lzw"),
        "jpeg tiff": by_pillow("TIFF", compression="jpeg"),
        "fax tiff": by_pillow("TIFF", "1", compression="group4"),
        "tiled tiff": by_tifffile(tile=(16, 16), compression="zlib"),
        "planar tiff": by_tifffile(planarconfig="separate", compression="lzma"),
        "bigtiff": by_tifffile(bigtiff=True),
        "gif": by_pillow("GIF", "P"),
        "bmp": by_pillow("BMP"),
        "ppm": by_pillow("PPM"),
        "avif": by_pillow("AVIF"),
        "jpeg 2000": by_pillow("JPEG2000"),
    }


def mutated(data: bytes, rng: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 4, 12))):
        place, kind = rng.randrange(rng.choice((len(found), min(len(found), 300)))), rng.random()
        if kind < 0.4:
            found[place] ^= 1 << rng.randrange(8)
        elif kind < 0.6:
            found[place] = rng.choice((0, 1, 127, 128, 255))
        elif kind < 0.75:
            found[place : place + 4] = rng.choice((bytes(4), b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff"))
        elif kind < 0.85:
            del found[place : place + rng.randrange(1, 40)]
        elif kind < 0.92:
            found[place:place] = found[place : place + rng.randrange(1, 60)]
        else:
            found = found[: max(30, place)]
    return with_checksums(bytes(found)) if rng.random() < 0.8 else bytes(found)


def with_checksums(data: bytes) -> bytes:
    """A PNG whose chunks have their checksums again, so that the decoder gets to see what is in them."""
    if not data.startswith(b"\x89PNG"):
        return data
    found, place = bytearray(data), 8
    while place + 12 <= len(found):
        end = place + 8 + int.from_bytes(found[place : place + 4], "big")
        if end + 4 > len(found):
            break
        found[end : end + 4] = struct.pack(">I", zlib.crc32(bytes(found[place + 4 : end])))
        place = end + 4
    return bytes(found)


@pytest.mark.parametrize("kind", list(seeds()))
def test_damaged_files_are_read_or_refused(kind: str, tmp_path: Path) -> None:
    rng = random.Random(kind)
    path = tmp_path / "a"
    for _ in range(OF_PHONES if kind in phones() else MUTATIONS):
        path.write_bytes(mutated(seeds()[kind], rng))
        for read in (io.read_labels, io.read_mask):
            try:
                read(path)
            except InputError:
                continue
        try:
            picture = io.read_picture(path)
        except InputError:
            continue
        for file_format in ("PNG", "TIFF", "WEBP", "JPEG"):
            try:
                data, _ = io.encode(picture.raster, picture.metadata, file_format)
            except OutputError:
                continue
            (tmp_path / "b").write_bytes(data)
            again = io.read_picture(tmp_path / "b")
            assert again.raster.shape[:2] == picture.raster.shape[:2]
            assert again.metadata.left_out == (), "what we write is sound"
            if file_format in ("PNG", "TIFF"):
                np.testing.assert_array_equal(again.raster, picture.raster)
