"""The shell's options: those of ``segmask.options.Options``, made from its fields, and what commands share besides."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import Field, fields
from pathlib import Path
from typing import Annotated, Any

import typer

from segmask.core.files import json_path
from segmask.io import MASK_DIALECTS, MASK_FORMATS
from segmask.options import DEFAULT_TARGET, Options

_KINDS = {
    "tone_match": bool,
    "threshold": float,
    "min_area": float,
    "feather": float,
    "grow": float,
    "threads": int,
    "max_pixels": int,
}
"""What the shell turns an option's word into; a string without an entry."""

Original = Annotated[Path, typer.Argument(help="The original photo.", metavar="ORIGINAL", show_default=False)]
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
MaskIn = Annotated[
    Path | None,
    typer.Option(
        "--mask-in",
        metavar="FILE",
        help="Mask of your own to use instead of a decision; its grey levels are alpha. Protection holds.",
        show_default=False,
    ),
]
ReadAs = Annotated[
    str,
    typer.Option(
        "--mask-format",
        metavar="|".join(MASK_DIALECTS),
        help="How the masks that are given mark things; auto refuses what could mean two things.",
    ),
]
WrittenAs = Annotated[
    str,
    typer.Option(
        "--mask-format",
        metavar="|".join(MASK_FORMATS),
        help="How the mask marks what is edited. gray: white. rgba: the photo, transparent. openai, comfy, vton: as "
        "those tools read it.",
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
StripMetadata = Annotated[
    bool,
    typer.Option(
        "--strip-metadata", help="Write nothing of the original's EXIF (place and time), XMP, IPTC, texts and comment."
    ),
]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 if the verdict is not ok.")]


def with_options(*without: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command with all fields of ``Options`` as its own options, in the place of its ``**options``.

    Args:
        without: fields that the command has no use for.
    """

    def added(command: Callable[..., None]) -> Callable[..., None]:
        signature = inspect.signature(command, eval_str=True)
        own = [entry for entry in signature.parameters.values() if entry.kind is not inspect.Parameter.VAR_KEYWORD]
        made = [_parameter(entry) for entry in fields(Options) if entry.name not in without]
        parameters = [*own, *made]
        command.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {entry.name: entry.annotation for entry in parameters}
        return command

    return added


def _parameter(entry: Field[Any]) -> inspect.Parameter:
    """One field of ``Options`` as a parameter that Typer makes an option of."""
    kind, flag, name = _KINDS.get(entry.name, str), entry.metadata["flag"], entry.name.replace("_", "-")
    names = [f"--{name}/--no-{name}"] if kind is bool else [f"--{name}", *([flag] if flag else [])]
    shown = DEFAULT_TARGET if entry.name == "target" else entry.default is not None
    option = typer.Option(
        *names,
        metavar=None if kind is bool else entry.metadata["metavar"],
        help=entry.metadata["help"],
        show_default=shown,
        min=1 if kind is int else None,
    )
    annotation = Annotated[kind if entry.default is not None else kind | None, option]  # type: ignore[valid-type]
    return inspect.Parameter(entry.name, inspect.Parameter.KEYWORD_ONLY, default=entry.default, annotation=annotation)


def parsing_input(parsing: list[Path] | None) -> Path | list[Path] | None:
    """What ``parsing=`` of the API takes."""
    return parsing[0] if parsing and len(parsing) == 1 else parsing or None


def model_files(options: dict[str, Any]) -> list[Path]:
    """Parser, label set and face detector as named: inputs, should they be files."""
    return [Path(options[name]) for name in ("parser", "labels", "face_detector") if options[name]]


def report_path(report: str | None) -> Path | None:
    """The file that --report names; None for stdout or nothing. Raises OptionError for another format."""
    return None if report in (None, "-") else json_path(str(report))
