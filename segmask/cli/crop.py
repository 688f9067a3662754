"""``segmask crop`` and ``segmask stitch``: a region to an inpainting service, and its answer back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import typer

from segmask.cli import options as o
from segmask.cli.output import check_stdout, finish, said_preserved, said_verdict, say
from segmask.core.errors import OptionError
from segmask.core.window import CONTEXT, MULTIPLE

Cropped = Annotated[Path, typer.Option("--output", "-o", metavar="CROP.png", help="What is sent.", show_default=False)]
CropMask = Annotated[
    Path | None, typer.Option("--mask", metavar="MASK.png", help="Write its mask, to send along.", show_default=False)
]
PlaceFile = Annotated[
    Path, typer.Option("--place", metavar="PLACE.json", help="Where the crop lies: for stitch.", show_default=False)
]
Context = Annotated[
    float, typer.Option("--context", metavar="FACTOR", help="The region's sides, of those of the target's box.")
]
Multiple = Annotated[int, typer.Option(metavar="8|16|32|64", help="Pixels that both sides are a multiple of.")]
Size = Annotated[
    str | None,
    typer.Option(
        metavar="WxH|SIDE", help="Size that the model wants; without it the picture's own scale.", show_default=False
    ),
]
ToEdit = Annotated[
    Path | None,
    typer.Option(
        "--mask-in", metavar="FILE", help="Mask (white) of what is to be edited, not the target's.", show_default=False
    ),
]
Answer = Annotated[Path, typer.Argument(metavar="ANSWER", help="What came back, of any size.", show_default=False)]
Place = Annotated[Path, typer.Argument(metavar="PLACE.json", help="As crop wrote it.", show_default=False)]
Composite = Annotated[
    Path, typer.Option("--output", "-o", metavar="OUT", help="The composite, as for apply.", show_default=False)
]
MaskFile = Annotated[
    Path | None, typer.Option("--mask", metavar="FILE.png", help="Write the mask; white is edited.", show_default=False)
]
NO_MASK = ("strategy", "tone_match", "threshold", "min_area")
"""Options of a pair."""


@o.with_options(*NO_MASK)
def crop(
    context: typer.Context,
    original: o.Original,
    output: Cropped,
    place: PlaceFile,
    mask: CropMask = None,
    mask_format: o.WrittenAs = "gray",
    around: Context = CONTEXT,
    multiple: Multiple = MULTIPLE,
    size: Size = None,
    mask_in: ToEdit = None,
    parsing: o.ParsingMaps = None,
    **options: Any,
) -> None:
    """Cut the region round the target, with its surroundings, to send it to an inpainting service.

    `segmask stitch` puts the answer back. Without --mask-in the target's mask is that of `segmask mask`.

    Exit codes: 0 done, 1 could not (a picture, a model, no target), 2 usage.
    """
    import segmask
    from segmask.core.files import check_outputs, write_files

    outputs = [path for path in (output, mask, place) if path]
    check_outputs(outputs, [original, *(path for path in (mask_in, *(parsing or [])) if path), *o.model_files(options)])
    if mask_in is not None:
        options = {name: value for name, value in options.items() if _was_given(context, name)}
    region: dict[str, Any] = {"context": around, "multiple": multiple, "size": _size(size)}
    found = segmask.crop(original, **region, mask_in=mask_in, parsing=o.parsing_input(parsing), **options)
    write_files(found.contents(output, mask=mask, place=place, mask_format=mask_format))
    box, (width, height) = found.box, found.place.window.size_wh
    say(f"{output}: {width}x{height}, the original's {box.x0},{box.y0} to {box.x1},{box.y1}")
    for finding in found.findings:
        say(f"{finding.level}: {finding}")


@o.with_options()
def stitch(
    original: o.Original,
    answer: Answer,
    place: Place,
    output: Composite,
    mask: MaskFile = None,
    report: o.ReportFile = None,
    preview: o.PreviewFile = None,
    include: o.Include = None,
    exclude: o.Exclude = None,
    mask_in: o.MaskIn = None,
    mask_format: o.ReadAs = "auto",
    strip_metadata: o.StripMetadata = False,
    strict: o.Strict = False,
    **options: Any,
) -> None:
    """Put ANSWER, what a service made of a crop, back into ORIGINAL; all else stays the original, bit for bit.

    What of it is taken is decided as for `segmask apply`; --mask-in pastes by a mask of your own, of the crop's size or
    the original's.

    Exit codes: 0 done, 1 could not (a picture, a model, another original), 2 usage, 3 done, but --strict and the
    verdict is not ok.
    """
    import segmask
    from segmask import io
    from segmask.core.files import check_outputs, write_files

    check_stdout(report)
    report_file = o.report_path(report)
    masks = {"include": include, "exclude": exclude, "mask_in": mask_in}
    inputs = [original, answer, place, *(path for path in masks.values() if path), *o.model_files(options)]
    check_outputs([path for path in (output, mask, report_file, preview) if path], inputs)
    io.check_fits([path for path in (output, mask) if path], original)
    result = segmask.stitch(original, answer, place, **masks, mask_format=mask_format, **options)
    side: dict[str, Any] = {"mask": mask, "report": report_file, "preview": preview}
    contents, written = result.contents(output, **side, strip_metadata=strip_metadata)
    write_files(contents)
    share = f"{written.mask.share:.1%} of the picture comes from the answer"
    say(f"{output}: {share} ({written.strategy}); verdict {said_verdict(written.verdict, written.confidence)}")
    if written.preserved is not None:
        say(f"kept: {said_preserved(written.preserved)}")
    finish(written, report, strict)


def _size(text: str | None) -> tuple[int, int] | None:
    """Width and height of ``832x1216`` or ``1024``. Raises OptionError."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,5})(?:[xX](\d{1,5}))?", text)
    if found is None:
        raise OptionError(f"--size {text}: expected a width and height as 832x1216, or one side of a square")
    return int(found[1]), int(found[2] or found[1])


def _was_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"
