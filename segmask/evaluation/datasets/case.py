"""A labelled case: where its files are, and what they hold once read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.core.geometry import resize_image
from segmask.core.labels import PARTS
from segmask.core.types import Image, LabelMap, Mask
from segmask.evaluation.metrics.truth import DONT_CARE, Truth, make_truth
from segmask.io import read_gray, read_image, read_labels

MaskReader = Callable[[Path], NDArray[np.uint8]]
PAIR_FILES = ("original", "edited")
"""What every case has. A set without any mask is one of pairs, judged by what shows of a mask's faults."""
REQUIRED_FILES = (*PAIR_FILES, "mask")
"""What a case of a labelled set has."""
OPTIONAL_FILES = ("keep", "parsing", "edited_parsing", "face")
FILES = (*REQUIRED_FILES, *OPTIONAL_FILES)
"""The names that every layout gives to a case's files."""


@dataclass(frozen=True)
class Case:
    """An original, its edit and the labels of both, as files on disk; without labels, a pair."""

    name: str
    original: Path
    edited: Path
    mask: Path | None
    """The truth: 0 must stay, 255 must change, 128 does not count. None in a set of pairs."""
    keep: Path | None = None
    """Where it exists, only its pixels must stay, and those in neither ``mask`` nor ``keep`` do not count."""
    parsing: Path | None = None
    """Canonical part ids of the original."""
    edited_parsing: Path | None = None
    """Canonical part ids of what the edit shows, on the original's grid."""
    face: Path | None = None
    """The face in the original."""
    target: str | None = None
    """What was meant to change, as ``labels.resolve_target`` takes it."""
    facts: tuple[tuple[str, str], ...] = ()
    """What else the set says about the case, as (name, value); results are sliced by it."""
    mask_reader: MaskReader = read_gray
    """Reads a mask as this set stores it: path to uint8 (H, W)."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The files that exist for this case."""
        return tuple(path for path in (getattr(self, name) for name in FILES) if path is not None)


def make_case(
    name: str,
    files: Mapping[str, Path],
    *,
    target: str | None = None,
    facts: tuple[tuple[str, str], ...] = (),
) -> Case:
    """A case from its files by their names in ``FILES``; those of ``PAIR_FILES`` must be there.

    >>> make_case("0001", {name: Path(f"{name}.png") for name in REQUIRED_FILES}, target="upper").mask.name
    'mask.png'
    """
    original, edited = (files[name] for name in PAIR_FILES)
    mask, keep, parsing, edited_parsing, face = (files.get(name) for name in ("mask", *OPTIONAL_FILES))
    return Case(name, original, edited, mask, keep, parsing, edited_parsing, face, target, facts)


@dataclass(frozen=True)
class Problem:
    """A case that can't be used, and why."""

    name: str
    message: str


@dataclass(frozen=True)
class Dataset:
    """The cases of a set in a fixed order, and those that are broken."""

    root: Path
    layout: str
    cases: tuple[Case, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Example:
    """A case whose files are in memory."""

    case: Case
    original: Image
    """uint8 (H, W, 3)."""
    edited: Image
    """uint8 (h, w, 3), at its own size."""
    truth: Truth
    """Where nothing is known, no pixel counts (``Truth.is_known``)."""
    edited_parsing: LabelMap | None
    """uint8 (H, W): the edit's parts on the original's grid."""

    @cached_property
    def edited_on_grid(self) -> Image:
        """uint8 (H, W, 3): the edited picture resized to the original's size, not aligned."""
        return resize_image(self.edited, (self.original.shape[0], self.original.shape[1]))


def load_example(case: Case) -> Example:
    """Read a case's files. Raises InputError that names the case and the file.

    >>> from segmask.io import write_png
    >>> files = {name: Path(f"{name}.png") for name in REQUIRED_FILES}
    >>> for path in files.values():
    ...     write_png(path, np.full((64, 48), 255, np.uint8))
    >>> example = load_example(make_case("0001", files))
    >>> example.original.shape, bool(example.truth.change.all())
    ((64, 48, 3), True)
    """
    try:
        return _load(case)
    except InputError as error:
        raise InputError(f"case {case.name}: {error}") from error


def _load(case: Case) -> Example:
    original, edited = read_image(case.original), read_image(case.edited)
    mask = np.full(original.shape[:2], DONT_CARE, np.uint8)
    if case.mask is not None:
        mask = case.mask_reader(case.mask)
        _check_size(case.mask, mask, original)
    truth = make_truth(
        mask,
        keep=_read_mask(case.keep, original),
        parsing=_read_parts(case.parsing, original),
        face=_read_mask(case.face, original),
    )
    return Example(case, original, edited, truth, _read_parts(case.edited_parsing, original))


def _read_mask(path: Path | None, image: Image) -> Mask | None:
    if path is None:
        return None
    values = read_gray(path)
    _check_size(path, values, image)
    return values >= (128 if values.max() > 1 else 1)


def _read_parts(path: Path | None, image: Image) -> LabelMap | None:
    if path is None:
        return None
    labels = read_labels(path)
    _check_size(path, labels, image)
    if labels.max() >= len(PARTS):
        raise InputError(f"{path}: expected canonical part ids 0..{len(PARTS) - 1}, got {labels.max()}")
    return labels


def _check_size(path: Path, labels: NDArray[np.uint8], image: Image) -> None:
    if labels.shape != image.shape[:2]:
        got, expected = (f"{shape[1]}x{shape[0]}" for shape in (labels.shape, image.shape))
        raise InputError(f"{path}: is {got}, its picture is {expected}; labels must have their picture's size")
