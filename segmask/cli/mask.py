"""``segmask mask``: only the mask, of one picture or of a pair."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segmask.cli import options as o
from segmask.cli import pipe
from segmask.cli.output import check_stdout, finish, say
from segmask.core.errors import OptionError

MaybeEdited = Annotated[
    Path | None,
    typer.Argument(metavar="EDITED", help="Its edited version; without it the target's mask.", show_default=False),
]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="MASK.png", help="The mask.", show_default=False)]
Invert = Annotated[bool, typer.Option("--invert", help="Swap the polarity: black (or opaque) is edited.")]
SIDES = {"gray": ("white", "black"), "vton": ("white", ""), "rgba": ("transparent", "opaque")}
"""What is edited, plain and inverted; transparent in all others."""


@o.with_options("tone_match")
def mask(
    context: typer.Context,
    original: o.Original,
    output: Output,
    edited: MaybeEdited = None,
    invert: Invert = False,
    mask_format: o.WrittenAs = "gray",
    report: o.ReportFile = None,
    include: o.Include = None,
    exclude: o.Exclude = None,
    parsing: o.ParsingMaps = None,
    strip_metadata: o.StripMetadata = False,
    strict: o.Strict = False,
    **options: Any,
) -> None:
    """Write the mask alone.

    With ORIGINAL alone: the target's own mask (always semantic), to hand to an inpainting service.

    With EDITED too: what `segmask apply` would take from it. Exit codes as there, and - for stdin and stdout.
    """
    import segmask
    from segmask import io
    from segmask.core.files import check_outputs

    check_stdout(report)
    report_file, maps = o.report_path(report), o.parsing_input(parsing)
    inputs = pipe.files_of((original, edited, include, exclude, *(parsing or []), *o.model_files(options)))
    check_outputs(pipe.files_of((output, report_file)), inputs)
    name = pipe.output_name(output, report)
    io.check_mask_format(mask_format, io.lossless_format(name), invert, strip_metadata)
    if edited is None and (include or exclude):
        raise OptionError("--include and --exclude go with EDITED; to correct one picture's mask, paint in the mask")
    stdin = pipe.from_stdin(original, edited, include, exclude)
    before, after, with_, without = pipe.read_in((original, edited, include, exclude), stdin)
    io.check_fits([name], before)
    if after is not None:
        found = segmask.apply(before, after, parsing=maps, include=with_, exclude=without, **options)
    else:
        source = context.get_parameter_source("strategy")
        if source is not None and source.name == "DEFAULT":
            del options["strategy"]  # the default is for pairs
        found = segmask.mask(before, parsing=maps, **options)
    form = {"mask_format": mask_format, "invert": invert, "strip_metadata": strip_metadata}
    contents, done = found.mask_contents(name, report=report_file, **form)
    pipe.write(contents, output)
    polarity = f"{SIDES.get(mask_format, SIDES['rgba'])[invert]} is edited"
    say(f"{output}: {polarity}; {done.mask.share:.1%} of the picture ({done.strategy}); verdict {done.verdict}")
    finish(done, report, strict)
