"""The sample pair in the package: a public-domain portrait and an edit of it drawn by ``scripts/make_demo.py``."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from segmask.core.errors import OutputError
from segmask.core.files import write_files

RESULTS = ("result.png", "mask.png", "report.json", "preview.png")
"""What ``segmask demo`` makes of the pair."""
NAMES = ("original.jpg", "edited.jpg")


def sample(name: str) -> bytes:
    """The contents of one of the pair's files: ``original.jpg`` or ``edited.jpg``.

    >>> sample("original.jpg")[:2]
    b'\xff\xd8'
    """
    return (files("segmask") / "samples" / name).read_bytes()


def write_pair(folder: Path) -> tuple[Path, Path]:
    """Write the pair into a folder; returns the paths of the original and the edit.

    Raises OutputError where that would overwrite a file that an earlier demo did not write.

    >>> original, edited = write_pair(Path())
    >>> original.name, edited.is_file()
    ('original.jpg', True)
    """
    paths = (folder / NAMES[0], folder / NAMES[1])
    ours = all(path.is_file() and path.read_bytes() == sample(path.name) for path in paths)
    taken = [name for name in (*NAMES, *RESULTS) if (folder / name).exists()]
    if taken and not ours:
        raise OutputError(f"{folder}: holds {taken[0]}, which the demo would overwrite; name another folder")
    write_files({path: sample(path.name) for path in paths})
    return paths
