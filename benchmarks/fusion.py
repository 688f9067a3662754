"""The decision against its alternatives: ``python -m benchmarks.fusion OUT CACHE [CACHE …]``.

CACHE is what ``training.fusion_cases`` gathered, OUT what ``training.fit_fusion`` wrote. All alternatives see the same
parsings, by networks that were not trained on the photos, and the same change maps; each case is decided by the pixel
model of the half that its photo is not in. Writes the section *fusion* of benchmarks/RESULTS.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from benchmarks.rules import rule_log_odds
from benchmarks.sections import RESULTS, replace_section
from segmask.core.labels import CLOTHING, part_ids
from segmask.core.types import Mask
from segmask.fusion.hybrid import decide_by_odds, decide_hybrid, fitted_odds
from segmask.fusion.pixel_model import PixelModel, read_pixel_model
from training.choose_cut import rate, summary
from training.fit_fusion import half_of
from training.fusion_cases import FusionCase, case_files, load_case

Decide = Callable[[FusionCase, PixelModel], Mask]
GUIDE_RADIUS, GUIDE_EPSILON = 8, 1e-3
ABOUT = """`python -m benchmarks.fusion FIT CACHE/standard-101 CACHE/hard-102` (training/FUSION.md). Decisions at the
working size on synthetic edits of `train`, before the soft edge; parsings by networks that were not trained on the
photo, pixel models that were not fitted on it. *Labels*: both parsings' likeliest parts,
changed or not by the change map (score 4). *Rules*: soft parsings and evidence combined by hand-set rules, then the
minimum cut. *Pixel model*: the fitted log odds, decided pixel by pixel; with a *guided filter* (He et al. 2013, guided
by the change map); with the *minimum cut*, which is `hybrid`."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("caches", type=Path, nargs="+", metavar="CACHE")
    parser.add_argument("--every", type=int, default=4, help="take every n-th case")
    options = parser.parse_args()
    models = [read_pixel_model(options.out / f"half{half}.npz") for half in (0, 1)]
    scores: dict[str, list[dict[str, float]]] = {name: [] for name in ALTERNATIVES}
    for path in case_files(options.caches)[:: options.every]:
        case = load_case(path)
        for name, decide in ALTERNATIVES.items():
            hard = {"hard": float(case.level == "hard")}
            scores[name].append(rate(case, decide(case, models[half_of(case.photo)])) | hard)
    rows = {name: summary(values) for name, values in scores.items()}
    heads = list(next(iter(rows.values())))
    lines = [f"| decision | {' | '.join(heads)} |", f"| --- |{' ---: |' * len(heads)}"]
    lines += [f"| {name} | {' | '.join(f'{value:.3f}' for value in row.values())} |" for name, row in rows.items()]
    count = len(next(iter(scores.values())))
    text = f"## The decision and its alternatives\n\n{ABOUT} {count} cases.\n\n" + "\n".join(lines)
    replace_section("fusion", text)
    print("\n".join(lines), f"section fusion of {RESULTS}", sep="\n")


def by_labels(case: FusionCase, model: PixelModel) -> Mask:  # noqa: ARG001
    """Where either picture's likeliest part is targeted, and the pixel changed."""
    ids = part_ids(CLOTHING)
    shown = np.isin(case.before.argmax(0), ids) | np.isin(case.after.argmax(0), ids)
    return shown & (case.change.score_map >= 4) & ~case.keep


def by_rules(case: FusionCase, model: PixelModel) -> Mask:  # noqa: ARG001
    """Hand-set rules in place of the fitted model, then the cut."""
    scene = case.scene(CLOTHING)
    return decide_by_odds(rule_log_odds(scene), scene, case.keep, np.zeros_like(case.keep)).mask


def by_pixel(case: FusionCase, model: PixelModel) -> Mask:
    """The fitted log odds alone."""
    return (_odds(case, model) > 0) & ~case.keep


def by_guided_filter(case: FusionCase, model: PixelModel) -> Mask:
    """The fitted log odds, smoothed along the edges of the change map."""
    guide = np.log1p(case.change.score_map) / 4
    smooth = cv2.ximgproc.guidedFilter(guide, np.clip(_odds(case, model), -4, 4), GUIDE_RADIUS, GUIDE_EPSILON)
    return (smooth > 0) & ~case.keep


def by_cut(case: FusionCase, model: PixelModel) -> Mask:
    """What ``hybrid`` does."""
    return decide_hybrid(case.scene(CLOTHING), case.keep, np.zeros_like(case.keep), model).mask


def _odds(case: FusionCase, model: PixelModel) -> np.ndarray:
    return fitted_odds(case.scene(CLOTHING), model).log_odds


ALTERNATIVES: dict[str, Decide] = {
    "labels": by_labels,
    "rules, minimum cut": by_rules,
    "pixel model": by_pixel,
    "pixel model, guided filter": by_guided_filter,
    "pixel model, minimum cut": by_cut,
}

if __name__ == "__main__":
    main()
