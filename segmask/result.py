"""What a run gives back, and how it is written."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.core import files
from segmask.core.errors import OptionError, unknown
from segmask.core.findings import Findings
from segmask.core.geometry import resize_image, working_size
from segmask.core.types import Alpha, Image, Mask, Stages
from segmask.preservation import proved
from segmask.report import Report

MASK_FORMATS = ("gray", "rgba")
NOTEBOOK_SIDE = 1024  # pixels: a notebook shows no larger picture


class PictureFiles(TypedDict, total=False):
    """Further pictures that a result is written as; docs/pictures.md shows each."""

    layers: Path | str | None
    overlay: Path | str | None
    heatmap: Path | str | None
    parsing_out: Path | str | None
    side_by_side: Path | str | None
    animation: Path | str | None


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
        mark: bool = False,
        **pictures: Unpack[PictureFiles],
    ) -> Report:
        """Write the composite and whatever else a path is given for: all or none.

        Args:
            path: the composite; its format follows its ending (PNG, TIFF, WebP lossless; JPEG lossy).
            mask: the mask, white is edited; .png, .webp or .tif.
            report: .json.
            preview: a sheet of all stages.
            strip_metadata: write nothing of the original's EXIF (its place and time among it), XMP, IPTC, texts and
                comment; colour profile and resolution are written.
            mark: say in the composite's XMP that a part of it was generated (IPTC's digital source type).
            pictures: ``layers``, ``overlay``, ``heatmap``, ``parsing_out``, ``side_by_side``, ``animation``
                (``segmask.view.outputs`` says what each shows and which endings it takes).

        Returns the report as written, which also says what the format could not hold and proves what was kept. Raises
        OptionError or OutputError.
        """
        path, side = Path(path), _paths(mask=mask, report=report, preview=preview)
        shown = _paths(**pictures)  # type: ignore[arg-type]
        files.check_outputs([path, *side.values(), *shown.values()], self.inputs)
        outputs = None
        if shown:
            from segmask.view import outputs

            outputs.check(shown)
        encoded, notes = self._encoded(io.output_format(path), strip_metadata, mark)
        preserved = proved(encoded, self.original, self.raster, self.alpha)
        written = replace(self.report, findings=(*self.report.findings, *notes), preserved=preserved)
        contents = {path: encoded.data}
        if "mask" in side:
            contents[side["mask"]] = _lossless(side["mask"], self.mask)
        if "report" in side:
            contents[side["report"]] = report_json(written)
        if "preview" in side:
            from segmask.view.preview import draw_preview

            contents[side["preview"]] = _lossless(side["preview"], draw_preview(self))
        if outputs is not None:
            contents |= outputs.encoded(self, shown, mark=mark)
        files.write_files(contents)
        return written

    def encoded(self, suffix: str, *, mark: bool = False) -> tuple[bytes, Findings]:
        """The composite as a file's contents, and what the format could not hold.

        Args:
            suffix: ``.png``, ``.tif``, ``.webp`` or ``.jpg``.
            mark: as for ``save``.

        Raises OptionError or OutputError.
        """
        encoded, notes = self._encoded(io.output_format(Path(f"composite{suffix}")), False, mark)
        return encoded.data, notes

    def _encoded(self, file_format: str, strip_metadata: bool, mark: bool) -> tuple[io.Encoded, Findings]:
        original, notes = io.stripped(self.original) if strip_metadata else (self.original, ())
        if mark:
            original = replace(original, metadata=io.marked(original.metadata))
        encoded = io.encode_composite(original, self.raster, self.alpha, file_format)
        return encoded, (*encoded.notes, *notes)

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

    def _repr_html_(self) -> str:
        """Original and composite as a notebook shows them, with a divider to drag."""
        from segmask.view.notebook import before_and_after

        return before_and_after(self)

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

    def encoded(self, mask_format: str = "gray", invert: bool = False) -> bytes:
        """The mask as a PNG file's contents; arguments as for ``save``."""
        return io.mask_contents(self.original, self.mask, "PNG", mask_format, invert, False)[0]

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
    form = _lossless_format(path), mask_format, invert, strip_metadata
    encoded, notes = io.mask_contents(result.original, result.mask, *form)
    written = replace(result.report, findings=(*result.report.findings, *notes))
    contents = {path: encoded}
    if "report" in side:
        contents[side["report"]] = report_json(written)
    files.write_files(contents)
    return written


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
        files.json_path(wanted["report"])
    return wanted


def _notebook_png(values: NDArray[np.uint8]) -> bytes:
    size_hw = values.shape[0], values.shape[1]
    return io.encode_png(resize_image(values, working_size(size_hw, NOTEBOOK_SIDE)))
