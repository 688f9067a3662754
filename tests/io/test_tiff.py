"""TIFF: what tifffile writes is read sample by sample, whatever its layout; what it can't hold is refused by name."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image as Pil
from PIL import ImageCms

from segmask import io
from segmask.core.errors import InputError

DTYPES = (np.uint8, np.uint16)


def samples(rng: np.random.Generator, dtype: Any, channels: int = 3, side: tuple[int, int] = (37, 53)) -> np.ndarray:
    return rng.integers(0, np.iinfo(dtype).max + 1, (*side, channels), dtype=dtype)


def texts(picture: io.Picture) -> str:
    return "; ".join(note.text for note in picture.notes)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("compression", [None, "zlib", "lzma"])
@pytest.mark.parametrize("layout", ["contig", "separate", "tiles", "separate tiles", "bigtiff", "big-endian", "strips"])
def test_every_layout_gives_its_samples(
    dtype: Any, compression: str | None, layout: str, tmp_path: Path, rng: np.random.Generator
) -> None:
    raster = samples(rng, dtype)
    planar = "separate" in layout
    options: dict[str, Any] = (
        {"tile": (16, 32)} if "tiles" in layout else {"rowsperstrip": 5 if layout == "strips" else 64}
    )
    tifffile.imwrite(
        tmp_path / "a.tif",
        np.moveaxis(raster, 2, 0).copy() if planar else raster,
        photometric="rgb",
        planarconfig="separate" if planar else "contig",
        bigtiff=layout == "bigtiff",
        byteorder=">" if layout == "big-endian" else "<",
        compression=compression,
        **options,
    )
    read = io.read_picture(tmp_path / "a.tif")
    assert read.raster.dtype == dtype
    np.testing.assert_array_equal(read.raster, raster)
    assert read.notes == ()


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "zstd", "lzma"])
def test_what_libtiff_packs_is_read(compression: str, tmp_path: Path, rng: np.random.Generator) -> None:
    smooth = np.cumsum(samples(rng, np.uint8), axis=1, dtype=np.uint8)
    Pil.fromarray(smooth).save(tmp_path / "a.tif", compression=compression)
    np.testing.assert_array_equal(io.read_picture(tmp_path / "a.tif").raster, smooth)


def test_sixteen_bit_lzw_with_differences_is_read(tmp_path: Path, rng: np.random.Generator) -> None:
    import cv2

    raster = samples(rng, np.uint16)
    cv2.imwrite(str(tmp_path / "a.tif"), raster[..., ::-1], [cv2.IMWRITE_TIFF_COMPRESSION, 5])
    np.testing.assert_array_equal(io.read_picture(tmp_path / "a.tif").raster, raster)


def test_jpeg_in_a_tiff_equals_pillows(tmp_path: Path, photo: np.ndarray) -> None:
    exif = Pil.Exif()
    exif[274] = 6
    Pil.fromarray(photo).save(tmp_path / "a.tif", compression="jpeg", exif=exif)
    with Pil.open(tmp_path / "a.tif") as picture:
        shown = np.array(picture.convert("RGB"))  # Pillow sets TIFFs upright itself
    np.testing.assert_array_equal(io.read_picture(tmp_path / "a.tif").raster, shown)


@pytest.mark.parametrize("dtype", DTYPES)
def test_transparency_that_is_marked_so_is_read(dtype: Any, tmp_path: Path, rng: np.random.Generator) -> None:
    for channels in (2, 4):
        raster = samples(rng, dtype, channels)
        photometric: Any = "minisblack" if channels == 2 else "rgb"
        tifffile.imwrite(
            tmp_path / "a.tif", raster, photometric=photometric, planarconfig="contig", extrasamples=["unassalpha"]
        )
        read = io.read_picture(tmp_path / "a.tif")
        np.testing.assert_array_equal(read.raster, raster)
        assert read.notes == ()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("extra", [1, 2])
def test_channels_that_are_not_marked_so_are_no_transparency(
    dtype: Any, extra: int, tmp_path: Path, rng: np.random.Generator
) -> None:
    raster = samples(rng, dtype, 3 + extra)
    tifffile.imwrite(tmp_path / "a.tif", raster, photometric="rgb", extrasamples=["unspecified"] * extra)
    read = io.read_picture(tmp_path / "a.tif")
    np.testing.assert_array_equal(read.raster, raster[..., :3])
    assert "extra channel" in texts(read)


@pytest.mark.parametrize("dtype", DTYPES)
def test_colours_multiplied_by_their_alpha_are_divided_by_it(dtype: Any, tmp_path: Path) -> None:
    top = np.iinfo(dtype).max
    alpha = np.linspace(0, 1, 33)
    straight = np.stack([np.full(33, share) for share in (0.25, 0.5, 1.0)], axis=1)
    stored = np.rint(np.concatenate([straight * alpha[:, None], alpha[:, None]], axis=1) * top).astype(dtype)[None]
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="rgb", extrasamples=["assocalpha"])
    read = io.read_picture(tmp_path / "a.tif")
    step = top / np.maximum(stored[0, :, 3].astype(float), 1)  # what one level of the stored colour stands for
    off = np.abs(read.raster[0, 1:, :3].astype(float) - straight[1:] * top).max(1)
    assert (off <= step[1:] / 2 + 1).all()
    assert (read.raster[0, 0] == 0).all()
    assert "multiplied" in texts(read)


@pytest.mark.parametrize("dtype", DTYPES)
def test_white_is_zero_is_turned_round(dtype: Any, tmp_path: Path, rng: np.random.Generator) -> None:
    raster = samples(rng, dtype, 1)[..., 0]
    tifffile.imwrite(tmp_path / "a.tif", raster, photometric="miniswhite")
    read = io.read_picture(tmp_path / "a.tif")
    np.testing.assert_array_equal(read.raster[..., 0], np.iinfo(dtype).max - raster)
    assert "white" in texts(read)


def test_bits_in_reversed_order_are_read(tmp_path: Path, rng: np.random.Generator) -> None:
    raster = samples(rng, np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", raster, photometric="rgb", extratags=[(65000, 3, 1, 2, True)])
    data = bytearray(
        (tmp_path / "a.tif").read_bytes().replace(struct.pack("<HH", 65000, 3), struct.pack("<HH", 266, 3))
    )
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        start, count = file.pages[0].dataoffsets[0], file.pages[0].databytecounts[0]  # type: ignore[union-attr]
    reverse = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
    data[start : start + count] = data[start : start + count].translate(reverse)
    (tmp_path / "a.tif").write_bytes(data)
    read = io.read_picture(tmp_path / "a.tif")
    np.testing.assert_array_equal(read.raster, raster)
    encoded, _ = io.encode(read.raster, read.metadata, "TIFF")
    (tmp_path / "b.tif").write_bytes(encoded)
    np.testing.assert_array_equal(tifffile.imread(tmp_path / "b.tif"), raster)


def test_few_bits_and_palettes_are_read(tmp_path: Path, rng: np.random.Generator) -> None:
    bits = rng.integers(0, 2, (9, 19)).astype(bool)
    Pil.fromarray(bits).save(tmp_path / "bits.tif")
    read = io.read_picture(tmp_path / "bits.tif")
    np.testing.assert_array_equal(read.raster[..., 0], bits * 255)
    palette = Pil.fromarray(samples(rng, np.uint8)).quantize(16)
    palette.save(tmp_path / "palette.tif")
    read = io.read_picture(tmp_path / "palette.tif")
    np.testing.assert_array_equal(read.raster, np.array(palette.convert("RGB")))
    assert "palette" in texts(read)
    np.testing.assert_array_equal(io.read_labels(tmp_path / "palette.tif"), np.array(palette))


def test_sixteen_bit_printing_colours_say_what_becomes_of_them(tmp_path: Path, rng: np.random.Generator) -> None:
    raster = samples(rng, np.uint16, 4)
    tifffile.imwrite(tmp_path / "a.tif", raster, photometric="separated")
    read = io.read_picture(tmp_path / "a.tif")
    assert read.raster.shape == (37, 53, 3)
    assert "CMYK" in texts(read)
    assert "16 bits" in texts(read)


def test_only_the_first_of_several_pages_is_used(tmp_path: Path, rng: np.random.Generator) -> None:
    first = samples(rng, np.uint8)
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(first, photometric="rgb")
        file.write(first[:5], photometric="rgb")
    read = io.read_picture(tmp_path / "a.tif")
    np.testing.assert_array_equal(read.raster, first)
    assert "2 frames" in texts(read)


@pytest.mark.parametrize(
    ("values", "options", "words"),
    [
        (np.zeros((4, 4, 3), np.float32), {"photometric": "rgb"}, "floating-point"),
        (np.zeros((4, 4), np.float16), {}, "floating-point"),
        (np.zeros((4, 4), np.int16), {}, "signed"),
        (np.zeros((4, 4), np.uint32), {}, "32 bits"),
        (np.zeros((4, 4), np.uint16), {"photometric": "cfa", "extratags": [(50706, 1, 4, (1, 4, 0, 0), True)]}, "raw"),
        (np.zeros((4, 4, 40), np.uint8), {"photometric": "minisblack", "planarconfig": "contig"}, "40 channels"),
    ],
)
def test_other_samples_are_refused_by_what_they_are(
    values: np.ndarray, options: dict[str, Any], words: str, tmp_path: Path
) -> None:
    tifffile.imwrite(tmp_path / "a.tif", values, **options)
    with pytest.raises(InputError, match=words):
        io.read_picture(tmp_path / "a.tif")


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_a_cut_file_is_never_filled_up(compression: str | None, tmp_path: Path, rng: np.random.Generator) -> None:
    tifffile.imwrite(tmp_path / "a.tif", samples(rng, np.uint16), photometric="rgb", compression=compression)
    data = (tmp_path / "a.tif").read_bytes()
    with tifffile.TiffFile(tmp_path / "a.tif") as file:
        end = file.pages[0].dataoffsets[0] + file.pages[0].databytecounts[0]  # type: ignore[union-attr]
    (tmp_path / "a.tif").write_bytes(data[: end - 100])
    with pytest.raises(InputError, match="damaged or cut short"):
        io.read_picture(tmp_path / "a.tif")


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_what_we_write_others_read_with_all_that_belongs_to_it(
    dtype: Any, channels: int, tmp_path: Path, rng: np.random.Generator
) -> None:
    raster = samples(rng, dtype, channels)
    exif = Pil.Exif()
    exif[271] = "Canon"
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    exif.get_ifd(0x8769)[0xA005] = {1: "R98", 2: b"0100"}
    exif.get_ifd(0x8825)[1] = "N"
    icc = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() if channels > 2 else None
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
    metadata = io.Metadata(icc=icc, exif=exif.tobytes(), xmp=xmp, dpi=(300.0, 150.0), iptc=b"\x1c\x02\x78\0\2Hi")
    data, notes = io.encode(raster, metadata, "TIFF")
    assert notes == ()
    path = tmp_path / "a.tif"
    path.write_bytes(data)
    np.testing.assert_array_equal(tifffile.imread(path).reshape(raster.shape), raster)
    if dtype == np.uint8 or channels == 1:
        with Pil.open(path) as picture:
            assert picture.info["dpi"] == (300.0, 150.0)
            found = picture.getexif()
            assert found[271] == "Canon"
            assert found.get_ifd(0x8769)[0x9003] == "2024:05:06 07:08:09"
            assert found.get_ifd(0x8825)[1] == "N"
            np.testing.assert_array_equal(np.array(picture).reshape(raster.shape), raster)
    read = io.read_picture(path)
    np.testing.assert_array_equal(read.raster, raster)
    assert (read.metadata.icc, read.metadata.xmp, read.metadata.dpi) == (icc, xmp, (300.0, 150.0))
    assert read.metadata.iptc == metadata.iptc
    again, _ = io.encode(read.raster, read.metadata, "TIFF")
    assert again == data, "its own output is written again as it is"


def test_the_resolution_0_0_is_no_resolution(tmp_path: Path) -> None:
    raster = np.zeros((4, 4, 3), np.uint8)
    tifffile.imwrite(tmp_path / "a.tif", raster, photometric="rgb", resolution=(777, 777), resolutionunit=2)
    data = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(data.replace(struct.pack("<II", 777, 1), struct.pack("<II", 0, 0)))
    read = io.read_picture(tmp_path / "a.tif")
    for file_format in ("PNG", "TIFF", "WEBP", "JPEG"):
        io.encode(read.raster, read.metadata, file_format)
    assert read.metadata.dpi is None
