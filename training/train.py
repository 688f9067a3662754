"""Train the built-in parser: ``python -m training.train DATA OUT``.

Two phases from a start of the encoder, then a fine phase: larger, with hard samples, norms and first stages held, at a
rate of its own. Photos in DATA/unlabelled take part in it with the labels that the net before it gives them. ``--start
parser.onnx`` does the fine phase alone, from an earlier result; ``--more FOLDER`` takes photos with such labels from a
folder of ``training.pseudo`` instead, in every phase.

Writes OUT/last.pt, OUT/log.csv (one line an epoch), OUT/curves.png and, at the end, OUT/parser.onnx; before the fine
phase OUT/before.onnx and OUT/more, the labels that it gave. Run again, it goes on from the last finished epoch.
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

from segmask.core.labels import PARTS
from segmask.models.registry import load_parser as load_known_parser
from training.data import IGNORE, Samples, Split, class_weights, load_split
from training.export import export
from training.losses import fine_loss, parsing_loss
from training.net import ParsingNet, channels_last, load_imagenet, load_parser
from training.pseudo import write_labels
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

FINE = Phase(16, (448, 288), 8)
FINE_SIZES = ((448, 288), (448, 288), (352, 352), (288, 448))
"""Of its epochs in turn: the canvases of upright, square and wide pictures."""
FINE_RATE = 4e-4
FINE_EMA = 0.99
HELD_STAGES = 2  # of the encoder: a third of the time goes into their gradients


@dataclass(frozen=True)
class Run:
    """What is trained, from what, and how long."""

    data: Path
    """Folder with photos/, labels/ and split.json."""
    out: Path
    """Folder for checkpoints, log and the ONNX file."""
    init: Path | None = None
    """MobileNetV2 ONNX file to start the encoder from."""
    start: Path | None = None
    """parser.onnx of an earlier run: only the fine phase follows."""
    more: Path | None = None
    """Folder of training.pseudo: more photos, for every phase."""
    seed: int = 0
    fold: int | None = None
    """Half of the photos to leave out (0 or 1): out-of-fold parsers."""
    schedule: float = 1.0
    """Multiplies the number of epochs."""
    phases: tuple[Phase, ...] = PHASES
    fine: Phase = FINE
    fine_sizes: tuple[tuple[int, int], ...] = FINE_SIZES
    ema: float = EMA


def main() -> None:
    run(Run(**vars(_options())))


def run(plan: Run) -> Path:
    """Train, and return the path of OUT/parser.onnx."""
    torch.manual_seed(plan.seed)
    plan.out.mkdir(parents=True, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    split = load_split(plan.data, "train", plan.fold)
    weights = class_weights(split, len(PARTS)).to(device)
    net = channels_last(_start(plan, split), device)
    average, optimiser = deepcopy(net).eval(), make_optimiser(net)
    state_file = plan.out / "last.pt"
    done = resume(state_file, net, average, optimiser) if state_file.exists() else 0
    phases = [] if plan.start else [_shortened(phase, plan.schedule) for phase in plan.phases]
    more = load_split(plan.more, "train") if plan.more else None
    photos = plan.data / "unlabelled"
    fine, before = _shortened(plan.fine, plan.schedule), sum(phase.epochs for phase in phases)
    epoch = 0
    for phase in [*phases, fine]:
        if phase is fine and done <= before:
            net.load_state_dict(average.state_dict())
        if phase is fine and more is None and photos.is_dir():
            more = _labelled_by(plan.start or plan.out / "before.onnx", average, photos, plan.out / "more")
        samples = Samples(split, phase.size_hw, plan.seed, hard=phase is fine, more=more)
        for _ in range(phase.epochs):
            epoch += 1
            if epoch <= done:
                continue
            samples.epoch = epoch
            began = time.monotonic()
            if phase is fine:
                samples.size_hw = plan.fine_sizes[(epoch - before) % len(plan.fine_sizes)]
                loss = _fine_epoch(net, average, optimiser, samples, fine, epoch - before, weights, device)
            else:
                loss = _run_epoch(net, average, optimiser, samples, phase, phases, epoch, weights, device, plan.ema)
            seconds = round(time.monotonic() - began, 1)
            row = {"epoch": epoch, "size": samples.size_hw[0], "loss": round(loss, 4), "seconds": seconds}
            if (epoch % SCORE_EVERY == 0 and phase is not fine) or epoch == before + fine.epochs:
                row |= score(average, load_split(plan.data, "val"), device)
            _log(plan.out, row)
            save(state_file, net, average, optimiser, epoch)
    return export(average.cpu(), plan.out / "parser.onnx")


def _labelled_by(parser: Path, net: ParsingNet, photos: Path, out: Path) -> Split:
    """The photos without labels, with those of ``parser``; exported from ``net`` where it is not there."""
    if not parser.exists():
        export(deepcopy(net).cpu(), parser)
    write_labels(photos, load_known_parser(str(parser)), out)
    return load_split(out, "train")


def _shortened(phase: Phase, schedule: float) -> Phase:
    return Phase(max(1, round(phase.epochs * schedule)), phase.size_hw, phase.batch)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with photos/, labels/ and split.json")
    parser.add_argument("out", type=Path, help="folder for checkpoints, log and the ONNX file")
    parser.add_argument("--init", type=Path, help="MobileNetV2 ONNX file to start the encoder from")
    parser.add_argument("--start", type=Path, help="parser.onnx of an earlier run: only the fine phase follows")
    parser.add_argument("--more", type=Path, help="folder of training.pseudo: more photos, for every phase")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fold", type=int, help="leave this half of the photos out (0 or 1): out-of-fold parsers")
    parser.add_argument("--schedule", type=float, default=1.0, help="multiplies the number of epochs")
    return parser.parse_args()


def _start(plan: Run, split: Split) -> ParsingNet:
    net = ParsingNet(len(PARTS))
    if plan.start is not None:
        samples = Samples(split, plan.fine.size_hw, plan.seed)
        load_parser(net, plan.start, torch.stack([samples[index][0] for index in range(8)]))
    elif plan.init is not None:
        samples = Samples(split, plan.phases[0].size_hw, plan.seed)
        load_imagenet(net, plan.init, torch.stack([samples[index][0] for index in range(32)]))
    return net


def make_optimiser(net: ParsingNet) -> torch.optim.AdamW:
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
    ema: float,
) -> float:
    order = torch.Generator().manual_seed(samples.seed * 1000 + epoch)
    torch.manual_seed(samples.seed * 1000 + epoch)
    loader = DataLoader(samples, phase.batch, shuffle=True, drop_last=True, num_workers=1, generator=order)
    net.train()
    losses = []
    total = sum(p.epochs for p in phases)
    for index, (image, label) in enumerate(loader):
        set_rate(optimiser, (epoch - 1 + index / len(loader)) / total)
        image = image.to(device, memory_format=torch.channels_last)
        with torch.autocast(device.type, torch.bfloat16):
            logits = net(image)
        loss = parsing_loss(logits.float(), label.to(device), weights, IGNORE)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        follow(average, net, ema if epoch > 2 else 0.9)
        losses.append(loss.item())
    return float(np.mean(losses))


def _fine_epoch(
    net: ParsingNet,
    average: ParsingNet,
    optimiser: torch.optim.AdamW,
    samples: Samples,
    phase: Phase,
    epoch: int,
    weights: Tensor,
    device: torch.device,
) -> float:
    """One epoch of the fine phase; ``epoch`` counts from its start. Class weights are square roots."""
    seed = samples.seed * 1000 + 500 + epoch
    order = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    loader = DataLoader(samples, phase.batch, shuffle=True, drop_last=True, num_workers=1, generator=order)
    hold(net)
    losses = []
    for index, (image, label) in enumerate(loader):
        set_rate(optimiser, (epoch - 1 + index / len(loader)) / phase.epochs, FINE_RATE)
        with torch.autocast(device.type, torch.bfloat16):
            logits = net(image.to(device, memory_format=torch.channels_last))
        row, column = (int(value) for value in torch.randint(0, 2, (2,)))
        loss = fine_loss(logits.float(), label.to(device), weights.sqrt(), IGNORE, (row, column))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        follow(average, net, FINE_EMA)
        losses.append(loss.item())
        if index % 20 == 0:
            print(epoch, index, len(loader), f"{np.mean(losses):.4f}", flush=True)
    return float(np.mean(losses))


def hold(net: ParsingNet) -> None:
    """Norms keep their moments; the stem and the first stages keep their weights."""
    net.train()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eval()
    for part in (net.encoder.stem, *net.encoder.stages[:HELD_STAGES]):
        part.requires_grad_(False)


def set_rate(optimiser: torch.optim.Optimizer, progress: float, peak: float = RATE) -> None:
    """Linear warm-up, then a cosine to a hundredth."""
    cosine = 0.01 + 0.99 * (1 + math.cos(math.pi * progress)) / 2
    rate = peak * min(progress / WARM_UP, 1.0) * cosine
    for group in optimiser.param_groups:
        group["lr"] = max(rate, 1e-6) * group["factor"]


@torch.no_grad()
def follow(average: ParsingNet, net: ParsingNet, inertia: float) -> None:
    for slow, fast in zip(average.state_dict().values(), net.state_dict().values(), strict=True):
        if slow.dtype.is_floating_point:
            slow.lerp_(fast, 1 - inertia)
        else:
            slow.copy_(fast)


def resume(path: Path, net: ParsingNet, average: ParsingNet, optimiser: torch.optim.Optimizer) -> int:
    state = torch.load(path, map_location="cpu", weights_only=True)
    for name, part in (("net", net), ("average", average), ("optimiser", optimiser)):
        part.load_state_dict(state[name])
    return int(state["epoch"])


def save(path: Path, net: ParsingNet, average: ParsingNet, optimiser: torch.optim.Optimizer, epoch: int) -> None:
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


if __name__ == "__main__":
    main()
