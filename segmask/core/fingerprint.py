"""What a finished row depends on, apart from the case: a file's version, and the code and weights that make masks."""

from __future__ import annotations

import hashlib
from pathlib import Path

APART = ("batch", "cli", "comfy", "evaluation", "serve")
"""Folders of the package that make no mask: a change there leaves finished rows valid."""


def stamp(path: Path) -> str:
    """Path, size and time of change: another text for every version of a file.

    >>> path = Path("weights.npz")
    >>> _ = path.write_bytes(b"old")
    >>> before = stamp(path)
    >>> _ = path.write_bytes(b"newer")
    >>> stamp(path) == before
    False
    """
    stat = path.stat()
    return f"{path.resolve()} {stat.st_size} {stat.st_mtime_ns}"


def package_digest(root: Path) -> str:
    """Digest of every file of a package that can change a mask: code, fitted weights, networks, word lists.

    Only compiled Python and the folders in ``APART`` are left out, so that a new kind of file counts by itself.

    >>> Path("fusion").mkdir()
    >>> _ = Path("fusion/cut.py").write_text("x = 1")
    >>> before = package_digest(Path())
    >>> _ = Path("fusion/cut.py").write_text("x = 2")
    >>> package_digest(Path()) == before
    False
    """
    digest = hashlib.sha256()
    for path in sorted(path for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        name = path.relative_to(root)
        if name.parts[0] not in APART:
            digest.update(f"{name.as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
