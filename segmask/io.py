"""Pictures in and out: orientation, colour profile, transparency and 16 bit.

The file's own samples are kept as the *raster*: what must stay original is copied from there. The stages look at
``image``, the same picture as 8-bit sRGB. Only here are Pillow and file codecs used.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from segmask.errors import InputError, OptionError
from segmask.types import Image, LabelMap, describe

Raster = NDArray[np.uint8] | NDArray[np.uint16]
Kind = Literal["color", "gray"]

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
JPEG_QUALITY = 95  # with 4:4:4 chroma; visually lossless, and still said to be lossy
WHITE = 255  # what shows through transparent pixels where a stage needs an opaque picture


@dataclass(frozen=True)
class Metadata:
    """What travels with the pixels."""

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    text: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Picture:
    """A picture as read, orientation applied."""

    raster: Raster
    """uint8 or uint16 (H, W, C): C is 1 grey, 2 grey + alpha, 3 RGB, 4 RGB + alpha; in the file's colour profile."""
    image: Image
    """uint8 (H, W, 3): the same as sRGB, transparent pixels over white."""
    metadata: Metadata
    notes: tuple[str, ...] = ()
    """How the file was read, where that is not a matter of course."""
    path: Path | None = None

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width."""
        return self.raster.shape[0], self.raster.shape[1]

    @property
    def has_alpha(self) -> bool:
        """Does it have an alpha channel?"""
        return self.raster.shape[2] in (2, 4)

    @property
    def is_gray(self) -> bool:
        """Is it without colour?"""
        return self.raster.shape[2] < 3


def read_picture(source: Any, name: str = "picture") -> Picture:
    """Read a path, a PIL image or an array (uint8 or uint16; (H, W), (H, W, 1..4)). Raises InputError."""
    if isinstance(source, (str, Path)):
        return _read_file(Path(source))
    if isinstance(source, np.ndarray):
        return _from_array(source, name)
    if hasattr(source, "mode") and hasattr(source, "tobytes"):
        return _from_pil(source, None)
    raise InputError(f"{name}: expected a path, a PIL image or a uint8 array (H, W, 3); got {describe(source)}")


def read_image(source: Any, name: str = "picture") -> Image:
    """8-bit sRGB of a picture, uint8 (H, W, 3)."""
    return read_picture(source, name).image


def read_gray(source: Any, name: str = "mask") -> NDArray[np.uint8]:
    """A mask as stored, uint8 (H, W): grey level, or the mean of the colours; bool arrays become 0 and 255."""
    if isinstance(source, np.ndarray):
        source = np.where(source, 255, 0).astype(np.uint8) if source.dtype == np.bool_ else source
        if np.issubdtype(source.dtype, np.floating):
            if not (np.isfinite(source).all() and source.min(initial=0) >= 0 and source.max(initial=0) <= 1):
                raise InputError(f"{name}: a floating-point mask must lie in [0, 1]")
            source = np.rint(source * 255).astype(np.uint8)
    raster = _to_8bit(read_picture(source, name).raster)
    if raster.shape[2] in (2, 4):
        raster = _over_white(raster, background=0)
    return np.rint(raster.mean(2)).astype(np.uint8) if raster.shape[2] == 3 else raster[..., 0]


def read_labels(source: Any, name: str = "label map") -> LabelMap:
    """A label map: the palette indices or grey levels of a file, or an integer array (H, W); uint8 (H, W)."""
    if isinstance(source, np.ndarray):
        values = source
    else:
        with _opened(source) as picture:
            if picture.mode not in ("P", "L", "1", "I;16"):
                raise InputError(f"{name}: expected a palette or grey picture of class ids; got mode {picture.mode}")
            values = np.array(picture)
    if values.ndim != 2 or not np.issubdtype(values.dtype, np.integer):
        raise InputError(f"{name}: expected integers of shape (H, W), one class id a pixel; got {describe(values)}")
    if values.size and (values.min() < 0 or values.max() > 255):
        raise InputError(f"{name}: class ids must lie in 0..255; got {values.min()}..{values.max()}")
    return values.astype(np.uint8)


class _opened:  # noqa: N801  (reads as a verb: with _opened(path) as picture)
    """An open PIL image, decoded; every way in which that fails is an InputError."""

    def __init__(self, path: Any) -> None:
        self.path = Path(path)

    def __enter__(self) -> Any:
        from PIL import Image as Pil

        path = self.path
        if not path.exists():
            raise InputError(f"{path}: no such file")
        if path.is_dir():
            raise InputError(f"{path}: is a folder; expected a picture file")
        try:
            if path.stat().st_size == 0:
                raise InputError(f"{path}: the file is empty (0 bytes)")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.picture = Pil.open(path)
                self._load()
        except Pil.UnidentifiedImageError as error:
            raise InputError(f"{path}: not a picture that can be read (PNG, JPEG, WebP, TIFF expected)") from error
        except Pil.DecompressionBombError as error:
            raise InputError(f"{path}: the picture is too large ({error})") from error
        except PermissionError as error:
            raise InputError(f"{path}: can't be read; check its permissions") from error
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise InputError(f"{path}: damaged or cut short, can't be decoded ({error})") from error
        return self.picture

    def _load(self) -> None:
        try:
            self.picture.load()
        except BaseException:
            self.picture.close()
            raise

    def __exit__(self, *_: object) -> None:
        self.picture.close()


def _read_file(path: Path) -> Picture:
    with _opened(path) as picture:
        deep = _sixteen_bit(path, picture)
        return _from_pil(picture, path, deep)


def _sixteen_bit(path: Path, picture: Any) -> Raster | None:
    """The samples of a PNG or TIFF with 16 bits a channel: Pillow would cut colours down to 8."""
    if picture.format not in ("PNG", "TIFF") or picture.mode not in ("RGB", "RGBA", "I;16", "I;16B", "LA"):
        return None
    import cv2

    if picture.mode in ("RGB", "RGBA", "LA") and not _says_sixteen(path, picture):
        return None
    data = np.fromfile(path, np.uint8)
    flags = cv2.IMREAD_UNCHANGED | cv2.IMREAD_IGNORE_ORIENTATION
    values = cv2.imdecode(data, flags)
    if values is None or values.dtype != np.uint16:
        return None
    if values.ndim == 2:
        return np.asarray(values[..., None], np.uint16)
    order = {3: [2, 1, 0], 4: [2, 1, 0, 3]}[values.shape[2]]
    return np.ascontiguousarray(values[..., order], np.uint16)


def _says_sixteen(path: Path, picture: Any) -> bool:
    if picture.format == "TIFF":
        bits = picture.tag_v2.get(258, (8,))  # BitsPerSample
        return max(bits) == 16
    with path.open("rb") as file:
        header = file.read(26)
    return len(header) > 24 and header[12:16] == b"IHDR" and header[24] == 16


def _from_pil(picture: Any, path: Path | None, deep: Raster | None = None) -> Picture:
    name = str(path) if path else "picture"
    notes: list[str] = []
    if getattr(picture, "n_frames", 1) > 1:
        notes.append(f"{picture.n_frames} frames: the first one was used")
        picture.seek(0)
    orientation = picture.getexif().get(274, 1)
    metadata = _metadata(picture)
    if deep is not None:
        raster, icc = deep, metadata.icc
    else:
        picture, icc, note = _plain_mode(picture, metadata.icc, name)
        notes += [note] if note else []
        raster = np.array(picture)
        raster = raster[..., None] if raster.ndim == 2 else raster
    raster = np.ascontiguousarray(_upright(raster, orientation))
    metadata = Metadata(icc, metadata.exif, metadata.xmp, metadata.dpi, metadata.text)
    image, note = _to_srgb(raster, icc)
    notes += [note] if note else []
    if path is not None:
        notes = [f"{path.name}: {note}" for note in notes]
    return Picture(raster, image, metadata, tuple(notes), path)


def _from_array(array: np.ndarray, name: str) -> Picture:
    if array.ndim == 2:
        array = array[..., None]
    if array.dtype not in (np.uint8, np.uint16) or array.ndim != 3 or array.shape[2] not in (1, 2, 3, 4):
        raise InputError(f"{name}: expected uint8 or uint16 of shape (H, W, 3), RGB; got {describe(array)}")
    if 0 in array.shape:
        raise InputError(f"{name}: the picture is empty: {describe(array)}")
    raster = np.ascontiguousarray(array)
    return Picture(raster, _to_srgb(raster, None)[0], Metadata())


def _plain_mode(picture: Any, icc: bytes | None, name: str) -> tuple[Any, bytes | None, str]:
    """The picture as L, LA, RGB or RGBA, the profile that then holds, and what was done to it."""
    mode = picture.mode
    if mode in ("L", "LA", "RGB", "RGBA"):
        if "transparency" in picture.info and mode in ("L", "RGB"):
            return picture.convert(mode + "A"), icc, "the transparent colour was read as an alpha channel"
        return picture, icc, ""
    if mode == "1":
        return picture.convert("L"), icc, "1-bit picture read as grey"
    if mode in ("P", "PA"):
        clear = mode == "PA" or "transparency" in picture.info
        return picture.convert("RGBA" if clear else "RGB"), icc, "palette picture read as RGB" + ("A" if clear else "")
    if mode == "CMYK":
        return _from_cmyk(picture, icc)
    if mode in ("YCbCr", "LAB", "HSV", "RGBX", "RGBa", "La"):
        return picture.convert("RGB" if mode not in ("RGBa", "La") else "RGBA"), None, f"{mode} picture read as RGB"
    raise InputError(f"{name}: samples of kind {mode} are not supported; expected 8 or 16 bits a channel")


def _from_cmyk(picture: Any, icc: bytes | None) -> tuple[Any, bytes | None, str]:
    from PIL import ImageCms

    if icc:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
            return converted, None, "CMYK picture read as sRGB through its own profile"
        except ImageCms.PyCMSError:
            pass  # a damaged profile: the plain formula below, and the note says so
    return picture.convert("RGB"), None, "CMYK picture without a usable profile read as RGB by the plain formula"


def _upright(raster: np.ndarray, orientation: int) -> np.ndarray:
    """Apply an EXIF orientation (1..8; Exif 2.3, tag 0x0112)."""
    if orientation in (5, 6, 7, 8):
        raster = raster.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        raster = raster[::-1]
    if orientation in (2, 3, 6, 7):
        raster = raster[:, ::-1]
    return raster


def _metadata(picture: Any) -> Metadata:
    info = picture.info
    exif = picture.getexif()
    data = None
    if len(exif):
        exif[274] = 1  # the pixels are upright now
        for tag in (
            254,
            256,
            257,
            258,
            259,
            262,
            273,
            277,
            278,
            279,
            284,
            317,
            322,
            323,
            324,
            325,
            338,
            339,
            34675,
            700,
        ):
            exif.pop(tag, None)  # how a TIFF stores its samples is the writer's business
        data = exif.tobytes() if len(exif) else None
    dpi = info.get("dpi")
    dpi = (float(dpi[0]), float(dpi[1])) if isinstance(dpi, tuple) and len(dpi) == 2 and all(dpi) else None
    text = tuple((k, str(v)) for k, v in getattr(picture, "text", {}).items() if not k.startswith("XML:"))
    xmp = info.get("xmp")
    return Metadata(info.get("icc_profile"), data, xmp.encode() if isinstance(xmp, str) else xmp, dpi, text)


def _to_8bit(raster: Raster) -> NDArray[np.uint8]:
    if raster.dtype == np.uint8:
        return raster  # type: ignore[return-value]
    return ((raster.astype(np.uint32) + 128) // 257).astype(np.uint8)


def _over_white(raster: NDArray[np.uint8], background: int = WHITE) -> NDArray[np.uint8]:
    colour, alpha = raster[..., :-1], raster[..., -1:]
    if (alpha == 255).all():
        return np.ascontiguousarray(colour)
    weight = alpha.astype(np.float32) / 255
    return np.rint(colour * weight + background * (1 - weight)).astype(np.uint8)


def _to_srgb(raster: Raster, icc: bytes | None) -> tuple[Image, str]:
    """8-bit sRGB view of a raster, and a note where its profile could not be used."""
    values = _to_8bit(raster)
    opaque = _over_white(values) if values.shape[2] in (2, 4) else values
    transform = _transform(icc, opaque.shape[2], "to_srgb")
    if transform is not None:
        return _apply(transform, opaque), ""
    note = "its colour profile can't be used for the pixels it has; read as sRGB" if _foreign(icc) else ""
    return (np.repeat(opaque, 3, 2) if opaque.shape[2] == 1 else opaque), note


def _foreign(icc: bytes | None) -> bool:
    """Is there a profile, and is it another than sRGB?"""
    if not icc:
        return False
    from PIL import ImageCms

    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        return "srgb" not in ImageCms.getProfileDescription(profile).lower()
    except ImageCms.PyCMSError:
        return True


def _transform(icc: bytes | None, channels: int, direction: Literal["to_srgb", "from_srgb"]) -> Any:
    """A colour transform between a profile and sRGB; None where none is needed or none can be made."""
    if not icc or not _foreign(icc):
        return None
    from PIL import ImageCms

    mode = "L" if channels == 1 else "RGB"
    try:
        own, srgb = ImageCms.ImageCmsProfile(io.BytesIO(icc)), ImageCms.createProfile("sRGB")
        intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
        if direction == "to_srgb":
            return ImageCms.buildTransform(own, srgb, mode, "RGB", intent)
        return ImageCms.buildTransform(srgb, own, "RGB", mode, intent)
    except ImageCms.PyCMSError:
        return None


def _apply(transform: Any, values: NDArray[np.uint8]) -> Image:
    from PIL import Image as Pil
    from PIL import ImageCms

    source = Pil.fromarray(values[..., 0] if values.shape[2] == 1 else values)
    return np.array(ImageCms.applyTransform(source, transform))


def to_raster_colours(image: Image, like: Picture) -> Raster:
    """An sRGB picture in another picture's colours and depth, without alpha: (H, W, 1 or 3) of its raster's dtype."""
    channels = 1 if like.is_gray else 3
    transform = _transform(like.metadata.icc, channels, "from_srgb")
    if transform is not None:
        values = _apply(transform, image)
        values = values[..., None] if values.ndim == 2 else values
    elif channels == 1:
        import cv2

        values = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)[..., None]
    else:
        values = image
    values = np.asarray(values, np.uint8)
    return values if like.raster.dtype == np.uint8 else np.asarray(values.astype(np.uint16) * 257, np.uint16)


def raster_to_image(raster: Raster, metadata: Metadata) -> Image:
    """8-bit sRGB view of a composite's raster, uint8 (H, W, 3)."""
    return _to_srgb(raster, metadata.icc)[0]


def output_format(path: Path) -> str:
    """The format that a file name asks for. Raises OptionError for others than PNG, JPEG, WebP, TIFF."""
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise OptionError(f"{path}: unknown picture format {suffix!r}; expected one of: {', '.join(FORMATS)}")
    return FORMATS[suffix]


def encode(raster: Raster, metadata: Metadata, file_format: str) -> tuple[bytes, tuple[str, ...]]:
    """File contents for a raster (H, W, 1..4), and what the format could not hold."""
    notes: list[str] = []
    if file_format == "JPEG":
        notes.append(
            f"JPEG is lossy (quality {JPEG_QUALITY}): pixels outside the mask are not bit for bit the original's"
        )
        if raster.shape[2] in (2, 4):
            raster = _over_white(_to_8bit(raster))
            notes.append("JPEG holds no transparency: laid over white")
    if raster.dtype == np.uint16 and file_format in ("JPEG", "WEBP"):
        notes.append(f"{file_format} holds 8 bits a channel: reduced from 16")
        raster = _to_8bit(raster)
    if raster.dtype == np.uint16:
        data, more = _encode_deep(raster.astype(np.uint16, copy=False), metadata, file_format)
        return data, (*notes, *more)
    return _encode_pil(raster.astype(np.uint8, copy=False), metadata, file_format), tuple(notes)


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
        options["compression"] = "tiff_adobe_deflate"
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
        if metadata.xmp or metadata.text or metadata.dpi:
            lost.append("XMP, text and resolution are not carried into a 16-bit PNG")
        return _encode_deep_png(raster, metadata), lost
    import tifffile

    if metadata.exif or metadata.xmp:
        lost.append("EXIF and XMP are not carried into a 16-bit TIFF")
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
    from segmask.files import write_files

    write_files({Path(path): encode_png(array)})
