"""``segmask apply``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segmask.cli import options as o
from segmask.cli import pictures as p
from segmask.cli import pipe
from segmask.cli.output import check_stdout, finish, said_preserved, said_verdict, say, say_candidates
from segmask.core.errors import OptionError
from segmask.io import MASK_FORMATS

Output = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="OUT", help="The composite: .png, .tif or .webp (lossless), .jpg.", show_default=False
    ),
]
MaskFile = Annotated[
    Path | None, typer.Option("--mask", metavar="FILE.png", help="Write the mask; white is edited.", show_default=False)
]
MaskFormat = Annotated[
    str | None,
    typer.Option(
        metavar="|".join(MASK_FORMATS),
        help="The dialect of every mask that is named, given or written. Without it what is given is detected, and "
        "white is edited in what is written.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the report on stdout, as one line of JSON.")]
Edits = Annotated[
    list[Path],
    typer.Argument(
        metavar="EDITED...", help="Its edited version, of any size; of several the best is taken.", show_default=False
    ),
]


@o.with_options()
def apply(
    original: o.Original,
    edited: Edits,
    output: Output,
    mask: MaskFile = None,
    report: o.ReportFile = None,
    preview: o.PreviewFile = None,
    layers: p.Layers = None,
    overlay: p.Overlay = None,
    heatmap: p.Heatmap = None,
    parsing_out: p.ParsingOut = None,
    side_by_side: p.SideBySide = None,
    animation: p.Animation = None,
    mark: p.Mark = False,
    compression: p.Compression = None,
    include: o.Include = None,
    exclude: o.Exclude = None,
    mask_in: o.MaskIn = None,
    mask_format: MaskFormat = None,
    parsing: o.ParsingMaps = None,
    strip_metadata: o.StripMetadata = False,
    strict: o.Strict = False,
    as_json: AsJson = False,
    **options: Any,
) -> None:
    """Take the target from EDITED and everything else from ORIGINAL, bit for bit.

    Of several EDITED the one with the best verdict and confidence is written; the report lists all of them.
    One input may be - (stdin), and so may OUT: a PNG on stdout.

    Exit codes: 0 done, 1 could not (a picture or model), 2 usage, 3 done, but --strict and the verdict is not ok.
    """
    import segmask
    from segmask import io
    from segmask.core.files import check_outputs

    if as_json and report == "-":
        raise OptionError("--json and --report -: both print the report on stdout; choose one")
    printed = "-" if as_json else report
    check_stdout(printed)
    report_file, maps = o.report_path(report), o.parsing_input(parsing)
    given_files = (original, *edited, include, exclude, mask_in, *(parsing or []), *o.model_files(options))
    named = {"layers": layers, "overlay": overlay, "heatmap": heatmap, "parsing_out": parsing_out}
    shown = p.wanted(**named, side_by_side=side_by_side, animation=animation)
    p.check_parsing_out(parsing_out, options["strategy"])
    outputs = [path for path in (output, mask, report_file, preview, *shown.values()) if path]
    check_outputs(pipe.files_of(outputs), pipe.files_of(given_files))
    dialect, written_as = _dialects(mask_format, mask, any((include, exclude, mask_in)))
    name = pipe.output_name(output, printed)
    io.check_compression(compression, io.output_format(name))
    stdin = pipe.from_stdin(original, *edited, include, exclude, mask_in)
    before, *edits = pipe.read_in((original, *edited), stdin)
    io.check_fits([path for path in (name, mask) if path], before)
    masks = pipe.read_in((include, exclude, mask_in), stdin)
    given: dict[str, Any] = {**dialect, **dict(zip(("include", "exclude", "mask_in"), masks, strict=True)), **options}
    given["parsing"] = maps
    result = segmask.best(before, edits, **given) if len(edits) > 1 else segmask.apply(before, edits[0], **given)
    side: dict[str, Any] = {"mask": mask, "report": report_file, "preview": preview, **shown}
    how: Any = {**written_as, "mark": mark, "strip_metadata": strip_metadata, "compression": compression}
    contents, written = result.contents(name, **side, **how)
    pipe.write(contents, output)
    share = f"{written.mask.share:.1%} of the picture comes from the edit"
    say(f"{output}: {share} ({written.strategy}); verdict {said_verdict(written.verdict, written.confidence)}")
    if written.preserved is not None:
        say(f"kept: {said_preserved(written.preserved)}")
    say_candidates(written)
    finish(written, report, strict, as_json=as_json)


def _dialects(mask_format: str | None, mask: Path | None, is_given: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The dialect as a keyword for the masks that are read, and for the one that is written. Raises OptionError."""
    from segmask import io

    if mask_format is None:
        return {}, {}
    if mask is None and not is_given:
        raise OptionError("--mask-format: no mask is given or written; name one, or leave it out")
    if mask is not None:
        io.check_mask_format(mask_format, io.lossless_format(mask), False, False)
    dialect = {"mask_format": mask_format}
    return dialect if is_given else {}, dialect if mask is not None else {}
