from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image as Pil
from PIL import ImageCms

from segmask import io
from segmask.core.errors import InputError, OptionError

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>'
EXIF_ARTIST = 0x013B

rasters = st.tuples(st.sampled_from([np.uint8, np.uint16]), st.sampled_from([1, 3, 4])).flatmap(
    lambda kind: hnp.arrays(kind[0], st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(kind[1])))
)


def artist(path: Path) -> str:
    with Pil.open(path) as picture:
        return picture.getexif()[EXIF_ARTIST]


@settings(max_examples=40, deadline=None)
@given(raster=rasters, suffix=st.sampled_from([".png", ".tif"]))
def test_lossless_formats_give_every_sample_back(
    raster: np.ndarray, suffix: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("io") / f"picture{suffix}"
    path.write_bytes(io.encode(raster, io.Metadata(), io.output_format(path))[0])
    again = io.read_picture(path).raster
    assert again.dtype == raster.dtype
    np.testing.assert_array_equal(again, raster)


def test_webp_is_lossless(tmp_path: Path, rng: np.random.Generator) -> None:
    raster = rng.integers(0, 256, (20, 30, 4), dtype=np.uint8)
    (tmp_path / "a.webp").write_bytes(io.encode(raster, io.Metadata(), "WEBP")[0])
    np.testing.assert_array_equal(io.read_picture(tmp_path / "a.webp").raster, raster)


def test_metadata_travels_through_every_format(tmp_path: Path, photo: np.ndarray) -> None:
    exif = Pil.Exif()
    exif[EXIF_ARTIST] = "somebody"
    metadata = io.Metadata(icc=SRGB, exif=exif.tobytes(), xmp=XMP, dpi=(300.0, 300.0))
    for suffix in (".png", ".tif", ".webp", ".jpg"):
        path = tmp_path / f"a{suffix}"
        path.write_bytes(io.encode(photo, metadata, io.output_format(path))[0])
        read = io.read_picture(path).metadata
        assert read.icc == SRGB, suffix
        assert read.xmp == XMP, suffix
        assert artist(path) == "somebody", suffix


def test_sixteen_bit_colour_keeps_profile_and_exif_in_png(tmp_path: Path) -> None:
    raster = np.arange(4 * 5 * 3, dtype=np.uint16).reshape(4, 5, 3) * 1009
    exif = Pil.Exif()
    exif[EXIF_ARTIST] = "somebody"
    data, notes = io.encode(raster, io.Metadata(icc=SRGB, exif=exif.tobytes()), "PNG")
    (tmp_path / "a.png").write_bytes(data)
    read = io.read_picture(tmp_path / "a.png")
    np.testing.assert_array_equal(read.raster, raster)
    assert (read.metadata.icc, notes) == (SRGB, ())
    assert artist(tmp_path / "a.png") == "somebody"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied_and_reset(orientation: int, tmp_path: Path) -> None:
    stored = np.arange(2 * 3, dtype=np.uint8).reshape(2, 3)
    picture = Pil.fromarray(stored)
    exif = picture.getexif()
    exif[274] = orientation
    picture.save(tmp_path / "a.png", exif=exif)
    from PIL import ImageOps

    with Pil.open(tmp_path / "a.png") as stored_picture:
        expected = np.array(ImageOps.exif_transpose(stored_picture))
    read = io.read_picture(tmp_path / "a.png")
    np.testing.assert_array_equal(read.raster[..., 0], expected)
    (tmp_path / "b.png").write_bytes(io.encode(read.raster, read.metadata, "PNG")[0])
    np.testing.assert_array_equal(io.read_picture(tmp_path / "b.png").raster[..., 0], expected)


def wide_profile() -> bytes:
    """A profile with the wide Display P3 primaries, made from the sRGB one by exchanging its colorants."""
    data = bytearray(SRGB)
    count = int.from_bytes(data[128:132], "big")
    colorants = {
        b"rXYZ": (0.51512, 0.2412, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.1571, 0.06657, 0.78407),
    }
    for index in range(count):
        entry = 132 + 12 * index
        name, offset = bytes(data[entry : entry + 4]), int.from_bytes(data[entry + 4 : entry + 8], "big")
        for position, value in enumerate(colorants.get(name, ())):
            start = offset + 8 + 4 * position
            data[start : start + 4] = round(value * 65536).to_bytes(4, "big", signed=True)
        if name == b"desc":
            length = int.from_bytes(data[entry + 8 : entry + 12], "big")
            block = bytes(data[offset : offset + length])
            data[offset : offset + length] = block.replace(
                "sRGB".encode("utf-16-be"), "wide".encode("utf-16-be")
            ).replace(b"sRGB", b"wide")
    return bytes(data)


def test_a_wide_profile_is_honoured_and_kept(tmp_path: Path) -> None:
    raster = np.full((8, 8, 3), (200, 60, 60), np.uint8)
    (tmp_path / "a.png").write_bytes(io.encode(raster, io.Metadata(icc=wide_profile()), "PNG")[0])
    read = io.read_picture(tmp_path / "a.png")
    np.testing.assert_array_equal(read.raster, raster)
    assert read.image[0, 0, 0] > 205, "the same numbers are a stronger red in a wider space"
    back = io.to_raster_colours(read.image, read)
    assert np.abs(back.astype(int) - raster).max() <= 2


def test_what_was_done_to_unusual_files_is_said(tmp_path: Path, photo: np.ndarray) -> None:
    colour = Pil.fromarray(photo)
    colour.quantize(16).save(tmp_path / "palette.png")
    colour.convert("CMYK").save(tmp_path / "cmyk.jpg")
    colour.convert("1").save(tmp_path / "bits.png")
    colour.save(tmp_path / "frames.gif", save_all=True, append_images=[Pil.fromarray(255 - photo)])
    assert "palette" in io.read_picture(tmp_path / "palette.png").notes[0].text
    assert "CMYK" in io.read_picture(tmp_path / "cmyk.jpg").notes[0].text
    assert "1-bit" in io.read_picture(tmp_path / "bits.png").notes[0].text
    moving = io.read_picture(tmp_path / "frames.gif")
    assert "2 frames: the first" in moving.notes[0].text
    assert np.abs(moving.image.astype(int) - photo).mean() < 20


def test_transparent_pixels_show_white_to_the_stages() -> None:
    raster = np.zeros((4, 4, 4), np.uint8)
    raster[:2, :, 3] = 255
    picture = io.read_picture(raster)
    assert (picture.image[:2] == 0).all()
    assert (picture.image[2:] == 255).all()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.png", None, "no such file"),
        ("zero.png", b"", "empty"),
        ("text.png", b"this is no picture", "not a picture"),
        ("cut.jpg", "half", "damaged or cut short"),
    ],
)
def test_unreadable_files_say_what_is_wrong(
    name: str, content: object, words: str, tmp_path: Path, pair: tuple
) -> None:
    path = tmp_path / name
    if content is not None:
        data = pair[0].read_bytes()
        path.write_bytes(data[: len(data) // 2] if content == "half" else content)  # type: ignore[arg-type]
    with pytest.raises(InputError, match=words):
        io.read_picture(path)


def test_a_folder_is_no_picture(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        io.read_picture(tmp_path)


@pytest.mark.parametrize(
    "array",
    [np.zeros((4, 4, 3), np.float32), np.zeros((4, 4, 5), np.uint8), np.zeros((0, 4, 3), np.uint8), "nowhere", 7],
)
def test_other_things_are_refused(array: object) -> None:
    with pytest.raises(InputError):
        io.read_picture(array)  # type: ignore[arg-type]


def test_float_samples_are_refused(tmp_path: Path) -> None:
    Pil.fromarray(np.zeros((4, 4), np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(InputError, match="8 or 16 bits"):
        io.read_picture(tmp_path / "a.tif")


def test_lossy_and_smaller_formats_say_what_they_lose() -> None:
    deep = np.zeros((4, 4, 4), np.uint16)
    _, notes = io.encode(deep, io.Metadata(), "JPEG")
    assert any("lossy" in note.text for note in notes)
    assert any("transparency" in note.text for note in notes)
    assert "reduced from 16" in io.encode(deep, io.Metadata(), "WEBP")[1][0].text
    with pytest.raises(OptionError, match=r"\.png"):
        io.output_format(Path("picture.bmp"))


def test_masks_and_labels_from_files_and_arrays(tmp_path: Path) -> None:
    values = np.array([[0, 128, 255]], np.uint8)
    io.write_png(tmp_path / "mask.png", values)
    np.testing.assert_array_equal(io.read_gray(tmp_path / "mask.png"), values)
    np.testing.assert_array_equal(io.read_gray(values == 255), [[0, 0, 255]])
    np.testing.assert_array_equal(io.read_gray(np.array([[0, 0.5, 1]], np.float32)), [[0, 128, 255]])
    with pytest.raises(InputError, match=r"\[0, 1\]"):
        io.read_gray(np.array([[2.0]]))
    palette = Pil.fromarray(np.array([[0, 5, 13]], np.uint8), "P")
    palette.putpalette(list(range(256)) * 3)
    palette.save(tmp_path / "labels.png")
    np.testing.assert_array_equal(io.read_labels(tmp_path / "labels.png"), [[0, 5, 13]])
    with pytest.raises(InputError, match="one class id a pixel"):
        io.read_labels(np.zeros((2, 2), np.float32))


def test_what_cameras_write_into_exif_survives_a_tiff(tmp_path: Path, photo: np.ndarray) -> None:
    exif = Pil.Exif()
    exif[EXIF_ARTIST] = "somebody"
    exif.get_ifd(0x8769)[0x9003] = "2024:05:06 07:08:09"
    exif.get_ifd(0x8825)[1] = "N"
    Pil.fromarray(photo).save(tmp_path / "a.jpg", exif=exif)
    read = io.read_picture(tmp_path / "a.jpg")
    (tmp_path / "b.tif").write_bytes(io.encode(read.raster, read.metadata, "TIFF")[0])
    with Pil.open(tmp_path / "b.tif") as written:
        assert written.getexif().get_ifd(0x8769)[0x9003] == "2024:05:06 07:08:09"
        assert written.getexif().get_ifd(0x8825)[1] == "N"
    np.testing.assert_array_equal(io.read_picture(tmp_path / "b.tif").raster, read.raster)


@pytest.mark.parametrize(
    ("raster", "metadata", "file_format", "words"),
    [
        (np.zeros((4, 4, 3), np.uint8), io.Metadata(text=(("a", "b"),), comment=b"c"), "WEBP", "text, the comment"),
        (np.zeros((4, 4, 1), np.uint8), io.Metadata(icc=SRGB), "WEBP", "grey colour profile"),
        (np.zeros((4, 4, 3), np.uint16), io.Metadata(iptc=b"\x1c"), "PNG", "IPTC"),
    ],
)
def test_metadata_that_a_format_does_not_take_is_named(
    raster: np.ndarray, metadata: io.Metadata, file_format: str, words: str
) -> None:
    assert words in io.encode(raster, metadata, file_format)[1][0].text
    assert io.encode(raster, io.Metadata(), file_format)[1] == ()
