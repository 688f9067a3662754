"""Layered files, read back sample by sample by other readers than the writers."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import tifffile
from PIL import ImageCms

import segmask
from segmask import io
from segmask.core.errors import OptionError
from segmask.io.disclosure import is_marked
from segmask.result import Result
from segmask.view.layers import encode_layers, layers_of


@pytest.fixture(scope="module", params=["8 bits", "16 bits", "grey", "clear"])
def made(request: pytest.FixtureRequest) -> Result:
    """A square that came from the edit, in originals of several kinds."""
    rng = np.random.default_rng(1)
    original = rng.integers(60, 120, (60, 80, 3)).astype(np.uint8)
    edited = original.copy()
    edited[20:40, 30:60] = (220, 60, 40)
    kinds = {
        "8 bits": original,
        "16 bits": original.astype(np.uint16) * 257 + 11,
        "grey": original[..., 0],
        "clear": np.dstack([original, np.where(np.arange(80) < 10, 0, 255) * np.ones((60, 1))]).astype(np.uint8),
    }
    return segmask.apply(kinds[request.param], edited, strategy="diff")


def test_the_layers_make_the_composite(made: Result) -> None:
    """original * (1 - mask) + edit * mask, rounded, is the composite where the original is opaque."""
    layered = layers_of(made)
    below, edit = layered.layers[0].raster, layered.layers[1]
    assert edit.mask is not None
    blended = below.astype(np.int64)
    area = edit.box.slices
    colours = edit.raster.shape[2]
    mask = edit.mask[..., None].astype(np.int64)
    mixed = (blended[area][..., :colours] * (255 - mask) + edit.raster.astype(np.int64) * mask + 127) // 255
    blended[area][..., :colours] = mixed
    opaque = np.full(below.shape[:2], True) if not made.original.has_alpha else below[..., -1] > 0
    np.testing.assert_array_equal(blended[opaque], made.raster[opaque])


def test_a_psd_holds_every_sample(made: Result) -> None:
    psd_tools = pytest.importorskip("psd_tools")
    document = psd_tools.PSDImage.open(BytesIO(encode_layers(made, ".psd", mark=True)))
    top = np.iinfo(made.raster.dtype).max
    np.testing.assert_array_equal(np.rint(document.numpy() * top).reshape(made.raster.shape), made.raster)
    original, edit = document
    assert [original.name, edit.name] == ["original", "edit"]
    colours = 1 if made.original.is_gray else 3
    np.testing.assert_array_equal(np.rint(original.numpy()[..., :colours] * top), made.original.raster[..., :colours])
    box = (edit.left, edit.top, edit.right, edit.bottom)
    assert box == made.report.mask.box
    np.testing.assert_array_equal(
        np.asarray(edit.mask.topil()), made.mask[edit.top : edit.bottom, edit.left : edit.right]
    )


def test_a_layered_tiff_holds_every_sample(made: Result) -> None:
    psdtags = pytest.importorskip("psdtags")
    data = encode_layers(made, ".tif", mark=True)
    flat = io.read_picture(data)
    np.testing.assert_array_equal(flat.raster, made.raster)
    assert is_marked(flat.metadata.xmp)
    with tifffile.TiffFile(BytesIO(data)) as stored:
        page: Any = stored.pages[0]
        original, edit = psdtags.TiffImageSourceData.frombytes(page.tags[37724].value).layers
    colours = 1 if made.original.is_gray else 3
    planes = {channel.channelid.name: channel.data for channel in original.channels}
    for index in range(colours):
        np.testing.assert_array_equal(planes[f"CHANNEL{index}"], made.original.raster[..., index])
    assert (
        edit.rectangle.left,
        edit.rectangle.top,
        edit.rectangle.right,
        edit.rectangle.bottom,
    ) == made.report.mask.box
    x0, y0, x1, y1 = made.report.mask.box or (0, 0, 0, 0)
    mask = next(channel.data for channel in edit.channels if channel.channelid.name == "USER_LAYER_MASK")
    np.testing.assert_array_equal(mask, made.mask[y0:y1, x0:x1] * np.array(np.iinfo(mask.dtype).max // 255, mask.dtype))


def test_imagemagick_reads_the_same(made: Result, tmp_path: Path) -> None:
    pytest.importorskip("psd_tools")
    convert = next((name for name in ("magick", "convert-im6.q16", "convert-im6") if shutil.which(name)), None)
    if convert is None:
        pytest.skip("no ImageMagick on this machine")
    (tmp_path / "layers.psd").write_bytes(encode_layers(made, ".psd"))
    read = []
    for layer in (0, 2):
        subprocess.run([convert, f"layers.psd[{layer}]", "+repage", f"{layer}.png"], cwd=tmp_path, check=True)
        read.append(io.read_picture(tmp_path / f"{layer}.png").raster)
    flat, edit = read
    step = 1 if flat.dtype == made.raster.dtype else 257  # it writes 8 bits where no more are used
    if not made.original.has_alpha:
        expected = np.broadcast_to(made.raster, (*made.raster.shape[:2], flat.shape[2]))
        np.testing.assert_array_equal(flat.astype(np.int64) * step, expected)
    x0, y0, x1, y1 = made.report.mask.box or (0, 0, 0, 0)
    alpha = edit[..., -1].astype(np.int64) // (257 if edit.dtype == np.uint16 else 1)
    np.testing.assert_array_equal(alpha, made.mask[y0:y1, x0:x1])


def test_layers_keep_the_colour_profile() -> None:
    """The original's ICC profile is in every kind of file, byte for byte, as another program reads it."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    original = np.random.default_rng(1).integers(60, 120, (60, 80, 3)).astype(np.uint8)
    edited = original.copy()
    edited[20:40, 30:60] = (220, 60, 40)
    made = segmask.apply(io.encode(original, io.Metadata(icc=profile), "PNG")[0], edited, strategy="diff")
    document = pytest.importorskip("psd_tools").PSDImage.open(BytesIO(encode_layers(made, ".psd")))
    assert document.image_resources.get_data(1039) == profile
    assert io.read_picture(encode_layers(made, ".tif")).metadata.icc == profile
    with zipfile.ZipFile(BytesIO(encode_layers(made, ".ora"))) as archive:
        pictures = [name for name in archive.namelist() if name.endswith(".png") and "Thumbnails" not in name]
        assert {io.read_picture(archive.read(name)).metadata.icc for name in pictures} == {profile}


def test_openraster_holds_every_sample(made: Result) -> None:
    with zipfile.ZipFile(BytesIO(encode_layers(made, ".ora"))) as archive:
        first = archive.infolist()[0]
        assert (first.filename, archive.read(first), first.compress_type) == ("mimetype", b"image/openraster", 0)
        stack = ElementTree.fromstring(archive.read("stack.xml"))
        np.testing.assert_array_equal(io.read_picture(archive.read("mergedimage.png")).raster, made.raster)
        edit, original = stack.iter("layer")
        np.testing.assert_array_equal(
            io.read_picture(archive.read(original.attrib["src"])).raster, made.original.raster
        )
        raster = io.read_picture(archive.read(edit.attrib["src"])).raster
    x0, y0, x1, y1 = made.report.mask.box or (0, 0, 0, 0)
    assert (int(edit.attrib["x"]), int(edit.attrib["y"])) == (x0, y0)
    top = 257 if raster.dtype == np.uint16 else 1
    np.testing.assert_array_equal(raster[..., -1], made.mask[y0:y1, x0:x1].astype(raster.dtype) * top)


def test_doubts_are_a_hidden_layer(composed: Result) -> None:
    from dataclasses import replace

    doubt = np.zeros(composed.stages.change.mask.shape, bool)
    doubt[200:240, 20:60] = True
    layered = layers_of(replace(composed, stages=replace(composed.stages, doubt=doubt)))
    assert [(layer.name, layer.visible) for layer in layered.layers] == [
        ("original", True),
        ("edit", True),
        ("doubts", False),
    ]


def test_other_endings_are_refused(made: Result) -> None:
    with pytest.raises(OptionError):
        encode_layers(made, ".xcf")
