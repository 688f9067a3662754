"""Skin and ground that come from the edit take the grain of the original's beside them.

A generative model draws smooth skin and smooth walls; beside the grain of a sensor the patch shows, however well its
light matches. The grain of both sides is measured as the spread of what a small blur takes away. What the edit lacks is
added as Gaussian noise of the same correlation, from a fixed seed: one run is like the next.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import REFERENCE_SIDE, resized_part
from segmask.core.morphology import blurred, widened
from segmask.core.types import Alpha, Box, Image, Mask, Parsing
from segmask.fusion.scene import BARE, target_prob

Map = NDArray[np.float32]


@dataclass(frozen=True)
class GrainConfig:
    """Numbers of the grain; 8-bit levels of luma."""

    sure: float = 0.8
    """Probability of skin, or of ground, from which a pixel is it."""
    sigma: float = 2.0
    """Pixels: what a blur of this width takes away is grain; it has the size of the picture's own pixels."""
    beside: float = 0.06
    """Of the long side: how far from the outline the original's grain is measured."""
    least: float = 0.5
    """Less that the edit lacks is not seen."""
    most: float = 5.0
    """Stronger grain is a pattern: gravel is not drawn as noise."""
    pixels: int = 400
    """Fewer pixels on one side tell no grain."""
    fade: float = 3.0
    """Pixels at the reference size over which the grain begins."""
    seed: int = 20260101


DEFAULT = GrainConfig()
TO_SIGMA = 1.4826
"""Median absolute deviation to standard deviation of a normal distribution."""


def matched_grain(
    original: Image, edited: Image, before: Parsing, after: Parsing, alpha: Alpha, parts: tuple[str, ...]
) -> Image:
    """The edit with the original's grain on its skin and its ground, uint8 (H, W, 3).

    Args:
        original: uint8 (H, W, 3).
        edited: uint8 (H, W, 3), aligned, in the original's tone.
        before: what the original shows.
        after: what the edit shows.
        alpha: float32 (H, W): what comes from the edit.
        parts: what is targeted; it keeps the edit's own grain.

    >>> shown = np.zeros((14, 80, 80), np.float32)
    >>> shown[0] = 1  # background
    >>> parsing, smooth = Parsing(shown, (80, 80), "given"), np.full((80, 80, 3), 100, np.uint8)
    >>> grainy = np.random.default_rng(0).normal(100, 2, (80, 80, 1)).astype(np.uint8).repeat(3, axis=2)
    >>> alpha = np.zeros((80, 80), np.float32)
    >>> alpha[20:60, 20:60] = 1
    >>> got = matched_grain(grainy, smooth, parsing, parsing, alpha, ("upper",))
    >>> bool(1.5 < got[25:55, 25:55].std() < 2.5), float(got[:10].std())
    (True, 0.0)
    """
    size_hw = (alpha.shape[0], alpha.shape[1])
    inside = Box.around(alpha > 0)
    if inside is None:
        return edited
    reach = max(8, round(DEFAULT.beside * max(size_hw)))
    area = inside.grown_by(reach).clip(*size_hw)
    taken = alpha[area.slices] >= 0.5
    near = widened(taken, reach) & ~widened(alpha[area.slices] > 0, round(2 * DEFAULT.sigma))
    details = [_detail(image[area.slices]) for image in (original, edited)]
    added = np.zeros(taken.shape, np.float32)
    for group in (("background",), BARE):
        if not set(group).isdisjoint(parts):
            continue
        first, second = (
            resized_part(target_prob(shown.working_probs, group), area, size_hw) > DEFAULT.sure
            for shown in (before, after)
        )
        amount = _lacking(details, first & near, second & taken)
        if amount > 0:
            added = np.maximum(added, amount * (second & taken))
    if not added.any():
        return edited
    scale = max(size_hw) / REFERENCE_SIDE
    strength = blurred(added, max(0.5, DEFAULT.fade * scale / 2))
    result = edited.copy()
    noise = _noise(taken.shape, _correlation(details[0], near))
    part = result[area.slices].astype(np.float32) + (strength * noise)[..., None]
    changed = added > 0
    result[area.slices][changed] = np.clip(np.rint(part[changed]), 0, 255).astype(np.uint8)
    return result


def _detail(image: Image) -> Map:
    """What a small blur takes away of the luma, float32 (h, w)."""
    import cv2

    luma = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32)
    return np.asarray(luma - blurred(luma, DEFAULT.sigma), np.float32)


def _lacking(details: list[Map], beside: Mask, patch: Mask) -> float:
    """Standard deviation of the grain that the edit's patch lacks; 0 where it lacks none, or it can't be told."""
    if min(beside.sum(), patch.sum()) < DEFAULT.pixels:
        return 0.0
    theirs, own = (TO_SIGMA * float(np.median(np.abs(d[m]))) for d, m in zip(details, (beside, patch), strict=True))
    if theirs > DEFAULT.most or theirs - own < DEFAULT.least:
        return 0.0
    return float(np.sqrt(theirs**2 - own**2))


def _correlation(detail: Map, places: Mask) -> float:
    """Correlation of neighbours in a row: 0 for a sensor's own noise, more for what was enlarged or compressed."""
    both = places[:, 1:] & places[:, :-1]
    left, right = detail[:, :-1][both], detail[:, 1:][both]
    quiet = (np.abs(left) < 3 * DEFAULT.most) & (np.abs(right) < 3 * DEFAULT.most)
    left, right = left[quiet], right[quiet]
    energy = float(np.mean(left**2)) if left.size else 0.0
    return float(np.clip(np.mean(left * right) / energy, 0, 0.9)) if energy > 0 else 0.0


def _noise(size_hw: tuple[int, int], correlation: float) -> Map:
    """Gaussian noise of standard deviation 1 whose neighbours correlate so, float32 (h, w)."""
    noise = np.random.default_rng(DEFAULT.seed).standard_normal(size_hw, dtype=np.float32)
    if correlation > 0.05:  # a Gaussian of sigma s makes exp(-1 / (4 s^2)) of it
        noise = np.asarray(blurred(noise, 0.5 / np.sqrt(-np.log(correlation))), np.float32)
        noise /= noise.std()
    return noise
