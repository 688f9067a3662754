"""What is handed in stays as it is; formats are told apart by their contents; nobody else's warnings are touched."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pil

from segmask import io
from segmask.core.errors import InputError


def turned(path: Path) -> Path:
    exif = Pil.Exif()
    exif[274] = 6
    exif[271] = "Maker"
    Pil.fromarray(np.arange(6 * 9 * 3, dtype=np.uint8).reshape(6, 9, 3)).save(path, exif=exif)
    return path


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tif"])
def test_a_pil_image_is_not_changed_and_reads_like_its_file(name: str, tmp_path: Path) -> None:
    path = turned(tmp_path / name)
    from_path = io.read_picture(path)
    with Pil.open(path) as picture:
        first, second = io.read_picture(picture), io.read_picture(picture)
        if name != "a.tif":  # Pillow itself sets TIFFs upright when it loads them
            assert picture.getexif()[274] == 6
            assert picture.size == (9, 6)
    np.testing.assert_array_equal(first.raster, second.raster)
    np.testing.assert_array_equal(first.raster, from_path.raster)
    assert first.metadata.exif == second.metadata.exif


def test_the_frame_at_which_an_animation_stands_is_used_and_stays(tmp_path: Path) -> None:
    frames = [Pil.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    with Pil.open(tmp_path / "a.gif") as picture:
        picture.seek(1)
        read = io.read_picture(picture)
        assert picture.tell() == 1
    assert read.raster[0, 0].tolist() == [0, 255, 0]
    assert "number 2" in read.notes[0].text


def test_a_truncated_pil_image_is_an_input_error(tmp_path: Path, photo: np.ndarray) -> None:
    Pil.fromarray(photo).save(tmp_path / "a.jpg")
    data = (tmp_path / "a.jpg").read_bytes()
    (tmp_path / "a.jpg").write_bytes(data[: len(data) // 2])
    with Pil.open(tmp_path / "a.jpg") as picture, pytest.raises(InputError, match="cut short"):
        io.read_picture(picture)


def test_contents_decide_not_the_ending(tmp_path: Path, photo: np.ndarray) -> None:
    Pil.fromarray(photo).save(tmp_path / "a.tif", "PNG")
    np.testing.assert_array_equal(io.read_picture(tmp_path / "a.tif").raster, photo)


def test_sixteen_bits_of_other_formats_are_kept(tmp_path: Path, rng: np.random.Generator) -> None:
    raster = rng.integers(0, 65536, (70, 90, 3), dtype=np.uint16)
    for name, options in (("a.ppm", []), ("a.jp2", [cv2.IMWRITE_JPEG2000_COMPRESSION_X1000, 1000])):
        cv2.imwrite(str(tmp_path / name), raster[..., ::-1], options)
        seen = cv2.imread(str(tmp_path / name), cv2.IMREAD_UNCHANGED)
        assert seen is not None
        read = io.read_picture(tmp_path / name)
        np.testing.assert_array_equal(read.raster, seen[..., ::-1])
        assert read.notes == ()
    grey = raster[..., 0]
    cv2.imwrite(str(tmp_path / "a.pgm"), grey)
    np.testing.assert_array_equal(io.read_picture(tmp_path / "a.pgm").raster[..., 0], grey)


def test_ten_bits_that_are_cut_are_said(tmp_path: Path, photo: np.ndarray) -> None:
    data = cv2.imencode(".avif", photo.astype(np.uint16) * 4, [cv2.IMWRITE_AVIF_DEPTH, 10])[1]
    (tmp_path / "a.avif").write_bytes(data.tobytes())
    assert "10 bits" in io.read_picture(tmp_path / "a.avif").notes[0].text


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", "film"),
        (b"\xff\x0a", "JPEG XL"),
        (b"%PDF-1.7", "PDF"),
        (b"%!PS-Adobe-3.0 EPSF-3.0", "PostScript"),
        (b"<svg xmlns=", "SVG"),
        (b"FUJIFILMCCD-RAW", "raw"),
    ],
)
def test_other_files_are_refused_by_what_they_are(head: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(head + bytes(100))
    with pytest.raises(InputError, match=words):
        io.read_picture(tmp_path / "a.jpg")


def test_paths_that_are_no_files(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for source in (tmp_path / "fifo", tmp_path / "loop", "a" * 300, "a\0b", tmp_path / "a.png" / "b"):
        with pytest.raises(InputError):
            io.read_picture(source)


def test_clear_pixels_of_a_picture_are_known() -> None:
    raster = np.full((2, 3, 4), 255, np.uint8)
    raster[0, :, 3] = (0, 128, 254)
    clear = io.read_picture(raster).clear
    assert clear is not None
    assert clear.tolist() == [[True, True, False], [False, False, False]]
    assert io.read_picture(raster[..., :3]).clear is None


def test_black_and_white_stored_as_colours_is_known(photo: np.ndarray) -> None:
    assert not io.read_picture(photo).is_neutral
    assert io.read_picture(np.dstack([photo[..., 0]] * 3)).is_neutral
    assert io.read_picture(photo[..., 0]).is_neutral


def test_the_hosts_warnings_come_back_after_any_number_of_threads(tmp_path: Path) -> None:
    path = turned(tmp_path / "a.jpg")
    before = list(warnings.filters)
    threads = [threading.Thread(target=lambda: [io.read_picture(path) for _ in range(10)]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(warnings.filters) == before


@pytest.mark.parametrize("name", ["a.png", "a.tif", "a.jpg", "a.webp", "lzw.tif", "deep.png"])
def test_damaged_files_make_no_noise(name: str, tmp_path: Path, photo: np.ndarray) -> None:
    path = tmp_path / name
    if name == "deep.png":
        cv2.imwrite(str(path), photo.astype(np.uint16) * 257)
    elif name == "lzw.tif":
        Pil.fromarray(photo).save(path, compression="tiff_lzw")
    else:
        Pil.fromarray(photo).save(path)
    data = bytearray(path.read_bytes())
    script = f"""
import sys, warnings
warnings.simplefilter("error")
from pathlib import Path
from segmask import io
from segmask.core.errors import InputError
data = Path({str(path)!r}).read_bytes()
for place in range(len(data) // 7, len(data), len(data) // 7):
    for damaged in (data[:place], data[:place] + bytes(200) + data[place + 200:]):
        Path({str(path)!r}).write_bytes(damaged)
        try:
            io.read_picture({str(path)!r})
        except InputError:
            pass
"""
    assert data
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.stderr, done.returncode) == ("", 0)
