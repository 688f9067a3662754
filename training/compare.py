"""Alternatives of the recipe, one short run each, judged on the half of the training photos that it left out.

``python -m training.compare DATA OUT.csv --init mobilenet_v2_1.0_224_imagenet.onnx [--variant NAME]…`` writes a line a
variant; what was found is in EXPERIMENTS.md. ``val`` is not touched.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torch.utils.data import DataLoader

from segmask.core.labels import PARTS
from training import train
from training.data import IGNORE, Samples, Split, class_weights, load_split
from training.losses import lovasz_loss, parsing_loss
from training.net import ParsingNet, channels_last, load_imagenet
from training.score import score

SIZE_HW = (192, 128)
BATCH = 16
STEPS = 176  # eight epochs of half the photos
EMA = 0.97
JUDGED_EVERY = 3  # every third photo of the half left out

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Variant:
    """What differs from the recipe."""

    loss: Loss = lambda logits, label, weights: parsing_loss(logits, label, weights, IGNORE)
    pretrained: bool = True
    photos: float = 1.0
    """Share of the photos that is used."""
    colours: bool = True
    """New colours and textures of garments, tone and degradation."""
    hard: bool = False
    """The fine phase's hard samples."""


def cross_entropy(logits: Tensor, label: Tensor, weights: Tensor) -> Tensor:
    logits = F.interpolate(logits, size=label.shape[-2:], mode="bilinear", align_corners=False)
    return F.cross_entropy(logits, label, weight=weights, ignore_index=IGNORE, label_smoothing=0.02)


def with_lovasz(logits: Tensor, label: Tensor, weights: Tensor) -> Tensor:
    half = label[:, ::2, ::2]
    return cross_entropy(logits, label, weights) + 0.5 * lovasz_loss(logits, half, IGNORE)


VARIANTS = {
    "recipe": Variant(),
    "from scratch": Variant(pretrained=False),
    "cross-entropy alone": Variant(loss=cross_entropy),
    "Lovász instead of Dice": Variant(loss=with_lovasz),
    "half the photos": Variant(photos=0.5),
    "no new colours": Variant(colours=False),
    "hard samples from the start": Variant(hard=True),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--init", type=Path, required=True)
    parser.add_argument("--variant", action="append", choices=VARIANTS)
    options = parser.parse_args()
    for name in options.variant or VARIANTS:
        began = time.process_time()
        row = {"variant": name} | run(VARIANTS[name], options.data, options.init)
        row["core seconds"] = round(time.process_time() - began)
        print(row, flush=True)
        new = not options.out.exists()
        with options.out.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if new:
                writer.writeheader()
            writer.writerow(row)


def run(variant: Variant, data: Path, init: Path) -> dict[str, float]:
    """Train one variant without fold 0 and score it on photos of fold 0."""
    torch.manual_seed(0)
    split = load_split(data, "train", fold=0)
    split = Split(split.root, split.names[: round(len(split.names) * variant.photos)])
    samples = Samples(split, SIZE_HW, 0, hard=variant.hard, colours=variant.colours)
    net = ParsingNet(len(PARTS))
    if variant.pretrained:
        load_imagenet(net, init, torch.stack([samples[index][0] for index in range(32)]))
    net = channels_last(net, torch.device("cpu"))
    average, optimiser = deepcopy(net).eval(), train.make_optimiser(net)
    weights, step = class_weights(split, len(PARTS)), 0
    while step < STEPS:
        samples.epoch += 1
        order = torch.Generator().manual_seed(samples.epoch)
        net.train()
        for image, label in DataLoader(samples, BATCH, shuffle=True, drop_last=True, num_workers=1, generator=order):
            train.set_rate(optimiser, step / STEPS)
            with torch.autocast("cpu", torch.bfloat16):
                logits = net(image.to(memory_format=torch.channels_last))
            loss = variant.loss(logits.float(), label, weights)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
            optimiser.step()
            train.follow(average, net, EMA)
            step += 1
            if step == STEPS:
                break
    everything = load_split(data, "train")
    left_out = [name for index, name in enumerate(everything.names) if index % 2 == 0][::JUDGED_EVERY]
    result = score(average, Split(data, tuple(left_out)), torch.device("cpu"), SIZE_HW)
    return {key: round(float(np.float64(value)), 4) for key, value in result.items()}


if __name__ == "__main__":
    main()
