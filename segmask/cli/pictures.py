"""The shell's options for further pictures of a result, which ``apply`` and others share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segmask.core.errors import OptionError


def _file(name: str, metavar: str, meaning: str) -> Any:
    return typer.Option(name, metavar=metavar, help=meaning, show_default=False)


Layers = Annotated[
    Path | None, _file("--layers", "FILE.psd|.ora|.tif", "Write layers: the original, the edit under its mask, doubts.")
]
Overlay = Annotated[Path | None, _file("--overlay", "FILE", "Write the original, what is taken and protected tinted.")]
Heatmap = Annotated[Path | None, _file("--heatmap", "FILE", "Write how much each place changed.")]
ParsingOut = Annotated[
    Path | None, _file("--parsing-out", "FILE.png", "Write the original's label map; --parsing reads it again.")
]
SideBySide = Annotated[Path | None, _file("--side-by-side", "FILE", "Write original and composite beside each other.")]
Animation = Annotated[
    Path | None, _file("--animation", "FILE.webp|.gif", "Write original and composite in turn, small, for a ticket.")
]
Mark = Annotated[
    bool,
    typer.Option("--mark", help="Say in the composite's XMP that a part was generated (IPTC digital source type)."),
]
Compression = Annotated[
    int | None,
    typer.Option(
        min=0,
        max=9,
        help="Effort for the PNG: 0 packs nothing, 9 takes longest for the smallest file; 3 if not given.",
        show_default=False,
    ),
]


def wanted(**paths: Path | None) -> dict[str, Path]:
    """Those that were named, their endings checked. Raises OptionError."""
    from segmask.view import outputs

    named = {name: path for name, path in paths.items() if path is not None}
    outputs.check(named)
    return named


def check_parsing_out(path: Path | None, strategy: str) -> None:
    """OptionError for a parsing where none is made."""
    if path is not None and strategy == "diff":
        raise OptionError("--parsing-out: strategy diff parses nothing; leave it out, or choose hybrid or semantic")
