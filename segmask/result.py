"""What a run gives back, and how it is written."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.core import files
from segmask.core.errors import OptionError, unknown
from segmask.core.findings import Finding, Findings
from segmask.core.geometry import resize_image, working_size
from segmask.core.types import Alpha, Image, Mask, Stages
from segmask.preservation import proved
from segmask.report import Report

MASK_FORMATS = ("gray", "rgba")
NOTEBOOK_SIDE = 1024  # pixels: a notebook shows no larger picture


@dataclass(frozen=True, eq=False)
class Result:
    """A composite with its mask, report and everything that the stages produced. Its arrays are read-only.

    >>> import segmask
    >>> original = np.full((64, 64, 3), 90, np.uint8)
    >>> edited = original.copy()
    >>> edited[20:44, 20:44] = 200
    >>> result = segmask.apply(original, edited, strategy="diff")
    >>> result.save("result.png", mask="mask.png", report="report.json").mask.box
    (20, 20, 44, 44)
    >>> bool((result.image[result.alpha == 0] == 90).all()), int(result.mask.max())
    (True, 255)
    """

    alpha: Alpha
    """float32 (H, W), multiples of 1/255: 0 = original, 1 = edited."""
    report: Report
    stages: Stages
    raster: io.Raster
    """The full-depth composite in the original's colour profile, uint8 or uint16 (H, W, C)."""
    original: io.Picture
    """The original as read."""
    inputs: tuple[Path, ...] = ()
    """Files that this result was made from; never overwritten."""

    @cached_property
    def image(self) -> Image:
        """The composite as 8-bit sRGB, uint8 (H, W, 3)."""
        image = io.raster_to_image(self.raster, self.original.metadata)
        image.setflags(write=False)
        return image

    @property
    def mask(self) -> NDArray[np.uint8]:
        """The alpha as it is written, uint8 (H, W): 255 = edited."""
        return np.rint(self.alpha * 255).astype(np.uint8)

    def save(
        self,
        path: Path | str,
        *,
        mask: Path | str | None = None,
        report: Path | str | None = None,
        preview: Path | str | None = None,
        strip_metadata: bool = False,
    ) -> Report:
        """Write the composite and, where a path is given, the mask, the report and the preview: all or none.

        The composite's format follows its ending (PNG, TIFF, WebP lossless; JPEG lossy). Returns the report as
        written, which also says what the format could not hold and proves what was kept. Raises OptionError or
        OutputError.

        With ``strip_metadata`` nothing of the original's EXIF (its place and time among it), XMP, IPTC, texts and
        comment is written; colour profile and resolution are.
        """
        path, side = Path(path), _paths(mask=mask, report=report, preview=preview)
        files.check_outputs([path, *side.values()], self.inputs)
        original, notes = _stripped(self.original) if strip_metadata else (self.original, ())
        encoded = io.encode_composite(original, self.raster, self.alpha, io.output_format(path))
        preserved = proved(encoded, self.original, self.raster, self.alpha)
        written = replace(self.report, findings=(*self.report.findings, *encoded.notes, *notes), preserved=preserved)
        contents = {path: encoded.data}
        if "mask" in side:
            contents[side["mask"]] = _lossless(side["mask"], self.mask)
        if "report" in side:
            contents[side["report"]] = report_json(written)
        if "preview" in side:
            from segmask.view.preview import draw_preview

            contents[side["preview"]] = _lossless(side["preview"], draw_preview(self))
        files.write_files(contents)
        return written

    def save_mask(
        self,
        path: Path | str,
        *,
        report: Path | str | None = None,
        mask_format: str = "gray",
        invert: bool = False,
        strip_metadata: bool = False,
    ) -> Report:
        """Write the mask alone and, where a path is given, the report; arguments as for ``MaskResult.save``."""
        return _save_mask(self, path, report, mask_format, invert, strip_metadata)

    def but(self, *, report: Report, inputs: tuple[Path, ...]) -> Result:
        """The same result with another report and other inputs."""
        return replace(self, report=report, inputs=inputs)

    def _repr_png_(self) -> bytes:
        """The composite as a notebook shows it: PNG, at most ``NOTEBOOK_SIDE`` pixels a side."""
        return _notebook_png(self.image)


@dataclass(frozen=True, eq=False)
class MaskResult:
    """The semantic mask of one picture: what to hand to an inpainting service. Its arrays are read-only.

    >>> import segmask
    >>> labels = np.zeros((64, 64), np.uint8)
    >>> labels[20:60, 10:50] = 4  # upper
    >>> made = segmask.mask(np.full((64, 64, 3), 90, np.uint8), parsing=labels, target="upper", face_detector="none")
    >>> made.save("mask.png", mask_format="rgba").mask.box
    (10, 20, 50, 60)
    """

    alpha: Alpha
    """float32 (H, W), multiples of 1/255: 1 = to be edited."""
    report: Report
    protected: Mask
    """bool (H, W): what stays original."""
    original: io.Picture
    inputs: tuple[Path, ...] = ()
    """Files that this result was made from; never overwritten."""

    @property
    def mask(self) -> NDArray[np.uint8]:
        """uint8 (H, W): 255 = to be edited."""
        return np.rint(self.alpha * 255).astype(np.uint8)

    def save(
        self,
        path: Path | str,
        *,
        report: Path | str | None = None,
        mask_format: str = "gray",
        invert: bool = False,
        strip_metadata: bool = False,
    ) -> Report:
        """Write the mask and, where a path is given, the report: both or none.

        Args:
            path: .png, .webp or .tif; a mask is written without loss.
            report: .json.
            mask_format: ``gray``, white is to be edited; ``rgba``, the photo, transparent where it is to be edited.
            invert: swap the polarity.
            strip_metadata: of ``rgba``, leave out the photo's EXIF, XMP, IPTC, texts and comment.

        Raises OptionError or OutputError.
        """
        return _save_mask(self, path, report, mask_format, invert, strip_metadata)

    def _repr_png_(self) -> bytes:
        """The mask as a notebook shows it: PNG, at most ``NOTEBOOK_SIDE`` pixels a side."""
        return _notebook_png(self.mask)


def _save_mask(
    result: Result | MaskResult,
    path: Path | str,
    report: Path | str | None,
    mask_format: str,
    invert: bool,
    strip_metadata: bool,
) -> Report:
    path, side = Path(path), _paths(report=report)
    if mask_format not in MASK_FORMATS:
        raise unknown("format", mask_format, MASK_FORMATS)
    if strip_metadata and mask_format == "gray":
        raise OptionError("strip_metadata: a grey mask has none; it goes with the format rgba")
    files.check_outputs([path, *side.values()], result.inputs)
    # Where it is to be edited, a grey mask is white and a photo with transparency is clear.
    levels = result.mask if (mask_format == "gray") != invert else 255 - result.mask
    if mask_format == "gray":
        encoded, notes = _lossless(path, levels), ()
    else:
        photo, stripped = _stripped(result.original) if strip_metadata else (result.original, ())
        encoded, notes = io.encode(_cutout(photo, levels), photo.metadata, _lossless_format(path))
        notes += stripped
        if result.original.has_alpha:
            text = "the photo's own transparency is kept: what is clear in it is clear whatever the mask says"
            notes = (*notes, Finding("transparency-kept", text))
    written = replace(result.report, findings=(*result.report.findings, *notes))
    contents = {path: encoded}
    if "report" in side:
        contents[side["report"]] = report_json(written)
    files.write_files(contents)
    return written


def _stripped(photo: io.Picture) -> tuple[io.Picture, Findings]:
    """The picture without its metadata, and a line about what that was."""
    metadata, names = photo.metadata.stripped()
    text = f"left out as asked: {', '.join(names) or 'there was no metadata'}"
    return replace(photo, metadata=metadata), (Finding("metadata-stripped", text),)


def _cutout(photo: io.Picture, levels: NDArray[np.uint8]) -> io.Raster:
    """The photo's own samples with an alpha channel (H, W, 2 or 4): the levels, less what is clear in it already."""
    raster: NDArray[Any] = photo.raster
    top = int(np.iinfo(raster.dtype).max)
    alpha: NDArray[Any] = levels.astype(np.uint64) * (top // 255)
    if photo.has_alpha:
        alpha = (alpha * raster[..., -1] + top // 2) // top
    colours: Any = raster[..., :-1] if photo.has_alpha else raster
    return np.concatenate([colours, alpha[..., None].astype(raster.dtype)], axis=2)


def json_path(path: Path | str) -> Path:
    """A report's file; OptionError if it does not end in .json.

    >>> json_path("run/report.json").name
    'report.json'
    >>> json_path("report.txt")
    Traceback (most recent call last):
        ...
    segmask.core.errors.OptionError: report.txt: a report is written as JSON; expected a name that ends in .json
    """
    if Path(path).suffix.lower() != ".json":
        raise OptionError(f"{path}: a report is written as JSON; expected a name that ends in .json")
    return Path(path)


def report_json(report: Report) -> bytes:
    """A report as it is written.

    >>> import segmask
    >>> original = np.full((64, 64, 3), 90, np.uint8)
    >>> report = segmask.apply(original, original, strategy="diff").report
    >>> json.loads(report_json(report))["verdict"]
    'ok'
    """
    text = json.dumps(report.to_dict(), indent=2, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace")  # a name that is no text becomes JSON's own escapes


def _lossless(path: Path, values: NDArray[np.uint8]) -> bytes:
    raster = values[..., None] if values.ndim == 2 else values
    return io.encode(raster, io.Metadata(), _lossless_format(path))[0]


def _lossless_format(path: Path) -> str:
    file_format = io.output_format(path)
    if file_format == "JPEG":
        raise OptionError(f"{path}: masks and previews are written without loss; expected .png, .webp or .tif")
    return file_format


def _paths(**outputs: Path | str | None) -> dict[str, Path]:
    """The outputs that are wanted besides. OptionError for a report that is no .json."""
    wanted = {name: Path(path) for name, path in outputs.items() if path is not None}
    if "report" in wanted:
        json_path(wanted["report"])
    return wanted


def _notebook_png(values: NDArray[np.uint8]) -> bytes:
    size_hw = values.shape[0], values.shape[1]
    return io.encode_png(resize_image(values, working_size(size_hw, NOTEBOOK_SIDE)))
