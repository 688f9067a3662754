"""What a run gives back, and how it is written."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.core import files
from segmask.core.errors import OptionError, unknown
from segmask.core.geometry import resize_image, working_size
from segmask.core.types import Alpha, Image, Mask, Stages
from segmask.report import Report

MASK_FORMATS = ("gray", "rgba")
NOTEBOOK_SIDE = 1024  # pixels: a notebook shows no larger picture


@dataclass(frozen=True, eq=False)
class Result:
    """A composite with its mask, report and everything that the stages produced. Its arrays are read-only."""

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
    ) -> Report:
        """Write the composite and, where a path is given, the mask, the report and the preview: all or none.

        The composite's format follows its ending (PNG, TIFF, WebP lossless; JPEG lossy). Returns the report as
        written, which also says what the format could not hold. Raises OptionError or OutputError.
        """
        side = _paths(mask=mask, report=report, preview=preview)
        files.check_outputs([Path(path), *side.values()], self.inputs)
        contents, written = self.encoded(path, mask=mask, report=report, preview=preview)
        files.write_files(contents)
        return written

    def encoded(
        self,
        path: Path | str,
        *,
        mask: Path | str | None = None,
        report: Path | str | None = None,
        preview: Path | str | None = None,
    ) -> tuple[dict[Path, bytes], Report]:
        """What ``save`` would write, as contents by path, and the report; nothing is written."""
        path, side = Path(path), _paths(mask=mask, report=report, preview=preview)
        encoded, notes = io.encode(self.raster, self.original.metadata, io.output_format(path))
        written = replace(self.report, findings=(*self.report.findings, *notes))
        contents = {path: encoded}
        if "mask" in side:
            contents[side["mask"]] = _lossless(side["mask"], self.mask)
        if "report" in side:
            contents[side["report"]] = report_json(written)
        if "preview" in side:
            from segmask.view.preview import draw_preview

            contents[side["preview"]] = _lossless(side["preview"], draw_preview(self))
        return contents, written

    def save_mask(
        self,
        path: Path | str,
        *,
        report: Path | str | None = None,
        mask_format: str = "gray",
        invert: bool = False,
    ) -> Report:
        """Write the mask alone and, where a path is given, the report; arguments as for ``MaskResult.save``."""
        return _save_mask(self, path, report, mask_format, invert)

    def but(self, *, report: Report, inputs: tuple[Path, ...]) -> Result:
        """The same result with another report and other inputs."""
        return replace(self, report=report, inputs=inputs)

    def _repr_png_(self) -> bytes:
        """The composite as a notebook shows it: PNG, at most ``NOTEBOOK_SIDE`` pixels a side."""
        return _notebook_png(self.image)


@dataclass(frozen=True, eq=False)
class MaskResult:
    """The semantic mask of one picture: what to hand to an inpainting service. Its arrays are read-only."""

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
    ) -> Report:
        """Write the mask and, where a path is given, the report: both or none.

        Args:
            path: .png, .webp or .tif; a mask is written without loss.
            report: .json.
            mask_format: ``gray``, white is to be edited; ``rgba``, the photo, transparent where it is to be edited.
            invert: swap the polarity.

        Raises OptionError or OutputError.
        """
        return _save_mask(self, path, report, mask_format, invert)

    def _repr_png_(self) -> bytes:
        """The mask as a notebook shows it: PNG, at most ``NOTEBOOK_SIDE`` pixels a side."""
        return _notebook_png(self.mask)


def _save_mask(
    result: Result | MaskResult, path: Path | str, report: Path | str | None, mask_format: str, invert: bool
) -> Report:
    path, side = Path(path), _paths(report=report)
    files.check_outputs([path, *side.values()], result.inputs)
    contents = {path: encoded_mask(result, path, mask_format, invert)}
    if "report" in side:
        contents[side["report"]] = report_json(result.report)
    files.write_files(contents)
    return result.report


def encoded_mask(result: Result | MaskResult, path: Path, mask_format: str, invert: bool) -> bytes:
    """A mask as ``save_mask`` writes it, as contents; the format is that of the path's ending. Raises OptionError."""
    if mask_format not in MASK_FORMATS:
        raise unknown("format", mask_format, MASK_FORMATS)
    # Where it is to be edited, a grey mask is white and a photo with transparency is clear.
    levels = result.mask if (mask_format == "gray") != invert else 255 - result.mask
    values = levels if mask_format == "gray" else np.dstack([result.original.image, levels])
    return _lossless(path, values)


def json_path(path: Path | str) -> Path:
    """A report's file; OptionError if it does not end in .json."""
    if Path(path).suffix.lower() != ".json":
        raise OptionError(f"{path}: a report is written as JSON; expected a name that ends in .json")
    return Path(path)


def report_json(report: Report) -> bytes:
    """A report as it is written."""
    return (json.dumps(report.to_dict(), indent=2, ensure_ascii=False) + "\n").encode()


def _lossless(path: Path, values: NDArray[np.uint8]) -> bytes:
    file_format = io.output_format(path)
    if file_format == "JPEG":
        raise OptionError(f"{path}: masks and previews are written without loss; expected .png, .webp or .tif")
    raster = values[..., None] if values.ndim == 2 else values
    return io.encode(raster, io.Metadata(), file_format)[0]


def _paths(**outputs: Path | str | None) -> dict[str, Path]:
    """The outputs that are wanted besides. OptionError for a report that is no .json."""
    wanted = {name: Path(path) for name, path in outputs.items() if path is not None}
    if "report" in wanted:
        json_path(wanted["report"])
    return wanted


def _notebook_png(values: NDArray[np.uint8]) -> bytes:
    size_hw = values.shape[0], values.shape[1]
    return io.encode_png(resize_image(values, working_size(size_hw, NOTEBOOK_SIDE)))
