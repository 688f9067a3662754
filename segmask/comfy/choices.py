"""Widgets to options, and the maskers that stay loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from segmask.core.errors import OptionError, SegmaskError
from segmask.core.labels import TARGETS
from segmask.masker import Masker
from segmask.options import DEFAULT_TARGET, STRATEGIES, Options

AUTOMATIC = -1.0
"""Of a number widget: as if nothing was chosen."""

_MASKERS: dict[str, Masker] = {}
"""By strategy; each keeps its models."""


def options_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the widgets of a node ask for, as keywords of ``segmask.Options``, defaults left out. Raises OptionError.

    >>> options_of({"strategy": "hybrid", "target": "clothing", "prompt": "", "feather": -1.0, "person": "all"})
    {}
    >>> options_of({"target": "clothing", "prompt": "change the shirt", "tone_match": False})
    {'prompt': 'change the shirt', 'tone_match': False}
    """
    target, prompt = str(given.get("target") or "").strip(), str(given.get("prompt") or "").strip()
    wanted: dict[str, Any] = {}
    if target and target != DEFAULT_TARGET:
        wanted["target"] = target
    if prompt:
        wanted["prompt"] = prompt
    person = str(given.get("person") or "all").strip()
    if person != "all":
        wanted["person"] = person
    feather = given.get("feather", AUTOMATIC)
    if feather is not None and feather != AUTOMATIC:
        wanted["feather"] = float(feather)
    if given.get("grow"):
        wanted["grow"] = float(given["grow"])
    if not given.get("tone_match", True):
        wanted["tone_match"] = False
    Options(**wanted, strategy=str(given.get("strategy", "hybrid")))
    return wanted


def problem_with(given: Mapping[str, Any]) -> str | None:
    """What is wrong with the widgets, before anything runs; None where nothing is, or a value comes by a wire.

    >>> problem_with({"target": "shoes"}) is None, problem_with({"target": None})
    (False, None)
    """
    try:
        options_of({name: value for name, value in given.items() if value is not None})
    except SegmaskError as error:
        return str(error)
    return None


@contextmanager
def loaded(given: Mapping[str, Any]) -> Iterator[Masker]:
    """The masker for a strategy: made once, kept for the next run unless ``keep_models`` is False.

    >>> with loaded({"strategy": "diff", "keep_models": False}) as masker:
    ...     masker.options.strategy
    'diff'
    """
    strategy = str(given.get("strategy", "hybrid"))
    if strategy not in STRATEGIES:
        raise OptionError(f"strategy: expected one of {', '.join(STRATEGIES)}; got {strategy!r}")
    try:
        yield _MASKERS.setdefault(strategy, Masker(strategy=strategy))
    finally:
        if not given.get("keep_models", True):
            free()


def free() -> int:
    """Drop all models that are held; how many maskers that were.

    >>> with loaded({"strategy": "diff"}) as masker:
    ...     free()
    1
    """
    count = len(_MASKERS)
    _MASKERS.clear()
    return count


TARGET_HELP = f"What may come from the edit; several joined by commas: {', '.join(TARGETS)}."
