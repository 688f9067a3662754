"""HEIC whose container says how the picture is turned: pixels and metadata agree, whatever EXIF and XMP say."""

from __future__ import annotations

import contextlib
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pil

import segmask
from segmask import io
from segmask.core.errors import InputError

pytest.importorskip("pi_heif")
DRAWN = (Path(__file__).parents[1] / "data" / "drawn-exif.heic").read_bytes()
"""64 x 48 by heif-enc; its EXIF and XMP say orientation 6, its container nothing, which is what counts in HEIC."""
LEFT_90, LEFT_180, LEFT_270 = (struct.pack(">I4sB", 9, b"irot", quarters) for quarters in (1, 2, 3))
UPSIDE_DOWN, MIRRORED = (struct.pack(">I4sB", 9, b"imir", mode) for mode in (0, 1))
TURNS = {
    "left": ((LEFT_90,), lambda shown: np.rot90(shown)),
    "half": ((LEFT_180,), lambda shown: shown[::-1, ::-1]),
    "right": ((LEFT_270,), lambda shown: np.rot90(shown, -1)),
    "upside down": ((UPSIDE_DOWN,), lambda shown: shown[::-1]),
    "mirrored": ((MIRRORED,), lambda shown: shown[:, ::-1]),
    "right, then mirrored": ((LEFT_270, MIRRORED), lambda shown: np.rot90(shown, -1)[:, ::-1]),
}


def with_turns(boxes: tuple[bytes, ...], data: bytes = DRAWN) -> bytes:
    """The same file with properties more for its main picture, which is the last in the table of associations."""
    file, first, added, shift = bytearray(data), data.count(b"hvcC") + data.count(b"ispe") + 2, b"".join(boxes), 0
    for place, more in ((b"ipma", bytes(range(first, first + len(boxes)))), (b"ipco", added)):
        start = file.index(place) - 4
        end = start + struct.unpack_from(">I", file, start)[0]
        if place == b"ipma":
            file[end - 3] += len(boxes)  # of the last item, which had two
        file[end:end] = more
        for owner in (place, b"iprp", b"meta"):
            at = file.index(owner) - 4
            struct.pack_into(">I", file, at, struct.unpack_from(">I", file, at)[0] + len(more))
        shift += len(more)
    table = file.index(b"iloc") + 10
    for entry in range(table + 2, table + 2 + 20 * struct.unpack_from(">H", file, table)[0], 20):
        if struct.unpack_from(">H", file, entry + 2)[0] == 0:  # counted from the file's beginning
            struct.pack_into(">I", file, entry + 6, struct.unpack_from(">I", file, entry + 6)[0] + shift)
    return bytes(file)


@pytest.mark.parametrize("turn", TURNS)
def test_the_containers_turn_is_applied_once_and_not_said_again(turn: str, tmp_path: Path) -> None:
    boxes, turned = TURNS[turn]
    path = tmp_path / "phone.heic"
    path.write_bytes(with_turns(boxes))
    shown = turned(io.read_picture(DRAWN).raster)
    picture = io.read_picture(path)
    np.testing.assert_array_equal(picture.raster, shown)

    edited = shown.copy()
    edited[8:20, 8:20] = 255 - edited[8:20, 8:20]
    result = segmask.apply(path, edited, strategy="diff")
    height, width = shown.shape[:2]
    for name in ("out.png", "out.tif", "out.webp", "out.jpg"):
        assert result.save(tmp_path / name).preserved
        with Pil.open(tmp_path / name) as written:
            assert written.size == (width, height)
            fields, xmp = written.getexif(), written.info.get("xmp")
            assert fields.get(274, 1) == 1
            photo = fields.get_ifd(0x8769)
            assert (photo[0xA002], photo[0xA003]) == (width, height)
            assert b'Orientation="6"' not in (xmp.encode() if isinstance(xmp, str) else xmp or b"")
            if name in ("out.png", "out.tif"):
                np.testing.assert_array_equal(np.asarray(written)[24:], shown[24:])


def test_a_file_that_ends_its_decoder_is_refused() -> None:
    """Found by fuzzing: pi-heif 1.4.0 dies of its metadata; the process that asked for the picture does not."""
    with pytest.raises(InputError, match=r"ends-its-decoder\.heic"):
        io.read_picture(Path(__file__).parents[1] / "data" / "ends-its-decoder.heic")


def test_a_file_cut_anywhere_is_read_or_refused(tmp_path: Path) -> None:
    cut = tmp_path / "cut.heic"
    for length in range(40, len(DRAWN), 211):
        cut.write_bytes(DRAWN[:length])
        with contextlib.suppress(InputError):
            io.read_picture(cut)
