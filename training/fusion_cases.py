"""What the fusion is fitted on: synthetic edits of ``train``, parsed by networks that have not seen the photo.

    python -m training.fusion_cases DATA PAIRS CACHE --held-out FOLD0.onnx FOLD1.onnx

DATA is the labelled set, PAIRS a folder that ``segmask synth`` made from its ``train`` part. A parser knows its own
training photos by heart: weights fitted on its parsings of them would trust it too much. CACHE gets one .npz a case.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

import cv2
import numpy as np

from segmask.core.labels import CLOTHING
from segmask.core.types import Change, Mask, Probs, Texture
from segmask.evaluation import read_dataset
from segmask.evaluation.datasets.case import Case, load_example
from segmask.fusion.protect import protected_region
from segmask.fusion.scene import Scene
from segmask.inputs import softened
from segmask.masker import Masker
from training.processes import pool

TEXTURE = ("structure_near", "structure_around", "energy_ratio", "colour_shift")


@dataclass(frozen=True)
class FusionCase:
    """A case as far as the fusion sees it."""

    name: str
    photo: str
    level: str
    parts: tuple[str, ...]
    """What was meant to change."""
    before: Probs
    after: Probs
    labels: np.ndarray
    """uint8 (2, h, w): the true parts of both pictures."""
    change: Change
    keep: Mask
    """bool (h, w): protected, or beyond the edit's frame."""
    truth: np.ndarray
    """uint8 (h, w): 0 must stay, 255 must change, 128 does not count."""

    def scene(self, parts: tuple[str, ...]) -> Scene:
        """What the fusion sees when it is asked for some parts."""
        return Scene.of(self.before, self.after, self.change, parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("cache", type=Path)
    parser.add_argument("--held-out", type=Path, nargs=2, required=True, help="parsers of fold 0 and fold 1")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    gather_set(options.data, options.pairs, options.cache, options.held_out, options.workers)


def gather_set(data: Path, pairs: Path, cache: Path, held_out: list[Path], workers: int) -> None:
    """Every case of a folder of synthetic edits; what is in ``cache`` already stays."""
    cache.mkdir(parents=True, exist_ok=True)
    gathered = partial(gather, held_out, folds_of(data), cache)
    with pool(workers) as processes:
        list(processes.map(gathered, read_dataset(pairs).cases))


def folds_of(data: Path) -> dict[str, int]:
    """Of each photo of ``train``, the parser that has not seen it (training/data.py splits so)."""
    train = json.loads((data / "split.json").read_text())["train"]
    return {name: index % 2 for index, name in enumerate(train)}


@cache
def masker(parser: Path) -> Masker:
    """One a process and parser."""
    return Masker(parser=parser, face_detector=None, threads=1)


def gather(held_out: list[Path], folds: dict[str, int], folder: Path, case: Case) -> None:
    """Run the stages before the fusion on one case, with the parser that has not seen its photo; once."""
    target = folder / f"{case.name.replace('/', '-')}.npz"
    if target.exists():
        return
    record = json.loads((case.original.parent / "case.json").read_text())
    stages = masker(held_out[folds[record["source"]]]).apply(case.original, case.edited).stages
    before, after, size_hw = stages.parsing, stages.edited_parsing, stages.change.size_hw
    texture = stages.change.texture
    example = load_example(case)
    first, second = example.truth.parsing, example.edited_parsing
    if before is None or after is None or first is None or second is None:
        raise ValueError(
            f"{case.name}: expected a pair with the true label maps of both pictures, made by `segmask synth`"
        )
    keep = protected_region(before, (), CLOTHING, after) | ~stages.alignment.covered
    np.savez(
        target,
        labels=np.stack([_smaller(label, size_hw) for label in (first, second)]),
        before=before.working_probs.astype(np.float16),
        after=after.working_probs.astype(np.float16),
        score=stages.change.score_map.astype(np.float16),
        floor=stages.change.noise_floor.astype(np.float16),
        changed=stages.change.mask,
        texture=np.stack([getattr(texture, name) for name in TEXTURE]).astype(np.float16),
        keep=_smaller(keep.astype(np.uint8), size_hw) > 0,
        truth=_smaller(example.truth.values, size_hw),
        text=json.dumps(
            {
                "name": case.name,
                "photo": record["source"],
                "level": record["level"],
                "parts": record["targets"],
                "threshold": stages.change.threshold,
            }
        ),
    )


def _smaller(values: np.ndarray, size_hw: tuple[int, int]) -> np.ndarray:
    return cv2.resize(values, size_hw[::-1], interpolation=cv2.INTER_NEAREST)


def case_files(caches: list[Path]) -> list[Path]:
    """The files of the gathered cases, in order."""
    return [path for cache in caches for path in sorted(cache.glob("*.npz"))]


def load_case(path: Path) -> FusionCase:
    """One gathered case, at the change map's size."""
    with np.load(path) as data:
        text = json.loads(str(data["text"]))
        score = data["score"].astype(np.float32)
        texture = Texture(*data["texture"].astype(np.float32))
        change = Change(score, data["floor"].astype(np.float32), text["threshold"], data["changed"], texture)
        before, after = (_resized(data[key].astype(np.float32), score.shape) for key in ("before", "after"))
        return FusionCase(
            text["name"],
            text["photo"],
            text["level"],
            tuple(text["parts"]),
            before,
            after,
            data["labels"],
            change,
            data["keep"],
            data["truth"],
        )


def as_given(case: FusionCase) -> FusionCase:
    """The case as if its true label maps had been handed in with it."""
    before, after = (softened(label) for label in case.labels)
    return replace(case, before=before, after=after)


def _resized(probs: np.ndarray, size_hw: tuple[int, ...]) -> Probs:
    return np.stack([cv2.resize(prob, size_hw[::-1], interpolation=cv2.INTER_LINEAR) for prob in probs])


if __name__ == "__main__":
    main()
