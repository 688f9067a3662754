"""``-`` on the command line: a picture from stdin, a result to stdout as PNG."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from segmask import io
from segmask.core.errors import InputError, OptionError

PIPE = Path("-")
STDOUT = Path("stdout.png")
"""What a result on stdout is called inside: PNG holds every depth, transparency and metadata."""


def from_stdin(*paths: Path | None) -> io.Contents | None:
    """What comes on stdin, if one of the inputs is ``-``. OptionError if two are, InputError if nothing comes."""
    if paths.count(PIPE) > 1:
        raise OptionError("-: only one input can come from stdin; give the others as files")
    if PIPE not in paths:
        return None
    data = sys.stdin.buffer.read()
    if not data:
        raise InputError("stdin: expected a picture; nothing came")
    return io.Contents(data, "stdin")


def read_in(paths: Iterable[Path | None], stdin: io.Contents | None) -> list[Any]:
    """The inputs as they are handed on: what came on stdin in the place of ``-``."""
    return [stdin if path == PIPE else path for path in paths]


def files_of(paths: Iterable[Path | None]) -> list[Path]:
    """Those that are files."""
    return [path for path in paths if path is not None and path != PIPE]


def output_name(output: Path, report: str | None) -> Path:
    """The output, or for ``-`` a name that says PNG.

    OptionError where the report goes to stdout, too, or where stdout is a terminal.

    >>> output_name(Path("a.tif"), "-"), output_name(PIPE, None)
    (PosixPath('a.tif'), PosixPath('stdout.png'))
    """
    if output == PIPE and report == "-":
        raise OptionError(
            "-o -: the result and the report would both be printed on stdout; write one of them to a file"
        )
    if output == PIPE and sys.stdout is not None and sys.stdout.isatty():
        raise OptionError("-o -: stdout is a terminal, which shows no picture; redirect it to a file, or name one")
    return STDOUT if output == PIPE else output


def write(contents: dict[Path, bytes], output: Path) -> None:
    """Write files, and what goes to stdout if ``output`` is ``-``. Raises OutputError."""
    from segmask.core.files import write_files

    printed = contents.pop(STDOUT) if output == PIPE else None
    write_files(contents)
    if printed is not None:
        sys.stdout.buffer.write(printed)
        sys.stdout.buffer.flush()
