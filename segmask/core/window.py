"""Window: the region of a picture that is cut out for a service, and the size at which it is sent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import OptionError
from segmask.core.geometry import resize_image
from segmask.core.types import Box

MULTIPLES = (8, 16, 32, 64)
"""Pixels of which diffusion models want both sides to be a multiple: they shrink by 8, and patch by 2 to 8."""
CONTEXT = 1.2
"""Of the target's box: the default of the crop-and-stitch nodes that people know."""
MULTIPLE = 32
"""Pixels: every diffusion model in wide use takes it; some take 8 or 16 too, some want 64."""


@dataclass(frozen=True)
class Window:
    """A region of a picture and the size at which it is sent."""

    box: Box
    """In the picture's pixels; where the picture is too small it reaches over the border, evenly on both sides."""
    size_wh: tuple[int, int]
    """Width and height of what is sent."""

    def cut(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The region of uint8 (H, W) or (H, W, C), its border repeated where it reaches over it, as it is sent.

        >>> Window(Box(-1, 0, 3, 1), (4, 1)).cut(np.array([[10, 20]], np.uint8)).tolist()
        [[10, 10, 20, 20]]
        """
        return resize_image(self.region(pixels), (self.size_wh[1], self.size_wh[0]))

    def region(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The same at the picture's own scale.

        >>> Window(Box(1, 0, 2, 1), (8, 8)).region(np.array([[10, 20]], np.uint8)).tolist()
        [[20]]
        """
        height, width = pixels.shape[:2]
        rows = np.clip(np.arange(self.box.y0, self.box.y1), 0, height - 1)
        columns = np.clip(np.arange(self.box.x0, self.box.x1), 0, width - 1)
        return np.ascontiguousarray(pixels[rows[:, None], columns])

    def within(self, size_hw: tuple[int, int]) -> tuple[Box, Box]:
        """What lies inside a picture of this size: in the picture's pixels, and in the region's.

        >>> Window(Box(-2, 1, 6, 9), (8, 8)).within((9, 4))
        (Box(x0=0, y0=1, x1=4, y1=9), Box(x0=2, y0=0, x1=6, y1=8))
        """
        inside = self.box.clip(*size_hw)
        return inside, inside.moved(-self.box.x0, -self.box.y0)


def window_around(
    box: Box,
    size_hw: tuple[int, int],
    *,
    context: float = CONTEXT,
    multiple: int = MULTIPLE,
    size_wh: tuple[int, int] | None = None,
) -> Window:
    """The window around a target.

    Args:
        box: around the target, in the picture's pixels.
        size_hw: the picture's height and width.
        context: how much larger each side is than the box's, from 1.
        multiple: of what both sides of the sent picture are.
        size_wh: the size to send; the region then has its aspect. Without it the region is sent at its own scale.

    Raises OptionError for values that no window can have.

    >>> window_around(Box(100, 100, 200, 150), (400, 400), context=1.5, multiple=64)
    Window(box=Box(x0=54, y0=61, x1=246, y1=189), size_wh=(192, 128))
    >>> window_around(Box(300, 0, 400, 100), (400, 400), size_wh=(512, 1024))  # moved into the picture
    Window(box=Box(x0=280, y0=0, x1=400, y1=240), size_wh=(512, 1024))
    """
    check_window(context, multiple, size_wh)
    width, height = (min(side * context, max(side, whole)) for side, whole in zip(_wh(box), size_hw[::-1], strict=True))
    if size_wh is None:
        sides = _up(width, multiple), _up(height, multiple)
        return Window(_placed(box, sides, size_hw), sides)
    scale = max(width / size_wh[0], height / size_wh[1])
    sides = round(size_wh[0] * scale), round(size_wh[1] * scale)
    return Window(_placed(box, sides, size_hw), size_wh)


def check_window(context: float, multiple: int, size_wh: tuple[int, int] | None) -> None:
    """Raise OptionError for a context, a multiple or a size that no window can have.

    >>> check_window(1.2, 32, (1000, 1024))
    Traceback (most recent call last):
        ...
    segmask.core.errors.OptionError: size: 1000x1024 is no multiple of 32; take 992x1024 or 1024x1024
    """
    if not 1 <= context <= 10:
        raise OptionError(f"context: expected 1 (the target's box alone) to 10 times its sides; got {context!r}")
    if multiple not in MULTIPLES:
        raise OptionError(f"multiple: expected one of {', '.join(map(str, MULTIPLES))}; got {multiple!r}")
    if size_wh is None:
        return
    shown = "x".join(map(str, size_wh))
    if not all(multiple <= side <= 16384 for side in size_wh):
        raise OptionError(f"size: expected {multiple} to 16384 pixels a side; got {shown}")
    if any(side % multiple for side in size_wh):
        low, high = ("x".join(str((side + up) // multiple * multiple) for side in size_wh) for up in (0, multiple - 1))
        raise OptionError(f"size: {shown} is no multiple of {multiple}; take {low} or {high}")


def _up(side: float, multiple: int) -> int:
    return -(-round(side) // multiple) * multiple


def _wh(box: Box) -> tuple[int, int]:
    return box.width, box.height


def _placed(box: Box, sides: tuple[int, ...], size_hw: tuple[int, int]) -> Box:
    """A box of these sides around another's middle, moved into the picture, or around its middle if it is larger."""
    starts = []
    for centre, side, whole in zip(box.centre, sides, size_hw[::-1], strict=True):
        start = round(centre - side / 2)
        starts.append(min(max(start, 0), whole - side) if side <= whole else (whole - side) // 2)
    return Box(starts[0], starts[1], starts[0] + sides[0], starts[1] + sides[1])
