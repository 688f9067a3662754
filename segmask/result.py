"""What a run gives back, and how it is written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from segmask import io
from segmask.core import files
from segmask.core.errors import OptionError, unknown
from segmask.core.findings import Findings
from segmask.core.types import Alpha, Image, Mask, Stages
from segmask.preservation import proved
from segmask.report import Report


class ResultFiles(TypedDict, total=False):
    """What a result is written as besides the composite, and how; docs/pictures.md shows the further pictures."""

    mask: Path | str | None
    report: Path | str | None
    preview: Path | str | None
    layers: Path | str | None
    overlay: Path | str | None
    heatmap: Path | str | None
    parsing_out: Path | str | None
    side_by_side: Path | str | None
    animation: Path | str | None
    mask_format: str
    strip_metadata: bool
    mark: bool
    compression: int | None


class MaskFiles(TypedDict, total=False):
    """How a mask is written, and the report beside it."""

    report: Path | str | None
    mask_format: str
    invert: bool
    strip_metadata: bool


SIDE = ("mask", "report", "preview")
CHOICES = ("strip_metadata", "mark", "mask_format", "invert", "compression")
"""What is asked for besides paths."""


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

    alpha: Alpha = field(repr=False)
    """float32 (H, W), multiples of 1/255: 0 = original, 1 = edited."""
    report: Report
    stages: Stages = field(repr=False)
    raster: io.Raster = field(repr=False)
    """The full-depth composite in the original's colour profile, uint8 or uint16 (H, W, C)."""
    original: io.Picture = field(repr=False)
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

    def save(self, path: Path | str, **wanted: Unpack[ResultFiles]) -> Report:
        """Write the composite and whatever else a path is given for: all or none.

        Args:
            path: the composite; its format follows its ending (PNG, TIFF, WebP lossless; JPEG lossy).
            wanted: paths of

                - ``mask``: white is edited; .png, .webp or .tif.
                - ``report``: .json.
                - ``preview``: a sheet of all stages.
                - ``layers``, ``overlay``, ``heatmap``, ``parsing_out``, ``side_by_side``, ``animation``:
                  ``segmask.view.outputs`` says what each shows and which endings it takes.

                And

                - ``mask_format``: as for ``MaskResult.save``, of the mask.
                - ``strip_metadata``: True writes nothing of the original's EXIF (its place and time among it), XMP,
                  IPTC, texts and comment; colour profile and resolution are written.
                - ``mark``: True says in the composite's XMP that a part of it was generated (IPTC's digital source
                  type).
                - ``compression``: effort for the composite's PNG, 0 (none) to 9 (smallest and slowest); 3 if not given.

        Returns the report as written, which also says what the format could not hold and proves what was kept. Raises
        OptionError or OutputError.
        """
        files.check_outputs([Path(path), *_paths(wanted).values()], self.inputs)
        contents, written = self.contents(path, **wanted)
        files.write_files(contents)
        return written

    def contents(self, path: Path | str, **wanted: Unpack[ResultFiles]) -> tuple[dict[Path, bytes], Report]:
        """What ``save`` would write, as contents by path, and the report; nothing is written."""
        path, side, outputs = Path(path), _paths(wanted), None
        shown = {name: side.pop(name) for name in list(side) if name not in SIDE}
        if "mask_format" in wanted and "mask" not in side:
            raise OptionError("mask_format: no mask is written; name one, or leave it out")
        if shown:
            from segmask.view import outputs

            outputs.check(shown)
        encoded, notes = self._encoded(io.output_format(path), wanted)
        preserved = proved(encoded, self.original, self.raster, self.alpha)
        written = replace(self.report, findings=(*self.report.findings, *notes), preserved=preserved)
        contents = {path: encoded.data}
        if "mask" in side:
            form = io.lossless_format(side["mask"]), wanted.get("mask_format", "gray"), False, False
            contents[side["mask"]], more = io.mask_contents(self.original, self.mask, *form)
            written = replace(written, findings=(*written.findings, *more))
        if "report" in side:
            contents[side["report"]] = report_json(written)
        if "preview" in side:
            from segmask.view.preview import draw_preview

            contents[side["preview"]] = _lossless(side["preview"], draw_preview(self))
        if outputs is not None:
            contents |= outputs.encoded(self, shown, mark=wanted.get("mark", False))
        return contents, written

    def encoded(self, suffix: str, *, mark: bool = False) -> tuple[bytes, Findings]:
        """The composite as a file's contents, and what the format could not hold.

        Args:
            suffix: ``.png``, ``.tif``, ``.webp`` or ``.jpg``.
            mark: as for ``save``.

        Raises OptionError or OutputError.
        """
        encoded, notes = self._encoded(io.output_format(Path(f"composite{suffix}")), {"mark": mark})
        return encoded.data, notes

    def _encoded(self, file_format: str, how: ResultFiles) -> tuple[io.Encoded, Findings]:
        original, notes = io.stripped(self.original) if how.get("strip_metadata") else (self.original, ())
        if how.get("mark"):
            original = replace(original, metadata=io.marked(original.metadata))
        encoded = io.encode_composite(original, self.raster, self.alpha, file_format, how.get("compression"))
        return encoded, (*encoded.notes, *notes)

    def save_mask(self, path: Path | str, **wanted: Unpack[MaskFiles]) -> Report:
        """Write the mask alone and, where a path is given, the report; arguments as for ``MaskResult.save``."""
        return _save_mask(self, path, wanted)

    def mask_contents(self, path: Path | str, **wanted: Unpack[MaskFiles]) -> tuple[dict[Path, bytes], Report]:
        """What ``save_mask`` would write, as contents by path, and the report; nothing is written."""
        return _mask_contents(self, path, wanted)

    def but(self, *, report: Report, inputs: tuple[Path, ...]) -> Result:
        """The same result with another report and other inputs."""
        return replace(self, report=report, inputs=inputs)

    def _repr_html_(self) -> str:
        """Original and composite as a notebook shows them, with a divider to drag."""
        from segmask.view.notebook import before_and_after

        return before_and_after(self)

    def _repr_png_(self) -> bytes:
        """The composite as a notebook shows it: PNG, at most 1024 pixels a side."""
        from segmask.view.notebook import scaled_png

        return scaled_png(self.image)


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

    alpha: Alpha = field(repr=False)
    """float32 (H, W), multiples of 1/255: 1 = to be edited."""
    report: Report
    protected: Mask = field(repr=False)
    """bool (H, W): what stays original."""
    original: io.Picture = field(repr=False)
    inputs: tuple[Path, ...] = ()
    """Files that this result was made from; never overwritten."""

    @property
    def mask(self) -> NDArray[np.uint8]:
        """uint8 (H, W): 255 = to be edited."""
        return np.rint(self.alpha * 255).astype(np.uint8)

    def save(self, path: Path | str, **wanted: Unpack[MaskFiles]) -> Report:
        """Write the mask and, where a path is given, the report: both or none.

        Args:
            path: .png, .webp or .tif; a mask is written without loss.
            wanted: any of

                - ``report``: .json.
                - ``mask_format``: ``gray``, white is to be edited (the default); ``rgba``, the photo, transparent where
                  it is to be edited; ``openai``, ``comfy``, ``vton``: as those tools read it (docs/files.md).
                - ``invert``: True swaps the polarity of ``gray`` and ``rgba``.
                - ``strip_metadata``: True leaves out the photo's EXIF, XMP, IPTC, texts and comment, of ``rgba``.

        Raises OptionError or OutputError.
        """
        return _save_mask(self, path, wanted)

    def mask_contents(self, path: Path | str, **wanted: Unpack[MaskFiles]) -> tuple[dict[Path, bytes], Report]:
        """What ``save`` would write, as contents by path, and the report; nothing is written."""
        return _mask_contents(self, path, wanted)

    def encoded(self, mask_format: str = "gray", invert: bool = False) -> bytes:
        """The mask as a PNG file's contents; arguments as for ``save``."""
        return io.mask_contents(self.original, self.mask, "PNG", mask_format, invert, False)[0]

    def _repr_png_(self) -> bytes:
        """The mask as a notebook shows it: PNG, at most 1024 pixels a side."""
        from segmask.view.notebook import scaled_png

        return scaled_png(self.mask)


def _save_mask(result: Result | MaskResult, path: Path | str, wanted: MaskFiles) -> Report:
    files.check_outputs([Path(path), *_paths(wanted).values()], result.inputs)
    contents, written = _mask_contents(result, path, wanted)
    files.write_files(contents)
    return written


def _mask_contents(
    result: Result | MaskResult, path: Path | str, wanted: MaskFiles
) -> tuple[dict[Path, bytes], Report]:
    side, choices = _paths(wanted), (wanted.get("invert", False), bool(wanted.get("strip_metadata")))
    form = io.lossless_format(Path(path)), wanted.get("mask_format", "gray"), *choices
    encoded, notes = io.mask_contents(result.original, result.mask, *form)
    written = replace(result.report, findings=(*result.report.findings, *notes))
    contents = {Path(path): encoded}
    if "report" in side:
        contents[side["report"]] = report_json(written)
    return contents, written


def report_json(report: Report, indent: int | None = 2) -> bytes:
    """A report as it is written; without ``indent`` as one line.

    >>> import segmask
    >>> original = np.full((64, 64, 3), 90, np.uint8)
    >>> report = segmask.apply(original, original, strategy="diff").report
    >>> json.loads(report_json(report))["verdict"]
    'ok'
    """
    text = json.dumps(report.to_dict(), indent=indent, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace")  # a name that is no text becomes JSON's own escapes


def _lossless(path: Path, values: NDArray[np.uint8]) -> bytes:
    raster = values[..., None] if values.ndim == 2 else values
    return io.encode(raster, io.Metadata(), io.lossless_format(path))[0]


def _paths(wanted: ResultFiles | MaskFiles) -> dict[str, Path]:
    """The outputs that are wanted besides. OptionError for a name that is none, and for a report that is no .json."""
    known = (*ResultFiles.__annotations__, *MaskFiles.__annotations__)
    for name in wanted:
        if name not in known:
            raise unknown("output", name, known)
    found = {name: Path(str(path)) for name, path in wanted.items() if path is not None and name not in CHOICES}
    if "report" in found:
        files.json_path(found["report"])
    return found
