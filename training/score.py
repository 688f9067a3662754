"""Pooled IoU of a net on a split, one letterboxed pass a photo, at the photos' own size."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch.nn import functional as F

from segmask.core.labels import PARTS, WORN
from training.augment import PADDING
from training.data import Split, to_input
from training.net import ParsingNet

SIZE_HW = (384, 256)


@torch.no_grad()
def score(net: ParsingNet, split: Split, device: torch.device, size_hw: tuple[int, int] = SIZE_HW) -> dict[str, float]:
    """IoU of every part, of worn items merged, and the mean over the parts; all pooled over the split's pixels."""
    confusion = np.zeros((len(PARTS), len(PARTS)), np.int64)
    for name in split.names:
        truth = split.label(name)
        guess = parse(net, split.photo(name), size_hw, device)
        confusion += np.bincount(truth.ravel() * len(PARTS) + guess.ravel(), minlength=confusion.size).reshape(
            confusion.shape
        )
    union = confusion.sum(0) + confusion.sum(1) - np.diag(confusion)
    parts = np.diag(confusion) / np.maximum(union, 1)
    worn = np.array([part in WORN for part in PARTS])
    both = confusion[np.ix_(worn, worn)].sum()
    either = confusion[worn].sum() + confusion[:, worn].sum() - both
    return {"worn": both / either, "mean": parts.mean(), **dict(zip(PARTS, parts.tolist(), strict=True))}


def parse(net: ParsingNet, photo: np.ndarray, size_hw: tuple[int, int], device: torch.device) -> np.ndarray:
    """Label map of one photo, uint8 (H, W)."""
    height, width = photo.shape[:2]
    scale = min(size_hw[0] / height, size_hw[1] / width)
    small_h, small_w = round(height * scale), round(width * scale)
    canvas = np.full((*size_hw, 3), PADDING, np.uint8)
    canvas[:small_h, :small_w] = cv2.resize(photo, (small_w, small_h), interpolation=cv2.INTER_AREA)
    logits = net(to_input(canvas)[None].to(device, memory_format=torch.channels_last))
    logits = F.interpolate(logits, size=size_hw, mode="bilinear", align_corners=False)[..., :small_h, :small_w]
    logits = F.interpolate(logits, size=(height, width), mode="bilinear", align_corners=False)
    return logits[0].argmax(0).to(torch.uint8).cpu().numpy()
