"""Train the built-in parser: ``python -m training.train DATA OUT``.

Writes OUT/last.pt (everything needed to go on), OUT/log.csv (one line an epoch), OUT/curves.png and, at the end,
OUT/parser.onnx. Running the same command again goes on from the last finished epoch.
"""

from __future__ import annotations

import argparse
import csv
import math
import time
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from segmask.labels import PARTS
from training.data import IGNORE, Samples, class_weights, load_split, to_input
from training.export import export
from training.losses import parsing_loss
from training.net import ParsingNet, load_imagenet
from training.score import score


@dataclass(frozen=True)
class Phase:
    """Some epochs at one input size."""

    epochs: int
    size_hw: tuple[int, int]
    batch: int


PHASES = (Phase(28, (192, 128), 16), Phase(22, (384, 256), 12))
RATE = 2e-3  # AdamW's peak; the encoder, which starts from ImageNet, gets a third of it
DECAY = 0.02
WARM_UP = 0.03  # share of all steps
EMA = 0.996
SCORE_EVERY = 6  # epochs


def main() -> None:
    options = _options()
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    split = load_split(options.data, "train", options.fold)
    weights = class_weights(split, len(PARTS)).to(device)
    net = _start(options, split).to(device, memory_format=torch.channels_last)
    average, optimiser = deepcopy(net).eval(), _optimiser(net)
    state_file = options.out / "last.pt"
    done = _resume(state_file, net, average, optimiser) if state_file.exists() else 0
    phases = [Phase(max(1, round(p.epochs * options.schedule)), p.size_hw, p.batch) for p in PHASES]
    epoch = 0
    for phase in phases:
        samples = Samples(split, phase.size_hw, options.seed)
        for _ in range(phase.epochs):
            epoch += 1
            if epoch <= done:
                continue
            samples.epoch = epoch
            began = time.monotonic()
            loss = _run_epoch(net, average, optimiser, samples, phase, phases, epoch, weights, device)
            row = {"epoch": epoch, "size": phase.size_hw[0], "loss": round(loss, 4)}
            row["seconds"] = round(time.monotonic() - began, 1)
            if epoch % SCORE_EVERY == 0 or epoch == sum(p.epochs for p in phases):
                row |= score(average, load_split(options.data, "val"), device)
            _log(options.out, row)
            _save(state_file, net, average, optimiser, epoch)
    export(average.cpu(), options.out / "parser.onnx")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with photos/, labels/ and split.json")
    parser.add_argument("out", type=Path, help="folder for checkpoints, log and the ONNX file")
    parser.add_argument("--init", type=Path, help="MobileNetV2 ONNX file to start the encoder from")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fold", type=int, help="leave this half of the photos out (0 or 1): out-of-fold parsers")
    parser.add_argument("--schedule", type=float, default=1.0, help="multiplies the number of epochs")
    return parser.parse_args()


def _start(options: argparse.Namespace, split: object) -> ParsingNet:
    net = ParsingNet(len(PARTS))
    if options.init is not None:
        samples = Samples(split, PHASES[0].size_hw, options.seed)  # type: ignore[arg-type]
        load_imagenet(net, options.init, torch.stack([samples[index][0] for index in range(32)]))
    return net


def _optimiser(net: ParsingNet) -> torch.optim.AdamW:
    groups = []
    for part, factor in ((net.encoder, 1 / 3), (net.decoder, 1.0)):
        for decays in (True, False):
            values = [p for p in part.parameters() if (p.ndim > 1) == decays]
            groups.append({"params": values, "weight_decay": DECAY if decays else 0.0, "factor": factor})
    return torch.optim.AdamW(groups, lr=RATE)


def _run_epoch(
    net: ParsingNet,
    average: ParsingNet,
    optimiser: torch.optim.AdamW,
    samples: Samples,
    phase: Phase,
    phases: list[Phase],
    epoch: int,
    weights: Tensor,
    device: torch.device,
) -> float:
    order = torch.Generator().manual_seed(samples.seed * 1000 + epoch)
    torch.manual_seed(samples.seed * 1000 + epoch)
    loader = DataLoader(samples, phase.batch, shuffle=True, drop_last=True, num_workers=1, generator=order)
    net.train()
    losses = []
    total = sum(p.epochs for p in phases)
    for index, (image, label) in enumerate(loader):
        _set_rate(optimiser, (epoch - 1 + index / len(loader)) / total)
        image = image.to(device, memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16):
            logits = net(image)
        loss = parsing_loss(logits.float(), label.to(device), weights, IGNORE)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        _follow(average, net, epoch)
        losses.append(loss.item())
    return float(np.mean(losses))


def _set_rate(optimiser: torch.optim.Optimizer, progress: float) -> None:
    """Linear warm-up, then a cosine to a hundredth."""
    cosine = 0.01 + 0.99 * (1 + math.cos(math.pi * progress)) / 2
    rate = RATE * min(progress / WARM_UP, 1.0) * cosine
    for group in optimiser.param_groups:
        group["lr"] = max(rate, 1e-6) * group["factor"]


@torch.no_grad()
def _follow(average: ParsingNet, net: ParsingNet, epoch: int) -> None:
    keep = EMA if epoch > 2 else 0.9
    for slow, fast in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
        if slow.dtype.is_floating_point:
            slow.lerp_(fast, 1 - keep)
        else:
            slow.copy_(fast)


def _resume(path: Path, net: ParsingNet, average: ParsingNet, optimiser: torch.optim.Optimizer) -> int:
    state = torch.load(path, map_location="cpu", weights_only=True)
    net.load_state_dict(state["net"])
    average.load_state_dict(state["average"])
    optimiser.load_state_dict(state["optimiser"])
    return int(state["epoch"])


def _save(path: Path, net: ParsingNet, average: ParsingNet, optimiser: torch.optim.Optimizer, epoch: int) -> None:
    state = {"net": net.state_dict(), "average": average.state_dict(), "optimiser": optimiser.state_dict()}
    partial = path.with_suffix(".partial")
    torch.save(state | {"epoch": epoch}, partial)
    partial.replace(path)


def _log(out: Path, row: dict[str, float]) -> None:
    from training.curves import draw_curves

    path = out / "log.csv"
    columns = ["epoch", "size", "loss", "seconds", "worn", "mean", *PARTS]
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.DictWriter(file, columns)
        if new:
            writer.writeheader()
        writer.writerow(row)
    draw_curves(path, out / "curves.png")


__all__ = ["main", "to_input"]

if __name__ == "__main__":
    main()
