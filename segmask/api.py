"""The main job in one call; ``Masker`` keeps the models for many."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from segmask import io
from segmask.core.types import Face, Parsing
from segmask.inputs import checked
from segmask.masker import Masker
from segmask.options import Options
from segmask.result import Result
from segmask.several import best_of


def apply(
    original: Any,
    edited: Any,
    *,
    parsing: Any = None,
    labels: str | None = None,
    include: Any = None,
    exclude: Any = None,
    mask_in: Any = None,
    **options: Any,
) -> Result:
    """The composite of an original and its edit: ``Masker(**options).apply(...)``.

    Args:
        original: path, PIL image, or uint8/uint16 array (H, W, 1..4).
        edited: the same, of any size.
        parsing: a label map of the original, or a pair (the original's, the aligned edit's).
        labels: the label set of ``parsing``, if not the canonical parts; without ``parsing``, the JSON file that
            describes a parser of your own.
        include: mask (H, W) of what comes from the edit whatever is decided.
        exclude: mask of what stays original; beats ``include``.
        mask_in: mask of your own instead of a decision, its grey levels the alpha.
        options: see ``Masker``: strategy, target or prompt, person, parser, face_detector, threshold, min_area,
            feather, tone_match, device, threads.

    Raises:
        InputError: a picture or mask that can't be used.
        ModelError: a model that can't be loaded.
        OptionError: an option's value that doesn't exist.
    """
    masker, labels = _masker(parsing, labels, options)
    corrections = {"include": include, "exclude": exclude, "mask_in": mask_in}
    return masker.apply(original, edited, parsing=parsing, labels=labels, **corrections)


def best(
    original: Any,
    edits: Iterable[Any],
    *,
    parsing: Any = None,
    labels: str | None = None,
    include: Any = None,
    exclude: Any = None,
    mask_in: Any = None,
    **options: Any,
) -> Result:
    """The best composite of an original and one of several edits of it; ``report.candidates`` lists them all.

    Edits are ranked by verdict, then confidence (``segmask.verdict.ranking.rank_key``); equals by their order. The
    original is parsed once. An edit that can't be used is listed as failed.

    Args:
        original: path, PIL image or array.
        edits: paths, PIL images or arrays.
        parsing: a label map of the original.
        labels, include, exclude, mask_in, options: as for ``apply``.

    Raises:
        InputError: none of the edits can be used, or the original can't.
        ModelError: a model that can't be loaded.
        OptionError: an option's value that doesn't exist.
    """
    masker, labels = _masker(parsing, labels, options)
    corrections = {"include": include, "exclude": exclude, "mask_in": mask_in}
    return best_of(masker, original, edits, parsing=parsing, labels=labels, **corrections)


def _masker(parsing: Any, labels: str | None, options: dict[str, Any]) -> tuple[Masker, str | None]:
    """The Masker, and the label set of the parsing: without a parsing, ``labels`` describes the parser."""
    return (Masker(labels=labels, **options), None) if parsing is None else (Masker(**options), labels)


def parse(image: Any, parser: Any = Options.parser) -> Parsing:
    """What each pixel of a picture shows: ``.label_map``, uint8 (H, W), and ``.probs(part)``, float32 (H, W).

    Args:
        image: path, PIL image or array.
        parser: name, ONNX file or a Parser.
    """
    return Masker(parser=parser).parser.parse(checked(io.read_picture(image, "image"), "image").image)


def find_faces(
    image: Any, face_detector: Any = Options.face_detector, parser: Any = Options.parser
) -> tuple[Face, ...]:
    """Faces in a picture, from left to right.

    Args:
        image: path, PIL image or array.
        face_detector: name, file or a FaceDetector; without one (``auto`` finds none), the parser's face part serves.
        parser: asked where there is no detector.
    """
    from segmask.fusion.protect import faces_of

    masker = Masker(parser=parser, face_detector=face_detector)
    pixels = checked(io.read_picture(image, "image"), "image").image
    detector = masker.face_detector
    faces = detector.detect(pixels) if detector is not None else faces_of(masker.parser.parse(pixels))
    return tuple(sorted(faces, key=lambda face: (face.box.x0, face.box.y0)))
