"""Reading what a run starts from: the two pictures, the user's corrections and parsings of the user's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from segmask import io
from segmask.errors import InputError, OptionError
from segmask.given import read_mask, read_parsings
from segmask.options import Options
from segmask.run import Run, note_pictures, note_sizes
from segmask.types import Mask, Parsing

SMALLEST_SIDE = 8  # pixels: below, no stage can measure anything


@dataclass(frozen=True)
class Corrections:
    """The user's own masks at the picture's size."""

    include: Mask
    exclude: Mask


def checked(picture: io.Picture, name: str) -> io.Picture:
    """The picture itself if it is large enough to measure anything, else an InputError."""
    height, width = picture.size_hw
    if min(height, width) < SMALLEST_SIDE:
        raise InputError(
            f"{picture.path or name}: expected at least {SMALLEST_SIDE}x{SMALLEST_SIDE} pixels; got {width}x{height}"
        )
    return picture


def read_pair(original: Any, edited: Any, run: Run) -> tuple[io.Picture, io.Picture]:
    """Original and edit, each a path, PIL image or array, with notes on how they differ. Raises InputError."""
    before = checked(io.read_picture(original, "original"), "original")
    after = checked(io.read_picture(edited, "edited"), "edited")
    run.note(*before.notes, *after.notes)
    note_sizes(before.size_hw, after.size_hw, run)
    note_pictures(before, after, run)
    return before, after


def read_corrections(include: Any, exclude: Any, size_hw: tuple[int, int], run: Run) -> Corrections:
    """The masks to include and exclude, empty where none is given. Raises InputError."""
    masks = []
    for source, name in ((include, "include"), (exclude, "exclude")):
        mask, note = (np.zeros(size_hw, bool), "") if source is None else read_mask(source, size_hw, name)
        run.note(note)
        masks.append(mask)
    return Corrections(*masks)


def given_parsings(
    parsing: Any, labels: str | None, size_hw: tuple[int, int], options: Options
) -> tuple[Parsing | None, Parsing | None]:
    """The user's parsings of original and edit; None where the parser is to be asked."""
    if parsing is None:
        return None, None
    if options.strategy == "diff":
        raise OptionError("strategy diff uses no parsing; leave it out, or choose hybrid or semantic")
    return read_parsings(parsing, labels, size_hw)
