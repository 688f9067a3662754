"""What a worker is asked to do, as plain values that travel between processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from segmask.batch.task import Task as BatchTask

MASKS = ("include", "exclude", "mask_in")
PAIR_OPTIONS = ("target", "prompt", "person", "threshold", "min_area", "feather", "grow", "tone_match")
"""Options that may change on an opened pair; others are settled when it is opened."""


@dataclass(frozen=True)
class Recipe:
    """All that a result is made from. A worker that has forgotten it can make it again."""

    original: bytes
    edited: bytes
    max_pixels: int
    key: str | None = None
    """The pair's id; None for a pair that is asked for once."""
    options: dict[str, Any] = field(default_factory=dict)
    masks: dict[str, bytes] = field(default_factory=dict)
    """Files, by the names of ``MASKS``."""
    parsing: tuple[bytes, ...] = ()
    """Label maps, of the original or of both."""


@dataclass(frozen=True)
class Open:
    """Read, parse and align a pair. Answered by ``Opened``'s fields as a dict."""

    recipe: Recipe


@dataclass(frozen=True)
class Apply:
    """Make the result. Answered by a dict with the report and what the page shows of it."""

    recipe: Recipe


@dataclass(frozen=True)
class View:
    """A picture of a result or of the pair, for a screen. Answered by a ``File``."""

    recipe: Recipe
    name: str
    side: int
    """Pixels of the long side, at most."""


@dataclass(frozen=True)
class Export:
    """A file to keep: the composite, the mask, layers or all as zip. Answered by a ``File``."""

    recipe: Recipe
    name: str
    """As ``composite.png``."""
    mark: bool = False
    with_mask: bool = False
    """Whether the answer is to hold the mask too."""


@dataclass(frozen=True)
class MaskOf:
    """The semantic mask of one picture. Answered by a ``File``."""

    image: bytes
    max_pixels: int
    options: dict[str, Any]
    mask_format: str = "gray"
    invert: bool = False
    parsing: bytes | None = None


@dataclass(frozen=True)
class Parse:
    """What one picture shows. Answered by a ``File``."""

    image: bytes
    max_pixels: int
    options: dict[str, Any]


@dataclass(frozen=True)
class BatchRow:
    """One pair of a job, as ``segmask batch`` does it. Answered by ``Made``."""

    task: BatchTask
    pictures: dict[str, bytes]
    """The files that the task names."""
    options: dict[str, Any]
    mark: bool
    max_pixels: int


@dataclass(frozen=True)
class Made:
    """What became of a pair of a job."""

    row: dict[str, Any]
    """As in a batch's journal."""
    files: dict[str, bytes]
    """What was written, by name, with the small picture."""


@dataclass(frozen=True)
class Forget:
    """Drop a pair."""

    key: str


@dataclass(frozen=True)
class File:
    """A file as an answer."""

    data: bytes
    media_type: str
    report: dict[str, Any] | None = None
    mask: bytes | None = None
    """The mask as PNG, where it was asked for."""


Task = Open | Apply | View | Export | MaskOf | Parse | BatchRow | Forget
