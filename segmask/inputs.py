"""What a user hands in, read and checked: two pictures, masks of their own, and parsings of their own."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from segmask import io
from segmask.core.checks import describe
from segmask.core.errors import InputError, OptionError
from segmask.core.findings import Finding, Findings
from segmask.core.geometry import WORKING_SIDE, resize_map, working_size
from segmask.core.labels import PARTS, canonical_label_map
from segmask.core.morphology import blurred
from segmask.core.types import GIVEN, Alpha, LabelMap, Mask, Parsing, Probs
from segmask.io import Source
from segmask.options import Options

SMALLEST_SIDE = 8  # pixels: below, no stage can measure anything
USUAL_ASPECT = 4  # the widest and tallest pictures that the built-in parser was made for
SAME_ASPECT = 0.02
"""Natural logarithm of the ratio of two aspects up to which a mask of another size is taken for the picture's."""
OUTLINE_SIGMA = 1.5
"""Working pixels: no outline drawn by hand is exact, and the fusion expects parsings that know it. On 43 edits of
training photos with their true label maps, strict success .91 without it, .95 with 1.5 to 5."""
Parsings = Any
"""A label map, a Parsing, or a pair of either: (the original's, the aligned edit's)."""


@dataclass(frozen=True, eq=False)
class Corrections:
    """The user's own masks at the picture's size, and what had to be done to read them."""

    include: Mask
    exclude: Mask
    mask_in: Alpha | None = None
    """float32 (H, W), multiples of 1/255: the mask to use instead of a decision."""
    findings: Findings = ()

    def ask_alike(self, other: Corrections) -> bool:
        """Do both leave the same to be decided? A mask to use leaves nothing."""
        masks = (self.include, other.include), (self.exclude, other.exclude)
        return self.mask_in is None and other.mask_in is None and all(np.array_equal(*pair) for pair in masks)


def read_checked(source: Source, name: str, max_pixels: int | None = None) -> io.Picture:
    """A picture that is large enough to measure anything. Raises InputError.

    >>> read_checked(np.zeros((64, 48, 3), np.uint8), "original").size_hw
    (64, 48)
    >>> read_checked(np.zeros((2, 2, 3), np.uint8), "original")
    Traceback (most recent call last):
        ...
    segmask.core.errors.InputError: original: expected at least 8x8 pixels; got 2x2
    """
    picture = io.read_picture(source, name, max_pixels=max_pixels)
    height, width = picture.size_hw
    if min(height, width) < SMALLEST_SIDE:
        smallest = f"{SMALLEST_SIDE}x{SMALLEST_SIDE}"
        raise InputError(f"{io.name_of(source, name)}: expected at least {smallest} pixels; got {width}x{height}")
    return picture


def compared(before: io.Picture, after: io.Picture, shown_hw: tuple[int, int] | None = None) -> Findings:
    """How an edit's file differs from its original's, where that matters for what comes out.

    ``shown_hw`` is the size of what the edit shows, if that is not all of the original.

    >>> before, after = (io.read_picture(np.zeros((64, side, 3), np.uint8)) for side in (64, 65))
    >>> [finding.code for finding in compared(before, after)]
    ['size-changed']
    """
    found = [*before.notes, *after.notes]
    before_hw, after_hw = shown_hw or before.size_hw, after.size_hw
    if before_hw != after_hw:
        ratio = (after_hw[1] / after_hw[0]) / (before_hw[1] / before_hw[0])
        apart = max(ratio, 1 / ratio)
        by = f"{apart - 1:.1%}" if apart < 2 else f"a factor of {apart:.0f}"
        aspects = f"; the aspects differ by {by}" if apart > 1.01 else ""
        sizes = f"the edit's {after_hw[1]}x{after_hw[0]} was brought to the original's {before_hw[1]}x{before_hw[0]}"
        found.append(Finding("size-changed", sizes + aspects, measured=apart))
    aspect = max(before_hw) / min(before_hw)
    if aspect > USUAL_ASPECT:
        text = f"the original's sides differ {aspect:.0f}:1; people are looked for in at most {USUAL_ASPECT}:1"
        found.append(Finding("extreme-aspect", text, measured=aspect))
    if before.is_gray and not after.is_gray:
        found.append(Finding("edit-to-grey", "the original is grey: what comes from the edit was converted to grey"))
    if after.clear is not None:
        share = float(after.clear.mean())
        text = f"{share:.1%} of the edit is see-through and holds nothing to take; there the original stays"
        found.append(Finding("edit-clear", text, measured=share))
    if before.is_neutral and not before.is_gray and not after.is_neutral:
        text = "the original is black-and-white though stored in colour: what comes from the edit was made grey"
        found.append(Finding("neutral-original", text))
    if before.raster.dtype == np.uint16 and after.raster.dtype == np.uint8:
        text = "the original has 16 bits a channel, the edit 8: the edited region has the edit's precision"
        found.append(Finding("edit-less-deep", text))
    if before.has_alpha and (before.raster[..., -1] != np.iinfo(before.raster.dtype).max).any():
        text = "the original's transparency is kept; where it is clear the edit shows as far as the mask says"
        found.append(Finding("transparency-kept", text))
    return tuple(found)


def read_corrections(
    include: Source | None,
    exclude: Source | None,
    mask_in: Source | None,
    size_hw: tuple[int, int],
    max_pixels: int | None = None,
    mask_format: str = "auto",
) -> Corrections:
    """The masks to include and exclude, empty where none is given, and the mask to use, all in one dialect.

    Raises InputError, and OptionError for a dialect that is none or has no mask to read.

    >>> corrections = read_corrections(np.eye(4, dtype=np.uint8), None, None, (4, 4))
    >>> corrections.include[0].tolist(), int(corrections.exclude.sum()), [found.code for found in corrections.findings]
    ([True, False, False, False], 0, ['mask-read-as-binary'])
    """
    if mask_format != "auto" and include is None and exclude is None and mask_in is None:
        raise OptionError("mask_format: says how masks are read, and none is given; leave it out")
    found: list[Finding] = []
    masks = []
    for source, name in ((include, "include"), (exclude, "exclude")):
        if source is None:
            masks.append(np.zeros(size_hw, bool))
        else:
            levels = _levels(source, size_hw, name, found, max_pixels, mask_format)
            masks.append(levels >= (128 if levels.dtype == np.uint8 else 127.5))  # bytes need not become floats
    alpha = None
    if mask_in is not None:
        levels = _levels(mask_in, size_hw, "mask_in", found, max_pixels, mask_format)
        alpha = np.rint(levels).astype(np.float32) / np.float32(255)
    return Corrections(masks[0], masks[1], alpha, tuple(found))


def _levels(
    source: Source, size_hw: tuple[int, int], name: str, found: list[Finding], max_pixels: int | None, mask_format: str
) -> np.ndarray:
    """Grey levels 0..255 (H, W) at the original's size; what had to be done for it is added to ``found``."""
    read = io.read_mask(source, name, dialect=mask_format, max_pixels=max_pixels)
    found += read.notes
    values = read.levels
    if values.shape == size_hw:
        return values
    height, width = values.shape
    if abs(np.log((width / height) / (size_hw[1] / size_hw[0]))) > SAME_ASPECT:
        raise InputError(
            f"{name}: expected the original's size, {size_hw[1]}x{size_hw[0]}, or its aspect; got {width}x{height}"
        )
    text = f"{name}: resized from {width}x{height} to the original's {size_hw[1]}x{size_hw[0]}"
    found.append(Finding("mask-resized", text))
    return resize_map(values.astype(np.float32), size_hw)


def given_parsings(
    parsing: Parsings, labels: str | os.PathLike[str] | None, size_hw: tuple[int, int], options: Options
) -> tuple[Parsing | None, Parsing | None]:
    """The user's parsings of original and edit; None where the parser is to be asked.

    Raises InputError for maps that can't be used, OptionError where ``labels`` or a parser has nothing to act on.

    >>> labels = np.zeros((64, 64), np.uint8)
    >>> original, edit = given_parsings(labels, None, (64, 64), Options())
    >>> original.source, edit is None
    ('given', True)
    """
    if parsing is None:
        if labels is not None:
            raise OptionError("labels: names the label set of a parsing; give one, or an .onnx parser of your own")
        return None, None
    if options.strategy == "diff":
        raise OptionError("parsing: strategy diff uses no parsing; leave it out, or choose hybrid or semantic")
    pair = parsing if isinstance(parsing, (tuple, list)) else (parsing,)
    if not 1 <= len(pair) <= 2:
        raise InputError(f"parsing: expected one label map or a pair; got {len(pair)} of them")
    names = ("parsing of the original", "parsing of the edit") if len(pair) == 2 else ("parsing",)
    read = [_parsing(item, labels, size_hw, name, options.max_pixels) for item, name in zip(pair, names, strict=True)]
    if len(pair) == 2:
        check_no_parser(options)
    return read[0], read[1] if len(read) == 2 else None


def check_no_parser(options: Options) -> None:
    """OptionError for a parser that is never asked: all parsings are given.

    >>> check_no_parser(Options())
    >>> check_no_parser(Options(parser="builtin"))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    segmask.core.errors.OptionError: parser: what the pictures show is given, so no parser is asked; ...
    """
    if options.parser != "auto":
        raise OptionError("parser: what the pictures show is given, so no parser is asked; leave one of the two out")


def _parsing(
    source: Any,
    labels: str | os.PathLike[str] | None,
    size_hw: tuple[int, int],
    name: str,
    max_pixels: int | None,
) -> Parsing:
    if isinstance(source, Parsing):
        if labels is not None:
            raise OptionError(f"labels: {name} is a Parsing, whose parts are known; leave labels out")
        _check_size(source.size_hw, size_hw, name)
        return replace(source, working_probs=_checked_probs(source.working_probs, name))
    label_map = io.read_labels(source, name, max_pixels=max_pixels)
    _check_size(label_map.shape, size_hw, name)
    if labels is not None:
        label_map = canonical_label_map(label_map, str(labels))
    elif label_map.max() >= len(PARTS):
        raise InputError(
            f"{name}: class id {label_map.max()} is none of the {len(PARTS)} canonical parts (0..{len(PARTS) - 1}); "
            "name the label set that the map uses"
        )
    return Parsing(softened(label_map), size_hw, GIVEN)


def _checked_probs(probs: Any, name: str) -> Probs:
    """A copy of a Parsing's probabilities, which the result keeps: the caller's stay the caller's."""
    if not isinstance(probs, np.ndarray) or probs.ndim != 3 or len(probs) != len(PARTS) or 0 in probs.shape:
        raise InputError(f"{name}: expected probabilities float32 ({len(PARTS)}, h, w); got {describe(probs)}")
    if not np.isfinite(probs).all():
        raise InputError(f"{name}: the probabilities hold values that are no numbers")
    return probs.astype(np.float32)


def _check_size(got: tuple[int, ...], size_hw: tuple[int, int], name: str) -> None:
    if tuple(got) != size_hw:
        raise InputError(f"{name}: expected the original's size, {size_hw[1]}x{size_hw[0]}; got {got[1]}x{got[0]}")


def softened(label_map: LabelMap) -> Probs:
    """A label map (H, W) as shares of the parts around each pixel of the working size, float32 (14, h, w).

    >>> labels = np.zeros((20, 20), np.uint8)
    >>> labels[:, 10:] = 4  # upper
    >>> upper = softened(labels)[4]
    >>> float(upper[10, 0]), bool(0 < upper[10, 10] < 1), float(upper[10, 19])
    (0.0, True, 1.0)
    """
    work_hw = working_size((label_map.shape[0], label_map.shape[1]), WORKING_SIDE)
    shares = []
    for part in range(len(PARTS)):
        share = resize_map((label_map == part).astype(np.float32), work_hw)
        shares.append(blurred(share, OUTLINE_SIGMA) if share.any() else share)
    return np.stack(shares)


def input_paths(*sources: Any) -> tuple[Path, ...]:
    """The files among what was handed in, those in lists and those behind PIL images too; never to be overwritten.

    >>> [path.name for path in input_paths("original.png", None, ["first.png", np.zeros((2, 2))])]
    ['original.png', 'first.png']
    """
    paths: list[Path] = []
    for source in sources:
        if isinstance(source, (str, os.PathLike)):
            paths.append(Path(os.path.abspath(source)))  # noqa: PTH100 - resolved now: the folder may change later
        elif isinstance(source, (tuple, list)):
            paths += input_paths(*source)
        elif isinstance(getattr(source, "filename", None), str) and source.filename:
            paths.append(Path(os.path.abspath(source.filename)))  # noqa: PTH100
    return tuple(paths)


def listed(edits: Iterable[Source]) -> list[Source]:
    """Several edits as a list. OptionError for one picture alone or none.

    >>> listed(name for name in ("first.png", "second.png"))
    ['first.png', 'second.png']
    >>> listed("first.png")
    Traceback (most recent call last):
        ...
    segmask.core.errors.OptionError: edits: expected a list of pictures; for one edit use apply; got str
    """
    if isinstance(edits, (str, bytes, os.PathLike, np.ndarray)) or not isinstance(edits, Iterable):
        raise OptionError(f"edits: expected a list of pictures; for one edit use apply; got {describe(edits)}")
    found = list(edits)
    if not found:
        raise OptionError("edits: expected at least one picture; got none")
    return found
