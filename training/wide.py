"""The wide phase: ``python -m training.wide DATA EXTRA LENT OUT --start parser.onnx``.

Goes on from a net of ``training.train`` with what street fashion does not show: everyday scenes whose labels are sets
of parts, drawings, headscarves, close-ups, things in front (``training.world``). The rate warms up, stays, and falls
over the last ``--falls`` of ``--samples``, or of ``--seconds`` if these are over before; the weights are averaged over
time. On a GPU ``--workers`` processes draw the samples, about 40 ms of a core each, and ``--batch`` is better larger;
the same seed and batch give the same samples with any number of them. Writes OUT/wide.pt every few minutes (run the
same command again and it goes on from there), OUT/wide.csv and at the end OUT/parser.onnx.
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
from training import train
from training.data import Split, class_weights, load_split
from training.export import export
from training.losses import partial_loss
from training.net import ParsingNet, channels_last, load_parser
from training.processes import START
from training.sets import table
from training.world import WideSamples, read_world

SAMPLES = 14_000
BATCH = 8
SIZES = ((448, 288), (352, 224), (256, 256), (448, 288), (224, 352), (352, 352))
"""Canvases of the batches in turn; the smaller ones cost a half and are figures of another scale."""
RATE = 3e-4
WARM_UP = 400  # samples
FALLS = 0.25  # share of the samples over which the rate falls
EMA = 0.99  # inertia of the weights' average
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
    rate: float = RATE
    """Highest rate of AdamW, on the decoder; the encoder's is a third."""
    falls: float = FALLS
    """Share of the samples, the last ones, over which the rate falls."""
    inertia: float = EMA
    """Of the averaged weights at each step; it rises to this."""
    workers: int = 0
    """Processes that draw samples; with 0 they are drawn between the steps, as where the CPU trains."""


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
    losses: list[Tensor] = []
    saved = began = time.monotonic()
    progress = step / steps
    for image, code in batches(samples, step, steps, plan.workers, pinned=device.type == "cuda"):
        set_rate(optimiser, plan, progress, step * plan.batch)
        image, code = image.to(device, non_blocking=True), code.to(device, non_blocking=True)
        losses.append(_step(net, optimiser, image, code, allowed, weights, step))
        train.follow(average, net, min(plan.inertia, 1 - 2 / (step + 2)))
        step, now = step + 1, time.monotonic()
        progress = max(step / steps, (now - began) / plan.seconds)
        if now - saved > SAVE_SECONDS or progress >= 1:
            train.save(state, net, average, optimiser, step)
            _log(plan.out / "wide.csv", step * plan.batch, float(torch.stack(losses).mean()), now - began)
            losses, saved = [], now
        if progress >= 1:  # out of samples or of time
            break
    return export(average.cpu(), plan.out / "parser.onnx")


def set_rate(optimiser: torch.optim.Optimizer, plan: WideRun, progress: float, done: int) -> None:
    """Warm-up over the first samples, a plateau, and a linear fall to a fiftieth over the last ``plan.falls``.

    ``progress`` is the share of the run that is over, ``done`` the samples that were seen.
    """
    warm = min(1.0, (done + plan.batch) / WARM_UP)
    rate = plan.rate * warm * float(np.clip((1 - progress) / plan.falls, 0.02, 1))
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]


def batches(
    samples: WideSamples, first: int, last: int, workers: int, pinned: bool = False
) -> DataLoader[tuple[Tensor, Tensor]]:
    """Batches ``first`` to ``last`` - 1 of a run, in order, each the same whatever came before and with any workers.

    Images float32 (batch, 3, H, W) and codes int64 (batch, H, W), on the CPU; ``pinned``: for a GPU to fetch.
    """
    size = samples.batch
    indices = [list(range(index * size, (index + 1) * size)) for index in range(first, last)]
    context = START if workers else None
    return DataLoader(
        samples, batch_sampler=indices, num_workers=workers, multiprocessing_context=context, pin_memory=pinned
    )


def _step(
    net: ParsingNet,
    optimiser: torch.optim.Optimizer,
    image: Tensor,
    code: Tensor,
    allowed: Tensor,
    weights: Tensor,
    index: int,
) -> Tensor:
    """One step; its loss stays on the device, so that nobody waits for it."""
    torch.manual_seed(index)
    with torch.autocast(image.device.type, torch.bfloat16):
        logits = net(image.to(memory_format=torch.channels_last))
    row, column = (int(value) for value in torch.randint(0, 2, (2,)))
    loss = partial_loss(logits.float(), code, allowed, weights, (row, column), LOVASZ_PIXELS)
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimiser.step()
    return loss.detach()


def _log(path: Path, samples: int, loss: float, seconds: float) -> None:
    new = not path.exists()
    with path.open("a", newline="") as file:
        writer = csv.writer(file)
        if new:
            writer.writerow(["samples", "loss", "seconds since the start"])
        writer.writerow([samples, round(loss, 4), round(seconds)])
    print(samples, f"{loss:.4f}", f"{seconds:.0f} s", flush=True)


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
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--rate", type=float, default=RATE, help="AdamW's highest")
    parser.add_argument("--falls", type=float, default=FALLS, help="share of the samples over which the rate falls")
    parser.add_argument("--inertia", type=float, default=EMA, help="of the averaged weights")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw samples, for a GPU")
    return parser.parse_args()


if __name__ == "__main__":
    main()
