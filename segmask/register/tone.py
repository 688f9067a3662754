"""Tone match: takes the model's global drift of colour and light out of the edit.

Each channel gets one gain and one offset, then a smooth light field is added; all are fitted on pixels that should be
equal. The degrees of freedom are few on purpose: a free colour matrix would explain an edit away. The fit is by
iterated trimming (least trimmed squares, Rousseeuw 1984). It starts from the mode of the differences, since unchanged
pixels make that peak however much is edited.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.colour import over_channels
from segmask.core.geometry import resize_image, resize_map, resized_part, working_size
from segmask.core.morphology import blurred
from segmask.core.types import Box, Image, Mask, Prob, ToneMatch


@dataclass(frozen=True)
class ToneConfig:
    """Numbers of the tone match; levels are 8-bit."""

    long_side: int = 400
    """Pixels of the working size: drift is smooth, and averaging removes noise."""
    min_samples: int = 400
    """With fewer pixels of the working size that should be equal, nothing is matched."""
    max_gain: float = 1.3
    """Gains are clamped to this factor or its inverse."""
    max_offset: float = 40.0
    """Offsets are clamped to so many levels up or down."""
    max_field: float = 14.0
    """The light field is clamped to so many levels: changes of light are smaller, new colours larger."""
    field_sigma: float = 0.1
    """Sigma of the light field's Gaussian as a share of the long side: light varies over a third of the picture."""
    trim: float = 3.0
    """Pixels further from the fit than this are trimmed, in robust standard deviations."""


DEFAULT = ToneConfig()
OUTPUT_LIMIT = 10.0
"""Levels by which the tone match may move a colour in the output: about 4 in L*; more shows as another colour."""
DARK_LIMIT, DARK_SLOPE = 3.0, 0.1
"""A dark level v may move by DARK_LIMIT + DARK_SLOPE * v at most, since a tint of 10 levels shows on black."""
WHITE, BLACK = 252.0, 3.0
"""Levels beyond which a channel is clipped. White that is white in both pictures is equal all the same, and a shop's
white ground is often all that is."""
IDENTITY = ToneMatch((1.0, 1.0, 1.0), (0.0, 0.0, 0.0), 0.0, 0, False, float("nan"))


def match_tone(
    original: Image, aligned: Image, usable: Mask, weight: Prob | None = None
) -> tuple[ToneMatch, NDArray[np.float32]]:
    """Fit the drift from the aligned edit back to the original.

    Args:
        original: uint8 (H, W, 3).
        aligned: uint8 (H, W, 3), the edit on the original's grid.
        usable: bool (H, W): pixels that the edit covers.
        weight: float32 (h, w) of any size: probability that a pixel should be equal; without it, all may be.

    Nothing is matched where too few pixels should be equal: on a garment alone, any new colour would be drift.

    Returns:
        The match, whose gain and offset map the *edit* to the original, and the light field to add after them, float32
        (h, w, 3) at the working size in 8-bit levels.

    >>> original = np.tile(np.linspace(40, 200, 120).astype(np.uint8)[None, :, None], (90, 1, 3))
    >>> edited = original + np.uint8(6)  # the model made all of it lighter
    >>> match, light = match_tone(original, edited, np.ones((90, 120), bool))
    >>> [round(value) for value in match.offset], bool(abs(light).max() < 1)
    ([-6, -6, -6], True)
    >>> int(abs(apply_tone(edited, match, light).astype(int) - original).max())
    0
    """
    work_hw = working_size(original.shape[:2], DEFAULT.long_side)
    first = resize_image(original, work_hw).astype(np.float32)
    second = resize_image(aligned, work_hw).astype(np.float32)
    trust = resize_map(usable.astype(np.float32), work_hw) > 0.99
    if weight is not None:
        likely = resize_map(weight, work_hw) > 0.5
        trust &= likely
    trust &= _flat(first) & _flat(second) & _telling(first, second)
    nothing = np.zeros((*work_hw, 3), np.float32)
    if trust.sum() < DEFAULT.min_samples:
        return IDENTITY, nothing
    sources, goals = (np.ascontiguousarray(values[trust].T) for values in (second, first))
    lines = [_robust_line(source, goal) for source, goal in zip(sources, goals, strict=True)]
    gain, offset = np.array([line[0] for line in lines]), np.array([line[1] for line in lines])
    error = first - (second * gain + offset)
    field = _light_field(error, trust)
    samples = trust & (over_channels(np.maximum, np.abs(error)) < DEFAULT.max_field)
    residual = float(np.median(np.abs(error - field)[samples])) if samples.any() else float("nan")
    match = ToneMatch(
        gain=_triple(gain),
        offset=_triple(offset),
        field_strength=float(np.abs(field).max()),
        samples=int(trust.sum()),
        applied=True,
        residual=residual,
    )
    return match, field.astype(np.float32)


def apply_tone(
    image: Image,
    match: ToneMatch,
    field: NDArray[np.float32],
    limit: float | None = None,
    area: Box | None = None,
) -> Image:
    """The edit with its drift taken out, uint8 (h, w, 3). A drift too small to be seen is left in.

    Args:
        image: uint8 (H, W, 3).
        match: gain and offset.
        field: float32 (h, w, 3), the light field to add.
        limit: levels by which any pixel may move at most, dark ones by less (``DARK_LIMIT``): the edit's own colours
            are what the user wants, and black cloth has to stay black. Without it there is no limit.
        area: compute and return this part of the picture alone.

    >>> match = ToneMatch((1.0, 1.0, 1.0), (-20.0, -20.0, -20.0), 0.0, 900, True, 0.5)
    >>> grey, light = np.full((1, 1, 3), 150, np.uint8), np.zeros((1, 1, 3), np.float32)
    >>> int(apply_tone(grey, match, light)[0, 0, 0]), int(apply_tone(grey, match, light, limit=10)[0, 0, 0])
    (130, 140)
    """
    import cv2

    gain, offset = np.array(match.gain, np.float32), np.array(match.offset, np.float32)
    whole_hw = (image.shape[0], image.shape[1])
    area = area or Box(0, 0, whole_hw[1], whole_hw[0])
    if (area.height, area.width) != whole_hw:
        image = image[area.slices]
    if _is_still(match):
        return image
    levels = np.arange(256, dtype=np.float32)[:, None]
    table = (levels * gain + offset)[None]
    most = np.full_like(levels, np.inf) if limit is None else np.minimum(limit, DARK_LIMIT + DARK_SLOPE * levels)
    least, highest = (np.repeat(edge, 3, 1)[None].astype(np.float32) for edge in (levels - most, levels + most))
    result = np.empty_like(image)
    for strip in area.strips():  # a float copy of a large picture is never made
        rows = slice(strip.y0 - area.y0, strip.y1 - area.y0)
        source = image[rows]
        values = cv2.add(cv2.LUT(source, table), resized_part(field, strip, whole_hw))
        if limit is not None:
            values = cv2.min(cv2.max(values, cv2.LUT(source, least)), cv2.LUT(source, highest))
        result[rows] = cv2.add(values, 0.0, dtype=cv2.CV_8U)  # rounds, and stays within 0 to 255
    return result


def tone_levels(
    levels: NDArray[np.float32],
    match: ToneMatch,
    field: NDArray[np.float32],
    area: Box,
    whole_hw: tuple[int, int],
    limit: float | None = OUTPUT_LIMIT,
) -> NDArray[np.float32]:
    """``apply_tone`` to floating-point levels of a box, float32 (h, w, 3), within the output's limits; not rounded.

    >>> match = ToneMatch((1.0, 1.0, 1.0), (-4.0, -4.0, -4.0), 0.0, 900, True, 0.5)
    >>> grey, light = np.full((1, 1, 3), 150.25, np.float32), np.zeros((1, 1, 3), np.float32)
    >>> float(tone_levels(grey, match, light, Box(0, 0, 1, 1), (1, 1))[0, 0, 0])
    146.25
    """
    if _is_still(match):
        return levels
    gain, offset = np.array(match.gain, np.float32), np.array(match.offset, np.float32)
    most = np.inf if limit is None else np.clip(DARK_LIMIT + DARK_SLOPE * levels, DARK_LIMIT, limit)
    moved = levels * (gain - 1) + offset + resized_part(field, area, whole_hw)
    return np.asarray(levels + np.clip(moved, -most, most), np.float32)


def _is_still(match: ToneMatch) -> bool:
    """Is the drift too small to be seen?"""
    gain, offset = np.array(match.gain, np.float32), np.array(match.offset, np.float32)
    still = np.abs(gain - 1).max() < 0.004 and np.abs(offset).max() < 0.6 and match.field_strength < 1.0
    return not match.applied or bool(still)


def _triple(values: NDArray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def _telling(first: NDArray[np.float32], second: NDArray[np.float32]) -> Mask:
    """bool (h, w): pixels whose level in the edit tells the original's: not black, and white only where both are."""
    white, black = second >= WHITE, second <= BLACK
    return np.asarray(over_channels(np.logical_and, ~black & (~white | (first >= WHITE))), bool)


def _flat(values: NDArray[np.float32]) -> Mask:
    """bool (h, w): pixels away from edges; on an edge half a pixel of misregistration would look like drift."""
    import cv2

    gray = values.mean(2)
    slope = np.hypot(cv2.Sobel(gray, -1, 1, 0), cv2.Sobel(gray, -1, 0, 1)) / 8
    return slope < max(6.0, float(np.percentile(slope, 60)))


def _robust_line(source: NDArray[np.float32], goal: NDArray[np.float32]) -> tuple[float, float]:
    """Gain and offset that take most of ``source`` to ``goal``; near gain 1 where the data tell little."""
    difference = goal - source
    offset, gain = _mode(difference), 1.0
    spread = 12.0
    for _ in range(8):
        error = goal - (gain * source + offset)
        near = np.abs(error) < spread
        if near.sum() < 100:
            break
        x, y, before = source[near], goal[near], (gain, offset, spread)
        # Both pictures are noisy: the ratio of spreads has no bias, least squares would pull the gain below 1.
        # 10 levels of doubt on each side, because a flat picture can't tell gain from offset.
        gain = float(np.sqrt((y.var() + 100.0) / (x.var() + 100.0)))
        gain = float(np.clip(gain, 1 / DEFAULT.max_gain, DEFAULT.max_gain))
        offset = float(np.clip(y.mean() - gain * x.mean(), -DEFAULT.max_offset, DEFAULT.max_offset))
        errors = error[near]
        deviation = 1.4826 * float(np.median(np.abs(errors - np.median(errors))))
        spread = float(np.clip(DEFAULT.trim * deviation, 3.0, 12.0))
        if (gain, offset, spread) == before:  # and so it stays
            break
    return gain, offset


def _mode(values: NDArray[np.float32]) -> float:
    """The most frequent value: the peak of a histogram smoothed by two levels."""
    from scipy.ndimage import gaussian_filter1d

    counts, edges = np.histogram(values, bins=np.arange(-64.5, 65.5))
    smooth = gaussian_filter1d(counts.astype(np.float64), 2.0)
    return float((edges[:-1] + 0.5)[int(np.argmax(smooth))])


def _light_field(error: NDArray[np.float32], trust: Mask) -> NDArray[np.float32]:
    """What is left after gain and offset, smoothed over trusted pixels; passes to 0 where there are none."""
    sigma = DEFAULT.field_sigma * max(error.shape[:2])
    weight = (trust & (over_channels(np.maximum, np.abs(error)) < DEFAULT.max_field)).astype(np.float32)
    field = blurred(error * weight[..., None], sigma) / (blurred(weight, sigma) + 0.05)[..., None]
    return np.asarray(np.clip(field, -DEFAULT.max_field, DEFAULT.max_field), np.float32)
