"""Cross-entropy with class weights, with soft Dice or the Lovász extension of IoU over the classes present.

Sources: Milletari et al. 2016, V-Net (Dice); Berman et al. 2018, The Lovász-Softmax loss.
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


def fine_loss(logits: Tensor, label: Tensor, weights: Tensor, ignore: int, phase_yx: tuple[int, int]) -> Tensor:
    """Mean loss of logits (N, C, h, w) at their own size against every other row and column of labels (N, 2h, 2w).

    ``phase_yx`` (0 or 1 each) says which; drawn anew for each batch it favours neither side, at a quarter of the cost.
    """
    label = label[:, phase_yx[0] :: 2, phase_yx[1] :: 2]
    entropy = F.cross_entropy(logits, label, weight=weights, ignore_index=ignore, label_smoothing=0.02)
    return entropy + 0.5 * lovasz_loss(logits, label, ignore)


def lovasz_loss(logits: Tensor, label: Tensor, ignore: int) -> Tensor:
    """The Lovász extension of 1 - IoU, over the batch, mean over the classes that the batch holds."""
    valid = label != ignore
    probs, truth = logits.softmax(1).movedim(1, -1)[valid], label[valid]
    losses = [_lovasz(probs[:, part], truth == part) for part in truth.unique()]
    return torch.stack(losses).mean()


def _lovasz(probs: Tensor, truth: Tensor) -> Tensor:
    errors, order = (truth.float() - probs).abs().sort(descending=True)
    hits = truth[order].float()
    overlap = hits.sum() - hits.cumsum(0)
    union = hits.sum() + (1 - hits).cumsum(0)
    jaccard = 1 - overlap / union
    return errors @ torch.cat([jaccard[:1], jaccard.diff()])
