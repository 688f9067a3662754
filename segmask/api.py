"""The main job in one call; ``Masker`` keeps the models for many."""

from __future__ import annotations

from typing import Any

from segmask import io
from segmask.inputs import checked
from segmask.options import Options
from segmask.pipeline import Masker
from segmask.result import Result
from segmask.types import Face, Parsing


def apply(
    original: Any,
    edited: Any,
    *,
    parsing: Any = None,
    labels: str | None = None,
    include: Any = None,
    exclude: Any = None,
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
        options: see ``Masker``: strategy, target, parser, face_detector, threshold, min_area, feather, tone_match,
            device, threads.

    Raises:
        InputError: a picture or mask that can't be used.
        ModelError: a model that can't be loaded.
        OptionError: an option's value that doesn't exist.
    """
    if parsing is None:
        return Masker(labels=labels, **options).apply(original, edited, include=include, exclude=exclude)
    return Masker(**options).apply(original, edited, parsing=parsing, labels=labels, include=include, exclude=exclude)


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
