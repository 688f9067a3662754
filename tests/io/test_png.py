"""PNG: every kind of samples as independent decoders have them, and nothing of a damaged file guessed."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pil
from PIL.PngImagePlugin import PngInfo

from segmask import io
from segmask.core.errors import InputError

GRAY, RGB, GRAY_ALPHA, RGBA = 0, 2, 4, 6


def chunk(kind: bytes, contents: bytes) -> bytes:
    return struct.pack(">I", len(contents)) + kind + contents + struct.pack(">I", zlib.crc32(kind + contents))


def png(rows: np.ndarray, bits: int, colour: int, width: int, *more: tuple[bytes, bytes]) -> bytes:
    """A PNG of packed rows (H, bytes), without filters."""
    head = struct.pack(">IIBBBBB", width, len(rows), bits, colour, 0, 0, 0)
    packed = zlib.compress(np.insert(rows, 0, 0, axis=1).tobytes())
    chunks = [(b"IHDR", head), *more, (b"IDAT", packed), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*entry) for entry in chunks)


def with_chunk(data: bytes, kind: bytes, contents: bytes) -> bytes:
    return data[:33] + chunk(kind, contents) + data[33:]


def deep(rng: np.random.Generator, channels: int) -> np.ndarray:
    return rng.integers(0, 65536, (13, 17, channels), dtype=np.uint16)


@pytest.mark.parametrize(("channels", "colour"), [(1, GRAY), (2, GRAY_ALPHA), (3, RGB), (4, RGBA)])
def test_sixteen_bits_of_every_kind_are_read(
    channels: int, colour: int, tmp_path: Path, rng: np.random.Generator
) -> None:
    raster = deep(rng, channels)
    rows = raster.astype(">u2").reshape(13, -1).view(np.uint8)
    (tmp_path / "a.png").write_bytes(png(rows, 16, colour, 17))
    read = io.read_picture(tmp_path / "a.png")
    assert read.notes == ()
    np.testing.assert_array_equal(read.raster, raster)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_sixteen_bits_are_written_as_others_read_them(channels: int, tmp_path: Path, rng: np.random.Generator) -> None:
    raster = deep(rng, channels)
    data, notes = io.encode(raster, io.Metadata(), "PNG")
    assert notes == ()
    (tmp_path / "a.png").write_bytes(data)
    np.testing.assert_array_equal(io.read_picture(tmp_path / "a.png").raster, raster)
    seen = cv2.imread(str(tmp_path / "a.png"), cv2.IMREAD_UNCHANGED)
    assert seen is not None
    seen = seen if seen.ndim == 3 else seen[..., None]
    if channels == 2:  # OpenCV shows grey with alpha as colours
        np.testing.assert_array_equal(seen[..., [0, 3]], raster)
    else:
        np.testing.assert_array_equal(seen, raster[..., [0] if channels == 1 else [2, 1, 0, 3][:channels]])


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
def test_a_clear_grey_is_found_at_every_depth(bits: int, tmp_path: Path, rng: np.random.Generator) -> None:
    width, top = 16, 2**bits - 1
    stored = rng.integers(0, top + 1, (5, width)).astype(np.uint16)
    clear = int(stored[2, 3])
    if bits == 16:
        rows = stored.astype(">u2").view(np.uint8).reshape(5, -1)
    else:
        spread = (stored[..., None] >> np.arange(bits - 1, -1, -1)) & 1
        rows = np.packbits(spread.reshape(5, -1).astype(np.uint8), axis=1)
    (tmp_path / "a.png").write_bytes(png(rows, bits, GRAY, width, (b"tRNS", struct.pack(">H", clear))))
    read = io.read_picture(tmp_path / "a.png")
    full = 65535 if bits == 16 else 255
    np.testing.assert_array_equal(read.raster[..., 0], stored.astype(np.uint32) * full // top)
    np.testing.assert_array_equal(read.raster[..., 1], np.where(stored == clear, 0, full))
    if bits <= 8:
        np.testing.assert_array_equal(io.read_labels(tmp_path / "a.png"), stored)


def test_a_clear_colour_of_sixteen_bits_is_found(tmp_path: Path, rng: np.random.Generator) -> None:
    raster = deep(rng, 3)
    raster[4, 5] = raster[1, 2]
    rows = raster.astype(">u2").reshape(13, -1).view(np.uint8)
    clear = struct.pack(">3H", *raster[1, 2].tolist())
    (tmp_path / "a.png").write_bytes(png(rows, 16, RGB, 17, (b"tRNS", clear)))
    read = io.read_picture(tmp_path / "a.png")
    np.testing.assert_array_equal(read.raster[..., :3], raster)
    assert np.argwhere(read.raster[..., 3] == 0).tolist() == [[1, 2], [4, 5]]


def test_palettes_with_transparency_equal_pillows(tmp_path: Path, photo: np.ndarray) -> None:
    picture = Pil.fromarray(photo[::8, ::8]).quantize(20)
    picture.save(tmp_path / "a.png", transparency=bytes(range(0, 200, 20)))
    with Pil.open(tmp_path / "a.png") as stored:
        np.testing.assert_array_equal(io.read_picture(tmp_path / "a.png").raster, np.array(stored.convert("RGBA")))


@pytest.mark.parametrize("mode", ["L", "LA", "RGB", "RGBA"])
def test_interlaced_pictures_are_read(mode: str, tmp_path: Path, rng: np.random.Generator) -> None:
    """OpenCV's libpng reads the same; Pillow writes no interlaced files, so the seven passes are laid out here."""
    channels = len(mode)
    raster = rng.integers(0, 256, (11, 13, channels), dtype=np.uint8)
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    body = b""
    for left, top, across, down in passes:
        for row in raster[top::down, left::across]:
            body += b"\0" + row.tobytes()
    colour = {"L": GRAY, "LA": GRAY_ALPHA, "RGB": RGB, "RGBA": RGBA}[mode]
    head = struct.pack(">IIBBBBB", 13, 11, 8, colour, 0, 0, 1)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(body)), (b"IEND", b"")]
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*entry) for entry in chunks))
    np.testing.assert_array_equal(io.read_picture(tmp_path / "a.png").raster, raster)


def test_missing_rows_are_not_filled_up(tmp_path: Path) -> None:
    rows = np.zeros((10, 30), np.uint8)
    data = bytearray(png(rows, 8, RGB, 10))
    data[20:24] = struct.pack(">I", 1000)
    data[29:33] = struct.pack(">I", zlib.crc32(bytes(data[12:29])))
    (tmp_path / "a.png").write_bytes(data)
    with pytest.raises(InputError, match="damaged or cut short"):
        io.read_picture(tmp_path / "a.png")


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt", b"iTXt", b"iCCP", b"eXIf", b"pHYs", b"gAMA", b"cICP", b"tRNS"])
@pytest.mark.parametrize("contents", [b"", b"\0", b"junk", bytes(range(256))])
def test_damaged_metadata_costs_the_metadata_not_the_picture(
    kind: bytes, contents: bytes, tmp_path: Path, photo: np.ndarray
) -> None:
    data = with_chunk(io.encode_png(photo), kind, contents)
    (tmp_path / "a.png").write_bytes(data)
    read = io.read_picture(tmp_path / "a.png")
    np.testing.assert_array_equal(read.raster[..., :3], photo)
    for file_format in ("PNG", "TIFF", "WEBP", "JPEG"):
        io.encode(read.raster, read.metadata, file_format)


def test_a_text_that_unpacks_to_gigabytes_is_left_out_and_named(tmp_path: Path, photo: np.ndarray) -> None:
    packed = zlib.compress(bytes(50_000_000))
    (tmp_path / "a.png").write_bytes(with_chunk(io.encode_png(photo), b"zTXt", b"bomb\0\0" + packed))
    read = io.read_picture(tmp_path / "a.png")
    assert read.metadata.text == ()
    assert "bomb" in io.encode(read.raster, read.metadata, "PNG")[1][0].text


def test_colour_chunks_travel_to_png_and_become_a_profile_elsewhere(tmp_path: Path, photo: np.ndarray) -> None:
    display_p3 = bytes([12, 13, 0, 1])
    (tmp_path / "a.png").write_bytes(with_chunk(io.encode_png(photo), b"cICP", display_p3))
    read = io.read_picture(tmp_path / "a.png")
    assert (read.image != photo).any(), "the same numbers are other colours in a wider space"
    data, notes = io.encode(read.raster, read.metadata, "PNG")
    assert chunk(b"cICP", display_p3) in data
    assert b"iCCP" not in data
    assert notes == ()
    for file_format in ("TIFF", "WEBP", "JPEG"):
        (tmp_path / "b").write_bytes(io.encode(read.raster, read.metadata, file_format)[0])
        again = io.read_picture(tmp_path / "b")
        assert again.metadata.icc == read.metadata.icc
        assert np.abs(again.image.astype(int) - read.image).mean() < 2


def test_a_gamma_is_honoured(tmp_path: Path) -> None:
    linear = np.full((4, 4, 3), 55, np.uint8)  # linear .2157, which sRGB stores as 128
    (tmp_path / "a.png").write_bytes(with_chunk(io.encode_png(linear), b"gAMA", struct.pack(">I", 100_000)))
    read = io.read_picture(tmp_path / "a.png")
    assert np.abs(read.image.astype(int) - 128).max() <= 1
    assert chunk(b"gAMA", struct.pack(">I", 100_000)) in io.encode(read.raster, read.metadata, "PNG")[0]


def test_hdr_is_said(tmp_path: Path, photo: np.ndarray) -> None:
    (tmp_path / "a.png").write_bytes(with_chunk(io.encode_png(photo), b"cICP", bytes([9, 16, 0, 1])))
    read = io.read_picture(tmp_path / "a.png")
    assert "PQ" in read.notes[0].text
    assert "cICP" in io.encode(read.raster, read.metadata, "JPEG")[1][-1].text


def test_texts_travel(tmp_path: Path, rng: np.random.Generator) -> None:
    info = PngInfo()
    info.add_text("Title", "cloth")
    info.add_itxt("Author", "\N{LATIN SMALL LETTER A WITH DIAERESIS}")
    Pil.fromarray(rng.integers(0, 256, (4, 4, 3), dtype=np.uint8)).save(tmp_path / "a.png", pnginfo=info)
    read = io.read_picture(tmp_path / "a.png")
    for raster in (read.raster, read.raster.astype(np.uint16)):
        (tmp_path / "b.png").write_bytes(io.encode(raster, read.metadata, "PNG")[0])
        with Pil.open(tmp_path / "b.png") as picture:
            picture.load()
            assert dict(picture.text) == {"Title": "cloth", "Author": "ä"}  # type: ignore[attr-defined]
