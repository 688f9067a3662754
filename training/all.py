"""Everything that the package reads from a fitted file, by one command: ``python -m training.all RAW_CCP EXTRA OUT``.

RAW_CCP is Clothing Co-Parsing as published (``training.prepare``). EXTRA holds what ``training.world`` asks for, in
start/ a MobileNetV2 ONNX file with ImageNet weights to begin from (without it the encoder starts from noise), and
perhaps pairs/ with GRADES.tsv, real pairs graded by eye for the verdict. Nothing begins from a packaged file.

The steps run in the order of ``STEPS``. One that is finished leaves OUT/done/NAME and is not run again: the same
command goes on where it was stopped, inside a training too. OUT/all.log says what ran and how long; OUT/result holds
parser.onnx, pixel_model.npz, verdict.npz, regions.json and cut.csv.

``--smoke OUT`` does all of it on a few drawn figures in a few minutes: it shows that the steps fit together, not more.
Its parsers find nobody, so that it fits no verdict.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import torch

from segmask.evaluation.synth.writer import open_labelled_set, write_pairs
from segmask.fusion.pixel_model import read_pixel_model
from segmask.masker import Masker
from segmask.models.base import FaceDetector
from segmask.models.registry import load_face_detector, load_parser
from training import choose_cut, fit_fusion, fit_regions, fit_verdict, fusion_cases, refit_verdict, train, wide
from training.lend import write_lent
from training.mean import mean
from training.photos import Names, read_names
from training.prepare import prepare
from training.pseudo import write_labels
from training.recipe import FULL, SMOKE, Recipe
from training.teacher import Teacher, write_codes


@dataclass(frozen=True)
class Plan:
    """One run: where everything lies, and how much is done."""

    raw: Path
    extra: Path
    out: Path
    recipe: Recipe
    names: Names
    detector: FaceDetector | None
    workers: int = 2

    @property
    def data(self) -> Path:
        """The labelled set."""
        return self.out / "data"

    @property
    def folds(self) -> list[Path]:
        """The two out-of-fold parsers."""
        return [self.out / f"fold{fold}" / "parser.onnx" for fold in (0, 1)]

    @property
    def parser(self) -> Path:
        """The parser that the package gets."""
        return self.out / "parser.onnx"

    def pairs(self, level: str | None = None) -> list[Path]:
        """The folders of synthetic edits, of one level or all."""
        return [self.out / "pairs" / draw.name for draw in self.recipe.draws if level in (None, draw.level)]

    @property
    def caches(self) -> list[Path]:
        """What the fusion is fitted on, a folder a folder of edits."""
        return [self.out / "cases" / draw.name for draw in self.recipe.draws]

    @property
    def fit(self) -> Path:
        """What the fits write."""
        return self.out / "fit"

    @property
    def result(self) -> Path:
        """What the package gets."""
        return self.out / "result"


def labels(plan: Plan) -> None:
    """The 59 tags as parts."""
    prepare(plan.raw, plan.data, plan.detector, plan.names)


def first_parser(plan: Plan) -> None:
    """The phases from the encoder's start, and the fine phase."""
    train.run(plan.recipe.training(plan.data, plan.out / "first", _start(plan)))


def lent_labels(plan: Plan) -> None:
    """The teacher's body parts, the first parser's labels of photos without, and where both agree."""
    photos, pseudo = plan.data / "unlabelled", plan.out / "pseudo"
    write_labels(photos, load_parser(str(plan.out / "first" / "parser.onnx")), pseudo)
    teacher = Teacher(next((plan.extra / "teacher").glob("*.onnx")))
    for name, folder in (("unlabelled", photos), ("photos", plan.data / "photos")):
        write_codes(folder, teacher, plan.out / "codes" / name)
    write_lent(pseudo, plan.out / "codes" / "unlabelled", plan.out / "lent")


def packaged_parser(plan: Plan) -> None:
    """The wide phase, from the first parser on."""
    _copied(_widened(plan, plan.out / "first" / "parser.onnx", plan.parser), plan.result)


def out_of_fold_parsers(plan: Plan) -> None:
    """Two parsers that have seen one half of the photos each, by a shorter schedule."""
    for fold, goal in enumerate(plan.folds):
        first = plan.out / f"fold{fold}" / "first"
        start = train.run(plan.recipe.training(plan.data, first, _start(plan), fold, plan.out / "pseudo"))
        _widened(plan, start, goal, fold)


def synthetic_edits(plan: Plan) -> None:
    """New outfits on the training photos, with their truth."""
    for draw, folder in zip(plan.recipe.draws, plan.pairs(), strict=True):
        shutil.rmtree(folder, ignore_errors=True)  # of a run that was stopped within it
        labelled = open_labelled_set(plan.data, "train")
        for written in write_pairs(labelled, folder, seed=draw.seed, cases=draw.cases, level=draw.level):
            if written.problem:
                _say(plan, f"{draw.name}/{written.name} left out: {written.problem}")


def fusion(plan: Plan) -> None:
    """Cases parsed by who has not seen the photo, and the pixel model on them."""
    for pairs, cache in zip(plan.pairs(), plan.caches, strict=True):
        fusion_cases.gather_set(plan.data, pairs, cache, plan.folds, plan.workers)
    _copied(fit_fusion.fit_models(plan.caches, plan.fit, plan.workers), plan.result)


def cut_weights(plan: Plan) -> None:
    """The cut's weights about the defaults, which stand in ``segmask/fusion/hybrid.py``; the table is to be read."""
    _copied(
        choose_cut.choose(plan.fit, plan.caches, plan.workers, plan.recipe.cut_every, plan.recipe.cut_only), plan.result
    )


def region_weights(plan: Plan) -> None:
    """The weights that stand in ``segmask/change/regions.py``."""
    weights, regions = fit_regions.fit_pairs(plan.pairs(), plan.recipe.region_cases)
    content = {"intercept": float(weights[0]), "weights": weights[1:].tolist(), "regions": regions}
    (plan.result / "regions.json").write_text(json.dumps(content))


def verdict(plan: Plan) -> None:
    """On synthetic edits; where EXTRA has graded pairs, on these besides, which is what the package gets."""
    if not plan.recipe.fits_verdict:
        _say(plan, "no verdict is fitted in this recipe")
        return
    synthetic = fit_verdict.fit_cases(plan.data, plan.fit, plan.pairs(), plan.folds, plan.workers)
    graded = plan.extra / "pairs" / "GRADES.tsv"
    if not graded.exists():
        _copied(synthetic, plan.result)
        return
    masker = Masker(parser=plan.parser)
    masker.pixel_model = read_pixel_model(plan.fit / "pixel_model.npz")
    goal = plan.result / "verdict.npz"
    _say(plan, refit_verdict.refit(masker, graded.parent, [graded], plan.pairs()[: plan.recipe.graded_beside], goal))


STEPS: tuple[Callable[[Plan], None], ...] = (
    labels,
    first_parser,
    lent_labels,
    packaged_parser,
    out_of_fold_parsers,
    synthetic_edits,
    fusion,
    cut_weights,
    region_weights,
    verdict,
)


def run(plan: Plan, steps: tuple[Callable[[Plan], None], ...] = STEPS) -> None:
    """Run the steps that are not done yet, in order."""
    (plan.out / "done").mkdir(parents=True, exist_ok=True)
    plan.result.mkdir(exist_ok=True)
    for step in steps:
        done = plan.out / "done" / step.__name__
        if done.exists():
            _say(plan, f"{step.__name__}: done before")
            continue
        _say(plan, f"{step.__name__}: begins")
        began = time.monotonic()
        step(plan)
        seconds = time.monotonic() - began
        done.write_text(f"{seconds:.0f} s\n")
        _say(plan, f"{step.__name__}: done in {seconds:.0f} s")


def _start(plan: Plan) -> Path | None:
    found = next(iter(sorted((plan.extra / "start").glob("*.onnx"))), None)
    _say(plan, f"the encoder starts from {found.name if found else 'noise'}")
    return found


def _widened(plan: Plan, first: Path, goal: Path, fold: int | None = None) -> Path:
    """The stretches of the wide phase, and the mean of their weights and the first parser's by their shares."""
    codes, lent, start = plan.out / "codes" / "photos", plan.out / "lent", first
    workers = plan.workers if torch.cuda.is_available() else 0
    trained, shares = [first], [plan.recipe.first_share]
    for number, stretch in enumerate(plan.recipe.stretches, 1):
        out = goal.parent / f"wide{number}"
        begun = first if stretch.from_first else start
        part = plan.recipe.widening(stretch, plan.data, plan.extra, lent, out, begun, codes, fold, workers)
        trained.append(wide.run(part))
        shares.append(stretch.share)
        start = mean([first, trained[-1]], out / "mean.onnx")
    return mean(trained, goal, shares)


def _copied(path: Path, folder: Path) -> None:
    shutil.copyfile(path, folder / path.name)


def _say(plan: Plan, text: str) -> None:
    line = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {text}"
    print(line, flush=True)
    with (plan.out / "all.log").open("a") as file:
        file.write(f"{line}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+", metavar="RAW_CCP EXTRA OUT", help="with --smoke: OUT alone")
    parser.add_argument("--smoke", action="store_true", help="all steps on a few drawn figures, in a few minutes")
    parser.add_argument("--face-detector", default="auto", help="a name of `segmask models list`, or none")
    parser.add_argument("--workers", type=int, default=2, help="processes; with a GPU they draw the samples too")
    options = parser.parse_args()
    if len(options.folders) != (1 if options.smoke else 3):
        parser.error("expected RAW_CCP EXTRA OUT, or --smoke OUT")
    if options.smoke:
        run(smoke_plan(options.folders[0], options.workers))
        return
    raw, extra, out = options.folders
    run(Plan(raw, extra, out, FULL, read_names(), load_face_detector(options.face_detector), options.workers))


def smoke_plan(out: Path, workers: int = 2) -> Plan:
    """The plan of ``--smoke``; draws its data to ``out`` first."""
    from training.smoke import DrawnFaces, draw_all

    names = draw_all(out / "raw", out / "extra")
    return Plan(out / "raw", out / "extra", out, SMOKE, names, DrawnFaces(), workers)


if __name__ == "__main__":
    main()
