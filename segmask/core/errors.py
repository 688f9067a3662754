"""What can go wrong, as the user sees it: each message says what was expected, what came and what to do."""

from __future__ import annotations


class SegmaskError(Exception):
    """Base of all errors that segmask raises on purpose. ``exit_code`` is the shell's."""

    exit_code = 1


class InputError(SegmaskError):
    """A picture, mask or label map that can't be read or used."""


class OutputError(SegmaskError):
    """A result that can't be written; nothing was left behind."""


class ModelError(SegmaskError):
    """A model file that is missing, damaged or of another kind."""


class MissingLibraryError(SegmaskError):
    """OpenCV or MediaPipe, or a shared library of the operating system that they need."""


class OptionError(SegmaskError, ValueError):
    """An option's value that doesn't exist or doesn't go with the others."""

    exit_code = 2


def unknown(kind: str, got: object, known: object) -> OptionError:
    """The error for a name that is not in a list: says which names are."""
    return OptionError(f"unknown {kind} {got!r}; expected one of: {', '.join(map(str, known))}")  # type: ignore[call-overload]
