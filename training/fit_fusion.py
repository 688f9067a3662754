"""Fit the pixel model of the fusion: ``python -m training.fit_fusion CACHE [CACHE …] OUT``.

CACHE is what ``training.fusion_cases`` gathered. OUT gets ``pixel_model.npz`` (fitted on all cases), ``half0.npz`` and
``half1.npz`` (each fitted without the photos of that half: the cut's weights and the verdict's are chosen on cases that
the model has not seen) and ``fit.csv``.
"""

from __future__ import annotations

import argparse
import csv
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from segmask.core.labels import CLOTHING, PART_ID
from segmask.core.types import Texture
from segmask.fusion.features import NAMES, in_sight, pixel_features
from training.fusion_cases import FusionCase, as_given, case_files, load_case
from training.processes import pool

HIDDEN = (32, 16)
PIXELS = 4000
"""Drawn from each case, of those that the model is asked about."""
EPOCHS, BATCH, RATE, DECAY = 14, 4096, 3e-3, 1e-3
REDRAWN = 0.4
"""Share of the cases that are given redrawn parts besides."""
REDRAWN_PARTS = {"background": 0.65, "hair": 0.25, "skin": 0.15, "footwear": 0.2, "bag": 0.15}
"""How often each of them."""
MISTAKEN = 0.15
"""Share of the cases that are given a changed thing which passes for cloth."""
MEMBERS = 4
"""Networks, each fitted without the photos of its bag."""
GIVEN_EVERY = 2
"""Every so many cases also take part with their true labels for a parsing: users hand in such."""
UNCHANGED_DRAWS = 3
"""Of a case whose target did not change: so many draws besides, each with redrawn parts."""
NOISE = 0.15
"""Added to the standardised features: other parsers, other models and other photos err differently."""


@dataclass(frozen=True)
class Samples:
    """Pixels of many cases."""

    features: np.ndarray
    """float32 (n, len(NAMES))."""
    truth: np.ndarray
    """float32 (n,)."""
    weight: np.ndarray
    """float32 (n,): pixels that one stands for, as a share of its picture."""
    half: np.ndarray
    """int (n,): which half its photo belongs to."""
    bag: np.ndarray
    """int (n,): the network that is fitted without its photo."""
    given: np.ndarray
    """bool (n,): parsed by the true labels."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("caches", type=Path, nargs="+", metavar="CACHE")
    parser.add_argument("out", type=Path)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    fit_models(options.caches, options.out, options.workers)


def fit_models(caches: list[Path], out: Path, workers: int) -> Path:
    """Fit and write the three models and ``fit.csv``; the path of the packaged one is returned."""
    out.mkdir(parents=True, exist_ok=True)
    samples = gather(caches, workers)
    rows = []
    everything = np.ones(len(samples.truth), bool)
    for name, kept, judged in (
        ("half0", samples.half != 0, samples.half == 0),
        ("half1", samples.half != 1, samples.half == 1),
        ("pixel_model", everything, everything),
    ):
        nets = [fit(samples, kept & (samples.bag != member), member) for member in range(MEMBERS)]
        for given in (False, True):
            rows.append({"model": name, "given": given} | judge(nets, samples, judged & (samples.given == given)))
            print(rows[-1], flush=True)
        arrays: dict[str, Any] = {**arrays_of(nets)}
        np.savez(out / f"{name}.npz", **arrays)
    with (out / "fit.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return out / "pixel_model.npz"


def half_of(photo: str) -> int:
    """The half that a photo belongs to; other than the parsers' folds, so that both halves hold both."""
    return int(photo) // 2 % 2


def gather(caches: list[Path], workers: int) -> Samples:
    """Pixels of all cases; two thirds are asked for all clothing, the others for what was meant to change alone."""
    with pool(workers) as processes:
        cases = processes.map(_drawn_often, *zip(*enumerate(case_files(caches)), strict=True))
        parts = [drawn for case in cases for drawn in case]
    return Samples(*(np.concatenate(values) for values in zip(*parts, strict=True)))


def bag_of(photo: str) -> int:
    """The network that a photo is left out of; every bag holds photos of both halves and of both parsers' folds."""
    return int(photo) // 4 % MEMBERS


def _drawn_often(index: int, path: Path) -> list[tuple[np.ndarray, ...]]:
    """The samples of one case: with the parser's parsings and, now and then, with the true ones.

    Where nothing of the target changed it is drawn more often, always with other parts redrawn: there are few such.
    """
    case, rng = load_case(path), np.random.default_rng(index)
    asked = CLOTHING if index % 3 else case.parts or CLOTHING
    versions = [(redrawn(case, rng), False)]
    if index % GIVEN_EVERY == 0:
        versions.append((redrawn(as_given(case), rng), True))
    if not (case.truth == 255).any():
        versions += [(redrawn(case, rng, 1), False) for _ in range(UNCHANGED_DRAWS)]
    return [_drawn(mistaken(version, rng), asked, rng, given) for version, given in versions]


def _drawn(case: FusionCase, asked: tuple[str, ...], rng: np.random.Generator, given: bool) -> tuple[np.ndarray, ...]:
    """One case's share of the samples, in the order of ``Samples``."""
    scene = case.scene(asked)
    features_of = pixel_features(scene)
    counted = (case.truth != 128) & ~case.keep
    places = np.flatnonzero(counted & in_sight(scene))
    at = rng.choice(places, min(PIXELS, len(places)), replace=False)
    weight = np.full(len(at), len(places) / max(1, len(at)) / counted.size)
    values = np.stack(list(features_of(at)), axis=1)
    truth = (case.truth.ravel()[at] == 255).astype(np.float32)
    owners = (np.full(len(at), value) for value in (half_of(case.photo), bag_of(case.photo), given))
    return values, truth, weight.astype(np.float32), *owners


def redrawn(case: FusionCase, rng: np.random.Generator, chance: float = REDRAWN) -> FusionCase:
    """Now and then a case whose edit changed whole parts besides, the background most of all; they must stay.

    The generator redraws everything a little; models also replace backgrounds, hair or shoes that nobody asked them to,
    often several at once.
    """
    if rng.random() > chance:
        return case
    parts = [part for part, share in REDRAWN_PARTS.items() if rng.random() < share] or ["background"]
    shown = case.before[[PART_ID[part] for part in parts]].max(0) > 0.5
    return _changed_in(shown & (case.truth == 0), case, rng)


def mistaken(case: FusionCase, rng: np.random.Generator) -> FusionCase:
    """Now and then a case with a changed thing beside the figure that the parser half takes for cloth; it must stay."""
    if rng.random() > MISTAKEN:
        return case
    figure = (case.before[PART_ID["background"]] < 0.5).astype(np.uint8)
    beside = cv2.distanceTransform(1 - figure, cv2.DIST_L2, 5) / max(figure.shape)
    places = np.flatnonzero((beside > 0.005) & (beside < 0.05) & (case.truth == 0))
    if len(places) == 0:
        return case
    row, column = divmod(int(rng.choice(places)), figure.shape[1])
    side = np.sqrt(rng.uniform(0.001, 0.012) * figure.size / np.pi)
    axes = (max(2, round(side * rng.uniform(0.6, 1.2))), max(2, round(side * rng.uniform(0.7, 1.8))))
    thing = cv2.ellipse(np.zeros_like(figure), (column, row), axes, 0, 0, 360, 1, -1)
    region = (thing > 0) & (case.truth == 0)
    part = PART_ID[str(rng.choice(CLOTHING))]
    seen = [_half_seen(probs, part, region, rng) for probs in (case.before, case.after)]
    return _changed_in(region, replace(case, before=seen[0], after=seen[1]), rng)


def _half_seen(probs: np.ndarray, part: int, region: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Probabilities with a part in a region that comes and goes."""
    size = region.shape[::-1]
    noise = cv2.resize(rng.normal(0, 0.2, (9, 7)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC)
    weight = np.clip(rng.uniform(0.1, 0.5) + noise, 0, 0.7) * cv2.GaussianBlur(region.astype(np.float32), (0, 0), 2)
    result = probs * (1 - weight)
    result[part] += weight
    return result.astype(np.float32)


def _changed_in(region: np.ndarray, case: FusionCase, rng: np.random.Generator) -> FusionCase:
    """The case with a strong change in a region, bool (h, w)."""
    cells = rng.normal(np.log(rng.uniform(6, 25)), 0.6, (7, 5)).astype(np.float32)
    size = case.truth.shape[::-1]
    strength = np.exp(cv2.resize(cells, size, interpolation=cv2.INTER_CUBIC) + rng.normal(0, 0.4, case.truth.shape))
    soft = cv2.GaussianBlur(region.astype(np.float32), (0, 0), 1.5)
    score = np.maximum(case.change.score_map, strength * soft).astype(np.float32)
    texture = case.change.texture
    if texture is not None:
        texture = _rewoven(texture, strength * soft, rng)
    return replace(case, change=replace(case.change, score_map=score, texture=texture))


def _rewoven(texture: Texture, strength: np.ndarray, rng: np.random.Generator) -> Texture:
    """Unrelated structure and another colour where a part was redrawn."""
    shape = texture.structure_near.shape[::-1]
    strong = cv2.resize(strength.astype(np.float32), shape, interpolation=cv2.INTER_AREA)
    inside = np.minimum(strong / 6, 1)
    structure = np.float32(rng.uniform(0.4, 0.95)) * inside
    return Texture(
        np.maximum(texture.structure_near, structure),
        np.maximum(texture.structure_around, cv2.GaussianBlur(structure, (0, 0), 6)),
        np.maximum(texture.energy_ratio, np.float32(rng.uniform(0.2, 2.5)) * inside),
        np.maximum(texture.colour_shift, cv2.GaussianBlur(strong * np.float32(rng.uniform(0.8, 2)), (0, 0), 6)),
    )


class PixelNet(nn.Module):
    """Standardised features -> log odds."""

    mean: Tensor
    deviation: Tensor

    def __init__(self, mean: Tensor, deviation: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        sizes = (len(NAMES), *HIDDEN, 1)
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in pairwise(sizes))

    def forward(self, features: Tensor, noise: float = 0.0) -> Tensor:
        values = (features - self.mean) / self.deviation
        if noise:
            values = values + noise * torch.randn_like(values)
        for layer in self.layers[:-1]:
            values = F.relu(layer(values))
        return self.layers[-1](values)[:, 0]


def fit(samples: Samples, kept: np.ndarray, seed: int) -> PixelNet:
    """Weighted cross-entropy, Adam, cosine."""
    torch.manual_seed(seed)
    features, truth = torch.from_numpy(samples.features[kept]), torch.from_numpy(samples.truth[kept])
    weight = torch.from_numpy(samples.weight[kept])
    weight = weight / weight.mean()
    net = PixelNet(features.mean(0), features.std(0).clamp(min=0.05))
    optimiser = torch.optim.AdamW(net.parameters(), RATE, weight_decay=DECAY)
    steps = EPOCHS * (len(truth) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for _ in range(EPOCHS):
        order = torch.randperm(len(truth))
        for start in range(0, len(truth) - BATCH + 1, BATCH):
            at = order[start : start + BATCH]
            logits = net(features[at], NOISE)
            loss = F.binary_cross_entropy_with_logits(logits, truth[at], weight[at])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
    return net.eval()


@torch.no_grad()
def judge(nets: list[PixelNet], samples: Samples, at: np.ndarray) -> dict[str, float]:
    """Cross-entropy, share of wrong pixels and expected calibration error of the networks' mean."""
    features = torch.from_numpy(samples.features[at])
    logits = torch.stack([net(features) for net in nets]).mean(0)
    truth, weight = torch.from_numpy(samples.truth[at]), torch.from_numpy(samples.weight[at])
    weight = weight / weight.sum()
    prob = logits.sigmoid()
    loss = float((F.binary_cross_entropy_with_logits(logits, truth, reduction="none") * weight).sum())
    wrong = float((((prob > 0.5) != (truth > 0.5)) * weight).sum())
    bins = (prob * 10).long().clamp(max=9)
    error = 0.0
    for index in range(10):
        inside = bins == index
        share = float(weight[inside].sum())
        if share > 0:
            mean = (prob[inside] * weight[inside]).sum() - (truth[inside] * weight[inside]).sum()
            error += abs(float(mean))
    return {"cross-entropy": round(loss, 5), "wrong": round(wrong, 5), "calibration error": round(error, 5)}


def arrays_of(nets: list[PixelNet]) -> dict[str, np.ndarray]:
    """What ``segmask.fusion.pixel_model`` reads; the standardisation is folded into the first layer."""
    folded = [_folded(net) for net in nets]
    return {name: np.stack([layers[name] for layers in folded]) for name in folded[0]}


def _folded(net: PixelNet) -> dict[str, np.ndarray]:
    arrays: dict[str, np.ndarray] = {}
    for index, layer in enumerate(net.layers):
        weight, bias = layer.weight.detach().double(), layer.bias.detach().double()  # type: ignore[union-attr]
        if index == 0:
            bias = bias - (weight * (net.mean / net.deviation)).sum(1)
            weight = weight / net.deviation
        arrays[f"weight{index}"], arrays[f"bias{index}"] = weight.float().numpy(), bias.float().numpy()
    return arrays


if __name__ == "__main__":
    main()
