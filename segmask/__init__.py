"""segmask: take only the outfit (or the hair, or the background) from a generative edit; all else stays the original.

>>> import segmask
>>> from pathlib import Path
>>> from segmask.samples import write_pair
>>> original, edited = write_pair(Path())  # or two pictures of your own
>>> result = segmask.apply(original, edited)
>>> result.save("result.png", mask="mask.png").verdict
'ok'
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # typing's own takes long to load, and until the command has started a Ctrl-C ends in a traceback
if TYPE_CHECKING:
    from typing import Any

    from segmask.api import apply, best, find_faces, mask, parse
    from segmask.batch.run import BatchResult, batch
    from segmask.core.errors import (
        InputError,
        MissingLibraryError,
        ModelError,
        OptionError,
        OutputError,
        SegmaskError,
    )
    from segmask.core.findings import Finding
    from segmask.core.labels import TARGETS
    from segmask.core.types import Box, Face, Parsing
    from segmask.evaluation import evaluate
    from segmask.inpaint.cropping import Crop, crop, stitch
    from segmask.io import Source
    from segmask.masker import Masker
    from segmask.options import Options
    from segmask.preservation import verify
    from segmask.report import Report
    from segmask.result import MaskResult, Result
    from segmask.version import __version__

_HOMES = {
    "segmask.batch.run": ("BatchResult",),
    "segmask.api": ("apply", "best", "find_faces", "mask", "parse"),
    "segmask.core.errors": (
        "InputError",
        "MissingLibraryError",
        "ModelError",
        "OptionError",
        "OutputError",
        "SegmaskError",
    ),
    "segmask.core.findings": ("Finding",),
    "segmask.core.labels": ("TARGETS",),
    "segmask.core.types": ("Box", "Face", "Parsing"),
    "segmask.inpaint.cropping": ("Crop", "crop", "stitch"),
    "segmask.evaluation": ("evaluate",),
    "segmask.io": ("Source",),
    "segmask.masker": ("Masker",),
    "segmask.options": ("Options",),
    "segmask.preservation": ("verify",),
    "segmask.report": ("Report",),
    "segmask.result": ("MaskResult", "Result"),
    "segmask.version": ("__version__",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Names are loaded when they are first asked for: importing segmask loads nothing heavy."""
    if name == "batch":  # the package itself, which can be called
        return import_module("segmask.batch")
    if name not in _HOME_OF:
        raise AttributeError(f"module 'segmask' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME_OF, "batch"})


__all__ = [
    "TARGETS",
    "BatchResult",
    "Box",
    "Crop",
    "Face",
    "Finding",
    "InputError",
    "MaskResult",
    "Masker",
    "MissingLibraryError",
    "ModelError",
    "OptionError",
    "Options",
    "OutputError",
    "Parsing",
    "Report",
    "Result",
    "SegmaskError",
    "Source",
    "__version__",
    "apply",
    "batch",
    "best",
    "crop",
    "evaluate",
    "find_faces",
    "mask",
    "parse",
    "stitch",
    "verify",
]
