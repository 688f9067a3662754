"""Pictures into file contents: PNG, TIFF and WebP without loss, JPEG with."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import OptionError
from segmask.core.findings import Finding, Findings
from segmask.io.colour import over_white, to_8bit
from segmask.io.picture import Metadata, Raster

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
JPEG_QUALITY = 95  # with 4:4:4 chroma; visually lossless, and still said to be lossy


def output_format(path: Path) -> str:
    """The format that a file name asks for. Raises OptionError for others than PNG, JPEG, WebP, TIFF."""
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise OptionError(f"{path}: unknown picture format {suffix!r}; expected one of: {', '.join(FORMATS)}")
    return FORMATS[suffix]


def encode(raster: Raster, metadata: Metadata, file_format: str) -> tuple[bytes, Findings]:
    """File contents for a raster (H, W, 1..4), and what the format could not hold."""
    notes: list[str] = []
    if file_format == "JPEG":
        notes.append(
            f"JPEG is lossy (quality {JPEG_QUALITY}): pixels outside the mask are not bit for bit the original's"
        )
        if raster.shape[2] in (2, 4):
            raster = over_white(to_8bit(raster))
            notes.append("JPEG holds no transparency: laid over white")
    if raster.dtype == np.uint16 and file_format in ("JPEG", "WEBP"):
        notes.append(f"{file_format} holds 8 bits a channel: reduced from 16")
        raster = to_8bit(raster)
    notes += _not_carried(raster, metadata, file_format)
    if raster.dtype == np.uint16:
        data, more = _encode_deep(raster.astype(np.uint16, copy=False), metadata, file_format)
        return data, _not_written([*notes, *more])
    return _encode_pil(raster.astype(np.uint8, copy=False), metadata, file_format), _not_written(notes)


def _not_written(notes: list[str]) -> Findings:
    return tuple(Finding("not-written", note) for note in notes)


def _not_carried(raster: Raster, metadata: Metadata, file_format: str) -> list[str]:
    """What of the metadata this format does not take."""
    deep = raster.dtype == np.uint16
    kinds = {
        "text": metadata.text and (file_format != "PNG" or deep),
        "resolution": metadata.dpi and (file_format == "WEBP" or (deep and file_format == "PNG")),
        "EXIF": metadata.exif and deep and file_format == "TIFF",
        "XMP": metadata.xmp and deep,
        "the grey colour profile": metadata.icc and file_format == "WEBP" and raster.shape[2] < 3,
    }
    lost = [name for name, missing in kinds.items() if missing]
    bits = "16-bit " if deep else ""
    return [f"not carried into a {bits}{file_format}: {', '.join(lost)}"] if lost else []


def _encode_pil(raster: NDArray[np.uint8], metadata: Metadata, file_format: str) -> bytes:
    from PIL import Image as Pil
    from PIL.PngImagePlugin import PngInfo

    icc = None if file_format == "WEBP" and raster.shape[2] < 3 else metadata.icc  # WebP stores grey as RGB
    options: dict[str, Any] = {"icc_profile": icc, "exif": metadata.exif, "dpi": metadata.dpi}
    if file_format == "PNG":
        options["pnginfo"] = info = PngInfo()
        options["compress_level"] = 4
        for key, value in metadata.text:
            info.add_itxt(key, value)
        if metadata.xmp:
            info.add_itxt("XML:com.adobe.xmp", metadata.xmp.decode("utf-8", "replace"))
    elif metadata.xmp and file_format in ("JPEG", "WEBP"):
        options["xmp"] = metadata.xmp
    elif metadata.xmp:
        options["exif"] = _exif_with_xmp(metadata)
    if file_format == "JPEG":
        options |= {"quality": JPEG_QUALITY, "subsampling": 0}
    if file_format == "WEBP":
        options |= {"lossless": True, "exact": True, "quality": 60, "method": 2}
    if file_format == "TIFF":
        # libtiff can't write the directories inside EXIF that cameras make; Pillow's own writer can, uncompressed.
        options["compression"] = None if metadata.exif else "tiff_adobe_deflate"
    options = {key: value for key, value in options.items() if value is not None}
    buffer = io.BytesIO()
    Pil.fromarray(raster[..., 0] if raster.shape[2] == 1 else raster).save(buffer, file_format, **options)
    return buffer.getvalue()


def _exif_with_xmp(metadata: Metadata) -> bytes:
    """A TIFF keeps XMP as a tag of its first directory, which Pillow takes from the EXIF data."""
    from PIL import Image as Pil

    exif = Pil.Exif()
    exif.load(metadata.exif or b"")
    exif[700] = metadata.xmp
    return exif.tobytes()


def _encode_deep(raster: NDArray[np.uint16], metadata: Metadata, file_format: str) -> tuple[bytes, list[str]]:
    """16 bits a channel: PNG through OpenCV, TIFF through tifffile; Pillow writes neither in colour."""
    channels = raster.shape[2]
    if channels == 2:
        raster = np.ascontiguousarray(raster[..., [0, 0, 0, 1]])
        channels, lost = 4, ["16-bit grey with transparency is stored as RGBA"]
    else:
        lost = []
    if file_format == "PNG":
        return _encode_deep_png(raster, metadata), lost
    import tifffile

    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        raster[..., 0] if channels == 1 else raster,
        photometric="minisblack" if channels == 1 else "rgb",
        extrasamples=["unassalpha"] if channels == 4 else None,
        planarconfig=None if channels == 1 else "contig",
        iccprofile=metadata.icc,
        metadata=None,
        resolution=metadata.dpi,
        resolutionunit="INCH" if metadata.dpi else None,
    )
    return buffer.getvalue(), lost


def _encode_deep_png(raster: NDArray[np.uint16], metadata: Metadata) -> bytes:
    import cv2

    carried = [
        (cv2.IMAGE_METADATA_ICCP, metadata.icc),
        (cv2.IMAGE_METADATA_EXIF, metadata.exif.removeprefix(b"Exif\0\0") if metadata.exif else None),
    ]
    kinds = [kind for kind, data in carried if data]
    chunks = [np.frombuffer(data, np.uint8) for _, data in carried if data]
    order = {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[raster.shape[2]]
    _, data = cv2.imencodeWithMetadata(".png", np.ascontiguousarray(raster[..., order]), kinds, chunks)
    return data.tobytes()


def encode_png(array: NDArray[np.uint8]) -> bytes:
    """PNG of uint8 (H, W), (H, W, 3) or (H, W, 4)."""
    return _encode_pil(array[..., None] if array.ndim == 2 else array, Metadata(), "PNG")


def write_png(path: Path | str, array: NDArray[np.uint8]) -> None:
    """Write uint8 (H, W), (H, W, 3) or (H, W, 4) as PNG, in one step."""
    from segmask.core.files import write_files

    write_files({Path(path): encode_png(array)})
