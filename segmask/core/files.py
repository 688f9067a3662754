"""Writing files so that a run's outputs appear all or none, each in one step."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from segmask.core.errors import OptionError, OutputError


def check_outputs(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise if an output is an input, a folder or named twice, or if its folder is missing or can't be written."""
    inputs = [Path(path) for path in inputs]
    seen: set[Path] = set()
    for output in map(Path, outputs):
        resolved = output.resolve()
        if any(_same(resolved, source) for source in inputs):
            raise OptionError(f"{output}: the output is also an input; inputs are never overwritten, name another file")
        if resolved in seen:
            raise OptionError(f"{output}: named for two outputs; give each its own file")
        seen.add(resolved)
        if output.is_dir():
            raise OutputError(f"{output}: is a folder; expected a file name")
        if not resolved.parent.is_dir():
            raise OutputError(f"{output}: the folder {resolved.parent} does not exist; create it first")
        if not os.access(resolved.parent, os.W_OK):
            raise OutputError(f"{output}: can't write in {resolved.parent}; check its permissions")


def _same(output: Path, source: Path) -> bool:
    with contextlib.suppress(OSError):
        return output == source.resolve() or (output.exists() and output.samefile(source))
    return False


def write_files(contents: Mapping[Path, bytes]) -> None:
    """Write all files or none: everything goes to temporary neighbours first, then each is moved into place.

    If a move fails, those done before are undone: what stood there returns. Raises OutputError.
    """
    staged: dict[Path, Path] = {}
    try:
        for path, data in contents.items():
            target = Path(path).resolve()
            staged[target] = _neighbour(target)
            _write_synced(staged[target], data)
        _move_all(staged)
    except OSError as error:
        asked = next((target for target, part in staged.items() if str(part) == str(error.filename)), error.filename)
        raise OutputError(f"{asked}: could not be written ({error.strerror}); no file was") from error
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)


def _neighbour(path: Path) -> Path:
    """A free name beside ``path``: a move within one folder is one step."""
    return path.with_name(f".{path.name[:80]}.{secrets.token_hex(4)}.part")


def _write_synced(path: Path, data: bytes) -> None:
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _move_all(staged: Mapping[Path, Path]) -> None:
    kept: dict[Path, Path | None] = {}
    try:
        for target, temporary in staged.items():
            kept[target] = _keep_old(target)
            temporary.replace(target)
    except OSError:
        for target, old in kept.items():
            if old is not None:
                old.replace(target)
            elif not staged[target].exists():
                target.unlink(missing_ok=True)
        raise
    finally:
        for old in kept.values():
            if old is not None:
                old.unlink(missing_ok=True)


def _keep_old(target: Path) -> Path | None:
    """A second name for the file that is about to be replaced; the file itself stays in place."""
    if not target.exists():
        return None
    old = _neighbour(target)
    try:
        os.link(target, old)
    except OSError:  # a file system without hard links
        _write_synced(old, target.read_bytes())
    return old
