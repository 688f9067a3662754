"""The options that several commands share; their defaults are those of ``segmask.options.Options``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segmask.core.geometry import REFERENCE_SIDE
from segmask.core.labels import TARGETS
from segmask.options import STRATEGIES, Options
from segmask.result import json_path

PIXELS = f"pixels at a long side of {REFERENCE_SIDE}"

Original = Annotated[Path, typer.Argument(help="The original photo.", metavar="ORIGINAL", show_default=False)]
Strategy = Annotated[
    str,
    typer.Option(
        "--strategy",
        "-s",
        metavar="|".join(STRATEGIES),
        help="What decides: parsing and evidence together, parsing alone, or evidence alone.",
    ),
]
Target = Annotated[
    str | None,
    typer.Option(
        "--target",
        "-t",
        metavar="NAME[,NAME]",
        help=f"What may come from the edit: {', '.join(TARGETS)}.",
        show_default=Options.target,
    ),
]
Prompt = Annotated[
    str | None,
    typer.Option(
        metavar="WORDS",
        help="The edit's instruction in English: names the target instead of --target.",
        show_default=False,
    ),
]
ParserName = Annotated[
    str, typer.Option("--parser", metavar="NAME|FILE", help="Human-parsing model; see `segmask models list`.")
]
FaceDetectorName = Annotated[
    str, typer.Option("--face-detector", metavar="NAME|FILE|none", help="Face detector; auto takes the best present.")
]
Person = Annotated[
    str,
    typer.Option(
        "--person",
        metavar="N|largest|all",
        help="Of several people, whose clothing is the target, counted from the left; all faces stay protected.",
    ),
]
Include = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Mask (white) of what comes from the edit whatever is decided.", show_default=False
    ),
]
Exclude = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Mask (white) of what stays original; beats --include.", show_default=False),
]
ParsingMaps = Annotated[
    list[Path] | None,
    typer.Option(
        "--parsing",
        metavar="FILE",
        help="Label map of the original instead of the parser's; twice: the original's, then the aligned edit's.",
        show_default=False,
    ),
]
LabelSet = Annotated[
    str | None,
    typer.Option(
        "--labels",
        metavar="NAME|FILE.json",
        help="Label set of --parsing, if not the canonical parts; or the description of a --parser file of your own.",
        show_default=False,
    ),
]
MaskIn = Annotated[
    Path | None,
    typer.Option(
        "--mask-in",
        metavar="FILE",
        help="Mask of your own to use instead of a decision; its grey levels are alpha. Protection holds.",
        show_default=False,
    ),
]
Device = Annotated[str, typer.Option(metavar="cpu|cuda|coreml|directml|auto", help="Where networks run.")]
Threads = Annotated[
    int | None, typer.Option(min=1, help="Threads a network uses; automatic if not given.", show_default=False)
]
Threshold = Annotated[
    float | None,
    typer.Option(
        help="Lowest change that counts, in units of the noise floor; automatic if not given.", show_default=False
    ),
]
MinArea = Annotated[
    float | None,
    typer.Option(
        "--min-area",
        help="Smallest changed region, as a share of the picture; automatic if not given.",
        show_default=False,
    ),
]
Feather = Annotated[
    float | None,
    typer.Option(
        help=f"Width of the soft edge in {PIXELS}; 0 is a hard edge; automatic if not given.", show_default=False
    ),
]
ToneMatch = Annotated[
    bool,
    typer.Option(
        "--tone-match/--no-tone-match",
        help="Take the edit's drift of colour and light out of what comes from it, by at most 10 of 255 levels; "
        "skin meets the original's in one tone.",
    ),
]
ReportFile = Annotated[
    str | None,
    typer.Option(
        "--report", metavar="FILE.json|-", help="Write the report; - prints it on stdout.", show_default=False
    ),
]
PreviewFile = Annotated[
    Path | None, typer.Option("--preview", metavar="FILE.png", help="Write a sheet of all stages.", show_default=False)
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 if the verdict is not ok.")]


def report_path(report: str | None) -> Path | None:
    """The file that --report names; None for stdout or nothing. Raises OptionError for another format."""
    return None if report in (None, "-") else json_path(str(report))


def parsing_input(parsing: list[Path] | None) -> Path | list[Path] | None:
    """What ``parsing=`` of the API takes."""
    return parsing[0] if parsing and len(parsing) == 1 else parsing or None
