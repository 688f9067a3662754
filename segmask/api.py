"""Every job in one call; ``Masker`` keeps the models for many pictures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

from segmask import io
from segmask.core.errors import OptionError
from segmask.core.types import Face, Parsing
from segmask.inputs import Parsings, read_checked
from segmask.masker import Masker
from segmask.options import OptionArguments
from segmask.result import MaskResult, Result

PARSING_OPTIONS = ("parser", "labels", "device", "threads", "max_pixels")
"""All that matters to ``parse``."""


def apply(
    original: io.Source,
    edited: io.Source,
    *,
    parsing: Parsings = None,
    include: io.Source | None = None,
    exclude: io.Source | None = None,
    mask_in: io.Source | None = None,
    mask_format: str = "auto",
    **options: Unpack[OptionArguments],
) -> Result:
    """The composite of an original and its edit.

    Args:
        original: path, PIL image, or uint8/uint16 array (H, W, 1..4); anything with ``__array__``.
        edited: the same, of any size.
        parsing: a label map of the original, or a pair (the original's, the aligned edit's).
        include: mask (H, W) of what comes from the edit whatever is decided.
        exclude: mask of what stays original; beats ``include``.
        mask_in: mask of your own instead of a decision, its grey levels the alpha.
        mask_format: how these masks mark things: ``gray`` (white), ``rgba`` or ``openai`` or ``comfy`` (transparent),
            ``vton``, ``painted``, ``layer``, ``hole``; ``auto`` refuses what could mean two things.
        options: fields of ``segmask.Options``. ``labels`` is the label set of ``parsing``, if not the canonical parts;
            without ``parsing``, the JSON file that describes a parser of your own.

    Raises:
        InputError: a picture or mask that can't be used.
        ModelError: a model that can't be loaded.
        OptionError: an option or a value that doesn't exist, or has nothing to act on.

    >>> import numpy as np
    >>> original = np.full((64, 64, 3), 90, np.uint8)
    >>> edited = original.copy()
    >>> edited[20:44, 20:44] = 200
    >>> result = apply(original, edited, strategy="diff")
    >>> result.alpha.shape, bool((result.image[:8] == 90).all())
    ((64, 64), True)
    """
    masker, labels = _masker(parsing, options)
    corrections = {"include": include, "exclude": exclude, "mask_in": mask_in, "mask_format": mask_format}
    return masker.apply(original, edited, parsing=parsing, labels=labels, **corrections)


def best(
    original: io.Source,
    edits: Iterable[io.Source],
    *,
    parsing: Parsings = None,
    include: io.Source | None = None,
    exclude: io.Source | None = None,
    mask_in: io.Source | None = None,
    mask_format: str = "auto",
    **options: Unpack[OptionArguments],
) -> Result:
    """The best composite of an original and one of several edits of it; ``report.candidates`` lists them all.

    Edits are ranked by verdict, then confidence (``segmask.verdict.ranking.rank_key``); equals by their order. The
    original is parsed once. An edit that can't be used is listed as failed.

    Args:
        original: path, PIL image or array.
        edits: paths, PIL images or arrays.
        parsing: a label map of the original.
        include: as for ``apply``, for every edit; so are ``exclude`` and ``mask_in``.
        exclude: mask of what stays original.
        mask_in: mask of your own.
        mask_format: how these masks mark things.
        options: as for ``apply``.

    Raises:
        InputError: none of the edits can be used, or the original can't.
        ModelError: a model that can't be loaded.
        OptionError: an option or a value that doesn't exist, or has nothing to act on.

    >>> import numpy as np
    >>> original = np.full((64, 64, 3), 90, np.uint8)
    >>> edited = original.copy()
    >>> edited[20:44, 20:44] = 200
    >>> [tried.place for tried in best(original, [original, edited], strategy="diff").report.candidates]
    [2, 1]
    """
    masker, labels = _masker(parsing, options)
    corrections = {"include": include, "exclude": exclude, "mask_in": mask_in, "mask_format": mask_format}
    return masker.best(original, edits, parsing=parsing, labels=labels, **corrections)


def mask(original: io.Source, *, parsing: Parsings = None, **options: Unpack[OptionArguments]) -> MaskResult:
    """The semantic mask of one picture: where the target is, less what is protected; for an inpainting service.

    Args:
        original: path, PIL image or array.
        parsing: a label map of the picture.
        options: as for ``apply``; those that need an edit are refused, a ``strategy`` but ``semantic`` too.

    Raises as ``apply``.

    >>> import numpy as np
    >>> labels = np.zeros((64, 64), np.uint8)
    >>> labels[20:60, 10:50] = 4  # upper
    >>> made = mask(np.full((64, 64, 3), 90, np.uint8), parsing=labels, target="upper", face_detector="none")
    >>> int(made.mask[40, 30]), int(made.mask[5, 5])
    (255, 0)
    """
    if options.get("strategy") == "hybrid":
        raise OptionError("strategy: one picture has no change for hybrid to measure; leave it out, or say semantic")
    masker, labels = _masker(parsing, options)
    return masker.mask(original, parsing=parsing, labels=labels)


def parse(image: io.Source, **options: Unpack[OptionArguments]) -> Parsing:
    """What each pixel of a picture shows.

    Args:
        image: path, PIL image or array.
        options: ``parser``, ``labels``, ``device`` and ``threads`` of ``segmask.Options``.

    Returns:
        ``.label_map``, uint8 (H, W), and ``.probs(part)``, float32 (H, W) in [0, 1].

    >>> import numpy as np
    >>> parse(np.full((64, 48, 3), 90, np.uint8)).label_map.shape
    (64, 48)
    """
    masker = _only(options, PARSING_OPTIONS)
    return masker.parser.parse(read_checked(image, "image", masker.options.max_pixels).image)


def find_faces(image: io.Source, **options: Unpack[OptionArguments]) -> tuple[Face, ...]:
    """Faces in a picture, from left to right.

    Args:
        image: path, PIL image or array.
        options: ``face_detector`` and ``parser`` of ``segmask.Options`` and what goes with them. Without a detector
            (``auto`` finds none) the parser's face part serves; with one, ``parser`` and ``labels`` are refused.

    >>> import numpy as np
    >>> find_faces(np.full((64, 48, 3), 90, np.uint8), face_detector="none")
    ()
    """
    from segmask.fusion.protect import faces_of

    masker = _only(options, (*PARSING_OPTIONS, "face_detector"))
    pixels = read_checked(image, "image", masker.options.max_pixels).image
    detector = masker.face_detector
    if detector is None:
        faces = faces_of(masker.parser.parse(pixels))
    else:
        for name in {"parser", "labels"} & set(options):
            raise OptionError(f"{name}: {detector.name} finds the faces, and no parser is asked; leave one of them out")
        faces = detector.detect(pixels)
    return tuple(sorted(faces, key=lambda face: (face.box.x0, face.box.y0)))


def _masker(parsing: Parsings, options: OptionArguments) -> tuple[Masker, Any]:
    """The Masker, and the label set of the parsing: without a parsing, ``labels`` describes the parser."""
    if parsing is None:
        return Masker(**options), None
    labels = options.pop("labels", None)
    return Masker(**options), labels


def _only(options: OptionArguments, used: tuple[str, ...]) -> Masker:
    """The Masker of a job that some options alone matter to. Raises OptionError for the others."""
    masker = Masker(**options)
    for name in options:
        if name not in used:
            raise OptionError(f"{name}: has nothing to act on here; expected {', '.join(used)}")
    return masker
