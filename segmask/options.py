"""What a user can choose, with its default: the one truth for the API, the shell and the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from segmask.core.errors import OptionError, unknown
from segmask.core.geometry import REFERENCE_SIDE
from segmask.core.labels import resolve_target

STRATEGIES = ("hybrid", "semantic", "diff")


@dataclass(frozen=True)
class Options:
    """Everything that can be chosen for a run."""

    strategy: str = "hybrid"
    """How it is decided what comes from the edit: ``hybrid``, ``semantic`` or ``diff``."""
    target: str = "clothing"
    """What may come from the edit: names of ``segmask.core.labels.TARGETS``, joined by commas."""
    prompt: str | None = None
    """The edit instruction that the target was read from (``segmask.prompt.read``)."""
    parser: str | Path = "auto"
    """Human-parsing model: a name of the registry or an ONNX file; ``auto`` takes the best that is present."""
    labels: str | Path | None = None
    """JSON file that describes the parser where that is an ONNX file of one's own."""
    person: str | int = "all"
    """Of several people, whose clothing is the target: a number from left to right, ``largest`` or ``all``. All faces
    are protected in any case."""
    face_detector: str | Path = "auto"
    """Face detector: a name of the registry, a file or ``none``; ``auto`` takes the best that is present."""
    threshold: float | None = None
    """Lower change threshold in units of the noise floor, > 0; automatic without it."""
    min_area: float | None = None
    """Smallest changed region that counts, as a share of the picture in [0, 1]; automatic without it."""
    feather: float | None = None
    """Width of the soft edge in pixels at the reference size, >= 0; automatic without it."""
    device: str = "cpu"
    """Where networks run: ``cpu``, ``cuda``, ``coreml``, ``directml`` or ``auto``."""
    threads: int | None = None
    """Threads a network uses; onnxruntime's own choice without it."""
    tone_match: bool = True
    """Take the model's drift of colour and light out of what comes from the edit."""

    def __post_init__(self) -> None:
        if self.strategy not in STRATEGIES:
            raise unknown("strategy", self.strategy, STRATEGIES)
        resolve_target(self.target)
        _check_person(self.person, self.strategy, self.parts)
        _check("threshold", self.threshold, 0, float("inf"), "a number above 0, in units of the noise floor")
        _check("min_area", self.min_area, -1e-9, 1, "a share of the picture between 0 and 1")
        _check("feather", self.feather, -1e-9, 500, f"pixels at a long side of {REFERENCE_SIDE}, 0 to 500")

    @property
    def parts(self) -> tuple[str, ...]:
        """The canonical parts that the target stands for."""
        return resolve_target(self.target)


def _check_person(person: str | int, strategy: str, parts: tuple[str, ...]) -> None:
    if isinstance(person, bool) or not re.fullmatch(r"all|largest|[1-9][0-9]*", str(person)):
        raise OptionError(f"person: expected all, largest or a number from 1, counted from the left; got {person!r}")
    if str(person) != "all" and strategy == "diff":
        raise OptionError("person: strategy diff looks for no people; choose hybrid or semantic")
    if str(person) != "all" and "background" in parts:
        raise OptionError("person: the background is nobody's; leave it out of the target, or person at all")


def _check(name: str, value: float | None, above: float, most: float, expected: str) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not above < value <= most:
        raise OptionError(f"{name}: expected {expected}; got {value}")
