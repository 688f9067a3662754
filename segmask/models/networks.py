"""The models of a Masker: checked when they are named, loaded when they are first needed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from segmask.core.errors import OptionError
from segmask.core.system import require_opencv
from segmask.core.types import Face, Image, Parsing
from segmask.models.base import FaceDetector, Parser
from segmask.options import Options


class Networks:
    """The parser and the face detector that options name, or the user's own objects."""

    def __init__(self, options: Options, parser: Parser | None = None, face_detector: FaceDetector | None = None):
        self._options = options
        self._parser = parser
        self._detector = face_detector
        self._detector_loaded = face_detector is not None

    @property
    def parser(self) -> Parser:
        """The parser, loaded on first use. Raises ModelError or OptionError."""
        if self._parser is None:
            from segmask.models.registry import load_parser

            self._parser = load_parser(self._options.parser, labels=self._options.labels, **self._place())
        return self._parser

    @property
    def face_detector(self) -> FaceDetector | None:
        """The face detector, loaded on first use; None where none is wanted or none is present."""
        if not self._detector_loaded:
            from segmask.models.registry import load_face_detector

            self._detector = load_face_detector(self._options.face_detector, **self._place())
            self._detector_loaded = True
        return self._detector

    def _place(self) -> dict[str, Any]:
        require_opencv()
        return {"device": self._options.device, "threads": self._options.threads}

    def faces(self, image: Image) -> tuple[Face, ...]:
        """What the detector finds; nothing without a detector."""
        return self.face_detector.detect(image) if self.face_detector is not None else ()

    def face_source(self, parsed: Parsing | None) -> str | None:
        """Who found the faces: the detector, or without one the parser's own face part."""
        if parsed is None:
            return None
        detector = self.face_detector
        return detector.name if detector is not None else f"{parsed.source} (face part)"


def own_model(model: Any, name: str, method: str) -> Any:
    """The user's own object, or None where a name or a file was given; OptionError for anything else."""
    if isinstance(model, (str, Path)):
        return None
    if not hasattr(model, method):
        raise OptionError(f"{name}: expected a name, a file or an object with .{method}(); got {model!r}")
    return model


def name_of(model: Any) -> str | Path:
    """The name or file that stands for a model in the options."""
    return model if isinstance(model, (str, Path)) else model.name
