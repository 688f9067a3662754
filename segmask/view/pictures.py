"""Single pictures of a result, each at the original's size: what was taken, what changed, before beside after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from segmask.core.geometry import resize_map, resize_mask
from segmask.core.types import Image, Mask
from segmask.view.preview import DOUBTFUL, GAP, PROTECTED, TAKEN, heat, outline, tint

if TYPE_CHECKING:
    from segmask.result import Result

BRIGHTEST = 3
"""Thresholds of change that are drawn white: as the preview has it."""


def overlay(result: Result) -> Image:
    """The original with what comes from the edit in pink, its outline in white, and what is protected in blue.

    >>> import segmask
    >>> original = np.full((64, 64, 3), 90, np.uint8)
    >>> edited = original.copy()
    >>> edited[20:44, 20:44] = 200
    >>> overlay(segmask.apply(original, edited, strategy="diff")).shape
    (64, 64, 3)
    """
    held = protected(result)
    picture = tint(result.original.image, held.astype(np.float32), PROTECTED, 0.35)
    return outline(tint(picture, result.alpha, TAKEN), result.alpha >= 0.5)


def heatmap(result: Result) -> Image:
    """How much each place changed, from black (noise) through orange (counts as changed) to white, uint8 (H, W, 3).

    >>> import segmask
    >>> plain = np.full((64, 64, 3), 90, np.uint8)
    >>> int(heatmap(segmask.apply(plain, plain, strategy="diff")).max())
    4
    """
    change = result.stages.change
    size_hw = result.alpha.shape[0], result.alpha.shape[1]
    return heat(resize_map(change.score_map, size_hw) / (BRIGHTEST * change.threshold))


def doubts(result: Result) -> Image:
    """The composite with the places that a person should look at in amber, uint8 (H, W, 3).

    >>> import segmask
    >>> plain = np.full((64, 64, 3), 90, np.uint8)
    >>> bool((doubts(segmask.apply(plain, plain, strategy="diff")) == 90).all())
    True
    """
    doubt = doubtful(result)
    return outline(tint(result.image, doubt.astype(np.float32), DOUBTFUL), doubt) if doubt.any() else result.image


def side_by_side(result: Result) -> Image:
    """The original, a gap, and the composite, uint8 (H, 2 W + gap, 3).

    >>> import segmask
    >>> plain = np.full((64, 64, 3), 90, np.uint8)
    >>> side_by_side(segmask.apply(plain, plain, strategy="diff")).shape
    (64, 136, 3)
    """
    gap = np.full((result.alpha.shape[0], GAP, 3), 255, np.uint8)
    return np.concatenate([result.original.image, gap, result.image], axis=1)


def protected(result: Result) -> Mask:
    """What stays original whatever the evidence says, bool (H, W); nothing for ``diff``.

    >>> import segmask
    >>> plain = np.full((64, 64, 3), 90, np.uint8)
    >>> bool(protected(segmask.apply(plain, plain, strategy="diff")).any())
    False
    """
    held = result.stages.protected
    return np.zeros(result.alpha.shape, bool) if held is None else held


def doubtful(result: Result) -> Mask:
    """Places that a person should look at, bool (H, W).

    >>> import segmask
    >>> plain = np.full((64, 64, 3), 90, np.uint8)
    >>> bool(doubtful(segmask.apply(plain, plain, strategy="diff")).any())
    False
    """
    doubt, size_hw = result.stages.doubt, (result.alpha.shape[0], result.alpha.shape[1])
    return np.zeros(size_hw, bool) if doubt is None else resize_mask(doubt, size_hw)
