"""``segmask apply``: the main job."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segmask.cli import options as o
from segmask.cli import pictures as p
from segmask.cli import pipe
from segmask.cli.output import check_stdout, finish, said_preserved, said_verdict, say, say_candidates

Output = Annotated[
    Path,
    typer.Option(
        "--output", "-o", metavar="OUT", help="The composite: .png, .tif or .webp (lossless), .jpg.", show_default=False
    ),
]
MaskFile = Annotated[
    Path | None, typer.Option("--mask", metavar="FILE.png", help="Write the mask; white is edited.", show_default=False)
]
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
    include: o.Include = None,
    exclude: o.Exclude = None,
    mask_in: o.MaskIn = None,
    parsing: o.ParsingMaps = None,
    strip_metadata: o.StripMetadata = False,
    strict: o.Strict = False,
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

    check_stdout(report)
    report_file, maps = o.report_path(report), o.parsing_input(parsing)
    given_files = (original, *edited, include, exclude, mask_in, *(parsing or []), *o.model_files(options))
    named = {"layers": layers, "overlay": overlay, "heatmap": heatmap, "parsing_out": parsing_out}
    shown = p.wanted(**named, side_by_side=side_by_side, animation=animation)
    p.check_parsing_out(parsing_out, options["strategy"])
    outputs = [path for path in (output, mask, report_file, preview, *shown.values()) if path]
    check_outputs(pipe.files_of(outputs), pipe.files_of(given_files))
    name = pipe.output_name(output, report)
    stdin = pipe.from_stdin(original, *edited, include, exclude, mask_in)
    before, *edits = pipe.read_in((original, *edited), stdin)
    io.check_fits([path for path in (name, mask) if path], before)
    masks = pipe.read_in((include, exclude, mask_in), stdin)
    given: dict[str, Any] = {**dict(zip(("include", "exclude", "mask_in"), masks, strict=True)), **options}
    given["parsing"] = maps
    result = segmask.best(before, edits, **given) if len(edits) > 1 else segmask.apply(before, edits[0], **given)
    side: dict[str, Any] = {"mask": mask, "report": report_file, "preview": preview, **shown}
    contents, written = result.contents(name, **side, mark=mark, strip_metadata=strip_metadata)
    pipe.write(contents, output)
    share = f"{written.mask.share:.1%} of the picture comes from the edit"
    say(f"{output}: {share} ({written.strategy}); verdict {said_verdict(written.verdict, written.confidence)}")
    if written.preserved is not None:
        say(f"kept: {said_preserved(written.preserved)}")
    say_candidates(written)
    finish(written, report, strict)
