"""What segmask writes, read by programs that have nothing to do with it: exiftool and ImageMagick, where installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from segmask import Masker, io
from segmask.result import Result
from tests.fidelity_kinds import KINDS, SIDE_HW, colours

OUTPUTS = (".png", ".tif", ".webp", ".jpg")
MASK = np.zeros(SIDE_HW, np.uint8)
MASK[16:32, 16:40] = 255
ODD = ("png 1 bit", "png 2 bit", "png 4 bit")
"""Kinds that other readers show the same way as plain grey: nothing is learnt from them here."""
CONVERT = next((name for name in ("magick", "convert-im6.q16") if shutil.which(name)), "")


def result_of(kind: str, folder: Path) -> Result:
    path = folder / "original"
    path.write_bytes(KINDS[kind].make())
    return Masker(strategy="diff", tone_match=False).apply(path, 255 - colours(), mask_in=MASK)


def by_imagemagick(path: Path, raster: np.ndarray) -> np.ndarray:
    """A file's samples, in the channels and the depth of a raster."""
    channels = {1: "gray", 2: "graya", 3: "rgb", 4: "rgba"}[raster.shape[2]]
    deep = raster.dtype == np.uint16
    wanted = [CONVERT, str(path), "-set", "colorspace", "sRGB", "-depth", "16" if deep else "8", "-endian", "LSB"]
    if channels == "graya":  # it has no raw form of that
        planes = [
            subprocess.run([*wanted, *how, "gray:-"], check=True, capture_output=True).stdout
            for how in (["-alpha", "off"], ["-alpha", "extract"])
        ]
        return np.dstack([np.frombuffer(plane, raster.dtype).reshape(raster.shape[:2]) for plane in planes])
    data = subprocess.run([*wanted, f"{channels}:-"], check=True, capture_output=True).stdout
    return np.frombuffer(data, raster.dtype).reshape(raster.shape)


@pytest.mark.skipif(not CONVERT, reason="no ImageMagick on this machine")
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ODD])
def test_imagemagick_reads_every_sample_that_was_written(kind: str, tmp_path: Path) -> None:
    result = result_of(kind, tmp_path)
    for suffix in (".png", ".tif", ".webp"):
        raster = result.raster
        if suffix == ".webp" and raster.dtype == np.uint16:
            continue
        out = tmp_path / f"out{suffix}"
        result.save(out)
        opaque = raster[..., -1] > 0 if raster.shape[2] in (2, 4) else np.ones(SIDE_HW, bool)
        np.testing.assert_array_equal(by_imagemagick(out, raster)[opaque], raster[opaque], suffix)


@pytest.mark.skipif(not shutil.which("exiftool"), reason="no exiftool on this machine")
def test_exiftool_finds_no_fault_and_no_contradiction(tmp_path: Path) -> None:
    """Of every kind in every output: no error, and sizes, orientation and profile as the pixels are."""
    for kind in KINDS:
        result = result_of(kind, tmp_path)
        for suffix in OUTPUTS:
            result.save(tmp_path / f"{kind.replace(' ', '_').replace(':', '')}{suffix}", mark=True)
    command = ["exiftool", "-validate", "-warning", "-error", "-a", "-json", "-n", "-G1", "-ext", "png", "-ext", "tif"]
    command += ["-ext", "webp", "-ext", "jpg", "-all", str(tmp_path)]
    told: list[dict[str, Any]] = json.loads(subprocess.run(command, check=False, capture_output=True).stdout)
    assert len(told) == len(KINDS) * len(OUTPUTS)
    for found in told:
        name = found["SourceFile"]
        assert "ExifTool:Error" not in found, name
        serious = [text for key, text in found.items() if key == "ExifTool:Warning" and "minor" not in str(text)]
        assert serious == [], name
        turned = {value for key, value in found.items() if key.endswith(":Orientation")}
        assert turned in (set(), {1}) or (turned == {6} and name.endswith("jpeg_turned.jpg")), name
        sizes = {value for key, value in found.items() if key.endswith((":ImageWidth", ":ExifImageWidth"))}
        assert sizes == {SIDE_HW[turned == {1} or not turned]}, name  # a JPEG that keeps its blocks keeps how they lie
        marks = [value for key, value in found.items() if key.endswith("DigitalSourceType")]
        assert [value.rsplit("/", 1)[-1] for value in marks] == ["compositeWithTrainedAlgorithmicMedia"], name
        assert not any("GainMap" in key or "hdrgm" in key.lower() for key in found), name


@pytest.mark.skipif(not shutil.which("exiftool"), reason="no exiftool on this machine")
def test_what_a_camera_wrote_is_still_there_for_exiftool(tmp_path: Path) -> None:
    """Maker, place, author and texts of EXIF, IPTC and XMP, written by exiftool and read by it from every output."""
    from PIL import Image as Pil

    camera = tmp_path / "camera.jpg"
    Pil.fromarray(np.rot90(colours()).copy()).save(camera, quality=95)
    fields = {
        "EXIF:Make": "Maker",
        "EXIF:GPSLatitude": "48.2",
        "EXIF:GPSLatitudeRef": "N",
        "XMP-dc:Title": "A title",
        "XMP-tiff:Orientation": "6",
        "IPTC:By-line": "An author",
        "EXIF:Orientation": "6",
    }
    written = [f"-{name}={value}" for name, value in fields.items()]
    subprocess.run(["exiftool", "-n", "-q", "-overwrite_original", *written, str(camera)], check=True)
    result = Masker(strategy="diff", tone_match=False).apply(camera, 255 - colours(), mask_in=MASK)
    for suffix in OUTPUTS:
        out = tmp_path / f"out{suffix}"
        report = result.save(out)
        command = ["exiftool", "-json", "-n", "-a", "-G0", str(out)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)[0]
        assert found["EXIF:Make"] == "Maker", suffix
        assert found["EXIF:GPSLatitude"] == pytest.approx(48.2), suffix
        assert found["XMP:Title"] == "A title", suffix
        kept = io.read_picture(out).size_hw if suffix != ".jpg" else SIDE_HW
        assert kept == SIDE_HW
        stored = {value for key, value in found.items() if key.endswith(":Orientation")}
        assert len(stored) <= 1, "EXIF and XMP agree"
        named = " ".join(finding.text for finding in report.findings)
        assert found.get("IPTC:By-line") == "An author" or "IPTC" in named, suffix
