"""What holds at the doors: pictures that come in are pictures, arrays in what goes out can't be written."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from segmask.core.errors import InputError
from segmask.core.types import Image


def check_image(image: Any, name: str = "image") -> Image:
    """The array itself if it is uint8 (H, W, 3), else an InputError that says what came.

    >>> check_image(np.zeros((4, 4), np.uint8), "photo")
    Traceback (most recent call last):
    segmask.core.errors.InputError: photo: expected a uint8 array of shape (H, W, 3), RGB; got an array of uint8 (4, 4)
    """
    if not isinstance(image, np.ndarray) or image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise InputError(f"{name}: expected a uint8 array of shape (H, W, 3), RGB; got {describe(image)}")
    if image.shape[0] < 1 or image.shape[1] < 1:
        raise InputError(f"{name}: the picture is empty: {describe(image)}")
    return image


def describe(value: Any) -> str:
    """What a value is, for a message.

    >>> describe(np.zeros((2, 3), bool)), describe("photo.jpg")
    ('an array of bool (2, 3)', 'str')
    """
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} {value.shape}"
    return f"{type(value).__name__}"


def read_only(value: Any) -> None:
    """Make the arrays in a frozen value, and in the values in it, read-only.

    >>> levels = np.zeros(2)
    >>> read_only((levels,))
    >>> levels.flags.writeable
    False
    """
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif is_dataclass(value) and not isinstance(value, type):
        for entry in fields(value):
            read_only(getattr(value, entry.name))
    elif isinstance(value, tuple):
        for item in value:
            read_only(item)
