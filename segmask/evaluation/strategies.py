"""What can be measured: segmask's own strategies, masks that another tool made, and any Python function."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

import segmask
from segmask.compose.composite import composite
from segmask.core.checks import describe
from segmask.core.errors import InputError, OptionError, unknown
from segmask.core.fingerprint import package_digest, stamp
from segmask.core.labels import resolve_target
from segmask.core.types import Alpha, Image, LabelMap
from segmask.evaluation.datasets import Example
from segmask.evaluation.datasets.files import find_picture
from segmask.io import read_gray
from segmask.options import DEFAULT_TARGET, STRATEGIES
from segmask.report import ResidueReport
from segmask.version import __version__

if TYPE_CHECKING:
    from segmask.masker import Masker

TRUE_PARSING = "truth"
"""The parser's name that stands for the case's own label maps."""


@dataclass(frozen=True)
class Outcome:
    """What a strategy made of one case."""

    alpha: Alpha
    """float32 (H, W), in steps of 1/255."""
    image: Image
    """uint8 (H, W, 3): the composite."""
    pasted: Image
    """uint8 (H, W, 3): the edited picture on the original's grid, as it was pasted."""
    label_map: LabelMap | None = None
    """uint8 (H, W): what the parser saw in the original, where one was asked."""
    verdict: str = ""
    """ok, review or failed, where the strategy says so."""
    residue: ResidueReport | None = None
    """What shows of the mask's faults, where the strategy measured it."""


class Strategy(Protocol):
    """Something that gives an alpha for a case."""

    @property
    def name(self) -> str:
        """What tables and files call it."""
        ...

    def fingerprint(self, example_name: str) -> str | None:
        """Everything besides the case that the outcome depends on; a finished row is reused while it is the same.

        None if that is unknown: the row is never reused.
        """
        ...

    def apply(self, example: Example) -> Outcome:
        """Run it."""
        ...


@dataclass(frozen=True)
class MaskerStrategy:
    """One of segmask's own strategies with a parser."""

    strategy: str
    parser: str = "auto"
    target: str | None = None
    """For all cases; with ``None`` the default target, or the case's own where that goes beyond it."""
    label: str = ""

    def __post_init__(self) -> None:
        if self.strategy not in STRATEGIES:
            raise unknown("strategy", self.strategy, STRATEGIES)

    @property
    def name(self) -> str:
        """The strategy, and the parser where one was chosen."""
        return self.label or (self.strategy if self.parser == "auto" else f"{self.strategy}+{Path(self.parser).name}")

    def fingerprint(self, example_name: str) -> str | None:  # noqa: ARG002
        """Options, version, the models that the options select on this machine, and the digest of the package."""
        return json.dumps([self.strategy, self.parser, self.target, __version__, self._model_names(), _code()])

    @property
    def _true_labels(self) -> bool:
        """Does the case's own label map stand in for a parser?"""
        return self.parser == TRUE_PARSING

    def _model_names(self) -> list[str]:
        """The models' names; a parser file of the user's own also with its size and time of change."""
        if self.strategy == "diff":
            return []
        models = _models("auto" if self._true_labels else self.parser)
        names = [] if self._true_labels else [models.parser.name]
        if Path(self.parser).is_file():
            names.append(stamp(Path(self.parser)))
        return names if models.face_detector is None else [*names, models.face_detector.name]

    def apply(self, example: Example) -> Outcome:
        """Run segmask; a failed verdict leaves the original as it is."""
        target = self.target or _asked_target(example.case.target)
        masker = _masker(self.strategy, "auto" if self._true_labels else self.parser, target)
        true_parsing = _true_parsing(example) if self._true_labels else None
        result = masker.apply(example.original, example.edited, parsing=true_parsing)
        parsing = result.stages.parsing
        label_map = None if self._true_labels or parsing is None else parsing.label_map
        report = result.report
        if report.verdict == "failed":  # nothing is written then: the user keeps the original
            nothing = np.zeros(result.alpha.shape, np.float32)
            return Outcome(nothing, example.original, result.stages.aligned, label_map, "failed")
        pasted = result.stages.aligned
        return Outcome(result.alpha, result.image, pasted, label_map, report.verdict, report.residue)


@dataclass(frozen=True)
class StoredMasks:
    """Masks in a folder, one ``NAME.*`` for each case: white comes from the edit, black stays, grey is in between."""

    folder: Path
    label: str = ""

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.label or self.folder.resolve().name

    def fingerprint(self, example_name: str) -> str | None:
        """The mask file's size and time."""
        path = find_picture(self.folder, example_name)
        return stamp(path) if path else None

    def apply(self, example: Example) -> Outcome:
        """Read the mask and lay the edit on with it."""
        path = find_picture(self.folder, example.case.name)
        if path is None:
            raise InputError(f"{self.folder}: no mask {example.case.name}.*")
        return paste(example, read_gray(path))


@dataclass(frozen=True)
class FunctionStrategy:
    """A function from a case in memory to its alpha: uint8, bool or float in [0, 1], at the original's size."""

    function: Callable[[Example], Any]
    label: str = ""
    version: str | None = None
    """A name for the function as it is now: rows of an earlier run with the same one are reused, none without one."""

    @property
    def name(self) -> str:
        """The function's name."""
        return self.label or getattr(self.function, "__name__", type(self.function).__name__)

    def fingerprint(self, example_name: str) -> str | None:  # noqa: ARG002
        """Its version."""
        return None if self.version is None else json.dumps([self.name, self.version])

    def apply(self, example: Example) -> Outcome:
        """Call the function and lay the edit on with its mask."""
        return paste(example, self.function(example))


def make_strategy(value: Any, *, parser: str = "auto", target: str | None = None) -> Strategy:
    """A strategy from its name, a function or a strategy. Raises OptionError for anything else.

    >>> make_strategy("diff").name, make_strategy(lambda example: example.truth.alpha).name
    ('diff', '<lambda>')
    """
    if isinstance(value, str):
        return MaskerStrategy(value, parser, target)
    if hasattr(value, "apply") and hasattr(value, "fingerprint"):
        return value
    if callable(value):
        return FunctionStrategy(value)
    raise OptionError(f"strategy: expected a name, a function or a Strategy; got {describe(value)}")


def paste(example: Example, mask: Any) -> Outcome:
    """The composite of an edit that is laid on as it is, resized to the original, without alignment or tone match.

    >>> from segmask.evaluation.datasets.case import Case
    >>> from segmask.evaluation.metrics.truth import make_truth
    >>> original, edited = np.full((4, 4, 3), 50, np.uint8), np.full((4, 4, 3), 200, np.uint8)
    >>> truth = make_truth(np.full((4, 4), 255, np.uint8))
    >>> example = Example(Case("a", *map(Path, ("a.png", "b.png", "mask.png"))), original, edited, truth, None)
    >>> paste(example, np.eye(4, dtype=bool)).image[:2, :2, 0].tolist()
    [[200, 50], [50, 200]]
    """
    alpha = check_alpha(mask, example.original)
    image = composite(example.original, example.edited_on_grid, alpha)
    return Outcome(alpha, image.astype(np.uint8, copy=False), example.edited_on_grid)


def check_alpha(mask: Any, original: Image) -> Alpha:
    """An alpha in steps of 1/255 from bool, uint8 or float. Raises InputError on other kinds, sizes and ranges.

    >>> photo = np.zeros((1, 2, 3), np.uint8)
    >>> check_alpha(np.array([[0, 255]], np.uint8), photo).tolist()
    [[0.0, 1.0]]
    >>> check_alpha(np.array([[0, 2.5]]), photo)
    Traceback (most recent call last):
    segmask.core.errors.InputError: the mask: expected values in [0, 1]; got 0.0..2.5
    """
    if not isinstance(mask, np.ndarray) or mask.shape != original.shape[:2]:
        height, width = original.shape[:2]
        raise InputError(f"the mask: expected an array of shape {(height, width)}; got {describe(mask)}")
    if mask.dtype == np.bool_:
        return mask.astype(np.float32)
    if mask.dtype == np.uint8:
        return mask.astype(np.float32) / np.float32(255)
    if not np.issubdtype(mask.dtype, np.floating):
        raise InputError(f"the mask: expected bool, uint8 or float values; got {mask.dtype}")
    if not (np.isfinite(mask).all() and mask.min() >= 0 and mask.max() <= 1):
        raise InputError(f"the mask: expected values in [0, 1]; got {mask.min()}..{mask.max()}")
    return np.rint(mask * 255).astype(np.float32) / np.float32(255)


def _asked_target(changed: str | None) -> str:
    """The target that a user would name for a case: the default where that includes all that was meant to change.

    A case that means ``upper`` is asked for as ``clothing``; one that means ``hair`` as ``hair``.
    """
    if changed is None or set(resolve_target(changed)) <= set(resolve_target(DEFAULT_TARGET)):
        return DEFAULT_TARGET
    return changed


@cache
def _masker(strategy: str, parser: str, target: str) -> Masker:
    """One for each target in a process; they share the models."""
    from segmask.masker import Masker

    if strategy == "diff":
        return Masker(strategy=strategy)
    models = _models(parser)
    return Masker(strategy=strategy, target=target, parser=models.parser, face_detector=models.face_detector)


@cache
def _models(parser: str) -> Masker:
    from segmask.masker import Masker

    return Masker(parser=parser)


@cache
def _code() -> str:
    """The package's digest, once a process."""
    return package_digest(Path(segmask.__file__).parent)


def _true_parsing(example: Example) -> Any:
    if example.truth.parsing is None:
        raise InputError(f"parser {TRUE_PARSING!r} needs parsing.* in the case")
    if example.edited_parsing is None:
        return example.truth.parsing
    return example.truth.parsing, example.edited_parsing
