"""Writing files so that a run's outputs appear all or none, whatever interrupts it."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Container, Iterable, Mapping
from pathlib import Path

from segmask.core.errors import OptionError, OutputError
from segmask.core.publish import publish

LONGEST_NAME = 255
"""Bytes of a file name where the system doesn't say: what all usual file systems take."""


def check_outputs(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise, before any work, for outputs that could not be written or that would cost somebody something.

    An output may not be an input, a folder, a device or write-protected, nor be named twice; its folder must be there
    and writable, and its name must fit. OptionError or OutputError.

    >>> check_outputs([Path("result.png"), Path("mask.png")], inputs=[Path("original.png")])
    >>> check_outputs([Path("original.png")], inputs=[Path("original.png")])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    segmask.core.errors.OptionError: original.png: the output is also an input; ...
    """
    outputs = [Path(output) for output in outputs]
    check_no_inputs(outputs, inputs)
    seen: set[Path] = set()
    for output in outputs:
        resolved = _resolved(output)
        if resolved in seen:
            raise OptionError(f"{output}: named for two outputs; give each its own file")
        seen.add(resolved)
        _check_place(output, resolved)


def _resolved(output: Path) -> Path:
    try:
        resolved = output.resolve()
        # Links in a circle, at which resolve raises before Python 3.13 only. Path.is_symlink raises for a long name.
        if os.path.islink(resolved):  # noqa: PTH114
            raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
        return resolved
    except (OSError, RuntimeError) as error:
        raise OutputError(f"{output}: can't be written: its links lead nowhere ({error})") from error
    except ValueError as error:
        raise OptionError(f"{os.fspath(output)!r}: not a file name ({error})") from error


def _check_place(output: Path, resolved: Path) -> None:
    """Raise OutputError if a file can't be put there."""
    folder = resolved.parent
    try:
        if not folder.is_dir():
            raise OutputError(f"{output}: the folder {folder} does not exist; create it first")
        longest, used = _longest_name(folder), len(os.fsencode(resolved.name))
        if used > longest:
            raise OutputError(f"{output}: the name has {used} bytes; at most {longest} can be written there")
        if resolved.is_dir():
            raise OutputError(f"{output}: is a folder; expected a file name")
        if resolved.exists():
            _check_replaceable(output, resolved)
    except OSError as error:
        raise OutputError(f"{output}: can't be written there ({error.strerror})") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"{output}: can't write in {folder}; check its permissions")


def _check_replaceable(output: Path, resolved: Path) -> None:
    if not resolved.is_file():
        raise OutputError(f"{output}: is no regular file; expected a file name")
    if not resolved.stat().st_mode & 0o222 or not os.access(resolved, os.W_OK):
        raise OutputError(f"{output}: is write-protected; name another file, or lift its protection")


def _longest_name(folder: Path) -> int:
    try:
        return os.pathconf(folder, "PC_NAME_MAX")
    except (AttributeError, OSError, ValueError):
        return LONGEST_NAME


def check_no_inputs(outputs: Iterable[Path], inputs: Iterable[Path]) -> None:
    """Raise OptionError if an output is an input, by whatever name.

    >>> check_no_inputs([Path("result.png")], [Path("original.png")])
    >>> check_no_inputs([Path("folder/../original.png")], [Path("original.png")])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    segmask.core.errors.OptionError: folder/../original.png: the output is also an input; ...
    """
    inputs = [Path(path) for path in inputs]
    for output in outputs:
        resolved = _resolved(Path(output))
        if any(_same(resolved, source) for source in inputs):
            raise OptionError(f"{output}: the output is also an input; inputs are never overwritten, name another file")


def _same(output: Path, source: Path) -> bool:
    with contextlib.suppress(OSError, RuntimeError, ValueError):
        return output == source.resolve() or (output.exists() and output.samefile(source))
    return False


def write_files(contents: Mapping[Path, bytes], known: Container[Path] = ()) -> None:
    """Write all files or none.

    Everything goes to temporary neighbours first, then each is moved into place. If a move fails, what stood there
    returns. If the process is killed between the moves, the next run that writes in that folder finishes them; SIGINT
    and SIGTERM wait for them. A replaced file's permissions are kept. Raises OutputError.

    Args:
        contents: by path.
        known: folders, resolved, in which nothing that a killed run left is looked for.

    >>> write_files({Path("mask.png"): b"mask", Path("report.json"): b"{}"})
    >>> Path("report.json").read_bytes()
    b'{}'
    >>> write_files({Path("report.json"): b"new", Path("nowhere/mask.png"): b"mask"})  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    segmask.core.errors.OutputError: ...: could not be written (No such file or directory); nothing was written
    >>> Path("report.json").read_bytes()
    b'{}'
    """
    targets = {_resolved(Path(path)): data for path, data in contents.items()}
    for target in targets:
        if target.exists():
            _check_place(target, target)
    publish(targets, known)


def read_text(path: Path, encoding: str = "utf-8") -> str:
    """A text file's contents. Raises OSError as reading does, and for a pipe or a device, which might never end.

    >>> write_files({Path("labels.json"): b"{}"})
    >>> read_text(Path("labels.json"))
    '{}'
    """
    check_regular(path)
    return path.read_text(encoding)


def check_regular(path: Path) -> None:
    """Raise OSError for a pipe, a device and what else is neither a file nor a folder, and where there is nothing.

    >>> import os
    >>> os.mkfifo("pipe")
    >>> check_regular(Path("pipe"))
    Traceback (most recent call last):
        ...
    OSError: [Errno 22] is not a regular file: 'pipe'
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise OSError(errno.EINVAL, "is not a regular file", str(path))


def json_path(path: Path | str) -> Path:
    """A report's file; OptionError if it does not end in .json.

    >>> json_path("run/report.json").name
    'report.json'
    >>> json_path("report.txt")
    Traceback (most recent call last):
        ...
    segmask.core.errors.OptionError: report.txt: a report is written as JSON; expected a name that ends in .json
    """
    if Path(path).suffix.lower() != ".json":
        raise OptionError(f"{path}: a report is written as JSON; expected a name that ends in .json")
    return Path(path)
