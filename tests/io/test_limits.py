"""Files that declare more than they hold, or that cost more than a picture may, are refused before they are decoded."""

from __future__ import annotations

import contextlib
import io as memory
import struct
import time
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image as Pil

from segmask import io
from segmask.core.errors import InputError
from segmask.io.limits import MAX_PIXELS, MAX_SCANS, check_pixels


def png_of(width: int, height: int) -> bytes:
    def chunk(kind: bytes, contents: bytes) -> bytes:
        return struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", zlib.crc32(kind + contents))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def webp_of(width: int, height: int) -> bytes:
    body = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (width - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 22) + b"WEBP" + body + (height - 1).to_bytes(3, "little")


def jpeg_of(width: int, height: int) -> bytes:
    buffer = memory.BytesIO()
    Pil.new("RGB", (16, 16)).save(buffer, "JPEG")
    data = bytearray(buffer.getvalue())
    place = data.index(b"\xff\xc0") + 5
    data[place : place + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def tiff_of(width: int, height: int) -> bytes:
    buffer = memory.BytesIO()
    tifffile.imwrite(buffer, np.zeros((7, 5, 3), np.uint8), photometric="rgb")
    data = buffer.getvalue()
    for tag, old, new in ((256, 5, width), (257, 7, height)):
        data = data.replace(struct.pack("<HHII", tag, 4, 1, old), struct.pack("<HHII", tag, 4, 1, new))
    return data


def gif_of(width: int, height: int) -> bytes:
    buffer = memory.BytesIO()
    Pil.new("L", (5, 7)).save(buffer, "GIF")
    return buffer.getvalue().replace(struct.pack("<HH", 5, 7), struct.pack("<HH", width, height))


@pytest.mark.parametrize("maker", [png_of, webp_of, jpeg_of, tiff_of, gif_of])
@pytest.mark.parametrize("side", [13_000, 60_000])
def test_a_few_bytes_that_declare_a_huge_picture_cost_nothing(maker: object, side: int, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(maker(side, side))  # type: ignore[operator]
    started = time.process_time()
    tracemalloc.start()
    with pytest.raises(InputError, match=f"{side}x{side}"):
        io.read_picture(tmp_path / "a")
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
    assert time.process_time() - started < 5


def test_the_limit_can_be_moved(tmp_path: Path) -> None:
    io.write_png(tmp_path / "a.png", np.zeros((30, 40), np.uint8))
    assert io.read_picture(tmp_path / "a.png", max_pixels=1200).size_wh == (40, 30)
    with pytest.raises(InputError, match=r"1200 pixels.*1199"):
        io.read_picture(tmp_path / "a.png", max_pixels=1199)
    check_pixels((20_000, 14_000), 20_000, "a.png", max_pixels=MAX_PIXELS)  # an even area, vouched for


@pytest.mark.parametrize("megapixels", [24, 102, 200])
def test_photos_of_real_cameras_are_within_the_limits(megapixels: int) -> None:
    width = round((megapixels * 1e6 * 4 / 3) ** 0.5)
    check_pixels((width, width * 3 // 4), megapixels * 150_000, "photo.jpg")


def test_a_jpeg_of_many_scans_is_refused(tmp_path: Path) -> None:
    buffer = memory.BytesIO()
    Pil.new("RGB", (64, 64), "red").save(buffer, "JPEG", progressive=True)
    data = buffer.getvalue()
    (tmp_path / "a.jpg").write_bytes(data)
    assert io.read_picture(tmp_path / "a.jpg").size_wh == (64, 64)
    last = data.rindex(b"\xff\xda")
    (tmp_path / "a.jpg").write_bytes(data[:-2] + data[last:-2] * (MAX_SCANS + 1) + b"\xff\xd9")
    with pytest.raises(InputError, match="scans"):
        io.read_picture(tmp_path / "a.jpg")


def test_twenty_thousand_directories_take_no_time(tmp_path: Path) -> None:
    entry = struct.pack("<HHII", 256, 4, 1, 8)
    body = bytearray()
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((8, 8), np.uint8))
    first = (tmp_path / "a.tif").read_bytes()
    body += first + bytes(len(first) % 2)
    for number in range(20_000):
        following = len(body) + 18 if number < 19_999 else 0
        body += struct.pack("<H", 1) + entry + struct.pack("<I", following)
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        link = file.pages.first.offset + 2 + 12 * len(file.pages.first.tags)
    body[link : link + 4] = struct.pack("<I", len(first) + len(first) % 2)
    (tmp_path / "a.tif").write_bytes(body)
    started = time.process_time()
    assert "frames" in io.read_picture(tmp_path / "a.tif").notes[0].text
    assert time.process_time() - started < 5


def test_a_strip_that_unpacks_to_gigabytes_stays_small(tmp_path: Path) -> None:
    """Deflate packs 1000 to 1: what lies behind the samples that the size needs is never unpacked."""
    tifffile.imwrite(tmp_path / "a.tif", np.zeros((8, 8), np.uint8), compression="zlib")
    bomb = zlib.compress(bytes(200_000_000))
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        tags = file.pages.first.tags
        places = tags[273].valueoffset, tags[279].valueoffset
        sizes = tags[273].dtype, tags[279].dtype
    data = bytearray((tmp_path / "a.tif").read_bytes())
    for place, kind, value in zip(places, sizes, (len(data), min(len(bomb), 65535)), strict=True):
        code = "<H" if kind == 3 else "<I"
        data[place : place + struct.calcsize(code)] = struct.pack(code, value)
    (tmp_path / "a.tif").write_bytes(data + bomb)
    tracemalloc.start()
    with contextlib.suppress(InputError):
        io.read_picture(tmp_path / "a.tif")
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()
