"""What a mask is worth against a labelled truth; formulas and sources are in docs/metrics.md."""

from segmask.evaluation.metrics.boundary import boundary_f, boundary_iou
from segmask.evaluation.metrics.catalogue import METRICS, Metric, higher_is_better
from segmask.evaluation.metrics.composite import leak_delta_e, psnr_kept, seam_excess, ssim_kept
from segmask.evaluation.metrics.matte import alpha_gradient, alpha_mae, alpha_mse, alpha_sad
from segmask.evaluation.metrics.region import (
    coverage,
    dice,
    iou,
    kept,
    largest_leak,
    largest_miss,
    part_overlap,
    precision,
    recall,
)
from segmask.evaluation.metrics.score import score_alpha, score_composite, score_parsing, strict_success
from segmask.evaluation.metrics.shown import measure_shown, score_shown
from segmask.evaluation.metrics.truth import Truth

__all__ = [
    "METRICS",
    "Metric",
    "Truth",
    "alpha_gradient",
    "alpha_mae",
    "alpha_mse",
    "alpha_sad",
    "boundary_f",
    "boundary_iou",
    "coverage",
    "dice",
    "higher_is_better",
    "iou",
    "kept",
    "largest_leak",
    "largest_miss",
    "leak_delta_e",
    "measure_shown",
    "part_overlap",
    "precision",
    "psnr_kept",
    "recall",
    "score_alpha",
    "score_composite",
    "score_parsing",
    "score_shown",
    "seam_excess",
    "ssim_kept",
    "strict_success",
]
