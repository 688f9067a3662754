"""Decoders without their own noise: no warnings, no lines on stderr, and nothing of the host's changed for good."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import sys
import tempfile
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

DECODERS = r"(PIL|tifffile|segmask\.io)(\.|$)"
NOISE = re.compile(
    rb"^(tempfile\.tif|libpng|libtiff|_?TIFF|LZW|ZIP|Deflate|PackBits|LZMA|ZSTD|O?JPEG|Fax|Corrupt JPEG|Premature end"
    rb"|Huffman table|Quantization table|Invalid (SOS|JPEG|progressive)|Inconsistent progress|Bogus "
    rb"|Unsupported (JPEG|marker)|Warning: unknown JFIF|Application transferred|Unknown Adobe"
    rb"|(?-i:(?!\w*(Error|Exception|Warning|Interrupt):)[A-Z]\w*[a-z]\w*: )"  # libtiff: a function's name
    rb"|\[ ?(WARN|ERROR|INFO)|.*: (Warning|Error|Decoding error|Corrupt|Invalid),)",
    re.IGNORECASE,
)
"""Lines that libtiff, libpng, libjpeg and OpenCV write; others belong to somebody else and are passed on."""

logging.getLogger("tifffile").addHandler(logging.NullHandler())  # a host's own handlers still get its lines
_lock = threading.RLock()
_filters = 0


@contextlib.contextmanager
def quiet_warnings() -> Iterator[None]:
    """Python warnings of decoders are dropped inside.

    One narrow filter comes and goes; the host's list is never exchanged, so that threads can't bring back old ones.
    """
    global _filters
    with _lock:
        _filters += 1
        if _filters == 1:
            warnings.filterwarnings("ignore", module=DECODERS)
    try:
        yield
    finally:
        with _lock:
            _filters -= 1
            if _filters == 0:
                ours = re.compile(DECODERS)
                warnings.filters[:] = [item for item in warnings.filters if item[3] != ours]  # type: ignore[index]


def _scratch() -> BinaryIO:
    """A file that has no name: in memory where there is such a thing; a place that swallows all on a full disk."""
    try:
        if hasattr(os, "memfd_create"):
            return os.fdopen(os.memfd_create("segmask"), "w+b", buffering=0)
        return tempfile.TemporaryFile(buffering=0)
    except OSError:
        return Path(os.devnull).open("r+b", buffering=0)


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """What a C library writes to stderr is held back; lines that no decoder wrote follow afterwards.

    For one decoder at a time: stderr belongs to the whole process.
    """
    with _lock, _scratch() as held:
        with contextlib.suppress(AttributeError, OSError, ValueError):  # no stderr at all
            sys.stderr.flush()
        try:
            stderr = os.dup(2)
        except OSError:  # closed: nothing to keep quiet
            yield
            return
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            held.seek(0)
            others = b"".join(line for line in held if line.strip() and not NOISE.match(line))
            with contextlib.suppress(OSError):
                os.write(stderr, others)
            os.close(stderr)
