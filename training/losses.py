"""Cross-entropy with class weights, and soft Dice over the classes present.

Source of the Dice term: Milletari et al. 2016, V-Net.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def parsing_loss(logits: Tensor, label: Tensor, weights: Tensor, ignore: int) -> Tensor:
    """Mean loss of logits (N, C, h, w), brought to the labels' size, against labels int64 (N, H, W)."""
    logits = F.interpolate(logits, size=label.shape[-2:], mode="bilinear", align_corners=False)
    entropy = F.cross_entropy(logits, label, weight=weights, ignore_index=ignore, label_smoothing=0.02)
    return entropy + 0.5 * dice_loss(logits, label, ignore)


def dice_loss(logits: Tensor, label: Tensor, ignore: int) -> Tensor:
    """1 - Dice, over the batch, mean over the classes that the batch holds."""
    valid = (label != ignore)[:, None]
    probs = logits.softmax(1) * valid
    truth = F.one_hot(label.clamp(max=logits.shape[1] - 1), logits.shape[1]).movedim(-1, 1) * valid
    overlap = (probs * truth).sum((0, 2, 3))
    total = probs.sum((0, 2, 3)) + truth.sum((0, 2, 3))
    present = truth.sum((0, 2, 3)) > 0
    return 1 - (2 * overlap[present] / torch.clamp(total[present], min=1)).mean()
