"""The models of a Masker: checked when they are named, loaded when they are first needed."""

from __future__ import annotations

import os
from typing import Any

from segmask.core.system import bound_opencv
from segmask.models.base import FaceDetector, Parser
from segmask.options import Options


class Networks:
    """The parser and the face detector that options name, or the user's own objects among the options."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._loaded: dict[str, Any] = {}

    @property
    def parser(self) -> Parser:
        """The parser, loaded on first use. Raises ModelError or OptionError."""
        if not isinstance(self._options.parser, (str, os.PathLike)):
            return self._options.parser
        if "parser" not in self._loaded:
            from segmask.models.registry import load_parser

            name, labels = os.fspath(self._options.parser), self._options.labels
            labels = None if labels is None else os.fspath(labels)
            self._loaded["parser"] = load_parser(name, labels=labels, **self._place())
        return self._loaded["parser"]

    @property
    def face_detector(self) -> FaceDetector | None:
        """The face detector, loaded on first use; None where none is wanted or none is present."""
        detector = self._options.face_detector
        if detector is not None and not isinstance(detector, (str, os.PathLike)):
            return detector
        if "face detector" not in self._loaded:
            from segmask.models.registry import load_face_detector

            name = "none" if detector is None else os.fspath(detector)
            self._loaded["face detector"] = load_face_detector(name, **self._place())
        return self._loaded["face detector"]

    def _place(self) -> dict[str, Any]:
        bound_opencv(self._options.threads)
        return {"device": self._options.device, "threads": self._options.threads}
