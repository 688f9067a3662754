"""Choose the weights of the cut: ``python -m training.choose_cut OUT CACHE [CACHE …]``.

OUT is what ``training.fit_fusion`` wrote. Each case is decided with the pixel model of the half that its photo is not
in; one weight after the other is varied about the defaults. Prints a line a setting, and writes OUT/cut.csv.
"""

from __future__ import annotations

import argparse
import csv
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import CLOTHING
from segmask.core.types import Mask
from segmask.evaluation.metrics.boundary import boundary_f
from segmask.evaluation.metrics.truth import Truth
from segmask.fusion.hybrid import DEFAULT, HybridConfig, decide_by_odds, fitted_odds
from segmask.fusion.pixel_model import PixelModel, read_pixel_model
from training.fit_fusion import half_of
from training.fusion_cases import FusionCase, case_files, load_case
from training.processes import pool

VARIED: dict[str, tuple[float, ...]] = {
    "seam": (1.2, 4.8),
    "seam_least": (0.05, 0.4),
    "seam_inside": (1.0, 3.0, 6.0, 12.0),
    "full_score": (3.0, 12.0),
    "bias": (0.0, 0.4, 1.0, 1.4, 1.8, 2.4),
    "piece_prob": (0.0, 0.35, 0.6),
    "inside_prob": (0.0, 0.03, 0.1),
    "odds_limit": (3.0, 6.0),
    "rim": (0.0, 0.006, 0.024),
    "rim_score": (1.5, 3.0),
    "island": (0.0004, 0.0016),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("caches", type=Path, nargs="+", metavar="CACHE")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--every", type=int, default=4, help="take every n-th case")
    parser.add_argument("--only", nargs="*", help="names of the weights to vary; all without it, none if empty")
    options = parser.parse_args()
    choose(options.out, options.caches, options.workers, options.every, options.only)


def choose(out: Path, caches: list[Path], workers: int, every: int, only: list[str] | None = None) -> Path:
    """Judge every setting on every ``every``-th case; ``only`` names the weights to vary. Writes OUT/cut.csv."""
    models = [read_pixel_model(out / f"half{half}.npz") for half in (0, 1)]
    wanted = VARIED if only is None else {name: VARIED[name] for name in only}
    settings = [("", 0.0, DEFAULT)]
    settings += [(name, value, replace(DEFAULT, **{name: value})) for name in wanted for value in wanted[name]]
    judged = partial(rate_settings, models, [config for _, _, config in settings])
    with pool(workers) as processes:
        totals = zip(*processes.map(judged, case_files(caches)[::every]), strict=True)
    rows = [
        {"weight": name, "value": value} | summary(scores)
        for (name, value, _), scores in zip(settings, totals, strict=True)
    ]
    for row in rows:
        print(*row.values(), sep="\t")
    with (out / "cut.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return out / "cut.csv"


def rate_settings(models: list[PixelModel], configs: list[HybridConfig], path: Path) -> list[dict[str, float]]:
    """Metrics of one case with each setting of the cut."""
    case = load_case(path)
    odds = fitted_odds(case.scene(CLOTHING), models[half_of(case.photo)]).log_odds
    hard = {"hard": float(case.level == "hard")}
    return [rate(case, decide(case, odds, config)) | hard for config in configs]


def decide(case: FusionCase, odds: NDArray[np.float32], config: HybridConfig) -> Mask:
    """The mask that the cut makes of log odds, bool (h, w)."""
    nothing = np.zeros_like(case.keep)
    return decide_by_odds(odds, case.scene(CLOTHING), case.keep, nothing, config).mask


def rate(case: FusionCase, got: Mask) -> dict[str, float]:
    """Metrics of a mask, bool (h, w), at the working size."""
    stay, must = case.truth == 0, case.truth == 255
    kept = float((~got)[stay].mean())
    if not must.any():
        return {"strict": float(kept >= 0.98), "kept": kept, "coverage": np.nan, "iou": np.nan, "edge": np.nan}
    coverage = float(got[must].mean())
    counted = stay | must
    iou = float((got & must)[counted].sum() / max(1, (got | must)[counted].sum()))
    strict = float(kept >= 0.98 and coverage >= 0.95)
    edge = boundary_f(got.astype(np.float32), Truth(case.truth))
    return {"strict": strict, "kept": kept, "coverage": coverage, "iou": iou, "edge": edge}


def summary(scores: Sequence[dict[str, float]]) -> dict[str, float]:
    """Means over the cases, strict success a level."""
    hard = np.array([score["hard"] > 0 for score in scores])
    result = {}
    for name, chosen in (("standard", ~hard), ("hard", hard)):
        if chosen.any():
            result[f"strict {name}"] = float(
                np.mean([s["strict"] for s, take in zip(scores, chosen, strict=True) if take])
            )
    for key in ("kept", "coverage", "iou", "edge"):
        result[key] = float(np.nanmean([score[key] for score in scores]))
    return {key: round(value, 4) for key, value in result.items()}


if __name__ == "__main__":
    main()
