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
from segmask.core.errors import OptionError
from segmask.core.types import Alpha, Image, Mask, Stages
from segmask.report import Report


@dataclass(frozen=True)
class Result:
    """A composite with its mask, report and everything that the stages produced."""

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
        return io.raster_to_image(self.raster, self.original.metadata)

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
        path = Path(path)
        wanted = {
            name: Path(value) for name, value in (("mask", mask), ("report", report), ("preview", preview)) if value
        }
        if "report" in wanted:
            json_path(wanted["report"])
        files.check_outputs([path, *wanted.values()], self.inputs)
        encoded, notes = io.encode(self.raster, self.original.metadata, io.output_format(path))
        written = replace(self.report, notes=(*self.report.notes, *notes))
        contents = {path: encoded}
        if "mask" in wanted:
            contents[wanted["mask"]] = _lossless(wanted["mask"], self.mask)
        if "report" in wanted:
            contents[wanted["report"]] = report_json(written)
        if "preview" in wanted:
            from segmask.view.preview import draw_preview

            contents[wanted["preview"]] = _lossless(wanted["preview"], draw_preview(self))
        files.write_files(contents)
        return written


@dataclass(frozen=True)
class MaskResult:
    """The semantic mask of one picture: what to hand to an inpainting service."""

    alpha: Alpha
    """float32 (H, W), multiples of 1/255: 1 = to be edited."""
    report: Report
    protected: Mask
    """bool (H, W): what stays original."""
    original: io.Picture

    @property
    def mask(self) -> NDArray[np.uint8]:
        """uint8 (H, W): 255 = to be edited."""
        return np.rint(self.alpha * 255).astype(np.uint8)


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
