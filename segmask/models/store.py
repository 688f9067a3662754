"""Where downloaded models lie: the user's cache folder, or ``SEGMASK_HOME``."""

from __future__ import annotations

import os
from pathlib import Path

from segmask.models.catalog import ModelEntry

HOME_VARIABLE = "SEGMASK_HOME"


def models_dir() -> Path:
    """The folder of the model files; it need not exist."""
    home = os.environ.get(HOME_VARIABLE)
    if home:
        return Path(home).expanduser() / "models"
    import platformdirs

    return Path(platformdirs.user_cache_dir("segmask", appauthor=False)) / "models"


def stored_path(entry: ModelEntry) -> Path:
    """Where the entry's file lies or would lie."""
    return models_dir() / entry.file


def is_present(entry: ModelEntry) -> bool:
    """Whether the file is there at its full size."""
    path = stored_path(entry)
    return path.is_file() and entry.size in (None, path.stat().st_size)
