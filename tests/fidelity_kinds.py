"""Every kind of picture file, made by independent encoders: Pillow, tifffile, OpenCV, and bytes by hand."""

from __future__ import annotations

import io as memory
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import tifffile
from PIL import Image as Pil

from segmask.io.icc import SRGB_CURVE, profile_of
from segmask.io.png_colour import PRIMARIES
from tests.handmade_png import handmade_png, with_chunks

SIDE_HW = (48, 64)
P3 = profile_of(PRIMARIES[12], SRGB_CURVE, "P3")


@cache
def colours() -> np.ndarray:
    """Smooth, so that lossy formats stay near: uint8 (48, 64, 3)."""
    across, down = np.meshgrid(np.linspace(30, 220, 64), np.linspace(40, 200, 48))
    return np.rint(np.dstack([across, down, 240 - across])).astype(np.uint8)


def deep() -> np.ndarray:
    return colours().astype(np.uint16) * 256 + np.arange(64, dtype=np.uint16)[None, :, None]


def soft_alpha(dtype: Any = np.uint8) -> np.ndarray:
    alpha = np.full(SIDE_HW, np.iinfo(dtype).max, dtype)
    alpha[:8] = 0
    alpha[8:12] = np.iinfo(dtype).max // 3
    return alpha


def gray() -> np.ndarray:
    return colours()[..., 0]


@dataclass(frozen=True)
class Kind:
    """A kind of file and what is to be read out of it."""

    make: Callable[[], bytes]
    samples: Callable[[], np.ndarray]
    """(H, W, C) upright, as an independent decoder has them."""
    exact: bool = True
    """Whether those must be met to the last bit."""
    profile: bool = False
    exif: bool = False
    notes: tuple[str, ...] = field(default=())
    """Words of which each must be in some note."""


def pillow(mode: str, values: np.ndarray | None = None, file_format: str = "PNG", **options: Any) -> bytes:
    buffer = memory.BytesIO()
    picture = Pil.fromarray(colours() if values is None else values)
    picture = picture if picture.mode == mode else picture.convert(mode)
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()


def opened(data: bytes, mode: str) -> np.ndarray:
    """What Pillow makes of a file."""
    with Pil.open(memory.BytesIO(data)) as picture:
        values = np.array(picture.convert(mode))
    return values[..., None] if values.ndim == 2 else values


def opencv(values: np.ndarray) -> bytes:
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[values.shape[2]]
    return cv2.imencode(".png", np.ascontiguousarray(values[..., order]))[1].tobytes()


def opencv_jpeg(factors: int) -> bytes:
    options = [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factors]
    return cv2.imencode(".jpg", np.ascontiguousarray(colours()[..., ::-1]), options)[1].tobytes()


def tiff(values: np.ndarray, **options: Any) -> bytes:
    buffer = memory.BytesIO()
    tifffile.imwrite(buffer, values, **options)
    return buffer.getvalue()


def exif(orientation: int = 1) -> Pil.Exif:
    made = Pil.Exif()
    made[271], made[274] = "Maker", orientation
    return made


def same(mode: str, make: Callable[[], bytes], **facts: Any) -> Kind:
    """A kind that Pillow reads right."""
    return Kind(make, lambda: opened(make(), mode), **facts)


def palette(**options: Any) -> bytes:
    return pillow("P", np.array(Pil.fromarray(colours()).quantize(16).convert("RGB")), **options)


def bits(depth: int) -> np.ndarray:
    return gray() // (256 // 2**depth)


def low_png(depth: int) -> bytes:
    rows = np.unpackbits(bits(depth)[..., None], axis=2)[..., 8 - depth :].reshape(SIDE_HW[0], -1)
    packed = np.packbits(rows, axis=1)
    head = struct.pack(">IIBBBBB", SIDE_HW[1], SIDE_HW[0], depth, 0, 0, 0, 0)
    data = zlib.compress(np.concatenate([np.zeros((SIDE_HW[0], 1), np.uint8), packed], axis=1).tobytes())
    ends = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return with_chunks(b"\x89PNG\r\n\x1a\n".ljust(33, b"\0"), *ends)[:8] + with_chunks(b"\0" * 33, *ends)[33:]


def ycck() -> bytes:
    """A CMYK JPEG whose colours are coded as YCbCr and black, as Photoshop writes them: Adobe's marker says 2."""
    planes = 255 - np.dstack([np.array(Pil.fromarray(colours()).convert("YCbCr")), np.full(SIDE_HW, 230, np.uint8)])
    buffer = memory.BytesIO()
    Pil.fromarray(planes.astype(np.uint8), "CMYK").save(buffer, "JPEG", quality=95, subsampling=0)
    data = bytearray(buffer.getvalue())
    data[data.index(b"Adobe") + 11] = 2
    return bytes(data)


def with_gain_map() -> bytes:
    """A JPEG with a second, small one behind it and XMP that calls that an HDR gain map, as phones write them."""
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"/></rdf:RDF>'
        "</x:xmpmeta>"
    )
    small = Pil.fromarray(gray()[::2, ::2].copy())
    return pillow("RGB", None, "MPO", save_all=True, append_images=[small], xmp=packet.encode())


def stored(name: str) -> bytes:
    """A file that no library of the tests can make, made once by heif-enc (libheif 1.15, x265)."""
    return (Path(__file__).parent / "data" / name).read_bytes()


def turned(orientation: int) -> bytes:
    return pillow("RGB", np.rot90(colours()).copy(), "JPEG", quality=95, subsampling=0, exif=exif(orientation))


def associated() -> np.ndarray:
    weight = soft_alpha()[..., None].astype(int)
    return np.dstack([(colours() * weight + 127) // 255, weight]).astype(np.uint8)


RGB16 = {"photometric": "rgb"}
KINDS: dict[str, Kind] = {
    **{
        f"png {depth} bit": Kind(lambda d=depth: low_png(d), lambda d=depth: (bits(d) * (255 // (2**d - 1)))[..., None])
        for depth in (1, 2, 4)
    },
    "png grey": same("L", lambda: pillow("L")),
    "png grey alpha": same("LA", lambda: pillow("LA", np.dstack([gray(), soft_alpha()]))),
    "png rgb": same("RGB", lambda: pillow("RGB", icc_profile=P3, exif=exif()), profile=True, exif=True),
    "png rgba": same("RGBA", lambda: pillow("RGBA", np.dstack([colours(), soft_alpha()]))),
    "png palette": same("RGB", palette, notes=("palette",)),
    "png palette tRNS": same("RGBA", lambda: palette(transparency=3), notes=("palette",)),
    "png tRNS": same(
        "RGBA", lambda: pillow("RGB", transparency=tuple(colours()[0, 0].tolist())), notes=("transparent",)
    ),
    "png 16": Kind(lambda: opencv(deep()), deep),
    "png 16 alpha": Kind(
        lambda: opencv(np.dstack([deep(), soft_alpha(np.uint16)])), lambda: np.dstack([deep(), soft_alpha(np.uint16)])
    ),
    "png 16 grey": Kind(lambda: opencv(deep()[..., :1]), lambda: deep()[..., :1]),
    "png 16 grey alpha": Kind(
        lambda: handmade_png(np.dstack([deep()[..., :1], soft_alpha(np.uint16)])),
        lambda: np.dstack([deep()[..., :1], soft_alpha(np.uint16)]),
    ),
    "png interlaced": Kind(lambda: handmade_png(colours(), interlaced=True), colours),
    "png 16 interlaced": Kind(lambda: handmade_png(deep(), interlaced=True), deep),
    **{f"png palette {depth} bit": same("RGB", lambda d=depth: palette(bits=d), notes=("palette",)) for depth in (4,)},
    "png cICP": Kind(lambda: with_chunks(opencv(colours()), (b"cICP", bytes([12, 13, 0, 1]))), colours),
    "png gAMA": Kind(lambda: with_chunks(opencv(colours()), (b"gAMA", struct.pack(">I", 100000))), colours),
    **{
        f"jpeg {name}": same(
            "RGB",
            lambda n=n, p=p: pillow("RGB", None, "JPEG", subsampling=n, progressive=p, exif=exif()),
            exif=True,
        )
        for name, n, p in (("4:4:4", 0, False), ("4:2:2", 1, False), ("4:2:0", 2, False), ("progressive", 2, True))
    },
    **{
        f"jpeg {name}": same("RGB", lambda f=factors: opencv_jpeg(f))
        for name, factors in (("4:1:1", 0x411111), ("4:4:0", 0x121111))
    },
    "jpeg grey": same("L", lambda: pillow("L", None, "JPEG")),
    "jpeg cmyk": same("RGB", lambda: pillow("CMYK", None, "JPEG"), exact=False, notes=("CMYK",)),
    "jpeg ycck": same("RGB", ycck, exact=False, notes=("CMYK",)),
    "jpeg gain map": same("RGB", with_gain_map, notes=("gain map",)),
    "jpeg turned": Kind(lambda: turned(6), lambda: np.rot90(opened(turned(6), "RGB"), -1), exif=True),
    "mpo": same(
        "RGB",
        lambda: pillow("RGB", None, "MPO", save_all=True, append_images=[Pil.fromarray(colours()[::-1])]),
    ),
    "webp lossy": same("RGB", lambda: pillow("RGB", None, "WEBP", quality=90, icc_profile=P3), profile=True),
    "webp lossless": same("RGB", lambda: pillow("RGB", None, "WEBP", lossless=True)),
    "webp lossless alpha": same(
        "RGBA", lambda: pillow("RGBA", np.dstack([colours(), soft_alpha()]), "WEBP", lossless=True, exact=True)
    ),
    "webp animated": same(
        "RGB",
        lambda: pillow(
            "RGB", None, "WEBP", lossless=True, save_all=True, append_images=[Pil.fromarray(colours()[::-1])]
        ),
        notes=("frames",),
    ),
    "tiff 8 lzw": same(
        "RGB", lambda: pillow("RGB", None, "TIFF", compression="tiff_lzw", icc_profile=P3), profile=True
    ),
    "tiff 8 deflate grey": same("L", lambda: pillow("L", None, "TIFF", compression="tiff_adobe_deflate")),
    "tiff 8 jpeg": same("RGB", lambda: pillow("RGB", None, "TIFF", compression="jpeg"), exact=False),
    "tiff 8 zstd": same("RGB", lambda: pillow("RGB", None, "TIFF", compression="zstd")),
    "tiff 8 fax": same("L", lambda: pillow("1", None, "TIFF", compression="group4"), notes=("1-bit",)),
    "tiff 16": Kind(lambda: tiff(deep(), iccprofile=P3, **RGB16), deep, profile=True),
    "tiff 16 deflate": Kind(lambda: tiff(deep(), compression="zlib", predictor=True, **RGB16), deep),
    "tiff 16 lzma": Kind(lambda: tiff(deep(), compression="lzma", **RGB16), deep),
    "tiff 16 tiled": Kind(lambda: tiff(deep(), tile=(16, 16), compression="zlib", **RGB16), deep),
    "tiff 16 planar": Kind(lambda: tiff(np.moveaxis(deep(), 2, 0).copy(), planarconfig="separate", **RGB16), deep),
    "tiff 16 big-endian": Kind(lambda: tiff(deep(), byteorder=">", **RGB16), deep),
    "tiff big": Kind(lambda: tiff(colours(), bigtiff=True, photometric="rgb"), colours),
    "tiff pages": Kind(
        lambda: tiff(np.stack([colours(), colours()[::-1]]), photometric="rgb"), colours, notes=("frames",)
    ),
    "tiff 16 alpha": Kind(
        lambda: tiff(np.dstack([deep(), soft_alpha(np.uint16)]), extrasamples=["unassalpha"], **RGB16),
        lambda: np.dstack([deep(), soft_alpha(np.uint16)]),
    ),
    "tiff alpha": Kind(
        lambda: tiff(np.dstack([colours(), soft_alpha()]), photometric="rgb", extrasamples=["unassalpha"]),
        lambda: np.dstack([colours(), soft_alpha()]),
    ),
    "tiff associated alpha": Kind(
        lambda: tiff(associated(), photometric="rgb", extrasamples=["assocalpha"]),
        lambda: np.dstack([np.where(soft_alpha()[..., None] > 0, colours(), 0), soft_alpha()]),
        exact=False,
        notes=("multiplied",),
    ),
    "tiff extra channel": Kind(
        lambda: tiff(np.dstack([colours(), soft_alpha()]), photometric="rgb", extrasamples=["unspecified"]),
        colours,
        notes=("extra channel",),
    ),
    "tiff white is zero": Kind(
        lambda: tiff(gray(), photometric="miniswhite"), lambda: 255 - gray()[..., None], notes=("white",)
    ),
    "avif": same("RGB", lambda: pillow("RGB", None, "AVIF", quality=90)),
    "avif alpha": same("RGBA", lambda: pillow("RGBA", np.dstack([colours(), soft_alpha()]), "AVIF", quality=90)),
    "gif animated": same(
        "RGB",
        lambda: pillow("P", None, "GIF", save_all=True, append_images=[Pil.fromarray(colours()[::-1])]),
        notes=("frames",),
    ),
    "gif": same("RGB", lambda: pillow("P", None, "GIF"), notes=("palette",)),
    "bmp": same("RGB", lambda: pillow("RGB", None, "BMP")),
    "ppm": same("RGB", lambda: pillow("RGB", None, "PPM")),
    "jpeg 2000": same("RGB", lambda: pillow("RGB", None, "JPEG2000")),
}
if find_spec("pi_heif"):  # the extra heic
    KINDS |= {
        "heic": Kind(lambda: stored("drawn.heic"), colours, exact=False, profile=True),
        "heic 10 bit": Kind(lambda: stored("drawn-10-bit.heic"), deep, exact=False),
        "heic alpha": Kind(
            lambda: stored("drawn-alpha.heic"), lambda: np.dstack([colours(), soft_alpha()]), exact=False
        ),
    }
