"""Reading what a run starts from: the two pictures, the user's corrections and parsings of the user's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from segmask import io
from segmask.core.errors import InputError, OptionError
from segmask.core.types import Alpha, Face, Mask, Parsing
from segmask.given import read_alpha, read_mask, read_parsings
from segmask.options import Options
from segmask.run import Run, note_pictures, note_sizes

SMALLEST_SIDE = 8  # pixels: below, no stage can measure anything


@dataclass(frozen=True)
class Corrections:
    """The user's own masks at the picture's size."""

    include: Mask
    exclude: Mask
    mask_in: Alpha | None = None
    """float32 (H, W), multiples of 1/255: the mask to use instead of a decision."""


def checked(picture: io.Picture, name: str) -> io.Picture:
    """The picture itself if it is large enough to measure anything, else an InputError."""
    height, width = picture.size_hw
    if min(height, width) < SMALLEST_SIDE:
        raise InputError(
            f"{picture.path or name}: expected at least {SMALLEST_SIDE}x{SMALLEST_SIDE} pixels; got {width}x{height}"
        )
    return picture


@dataclass(frozen=True)
class Seen:
    """An original as read and seen, to be used with any number of edits (``Masker.open``)."""

    picture: io.Picture
    parsing: Parsing | None
    """What it shows; None for the strategy ``diff``."""
    faces: tuple[Face, ...]
    """Faces that a detector found."""


def read_original(original: Any) -> io.Picture:
    """The original: a path, PIL image or array, or what was opened already. Raises InputError."""
    if isinstance(original, Seen):
        return original.picture
    return checked(io.read_picture(original, "original"), "original")


def read_edit(edited: Any, before: io.Picture, run: Run) -> io.Picture:
    """The edit of ``before``, with notes on how the two differ. Raises InputError."""
    after = checked(io.read_picture(edited, "edited"), "edited")
    run.note(*before.notes, *after.notes)
    note_sizes(before.size_hw, after.size_hw, run)
    note_pictures(before, after, run)
    return after


def read_corrections(include: Any, exclude: Any, mask_in: Any, size_hw: tuple[int, int], run: Run) -> Corrections:
    """The masks to include and exclude, empty where none is given, and the mask to use. Raises InputError."""
    nothing = np.zeros(size_hw, bool)
    masks = []
    for source, name in ((include, "include"), (exclude, "exclude")):
        mask, note = (nothing, "") if source is None else read_mask(source, size_hw, name)
        run.note(note)
        masks.append(mask)
    alpha, note = (None, "") if mask_in is None else read_alpha(mask_in, size_hw, "mask_in")
    run.note(note)
    return Corrections(masks[0], masks[1], alpha)


def given_parsings(
    parsing: Any, labels: str | None, original: Any, size_hw: tuple[int, int], options: Options
) -> tuple[Parsing | None, Parsing | None]:
    """The user's parsings of original and edit; None where the parser is to be asked."""
    if parsing is None:
        return None, None
    if isinstance(original, Seen):
        raise OptionError("parsing: the original was opened already; give its label map to open()")
    if options.strategy == "diff":
        raise OptionError("strategy diff uses no parsing; leave it out, or choose hybrid or semantic")
    return read_parsings(parsing, labels, size_hw)
