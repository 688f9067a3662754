"""``segmask mask``: only the mask, of one picture or of a pair."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from segmask.cli import options as o
from segmask.cli.output import finish, say
from segmask.core.errors import OptionError, unknown
from segmask.core.types import Image
from segmask.options import Options
from segmask.report import Report

FORMATS = ("gray", "rgba")

MaybeEdited = Annotated[
    Path | None,
    typer.Argument(metavar="EDITED", help="Its edited version; without it the target's mask.", show_default=False),
]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="MASK.png", help="The mask.", show_default=False)]
Grow = Annotated[
    float, typer.Option(help=f"Widen the mask by so many {o.PIXELS}; protected pixels stay out. ORIGINAL alone only.")
]
Invert = Annotated[bool, typer.Option("--invert", help="Swap the polarity: black (or opaque) is edited.")]
Format = Annotated[
    str,
    typer.Option(
        "--format", metavar="|".join(FORMATS), help="gray: white is edited. rgba: the photo, transparent is edited."
    ),
]


def mask(
    original: o.Original,
    output: Output,
    edited: MaybeEdited = None,
    strategy: o.Strategy = Options.strategy,
    target: o.Target = None,
    prompt: o.Prompt = Options.prompt,
    grow: Grow = 0.0,
    invert: Invert = False,
    file_format: Format = "gray",
    report: o.ReportFile = None,
    parser: o.ParserName = str(Options.parser),
    face_detector: o.FaceDetectorName = str(Options.face_detector),
    person: o.Person = str(Options.person),
    include: o.Include = None,
    exclude: o.Exclude = None,
    parsing: o.ParsingMaps = None,
    labels: o.LabelSet = None,
    threshold: o.Threshold = Options.threshold,
    min_area: o.MinArea = Options.min_area,
    feather: o.Feather = Options.feather,
    device: o.Device = Options.device,
    threads: o.Threads = Options.threads,
    strict: o.Strict = False,
) -> None:
    """Write the mask alone.

    With ORIGINAL alone: the target's own mask (always semantic), to hand to an inpainting service.

    With EDITED too: what `segmask apply` would take from it. Exit codes as there.
    """
    from segmask import io
    from segmask.core import files
    from segmask.masker import Masker
    from segmask.result import report_json

    if file_format not in FORMATS:
        raise unknown("format", file_format, FORMATS)
    report_file = o.report_path(report)
    inputs = [path for path in (original, edited, include, exclude, *(parsing or [])) if path]
    files.check_outputs([path for path in (output, report_file) if path], inputs)
    if io.output_format(output) == "JPEG":
        raise OptionError(f"{output}: masks are written without loss; expected .png, .webp or .tif")
    masker = Masker(
        strategy,
        target,
        parser,
        face_detector,
        prompt=prompt,
        person=person,
        threshold=threshold,
        min_area=min_area,
        feather=feather,
        labels=None if parsing else labels,
        device=device,
        threads=threads,
    )
    maps = o.parsing_input(parsing)
    if edited is not None:
        if grow:
            raise OptionError("--grow goes with ORIGINAL alone; with EDITED the mask is what really changed")
        result = masker.apply(
            original, edited, parsing=maps, labels=labels if parsing else None, include=include, exclude=exclude
        )
    elif include or exclude:
        raise OptionError("--include and --exclude go with EDITED; to correct one picture's mask, paint in the mask")
    else:
        if strategy == "diff" or threshold is not None or min_area is not None:
            raise OptionError("--strategy diff, --threshold and --min-area go with EDITED; one picture has no change")
        result = masker.mask(original, grow=grow, parsing=maps, labels=labels if parsing else None)
    picture, polarity = _drawn(result.mask, result.original.image, file_format, invert)
    contents = {output: io.encode(picture, io.Metadata(), io.output_format(output))[0]}
    if report_file:
        contents[report_file] = report_json(result.report)
    files.write_files(contents)
    _say_done(output, result.report, polarity)
    finish(result.report, report, strict)


def _drawn(alpha: np.ndarray, photo: Image, file_format: str, invert: bool) -> tuple[Image, str]:
    """The mask as it is written, uint8 (H, W, 1 or 4), and its polarity in words."""
    if file_format == "gray":
        values = 255 - alpha if invert else alpha
        return values[..., None], f"{'black' if invert else 'white'} is edited"
    opacity = alpha if invert else 255 - alpha
    return np.dstack([photo, opacity]), f"{'opaque' if invert else 'transparent'} is edited"


def _say_done(output: Path, report: Report, polarity: str) -> None:
    say(f"{output}: {polarity}; {report.mask.share:.1%} of the picture ({report.strategy}); verdict {report.verdict}")
