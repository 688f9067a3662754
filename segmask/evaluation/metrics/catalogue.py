"""The metrics' names, which way is better, and how people read them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segmask.core.errors import unknown


@dataclass(frozen=True)
class Metric:
    """One number of a case and of a summary."""

    name: str
    label: str
    better: Literal["higher", "lower"]
    meaning: str
    digits: int = 3
    headline: bool = False
    """Shown first: the summary table, the terminal."""


_CATALOGUE = (
    Metric("strict_success", "strict success", "higher", "kept ≥ .98, coverage ≥ .95, face untouched", 3, True),
    Metric("iou", "IoU", "higher", "overlap of mask (alpha ≥ .5) and truth", 3, True),
    Metric("coverage", "coverage", "higher", "share of must-change pixels with alpha ≥ .98", 3, True),
    Metric("kept", "kept", "higher", "share of must-stay pixels with alpha ≤ 1/255", 4, True),
    Metric("face_kept", "face kept", "higher", "the same on the face", 4, True),
    Metric("hair_kept", "hair kept", "higher", "the same on hair that must stay", 4),
    Metric("background_kept", "background kept", "higher", "the same on background that must stay", 4),
    Metric("boundary_f", "boundary F", "higher", "outlines within 2 px at 830 px height", 3, True),
    Metric("boundary_iou", "boundary IoU", "higher", "overlap of bands of 2 % of the diagonal inside the outlines", 3),
    Metric("dice", "Dice", "higher", "2·overlap / sum of areas", 3),
    Metric("precision", "precision", "higher", "share of the mask that is right", 3),
    Metric("recall", "recall", "higher", "share of the truth that the mask has", 3),
    Metric("alpha_mae", "alpha MAE", "lower", "mean absolute error of alpha", 4),
    Metric("alpha_mse", "alpha MSE", "lower", "mean squared error of alpha", 4),
    Metric("alpha_sad", "alpha SAD", "lower", "sum of absolute errors of alpha / 1000", 2),
    Metric("alpha_gradient", "alpha gradient", "lower", "gradient error of alpha / 1000", 3),
    Metric("leak_delta_e", "leak ΔE", "lower", "mean ΔE on must-stay pixels; 2.3 is just noticeable", 3, True),
    Metric("psnr_kept", "PSNR kept", "higher", "dB on must-stay pixels, 100 = identical", 1),
    Metric("ssim_kept", "SSIM kept", "higher", "structural similarity on must-stay pixels", 4),
    Metric("seam_excess", "seam", "lower", "lightness gradient along the seam that neither picture has", 3, True),
    Metric("largest_leak", "largest leak", "lower", "largest connected leak, share of the picture", 4),
    Metric("largest_miss", "largest miss", "lower", "largest connected miss, share of the picture", 4),
    Metric("shown", "shows", "lower", "what an eye sees of a wrong mask: the sum of the next five", 3),
    Metric("ghost", "ghost", "lower", "share of the rim where the old contour shows", 4),
    Metric("held", "held", "lower", "changed pieces beside the mask that stayed, share of them and the mask", 4),
    Metric("step", "step", "lower", "share of the outline with a step that neither picture has", 4),
    Metric("halved", "halved", "lower", "smaller halves of things that come from both, share of them and the mask", 4),
    Metric("touched", "touched", "lower", "share of the mask that is ground in both pictures", 4),
    Metric("worn_iou", "worn IoU", "higher", "parser: all worn items as one class, pooled over pixels", 3),
)  # fmt: skip
METRICS = {metric.name: metric for metric in _CATALOGUE}


def higher_is_better(name: str) -> bool:
    """Which way a metric improves. Raises OptionError for names that don't exist.

    >>> higher_is_better("iou"), higher_is_better("leak_delta_e")
    (True, False)
    """
    if name not in METRICS:
        raise unknown("metric", name, METRICS)
    return METRICS[name].better == "higher"
