"""A model that is none, small enough to be sent about in tests."""

from __future__ import annotations

import hashlib
from pathlib import Path

from segmask.models.catalog import ModelEntry

BODY = b"\x08\x07stand-in network " * 1000
OTHER = b"\x08\x07another network " * 1000
TOY = ModelEntry(
    name="toy",
    task="parser",
    adapter="segformer",
    file="toy.onnx",
    sha256=hashlib.sha256(BODY).hexdigest(),
    size=len(BODY),
    urls=(),
    licence="MIT",
    proven=True,
)


def files(folder: Path) -> list[str]:
    """The names in a folder; none if it isn't there."""
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
