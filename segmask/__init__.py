"""segmask: take only the outfit (or the hair, or the background) from a generative edit; all else stays the original.

>>> import segmask
>>> result = segmask.apply("original.jpg", "edited.png")  # doctest: +SKIP
>>> result.save("result.png", mask="mask.png")  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segmask.api import apply, best, find_faces, parse
from segmask.core.errors import (
    InputError,
    MissingLibraryError,
    ModelError,
    OptionError,
    OutputError,
    SegmaskError,
)
from segmask.core.types import Box, Face, Parsing
from segmask.masker import Masker
from segmask.result import MaskResult, Result
from segmask.version import __version__

if TYPE_CHECKING:
    from segmask.evaluation import evaluate


def __getattr__(name: str) -> Any:
    """``evaluate`` is loaded when it is first asked for: most runs never do."""
    if name == "evaluate":
        from segmask.evaluation import evaluate

        return evaluate
    raise AttributeError(f"module 'segmask' has no attribute {name!r}")


__all__ = [
    "Box",
    "Face",
    "InputError",
    "MaskResult",
    "Masker",
    "MissingLibraryError",
    "ModelError",
    "OptionError",
    "OutputError",
    "Parsing",
    "Result",
    "SegmaskError",
    "__version__",
    "apply",
    "best",
    "evaluate",
    "find_faces",
    "parse",
]
