"""Further pictures of a result as files: which options there are, which endings they take, and their contents."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from segmask import io
from segmask.core.errors import OptionError
from segmask.core.geometry import resize_image, working_size
from segmask.view.layers import LAYERED, check_suffix, encode_layers
from segmask.view.palette import COLOURS
from segmask.view.pictures import heatmap, overlay, side_by_side

if TYPE_CHECKING:
    from segmask.result import Result

LOSSLESS = (".png", ".webp", ".tif", ".tiff")
ENDINGS: dict[str, tuple[str, ...]] = {
    "layers": LAYERED,
    "overlay": (*LOSSLESS, ".jpg", ".jpeg"),
    "heatmap": (*LOSSLESS, ".jpg", ".jpeg"),
    "parsing_out": (".png",),
    "side_by_side": (*LOSSLESS, ".jpg", ".jpeg"),
    "animation": (".webp", ".gif"),
}
"""The endings that each takes. ``parsing_out`` stores class ids in a palette, which ``parsing=`` reads again."""
ANIMATION_SIDE = 960
"""Pixels: what a ticket shows."""
ANIMATION_MS = 1200
"""How long each of original and composite is shown."""


def check(paths: Mapping[str, Path]) -> None:
    """OptionError for an ending that a picture is not written as; known before any work is done.

    >>> check({"animation": Path("change.gif")})
    """
    for name, path in paths.items():
        suffix = path.suffix.lower()
        if name == "layers":
            check_suffix(suffix)
        elif suffix not in ENDINGS[name]:
            expected = ", ".join(ENDINGS[name])
            raise OptionError(f"{path}: {name.replace('_', '-')} is written as {expected}; got {suffix!r}")


def encoded(result: Result, paths: Mapping[str, Path], *, mark: bool = False) -> dict[Path, bytes]:
    """The contents of the files that are asked for. OptionError for a parsing where none was made.

    >>> import numpy, segmask
    >>> plain = numpy.full((16, 16, 3), 90, numpy.uint8)
    >>> done = segmask.apply(plain, plain, strategy="diff")
    >>> [data[:4] for data in encoded(done, {"animation": Path("change.webp")}).values()]
    [b'RIFF']
    """
    contents: dict[Path, bytes] = {}
    for name, path in paths.items():
        suffix = path.suffix.lower()
        if name == "layers":
            contents[path] = encode_layers(result, suffix, mark=mark)
        elif name == "parsing_out":
            contents[path] = _parsing(result, path)
        elif name == "animation":
            contents[path] = _animation(result, suffix)
        else:
            draw = {"overlay": overlay, "heatmap": heatmap, "side_by_side": side_by_side}[name]
            contents[path] = io.encode(draw(result), io.Metadata(), io.output_format(path))[0]
    return contents


def _parsing(result: Result, path: Path) -> bytes:
    parsing = result.stages.parsing
    if parsing is None:
        raise OptionError(f"{path}: strategy diff parses nothing; leave the parsing out, or choose hybrid or semantic")
    return io.encode_indexed(parsing.label_map, COLOURS.values())


def _animation(result: Result, suffix: str) -> bytes:
    size_hw = result.original.size_hw
    shown = working_size(size_hw, min(ANIMATION_SIDE, max(size_hw)))
    frames = [resize_image(picture, shown) for picture in (result.original.image, result.image)]
    return io.encode_animation(frames, suffix[1:].upper(), ANIMATION_MS)
