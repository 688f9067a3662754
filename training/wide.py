"""The wide phase: ``python -m training.wide DATA EXTRA LENT OUT --start parser.onnx``.

Goes on from a net of ``training.train`` with what street fashion does not show: everyday scenes whose labels are sets
of parts, drawings, headscarves, close-ups, things in front (``training.world``). The rate warms up, stays, and falls
over the last quarter of ``--samples``, or of ``--seconds`` if these are over before; the weights are averaged over
time. Writes OUT/wide.pt every few minutes (run the same command again and it goes on from there), OUT/wide.csv and at
the end OUT/parser.onnx.
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

from segmask.core.labels import PARTS
from training import train
from training.data import Split, class_weights, load_split
from training.export import export
from training.losses import partial_loss
from training.net import ParsingNet, channels_last, load_parser
from training.sets import table
from training.world import WideSamples, read_world

SAMPLES = 14_000
BATCH = 8
SIZES = ((448, 288), (352, 224), (256, 256), (448, 288), (224, 352), (352, 352))
"""Canvases of the batches in turn; the smaller ones cost a half and are figures of another scale."""
RATE = 3e-4
WARM_UP = 400  # samples
FALLS = 0.25  # share of the samples over which the rate falls
EMA = 0.99
EMA_FIRST = 0.9
LOVASZ_PIXELS = 60_000  # of a batch: a fifth of them costs a fifth
SAVE_SECONDS = 180


@dataclass(frozen=True)
class WideRun:
    """What the phase goes on from, and how long."""

    data: Path
    """Folder with photos/, labels/ and split.json."""
    extra: Path
    """Folder with train/ and codes.json (``training.world``)."""
    lent: Path
    """Folder of training.lend."""
    out: Path
    start: Path
    """parser.onnx of training.train."""
    bystanders: Path | None = None
    """Folder of training.teacher's codes of the labelled photos."""
    samples: int = SAMPLES
    seconds: float = math.inf
    """The rate falls, and training ends, so early that it takes no longer."""
    seed: int = 0
    fold: int | None = None
    """Half of the photos to leave out (0 or 1)."""
    sizes: tuple[tuple[int, int], ...] = SIZES
    batch: int = BATCH


def main() -> None:
    run(WideRun(**vars(_options())))


def run(plan: WideRun) -> Path:
    """Train and write OUT/parser.onnx, whose path is returned; goes on from OUT/wide.pt."""
    plan.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(plan.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    split = load_split(plan.data, "train", plan.fold)
    world = read_world(split, load_split(plan.lent, "train"), plan.extra, plan.bystanders, plan.seed)
    samples = WideSamples(world, plan.sizes, plan.batch, plan.seed)
    net = ParsingNet(len(PARTS))
    load_parser(net, plan.start, torch.stack([samples[index][0] for index in range(plan.batch)]))
    net = channels_last(net, device)
    average, optimiser = deepcopy(net).eval(), train.make_optimiser(net)
    train.hold(net)
    state = plan.out / "wide.pt"
    step, steps = train.resume(state, net, average, optimiser) if state.exists() else 0, plan.samples // plan.batch
    codes = plan.extra / "codes.json"
    allowed = torch.from_numpy(table(codes if codes.exists() else None)).to(device)
    weights = class_weights(Split(split.root, split.names[::6]), len(PARTS)).sqrt().to(device)
    losses: list[float] = []
    saved = began = time.monotonic()
    progress = step / steps
    while step < steps and progress < 1:
        set_rate(optimiser, progress, step * plan.batch)
        image, code = _batch(samples, step)
        losses.append(_step(net, optimiser, image.to(device), code.to(device), allowed, weights, step))
        train.follow(average, net, EMA if step > 20 else EMA_FIRST)
        step, now = step + 1, time.monotonic()
        progress = max(step / steps, (now - began) / plan.seconds)
        if now - saved > SAVE_SECONDS or progress >= 1:
            train.save(state, net, average, optimiser, step)
            _log(plan.out / "wide.csv", step * plan.batch, losses, now - began)
            losses, saved = [], now
    return export(average.cpu(), plan.out / "parser.onnx")


def set_rate(optimiser: torch.optim.Optimizer, progress: float, done: int) -> None:
    """Warm-up over the first samples, a plateau, and a linear fall to a fiftieth over the last ``FALLS``."""
    rate = RATE * min(1.0, (done + BATCH) / WARM_UP) * float(np.clip((1 - progress) / FALLS, 0.02, 1))
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]


def _batch(samples: WideSamples, index: int) -> tuple[Tensor, Tensor]:
    drawn = [samples[index * samples.batch + place] for place in range(samples.batch)]
    return torch.stack([image for image, _ in drawn]), torch.stack([code for _, code in drawn])


def _step(
    net: ParsingNet,
    optimiser: torch.optim.Optimizer,
    image: Tensor,
    code: Tensor,
    allowed: Tensor,
    weights: Tensor,
    index: int,
) -> float:
    torch.manual_seed(index)
    with torch.autocast(image.device.type, torch.bfloat16):
        logits = net(image.to(memory_format=torch.channels_last))
    row, column = (int(value) for value in torch.randint(0, 2, (2,)))
    loss = partial_loss(logits.float(), code, allowed, weights, (row, column), LOVASZ_PIXELS)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimiser.step()
    return loss.item()


def _log(path: Path, samples: int, losses: list[float], seconds: float) -> None:
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(["samples", "loss", "seconds since the start"])
        writer.writerow([samples, round(float(np.mean(losses)), 4), round(seconds)])
    print(samples, f"{np.mean(losses):.4f}", f"{seconds:.0f} s", flush=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with photos/, labels/ and split.json")
    parser.add_argument("extra", type=Path, help="folder with train/, codes.json and teacher/")
    parser.add_argument("lent", type=Path, help="folder of training.lend")
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", type=Path, required=True, help="parser.onnx of training.train")
    parser.add_argument("--bystanders", type=Path, help="folder of training.teacher of the labelled photos")
    parser.add_argument("--samples", type=int, default=SAMPLES)
    parser.add_argument("--seconds", type=float, default=math.inf, help="end so early that it takes no longer")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fold", type=int, help="leave this half of the photos out (0 or 1)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
