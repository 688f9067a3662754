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
    return _lovasz_of(logits.softmax(1).movedim(1, -1)[valid], label[valid])


def _lovasz(probs: Tensor, truth: Tensor) -> Tensor:
    errors, order = (truth.float() - probs).abs().sort(descending=True)
    hits = truth[order].float()
    overlap = hits.sum() - hits.cumsum(0)
    union = hits.sum() + (1 - hits).cumsum(0)
    jaccard = 1 - overlap / union
    return errors @ torch.cat([jaccard[:1], jaccard.diff()])


def partial_loss(
    logits: Tensor, code: Tensor, allowed: Tensor, weights: Tensor, phase_yx: tuple[int, int], lovasz_pixels: int
) -> Tensor:
    """Mean loss of logits (N, C, h, w) against every other row and column of ``code``, int64 (N, 2h, 2w).

    A code below C is a part. ``allowed`` (bool (256, C)) says which parts a higher code leaves open: its loss is minus
    the log of their summed probability; a code that allows none has no loss. Cross-entropy with class weights and
    smoothed labels where the part is known; of these pixels ``lovasz_pixels``, drawn at random, carry the Lovász loss.
    """
    code = code[:, phase_yx[0] :: 2, phase_yx[1] :: 2]
    flat, code = logits.movedim(1, -1).reshape(-1, logits.shape[1]), code.reshape(-1)
    known = code < logits.shape[1]
    some = ~known & allowed[code].any(1)
    truth, found = code[known], flat[known]
    entropy = F.cross_entropy(found, truth, weight=weights, label_smoothing=0.02, reduction="sum")
    total, mass = entropy + set_entropy(flat[some], allowed[code[some]]).sum(), weights[truth].sum() + some.sum()
    loss = total / mass.clamp(min=1)
    if len(truth) == 0:
        return loss
    drawn = torch.randint(0, len(truth), (min(lovasz_pixels, len(truth)),), device=truth.device)
    return loss + 0.5 * _lovasz_of(found[drawn].softmax(1), truth[drawn])


def set_entropy(logits: Tensor, allowed: Tensor) -> Tensor:
    """Minus the log of the summed probability of the parts that are ``allowed`` (bool (n, C)): (n,)."""
    return logits.logsumexp(1) - logits.masked_fill(~allowed, -torch.inf).logsumexp(1)


def _lovasz_of(probs: Tensor, truth: Tensor) -> Tensor:
    """The Lovász extension of 1 - IoU of pixels (n, C), mean over the classes that they hold."""
    return torch.stack([_lovasz(probs[:, part], truth == part) for part in truth.unique()]).mean()
