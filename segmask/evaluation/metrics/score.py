"""All metrics of one case under their flat names; NaN where a case can't tell."""

from __future__ import annotations

import math

import numpy as np

from segmask.core.errors import InputError
from segmask.core.labels import WORN
from segmask.core.types import Alpha, Image, LabelMap, Mask
from segmask.evaluation.metrics import boundary, composite, matte, region
from segmask.evaluation.metrics.truth import Truth

KEPT_FROM, COVERAGE_FROM = 0.98, 0.95
"""What a strict success asks for, besides an untouched face."""


def score_alpha(alpha: Alpha, truth: Truth) -> dict[str, float]:
    """Every metric that needs alpha (float32, H x W) and the truth alone. Raises InputError if the sizes differ.

    >>> truth = Truth(np.repeat(np.uint8([[0, 255]]), 16, axis=1))
    >>> scores = score_alpha(truth.alpha, truth)
    >>> scores["strict_success"], scores["iou"], scores["face_kept"]  # nothing says where a face is
    (1.0, 1.0, nan)
    """
    if alpha.shape != truth.values.shape:
        (height, width), (rows, columns) = alpha.shape[:2], truth.values.shape
        raise InputError(
            f"the mask to score is {width}x{height}, the truth is {columns}x{rows}; expected the same size"
        )
    return {
        "strict_success": float(strict_success(alpha, truth)),
        "iou": region.iou(alpha, truth),
        "dice": region.dice(alpha, truth),
        "precision": region.precision(alpha, truth),
        "recall": region.recall(alpha, truth),
        "coverage": region.coverage(alpha, truth.change),
        "kept": region.kept(alpha, truth.stay),
        "face_kept": _kept_part(alpha, truth.face),
        "hair_kept": _kept_part(alpha, _must_stay(truth, "hair")),
        "background_kept": _kept_part(alpha, _must_stay(truth, "background")),
        "boundary_f": boundary.boundary_f(alpha, truth),
        "boundary_iou": boundary.boundary_iou(alpha, truth),
        "alpha_mae": matte.alpha_mae(alpha, truth),
        "alpha_mse": matte.alpha_mse(alpha, truth),
        "alpha_sad": matte.alpha_sad(alpha, truth),
        "alpha_gradient": matte.alpha_gradient(alpha, truth),
        "largest_leak": region.largest_leak(alpha, truth),
        "largest_miss": region.largest_miss(alpha, truth),
    }


def strict_success(alpha: Alpha, truth: Truth) -> bool:
    """Is kept >= .98, coverage >= .95 and no face pixel's alpha above 1/255? An unknown face asks nothing.

    >>> truth = Truth(np.uint8([[0, 255]]))
    >>> strict_success(np.float32([[0, 1]]), truth), strict_success(np.float32([[0.5, 1]]), truth)
    (True, False)
    """
    face_touched = truth.face is not None and bool(region.touched(alpha, truth.face).any())
    kept, coverage = region.kept(alpha, truth.stay), region.coverage(alpha, truth.change)
    return kept >= KEPT_FROM and coverage >= COVERAGE_FROM and not face_touched


def score_composite(image: Image, original: Image, pasted: Image, alpha: Alpha, truth: Truth) -> dict[str, float]:
    """The metrics of the picture that came out; all pictures are uint8 (H, W, 3) on the original's grid.

    Without a known truth its seam alone can be told.

    >>> original, pasted = np.full((8, 8, 3), 60, np.uint8), np.full((8, 8, 3), 200, np.uint8)
    >>> nothing = np.zeros((8, 8), np.float32)
    >>> score_composite(original, original, pasted, nothing, Truth(np.zeros((8, 8), np.uint8)))["psnr_kept"]
    100.0
    """
    seam = {"seam_excess": composite.seam_excess(image, original, pasted, alpha)}
    if not truth.is_known:
        return seam
    return {
        "leak_delta_e": composite.leak_delta_e(image, original, truth.stay),
        "psnr_kept": composite.psnr_kept(image, original, truth.stay),
        "ssim_kept": composite.ssim_kept(image, original, truth.stay),
        **seam,
    }


def score_parsing(label_map: LabelMap, truth: LabelMap) -> dict[str, float]:
    """The parser's worn IoU on one picture, with the pixel counts that are pooled over a set.

    >>> from segmask.core.labels import PART_ID
    >>> upper, face = PART_ID["upper"], PART_ID["face"]
    >>> score_parsing(np.uint8([[upper, upper, face]]), np.uint8([[upper, face, face]]))
    {'worn_iou': 0.5, 'worn_intersection_px': 1, 'worn_union_px': 2}
    """
    overlap, union = region.part_overlap(label_map, truth, WORN)
    return {
        "worn_iou": overlap / union if union else 1.0,
        "worn_intersection_px": overlap,
        "worn_union_px": union,
    }


def _must_stay(truth: Truth, part: str) -> Mask | None:
    where = truth.part(part)
    return None if where is None else where & truth.stay


def _kept_part(alpha: Alpha, where: Mask | None) -> float:
    if where is None or not np.any(where):
        return math.nan
    return region.kept(alpha, where)
