"""What can go wrong, as the user sees it: each message says what was expected, what came and what to do."""

from __future__ import annotations

from collections.abc import Iterable


class SegmaskError(Exception):
    """Base of all errors that segmask raises on purpose. ``exit_code`` is the shell's.

    >>> from segmask.io import read_image
    >>> try:
    ...     read_image("missing.png")
    ... except SegmaskError as error:
    ...     print(type(error).__name__, error.exit_code)
    InputError 1
    """

    exit_code = 1


class InputError(SegmaskError):
    """A picture, mask or label map that can't be read or used.

    >>> from segmask.io import read_image
    >>> read_image("missing.png")
    Traceback (most recent call last):
    segmask.core.errors.InputError: missing.png: no such file
    """


class OutputError(SegmaskError):
    """A result that can't be written; no part of it was left behind.

    >>> from segmask.io import write_png
    >>> import numpy as np
    >>> write_png("no-such-folder/mask.png", np.zeros((8, 8), np.uint8))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    segmask.core.errors.OutputError: ...no-such-folder...
    """


class ModelError(SegmaskError):
    """A model file that is missing, damaged or of another kind.

    >>> import segmask
    >>> segmask.Masker(parser="my-parser.onnx").parser
    Traceback (most recent call last):
    segmask.core.errors.ModelError: my-parser.onnx: can't read the model file: No such file or directory
    """


class MissingLibraryError(SegmaskError):
    """OpenCV or MediaPipe is missing, or a shared library of the operating system that they need.

    Its message names the command that brings what is missing.

    >>> MissingLibraryError.exit_code
    1
    """


class OptionError(SegmaskError, ValueError):
    """An option that doesn't exist, a value that it can't have, or a choice that would do nothing. Also a ValueError.

    >>> import segmask
    >>> segmask.Masker(tarket="upper")
    Traceback (most recent call last):
    segmask.core.errors.OptionError: unknown option 'tarket'; did you mean 'target'?
    """

    exit_code = 2


def unknown(kind: str, got: object, known: Iterable[object]) -> OptionError:
    """The error for a name that is not in a list; its message lists the names, and says which one is near.

    >>> str(unknown("strategy", "magic", ("hybrid", "diff")))
    "unknown strategy 'magic'; expected one of: hybrid, diff"
    >>> str(unknown("strategy", "hybird", ("hybrid", "diff")))
    "unknown strategy 'hybird'; expected one of: hybrid, diff; did you mean 'hybrid'?"
    """
    from difflib import get_close_matches

    names = [str(name) for name in known]
    near = get_close_matches(str(got), names, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return OptionError(f"unknown {kind} {got!r}; expected one of: {', '.join(names)}{hint}")
