"""``segmask mask``: only the mask, of one picture or of a pair."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segmask.cli import options as o
from segmask.cli import pipe
from segmask.cli.output import check_stdout, finish, say
from segmask.core.errors import OptionError, OutputError
from segmask.core.files import check_outputs
from segmask.options import Options
from segmask.result import MaskResult, Result

MaybeEdited = Annotated[
    Path | None,
    typer.Argument(metavar="EDITED", help="Its edited version; without it the target's mask.", show_default=False),
]
Output = Annotated[Path, typer.Option("--output", "-o", metavar="MASK.png", help="The mask.", show_default=False)]
Invert = Annotated[bool, typer.Option("--invert", help="Swap the polarity: black (or opaque) is edited.")]
SIDES = {"gray": ("white", "black"), "vton": ("white", ""), "rgba": ("transparent", "opaque")}
"""What is edited, plain and inverted; transparent in all others."""


PresetName = Annotated[
    str | None,
    typer.Option(
        metavar="viton-hd|dresscode",
        help="Write picture and mask into the folder OUT with the folders, names and size of a try-on set.",
        show_default=False,
    ),
]
MASK_IN_SET = "mask"


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
    preset: PresetName = None,
    strict: o.Strict = False,
    **options: Any,
) -> None:
    """Write the mask alone.

    With ORIGINAL alone: the target's own mask (always semantic), to hand to an inpainting service.

    With EDITED too: what `segmask apply` would take from it. Exit codes as there, and - for stdin and stdout.
    """
    import segmask
    from segmask import io

    check_stdout(report)
    if preset is not None:
        _check_preset(context, preset, options)
    report_file, maps = o.report_path(report), o.parsing_input(parsing)
    inputs = pipe.files_of((original, edited, include, exclude, *(parsing or []), *o.model_files(options)))
    check_outputs(pipe.files_of((None if preset else output, report_file)), inputs)
    name = Path(f"{MASK_IN_SET}.png") if preset else pipe.output_name(output, report)
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
    if preset is not None:
        _write_in_set(found, original, output, preset, Options(**options), report_file)
        finish(found.report, report, strict)
        return
    form = {"mask_format": mask_format, "invert": invert, "strip_metadata": strip_metadata}
    contents, done = found.mask_contents(name, report=report_file, **form)
    pipe.write(contents, output)
    polarity = f"{SIDES.get(mask_format, SIDES['rgba'])[invert]} is edited"
    say(f"{output}: {polarity}; {done.mask.share:.1%} of the picture ({done.strategy}); verdict {done.verdict}")
    finish(done, report, strict)


def _check_preset(context: typer.Context, preset: str, options: dict[str, Any]) -> None:
    """OptionError for a set or a garment that there is not, and for what the set decides itself."""
    from segmask.evaluation.datasets.tryon import garment_folder

    garment_folder(preset, Options(**{name: options[name] for name in ("target", "prompt")}).parts)
    for name in ("invert", "mask_format", "strip_metadata"):
        source = context.get_parameter_source(name)
        if source is not None and source.name != "DEFAULT":
            raise OptionError(
                f"--{name.replace('_', '-')}: --preset {preset} says itself how its files are; leave it out"
            )


def _write_in_set(
    found: MaskResult | Result, original: Path, root: Path, preset: str, options: Options, report: Path | None
) -> None:
    from segmask.core.files import write_files
    from segmask.evaluation.tryon_files import tryon_contents
    from segmask.result import report_json

    name = "stdin" if original == pipe.PIPE else original.stem
    contents, notes = tryon_contents(found, root, name, preset, options.parts)
    if report is not None:
        contents[report] = report_json(found.report)
    try:
        for path in contents:
            path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{root}: the set's folders can't be made ({error.strerror}); name another one") from error
    check_outputs(contents, [original])
    write_files(contents)
    for path in contents:
        say(f"wrote: {path}")
    for note in notes:
        say(f"note: {note}")
