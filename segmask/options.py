"""What a user can choose: one place for name, default, meaning and checks, for Python, the shell and everything on top.

``Options`` is the truth. ``OptionArguments`` repeats its names for type checkers alone, and a test holds the two
together; the shell's options are made from the fields (``segmask.cli.options``).
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from functools import cached_property
from numbers import Integral, Real
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from segmask.core.errors import OptionError, unknown
from segmask.core.geometry import REFERENCE_SIDE
from segmask.core.labels import TARGETS, resolve_target
from segmask.io.limits import MAX_PIXELS as DEFAULT_PIXELS

if TYPE_CHECKING:
    from segmask.models.base import FaceDetector, Parser
    from segmask.prompt.read import Understood

STRATEGIES = ("hybrid", "semantic", "diff")
DEVICES = ("cpu", "cuda", "coreml", "directml", "auto")
DEFAULT_TARGET = "clothing"
MOST_THREADS = 1024
"""More than any machine has cores for; thousands hang it."""
GROW_LIMIT = 500  # pixels at the reference size: half of the picture
PIXELS = f"pixels at a long side of {REFERENCE_SIDE}"


def _choice(default: Any, meaning: str, values: str = "", flag: str = "") -> Any:
    """A field of ``Options``: its default, what it means, and in the shell what stands for its value and its letter."""
    return field(default=default, metadata={"help": meaning, "metavar": values, "flag": flag})


@dataclass(frozen=True)
class Options:
    """Everything that can be chosen for a run; each field's ``metadata["help"]`` says what it means.

    Options that would do nothing are refused: ``threshold`` and ``min_area`` without ``diff``; ``target``, ``prompt``,
    ``person`` and all about models with it; ``labels`` without a parser file of your own; ``device`` where parser
    and face detector are your own objects. Raises OptionError.

    >>> Options(target="upper,lower").parts
    ('upper', 'lower')
    >>> Options(prompt="replace the shirt with a jacket").parts
    ('upper', 'outerwear')
    """

    strategy: str = _choice(
        "hybrid",
        "What decides: parsing and evidence together, parsing alone, or evidence alone.",
        "|".join(STRATEGIES),
        "-s",
    )
    target: str | Iterable[str] | None = _choice(
        None, f"What may come from the edit, without it {DEFAULT_TARGET}: {', '.join(TARGETS)}.", "NAME[,NAME]", "-t"
    )
    prompt: str | None = _choice(
        None, "The edit's instruction in English: names the target instead of --target.", "WORDS"
    )
    person: str | int = _choice(
        "all",
        "Of several people, whose clothing is the target, counted from the left; all faces stay protected.",
        "N|largest|all",
    )
    parser: str | os.PathLike[str] | Parser = _choice(
        "auto", "Human-parsing model; see `segmask models list`. auto takes the best present.", "NAME|FILE"
    )
    labels: str | os.PathLike[str] | None = _choice(
        None, "JSON file that describes a --parser file of your own; or the label set of --parsing.", "NAME|FILE.json"
    )
    face_detector: str | os.PathLike[str] | FaceDetector | None = _choice(
        "auto", "Face detector; auto takes the best present.", "NAME|FILE|none"
    )
    threshold: float | None = _choice(
        None, "diff: lowest change that counts, in units of the noise floor; automatic if not given.", "FLOAT"
    )
    min_area: float | None = _choice(
        None, "diff: smallest changed region, as a share of the picture; automatic if not given.", "FLOAT"
    )
    feather: float | None = _choice(
        None, f"Width of the soft edge in {PIXELS}; 0 is a hard edge; automatic if not given.", "FLOAT"
    )
    grow: float = _choice(
        0.0,
        f"Widen what is taken by so many {PIXELS}, or narrow it if below 0; protected pixels stay out.",
        "FLOAT",
    )
    tone_match: bool = _choice(
        True,
        "Take the edit's drift of colour and light out of what comes from it, by at most 10 of 255 levels; "
        "skin meets the original's in one tone.",
    )
    device: str = _choice("cpu", "Where networks run.", "|".join(DEVICES))
    threads: int | None = _choice(
        None, "Threads of onnxruntime and of OpenCV; as many as they like if not given.", "INT"
    )
    max_pixels: int | None = _choice(
        None,
        "Most pixels that a picture or mask may declare, judged before it is decoded; "
        f"{DEFAULT_PIXELS // 1_000_000} million if not given, and less for files too small to hold them.",
        "INT",
    )

    def __post_init__(self) -> None:
        target = self.target
        if target is not None and not isinstance(target, str):
            if not isinstance(target, Iterable):
                raise OptionError(f"target: expected names such as 'clothing' or a list of them; got {target!r}")
            object.__setattr__(self, "target", ",".join(map(str, target)))
        if self.face_detector is None:
            object.__setattr__(self, "face_detector", "none")
        if self.strategy not in STRATEGIES:
            raise unknown("strategy", self.strategy, STRATEGIES)
        if self.target is not None and self.prompt is not None:
            raise OptionError("target and prompt both say what may come from the edit; give one of them")
        _check_model("parser", self.parser, "parse")
        _check_model("face_detector", self.face_detector, "detect")
        _check_number("threshold", self.threshold, 0, float("inf"), "a number above 0, in units of the noise floor")
        _check_number("min_area", self.min_area, -1e-9, 1, "a share of the picture between 0 and 1")
        _check_number("feather", self.feather, -1e-9, 500, f"{PIXELS}, 0 to 500")
        _check_number("grow", self.grow, -GROW_LIMIT - 1e-9, GROW_LIMIT, f"{PIXELS}, -{GROW_LIMIT} to {GROW_LIMIT}")
        self._check_kinds()
        if isinstance(self.person, bool) or not re.fullmatch(r"all|largest|[1-9][0-9]*", str(self.person)):
            expected = "all, largest or a number from 1, counted from the left"
            raise OptionError(f"person: expected {expected}; got {self.person!r}")
        parts = self.parts  # says which targets exist, and which words a prompt may hold
        if self.person != "all" and "background" in parts:
            raise OptionError("person: the background is nobody's; leave it out of the target, or person at all")
        self._check_used()

    @cached_property
    def understood(self) -> Understood | None:
        """What was understood of the prompt; None without one."""
        from segmask.prompt.read import read_prompt

        return None if self.prompt is None else read_prompt(self.prompt)

    @property
    def asked(self) -> str:
        """The target in the user's words, its default's name, or the parts that the prompt names."""
        understood = self.understood
        if understood is not None:
            return ",".join(understood.parts)
        return DEFAULT_TARGET if self.target is None else str(self.target)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The canonical parts that the target stands for."""
        return resolve_target(self.asked)

    @property
    def files(self) -> tuple[str | os.PathLike[str], ...]:
        """Parser, label set and face detector as far as they are files: inputs, which no output may overwrite."""
        named = (self.parser, self.labels, self.face_detector)
        return tuple(name for name in named if isinstance(name, (str, os.PathLike)) and Path(name).is_file())

    def changed(self, arguments: Mapping[str, Any]) -> Options:
        """These options with some others. Raises OptionError for names that don't exist and values that don't go.

        A new target takes the place of a prompt, and the other way round.
        """
        check_names(arguments)
        for name, other in (("target", "prompt"), ("prompt", "target")):
            if arguments.get(name) is not None and other not in arguments:
                arguments = {**arguments, other: None}
        return replace(self, **arguments)

    def _check_kinds(self) -> None:
        """OptionError for what is no label set, tone match, device or number of threads."""
        if self.grow is None:
            raise OptionError(f"grow: expected {PIXELS}, 0 to leave it; got None")
        if self.labels is not None and not isinstance(self.labels, (str, os.PathLike)):
            raise OptionError(f"labels: expected a name or a JSON file; got {self.labels!r}")
        if not isinstance(self.tone_match, bool):
            raise OptionError(f"tone_match: expected True or False; got {self.tone_match!r}")
        if self.device not in DEVICES:
            raise unknown("device", self.device, DEVICES)
        _check_count("threads", self.threads, MOST_THREADS)
        _check_count("max_pixels", self.max_pixels, None)

    def _check_used(self) -> None:
        """OptionError for a choice that has nothing to act on."""
        if self.strategy == "diff":
            unused = [entry.name for entry in fields(self) if entry.name in BY_PARSING and _is_given(self, entry)]
            if unused:
                reason = "strategy diff takes whatever changed and uses no model"
                raise OptionError(f"{unused[0]}: {reason}; leave it out, or choose hybrid or semantic")
            return
        for name in ("threshold", "min_area"):
            if getattr(self, name) is not None:
                raise OptionError(f"{name}: only strategy diff decides by it; leave it out, or choose diff")
        if self.labels is not None and not _is_onnx(self.parser):
            raise OptionError("labels: go with a parsing, or with an .onnx parser of your own; neither is given")
        own = not isinstance(self.parser, (str, os.PathLike)) and not _is_named(self.face_detector)
        if own and self.device != Options.device:
            raise OptionError("device: no network is loaded, the parser is an object of yours; leave it out")


BY_PARSING = ("target", "prompt", "person", "parser", "labels", "face_detector", "device")
"""Options of models, and those that act on what models show."""


class OptionArguments(TypedDict, total=False):
    """The fields of ``Options`` as keywords."""

    strategy: str
    target: str | Iterable[str] | None
    prompt: str | None
    person: str | int
    parser: str | os.PathLike[str] | Parser
    labels: str | os.PathLike[str] | None
    face_detector: str | os.PathLike[str] | FaceDetector | None
    threshold: float | None
    min_area: float | None
    feather: float | None
    grow: float
    tone_match: bool
    device: str
    threads: int | None
    max_pixels: int | None


class PairArguments(TypedDict, total=False):
    """The options that may change on an opened pair."""

    target: str | Iterable[str] | None
    prompt: str | None
    person: str | int
    threshold: float | None
    min_area: float | None
    feather: float | None
    grow: float
    tone_match: bool


def check_names(names: Iterable[str]) -> None:
    """OptionError for a name that is no option; it says which one is nearest.

    >>> check_names(["target", "feather"])
    >>> check_names(["targt"])
    Traceback (most recent call last):
        ...
    segmask.core.errors.OptionError: unknown option 'targt'; did you mean 'target'?
    """
    known = [entry.name for entry in fields(Options)]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"expected one of: {', '.join(known)}"
            raise OptionError(f"unknown option {name!r}; {hint}")


def _is_given(options: Options, entry: Field[Any]) -> bool:
    value = getattr(options, entry.name)
    return value != entry.default and not (entry.name == "face_detector" and value == "none")


def _is_onnx(parser: Any) -> bool:
    return isinstance(parser, (str, os.PathLike)) and os.fspath(parser).lower().endswith(".onnx")


def _is_named(detector: Any) -> bool:
    return isinstance(detector, (str, os.PathLike)) and detector != "none"


def _check_model(name: str, model: Any, method: str) -> None:
    if not isinstance(model, (str, os.PathLike)) and not hasattr(model, method):
        raise OptionError(f"{name}: expected a name, a file or an object with .{method}(); got {model!r}")


def _check_count(name: str, value: int | None, most: int | None) -> None:
    whole = isinstance(value, Integral) and not isinstance(value, bool) and value >= 1
    if value is not None and not (whole and (most is None or value <= most)):
        raise OptionError(
            f"{name}: expected a whole number {'from 1' if most is None else f'1 to {most}'}; got {value!r}"
        )


def _check_number(name: str, value: float | None, above: float, most: float, expected: str) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, Real) or not above < value <= most:
        raise OptionError(f"{name}: expected {expected}; got {value!r}")
