"""No field of the metadata contradicts the pixels that are written; what is sloppy or can't be carried is named."""

from __future__ import annotations

import io as memory
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pil
from PIL import ImageCms, ImageOps

from segmask import io

FORMATS = {"PNG": ".png", "TIFF": ".tif", "WEBP": ".webp", "JPEG": ".jpg"}
TURNED_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/'
    b'1.0/" tiff:Orientation="6" tiff:ImageWidth="30" exif:PixelXDimension="30"><exif:PixelYDimension>20'
    b"</exif:PixelYDimension></rdf:Description></rdf:RDF></x:xmpmeta>"
)


def written(picture: io.Picture, file_format: str, folder: Path) -> tuple[Path, str]:
    """The picture in a format, and the words of what it could not hold."""
    data, notes = io.encode(picture.raster, picture.metadata, file_format)
    path = folder / f"written{FORMATS[file_format]}"
    path.write_bytes(data)
    return path, "; ".join(note.text for note in notes)


def jpeg(exif: bytes = b"", **options: Any) -> bytes:
    """A JPEG of 30x20 pixels, its corners told apart."""
    values = np.zeros((20, 30, 3), np.uint8)
    values[:8, :8] = 255
    buffer = memory.BytesIO()
    Pil.fromarray(values).save(buffer, "JPEG", quality=100, exif=exif, **options)
    return buffer.getvalue()


def with_segment(data: bytes, marker: int, contents: bytes) -> bytes:
    return data[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(contents) + 2) + contents + data[2:]


def oriented(number: int) -> bytes:
    exif = Pil.Exif()
    exif[274] = number
    exif[271] = "Maker"
    exif.get_ifd(0x8769)[0xA002] = 30
    exif.get_ifd(0x8769)[0xA003] = 20
    return exif.tobytes()


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("where", ["exif", "xmp", "both"])
def test_it_is_shown_the_same_way_up_wherever_the_orientation_stands(
    where: str, orientation: int, file_format: str, tmp_path: Path
) -> None:
    xmp = TURNED_XMP.replace(b'Orientation="6"', f'Orientation="{orientation}"'.encode())
    options = {"exif": oriented(orientation) if where != "xmp" else b"", "xmp": xmp if where != "exif" else None}
    (tmp_path / "a.jpg").write_bytes(jpeg(**{key: value for key, value in options.items() if value}))
    with Pil.open(tmp_path / "a.jpg") as picture:
        shown = np.array(ImageOps.exif_transpose(picture))
    read = io.read_picture(tmp_path / "a.jpg")
    np.testing.assert_array_equal(read.raster, shown)
    path, _ = written(read, file_format, tmp_path)
    with Pil.open(path) as picture:
        again = np.array(ImageOps.exif_transpose(picture))
    assert again.shape == shown.shape
    assert np.abs(again.astype(int) - shown).max() <= 8
    np.testing.assert_array_equal(io.read_picture(path).size_wh, read.size_wh)


def test_sizes_follow_the_pixels(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(exif=oriented(6), xmp=TURNED_XMP))
    path, _ = written(io.read_picture(tmp_path / "a.jpg"), "PNG", tmp_path)
    with Pil.open(path) as picture:
        assert picture.size == (20, 30)
        sizes = picture.getexif().get_ifd(0x8769)
        assert (sizes[0xA002], sizes[0xA003]) == (20, 30)
        packet = picture.info["xmp"]
    assert b'PixelXDimension="20"' in packet
    assert b"PixelYDimension>30<" in packet
    assert b'ImageWidth="20"' in packet


def test_a_thumbnail_of_the_original_is_left_out_and_named(tmp_path: Path) -> None:
    thumbnail = jpeg()
    head = b"MM\0*\0\0\0\x08" + struct.pack(">H", 1) + struct.pack(">HHI4s", 271, 2, 4, b"Abc\0")
    offset = len(head) + 4
    second = struct.pack(">H", 2) + struct.pack(">HHII", 513, 4, 1, offset + 30)
    second += struct.pack(">HHII", 514, 4, 1, len(thumbnail)) + bytes(4)
    block = b"Exif\0\0" + head + struct.pack(">I", offset) + second + thumbnail
    (tmp_path / "a.jpg").write_bytes(with_segment(jpeg(), 0xE1, block))
    path, words = written(io.read_picture(tmp_path / "a.jpg"), "JPEG", tmp_path)
    assert "thumbnail" in words
    assert path.read_bytes().count(b"\xff\xd8\xff") == 1
    with Pil.open(path) as picture:
        assert picture.getexif()[271] == "Abc"


def field(tag: int, kind: int, count: int, value: bytes, gps: bool = False) -> bytes:
    """An EXIF block of the maker's name and one field more, in the main directory or that of the place."""
    entry = struct.pack(">HHI", tag, kind, count) + value
    maker = struct.pack(">HHI4s", 271, 2, 4, b"Abc\0")
    if not gps:
        return b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", 2) + maker + entry + bytes(4)
    pointer = struct.pack(">HHII", 0x8825, 4, 1, 38)
    return b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", 2) + maker + pointer + bytes(4) + b"\0\x01" + entry + bytes(4)


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.parametrize(
    "exif",
    [
        field(5, 2, 2, b"0\0\0\0", gps=True),  # a byte as text
        field(1, 3, 1, b"\0N\0\0", gps=True),  # a letter as a number
        field(305, 5, 1, struct.pack(">I", 0xFFFFFF00)),  # behind the end
        field(305, 99, 1, bytes(4)),  # no such type
        field(0x9999, 3, 1, bytes(4)),  # no such tag
        field(315, 2, 0xFFFFFFFF, bytes(4)),  # longer than any file
    ],
)
def test_a_sloppy_field_is_left_out_and_named_and_the_rest_stays(exif: bytes, file_format: str, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(with_segment(jpeg(), 0xE1, exif))
    read = io.read_picture(tmp_path / "a.jpg")
    path, words = written(read, file_format, tmp_path)
    assert "field" in words
    with Pil.open(path) as picture:
        found = picture.getexif()
        found.tobytes()  # Pillow can write it again
        assert found[271] == "Abc"
    assert io.read_picture(path).metadata.left_out == ()


@pytest.mark.parametrize("cut", range(6, 60, 3))
def test_exif_cut_anywhere_costs_no_picture(cut: int, tmp_path: Path) -> None:
    block = oriented(6)[:cut]
    (tmp_path / "a.jpg").write_bytes(with_segment(jpeg(), 0xE1, block))
    read = io.read_picture(tmp_path / "a.jpg")
    for file_format in FORMATS:
        written(read, file_format, tmp_path)


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_resolution_that_no_format_holds_is_named(file_format: str, tmp_path: Path) -> None:
    exif = Pil.Exif()
    exif[282] = exif[283] = 4294967295.0
    exif[296] = 2
    (tmp_path / "a.webp").write_bytes(b"")
    Pil.new("RGB", (8, 8)).save(tmp_path / "a.webp", exif=exif)
    read = io.read_picture(tmp_path / "a.webp")
    assert "dpi" in written(read, file_format, tmp_path)[1]


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_resolution_travels_through_every_format(file_format: str, tmp_path: Path) -> None:
    exif = Pil.Exif()
    exif[282], exif[283], exif[296] = 240.0, 120.0, 2
    Pil.new("RGB", (8, 8)).save(tmp_path / "a.webp", exif=exif)
    path, words = written(io.read_picture(tmp_path / "a.webp"), file_format, tmp_path)
    assert words == "" or "lossy" in words
    found = io.read_picture(path).metadata.dpi
    assert found is not None
    np.testing.assert_allclose(found, (240, 120), atol=0.02)  # PNG counts whole pixels a metre


IPTC = b"\x1c\x02\x78\x00\x05cloth"


def test_iptc_and_comments_travel_or_are_named(tmp_path: Path) -> None:
    resources = b"Photoshop 3.0\x008BIM\x04\x25\0\0\0\0\0\x01a\0" + b"8BIM\x04\x04\0\0\0\0\0\x0a" + IPTC
    data = with_segment(jpeg(comment=b"a comment"), 0xED, resources)
    (tmp_path / "a.jpg").write_bytes(data)
    read = io.read_picture(tmp_path / "a.jpg")
    assert (read.metadata.iptc, read.metadata.comment) == (IPTC, b"a comment")
    path, _ = written(read, "JPEG", tmp_path)
    assert io.read_picture(path).metadata.iptc == IPTC
    with Pil.open(path) as picture:
        assert picture.info["comment"] == b"a comment"
        assert picture.info["photoshop"][0x0404] == IPTC
    assert io.read_picture(written(read, "TIFF", tmp_path)[0]).metadata.iptc == IPTC
    assert "IPTC" in written(read, "PNG", tmp_path)[1]
    assert "IPTC, the comment" in written(read, "WEBP", tmp_path)[1]


GAIN_MAP_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    b' xmlns:Container="http://ns.google.com/photos/1.0/container/"'
    b' xmlns:Item="http://ns.google.com/photos/1.0/container/item/" hdrgm:Version="1.0" dc:source="a camera">'
    b"<Container:Directory><rdf:Seq><rdf:li rdf:parseType='Resource'><Container:Item Item:Semantic=\"Primary\""
    b' Item:Mime="image/jpeg"/></rdf:li><rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="GainMap"'
    b' Item:Mime="image/jpeg" Item:Length="999"/></rdf:li></rdf:Seq></Container:Directory></rdf:Description></rdf:RDF>'
    b"</x:xmpmeta>"
)


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_gain_map_is_left_out_with_all_that_announces_it(file_format: str, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(xmp=GAIN_MAP_XMP) + jpeg())
    path, words = written(io.read_picture(tmp_path / "a.jpg"), file_format, tmp_path)
    assert "gain map" in words
    content = path.read_bytes()
    assert b"hdrgm:Version" not in content
    assert b"GainMap" not in content
    assert b"a camera" in content


def test_what_vouches_for_the_original_alone_is_left_out_and_named(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(with_segment(jpeg(), 0xEB, b"JP\0\1\0\0\0\1\0\0\0\x20jumb" + bytes(24)))
    assert "C2PA" in written(io.read_picture(tmp_path / "a.jpg"), "PNG", tmp_path)[1]


@pytest.mark.parametrize("packet", [b"<x", b"\xff\xfe\xfd", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', b"<a:b/>"])
def test_damaged_xmp_is_left_out_and_named(packet: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg(xmp=packet))
    path, words = written(io.read_picture(tmp_path / "a.jpg"), "PNG", tmp_path)
    assert "XMP" in words
    assert b"adobe.xmp" not in path.read_bytes()


SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("icc", [SRGB[:300], b"junk" * 100, SRGB[:16] + b"GRAY" + SRGB[20:]])
def test_a_damaged_profile_is_read_as_srgb_and_named(icc: bytes, tmp_path: Path, photo: np.ndarray) -> None:
    kinds: tuple[tuple[str, dict[str, Any]], ...] = (
        ("a.png", {}),
        ("a.jpg", {"quality": 95}),
        ("a.webp", {"lossless": True}),
        ("a.tif", {}),
    )
    for name, options in kinds:
        Pil.fromarray(photo).save(tmp_path / name, icc_profile=icc, **options)
        read = io.read_picture(tmp_path / name)
        assert [(note.code, name in note.text) for note in read.notes] == [("read-as", True)]
        np.testing.assert_array_equal(read.image, read.raster)
        assert read.metadata.icc is None


def test_pieces_of_a_profile_that_are_missing_are_named(tmp_path: Path) -> None:
    data = with_segment(jpeg(), 0xE2, b"ICC_PROFILE\0\x01\x02" + SRGB[:100])
    (tmp_path / "a.jpg").write_bytes(data)
    assert "profile" in io.read_picture(tmp_path / "a.jpg").notes[0].text


def test_metadata_too_large_for_jpeg_is_named(tmp_path: Path, photo: np.ndarray) -> None:
    exif = Pil.Exif()
    exif.get_ifd(0x8769)[0x927C] = bytes(70_000)
    large = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + b" " * 70_000 + b"</x:xmpmeta>"
    Pil.fromarray(photo).save(tmp_path / "a.webp", exif=exif, xmp=large)
    read = io.read_picture(tmp_path / "a.webp")
    words = written(read, "JPEG", tmp_path)[1]
    assert "EXIF (" in words
    assert "XMP (" in words
    assert written(read, "PNG", tmp_path)[1] == ""
