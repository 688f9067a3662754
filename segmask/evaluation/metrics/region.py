"""Overlap of regions, and the two shares that decide a case: *kept* and *coverage*.

``alpha`` is float32 (H, W) in [0, 1]; what counts as the mask in the overlap metrics is alpha >= .5. Pixels that don't
count are left out everywhere. An empty mask against an empty truth is perfect (1); one empty side alone is 0.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from segmask.core.labels import part_ids
from segmask.core.types import Alpha, LabelMap, Mask
from segmask.evaluation.metrics.truth import Truth

UNTOUCHED = np.float32(1 / 255)
"""A pixel with alpha up to one 8-bit step counts as untouched."""
COVERED = np.float32(0.98)
"""A pixel with at least this alpha counts as replaced."""
DECIDED = np.float32(0.5)


def iou(alpha: Alpha, truth: Truth) -> float:
    """Intersection over union (Jaccard 1912).

    >>> alpha, truth = np.float32([[1, 1, 0, 0]]), Truth(np.uint8([[255, 0, 255, 0]]))
    >>> round(iou(alpha, truth), 3)
    0.333
    """
    hit, extra, missed = _confusion(alpha, truth)
    return hit / (hit + extra + missed) if hit + extra + missed else 1.0


def dice(alpha: Alpha, truth: Truth) -> float:
    """2 |A and B| / (|A| + |B|) (Dice 1945).

    >>> alpha, truth = np.float32([[1, 1, 0, 0]]), Truth(np.uint8([[255, 0, 255, 0]]))
    >>> dice(alpha, truth)
    0.5
    """
    hit, extra, missed = _confusion(alpha, truth)
    return 2 * hit / (2 * hit + extra + missed) if hit + extra + missed else 1.0


def precision(alpha: Alpha, truth: Truth) -> float:
    """Share of the mask that is right; an empty mask has 1 against an empty truth, else 0.

    >>> alpha, truth = np.float32([[1, 1, 1, 1]]), Truth(np.uint8([[255, 0, 0, 0]]))
    >>> precision(alpha, truth)
    0.25
    """
    hit, extra, missed = _confusion(alpha, truth)
    return hit / (hit + extra) if hit + extra else float(missed == 0)


def recall(alpha: Alpha, truth: Truth) -> float:
    """Share of the truth that the mask has; with an empty truth 1 for an empty mask, else 0.

    >>> alpha, truth = np.float32([[1, 0, 0, 0]]), Truth(np.uint8([[255, 255, 0, 128]]))
    >>> recall(alpha, truth)
    0.5
    """
    hit, extra, missed = _confusion(alpha, truth)
    return hit / (hit + missed) if hit + missed else float(extra == 0)


def _confusion(alpha: Alpha, truth: Truth) -> tuple[int, int, int]:
    """Pixels in both, in the mask only, in the truth only."""
    mask, region = alpha >= DECIDED, truth.region
    hit = np.count_nonzero(mask & region & truth.counted)
    extra = np.count_nonzero(mask & ~region & truth.counted)
    missed = np.count_nonzero(~mask & region & truth.counted)
    return int(hit), int(extra), int(missed)


def kept(alpha: Alpha, must_stay: Mask) -> float:
    """Share of must-stay pixels with alpha <= 1/255; 1 where nothing must stay.

    >>> kept(np.float32([[0, 1 / 255, 0.1, 1]]), np.array([[True, True, False, False]]))
    1.0
    """
    return _share_without(touched(alpha, must_stay), must_stay)


def coverage(alpha: Alpha, must_change: Mask) -> float:
    """Share of must-change pixels with alpha >= .98; 1 where nothing must change.

    >>> coverage(np.float32([[1, 0.98, 0.9, 0]]), np.array([[True, True, True, True]]))
    0.5
    """
    return _share_without(missed(alpha, must_change), must_change)


def touched(alpha: Alpha, must_stay: Mask) -> Mask:
    """Leaks: must-stay pixels with alpha > 1/255.

    >>> touched(np.float32([[0, 0.1, 1]]), np.array([[True, True, False]])).tolist()
    [[False, True, False]]
    """
    return must_stay & (alpha > UNTOUCHED)


def missed(alpha: Alpha, must_change: Mask) -> Mask:
    """Misses: must-change pixels with alpha < .98.

    >>> missed(np.float32([[0, 0.9, 1]]), np.array([[False, True, True]])).tolist()
    [[False, True, False]]
    """
    return must_change & (alpha < COVERED)


def _share_without(part: Mask, whole: Mask) -> float:
    total = np.count_nonzero(whole)
    return float(1 - np.count_nonzero(part) / total) if total else 1.0


def largest_leak(alpha: Alpha, truth: Truth) -> float:
    """Area of the largest connected leak (8 neighbours) as a share of the picture.

    >>> alpha, truth = np.float32([[1, 1, 0, 1]]), Truth(np.uint8([[0, 0, 0, 0]]))
    >>> largest_leak(alpha, truth)
    0.5
    """
    return _largest_blob(touched(alpha, truth.stay))


def largest_miss(alpha: Alpha, truth: Truth) -> float:
    """Area of the largest connected miss (8 neighbours) as a share of the picture.

    >>> alpha, truth = np.float32([[1, 0, 0, 1]]), Truth(np.uint8([[255, 255, 255, 255]]))
    >>> largest_miss(alpha, truth)
    0.5
    """
    return _largest_blob(missed(alpha, truth.change))


def _largest_blob(mask: Mask) -> float:
    import cv2

    if not mask.any():
        return 0.0
    _, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    return float(stats[1:, cv2.CC_STAT_AREA].max()) / mask.size


def part_overlap(label_map: LabelMap, truth: LabelMap, parts: Iterable[str]) -> tuple[int, int]:
    """Intersection and union in pixels of several canonical parts merged into one class.

    The worn IoU is the ratio of their sums over all cases, with ``labels.WORN`` as the parts.

    >>> upper, lower, bag = part_ids(("upper", "lower", "bag"))
    >>> part_overlap(np.uint8([[upper, lower, 0]]), np.uint8([[upper, upper, bag]]), ("upper", "lower"))
    (2, 2)
    """
    ids = list(part_ids(parts))
    found, real = np.isin(label_map, ids), np.isin(truth, ids)
    return int(np.count_nonzero(found & real)), int(np.count_nonzero(found | real))
