"""CIELAB of a picture, and how different two colours look."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.core.morphology import blurred

Lab = NDArray[np.float32]
"""(H, W, 3): lightness L* 0..100, then a* from green to red and b* from blue to yellow."""

CHROMA_WEIGHT, HUE_WEIGHT = 0.045, 0.015
"""K1 and K2 of CIE94 for graphic arts (CIE 116-1995)."""

SAME_SKIN = 0.12
"""Distance from a skin's tint (``off_tint``): no shade and no light of the same skin lies further off."""
DARKEST = 0.35
"""Of L* + 16: no shadow on skin is darker against its usual light."""


def lab(image: NDArray, sigma: float = 0.0) -> Lab:
    """CIELAB for the white point D65, float32 (H, W, 3), of sRGB in 8-bit levels: uint8 or float (H, W, 3).

    ``sigma`` is a Gaussian blur of the result in pixels; beyond its border the picture is mirrored (c b | a b c).

    >>> lab(np.array([[[255, 255, 255], [255, 0, 0]]], np.uint8)).round().tolist()
    [[[100.0, 0.0, 0.0], [53.0, 80.0, 67.0]]]
    """
    import cv2

    values = np.asarray(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)
    return blurred(values, sigma, edge_twice=False) if sigma > 0 else values


def delta_e(first: Lab, second: Lab) -> NDArray[np.float32]:
    """CIE76: the plain distance in CIELAB, float32 (...), of colours (..., 3). 2.3 is just noticeable (Mahy 1994).

    >>> float(delta_e(np.float32([50, 0, 0]), np.float32([50, 3, 4])))
    5.0
    """
    step = np.subtract(first, second)
    step *= step
    return np.asarray(np.sqrt(over_channels(np.add, step)), np.float32)


def over_channels(combine: np.ufunc, values: NDArray) -> NDArray:
    """``combine.reduce(values, axis=-1)`` of (..., C), a channel after the other: several times as fast for a few.

    >>> over_channels(np.maximum, np.array([[1, 5, 2], [4, 3, 0]])).tolist()
    [5, 4]
    """
    result = values[..., 0]
    for channel in range(1, values.shape[-1]):
        result = combine(result, values[..., channel])
    return result


def delta_e_94(first: Lab, second: Lab) -> NDArray[np.float32]:
    """CIE94 with graphic arts weights, float32 (...), of colours (..., 3).

    Differences of chroma and hue count less between vivid colours. The weights use the geometric mean of both chromas,
    so that the order of the two colours makes no difference.

    >>> grey, pale = np.float32([50, 0, 0]), np.float32([50, 10, 0])
    >>> red, redder = np.float32([50, 60, 0]), np.float32([50, 70, 0])
    >>> round(float(delta_e_94(grey, pale)), 1), round(float(delta_e_94(red, redder)), 1)
    (10.0, 2.6)
    """
    (light_1, a_1, b_1), (light_2, a_2, b_2) = (np.moveaxis(colours, -1, 0) for colours in (first, second))
    chroma_1, chroma_2 = np.sqrt(a_1 * a_1 + b_1 * b_1), np.sqrt(a_2 * a_2 + b_2 * b_2)
    chroma = np.sqrt(chroma_1 * chroma_2)
    light, chroma_step, a, b = light_1 - light_2, chroma_1 - chroma_2, a_1 - a_2, b_1 - b_2
    hue_2 = np.maximum(a * a + b * b - chroma_step * chroma_step, 0)
    chroma_step /= 1 + CHROMA_WEIGHT * chroma
    hue_2 /= np.square(1 + HUE_WEIGHT * chroma)
    return np.sqrt(light * light + chroma_step * chroma_step + hue_2).astype(np.float32)


def off_tint(colours: Lab, usual: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far the tints of CIELAB colours (…, 3) are from one colour's, whatever the light: float32 (…).

    The distance of (a*, b*) / (L* + 16): that divides the amount of light out, as far as CIELAB's cube root holds. The
    ruddiest cheek is .06 from its own chin; white cloth is .2 from pale skin.

    >>> off = off_tint(np.array([[34, 10, 5], [34, 0, 0]], np.float32), np.array([84, 20, 10], np.float32))
    >>> [round(float(one), 2) for one in off]
    [0.0, 0.22]
    """
    light = colours[..., :1] + 16
    apart = colours[..., 1:] / light - usual[1:] / (usual[0] + 16)
    return np.sqrt(np.square(apart, dtype=np.float32).sum(-1, dtype=np.float32))


def in_some_light(colours: Lab, usual: NDArray[np.float32], reach: float = SAME_SKIN) -> NDArray[np.bool_]:
    """Which CIELAB colours (…, 3) a shade or a light of one colour may give: its tint within ``reach``, no darker
    than a shadow on it is; bool (…).

    >>> chin = np.array([70, 15, 15], np.float32)
    >>> in_some_light(np.array([[45, 10, 11], [45, 0, 0], [8, 4, 4]], np.float32), chin).tolist()  # grey; a dark rim
    [True, False, False]
    """
    return (off_tint(colours, usual) <= reach) & (colours[..., 0] + 16 >= DARKEST * (usual[0] + 16))
