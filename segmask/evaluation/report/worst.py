"""The worst cases with pictures: what came in, what was true, what was decided, what came out, what went wrong."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.errors import SegmaskError
from segmask.core.geometry import resize_image, resize_map, resize_mask, working_size
from segmask.core.types import Alpha, Image
from segmask.evaluation.criteria import shortfall
from segmask.evaluation.datasets import Case, Dataset, Example, load_example
from segmask.evaluation.metrics.region import missed, touched
from segmask.evaluation.report.formats import data_uri
from segmask.evaluation.results import Evaluation, Row
from segmask.evaluation.workspace import PICTURE_SIDE, Workspace, small_jpeg
from segmask.io import encode_png, read_gray
from segmask.view.preview import outline, tint

HALF = 0.5
"""Alpha from which a pixel is the mask's."""
SHOWN, SHOWN_OF_PAIRS = 4, 24
"""Cases that are shown of each strategy; more where looking is all there is."""
LEAK = np.array([235, 60, 20], np.float32)
MISS = np.array([20, 105, 255], np.float32)


@dataclass(frozen=True)
class Picture:
    """One of a case's pictures."""

    caption: str
    address: str
    """Its contents as an address; empty where they are gone."""


@dataclass(frozen=True)
class WorstCase:
    """A case with its pictures, or why there are none."""

    row: Row
    pictures: tuple[Picture, ...] = ()
    problem: str = ""


def worst_cases(evaluation: Evaluation, dataset: Dataset, workspace: Workspace) -> dict[str, list[WorstCase]]:
    """The worst cases of every strategy, the worst first; perfect ones are not shown.

    >>> from pathlib import Path
    >>> workspace, dataset = Workspace.open(Path("report")), Dataset(Path("my-set"), "cases", ())
    >>> worst_cases(Evaluation("my-set", ("mine",), ()), dataset, workspace)
    {'mine': []}
    """
    cases = {case.name: case for case in dataset.cases}
    worst: dict[str, list[WorstCase]] = {}
    most = SHOWN_OF_PAIRS if evaluation.is_of_pairs else SHOWN
    for strategy in evaluation.strategies:
        rows = [row for row in evaluation.rows_of(strategy) if row.name in cases and shortfall(row) > 0]
        chosen = sorted(rows, key=shortfall, reverse=True)[:most]
        worst[strategy] = [_worst_case(row, cases[row.name], workspace) for row in chosen]
    return worst


def _worst_case(row: Row, case: Case, workspace: Workspace) -> WorstCase:
    try:
        return WorstCase(row, _pictures(load_example(case), row, workspace))
    except SegmaskError as error:
        return WorstCase(row, problem=str(error))


def _pictures(example: Example, row: Row, workspace: Workspace) -> tuple[Picture, ...]:
    """What came in, what was true, what was decided, what came out and what went wrong."""
    stored = read_gray(workspace.mask_path(row.strategy, row.name))
    alpha = stored.astype(np.float32) / np.float32(255)
    size_hw = working_size(stored.shape, PICTURE_SIDE)
    composite = workspace.picture_path(row.strategy, row.name)
    made = Picture("composite", data_uri(composite.read_bytes(), "jpeg") if composite.is_file() else "")
    if not example.truth.is_known:
        drawn = outline(resize_image(example.original, size_hw), resize_mask(alpha >= HALF, size_hw))
        pair = Picture("original", _jpeg(example.original)), Picture("edited", _jpeg(example.edited))
        return (*pair, made, Picture("outline of the mask", _jpeg(drawn)))
    return (
        Picture("original", _jpeg(example.original)),
        Picture("edited", _jpeg(example.edited)),
        Picture("truth", data_uri(encode_png(resize_image(example.truth.values, size_hw)), "png")),
        Picture("mask", data_uri(encode_png(resize_image(stored, size_hw)), "png")),
        made,
        Picture("leak and miss", _jpeg(draw_errors(example, alpha))),
    )


def draw_errors(example: Example, alpha: Alpha, side: int = PICTURE_SIDE) -> Image:
    """The original in grey, leaks red and misses blue, with the truth's outline, uint8 (h, w, 3).

    >>> from pathlib import Path
    >>> from segmask.evaluation.metrics.truth import make_truth
    >>> grey = np.full((40, 60, 3), 90, np.uint8)
    >>> truth = make_truth(np.zeros((40, 60), np.uint8))  # all must stay
    >>> example = Example(Case("a", *map(Path, ("a.png", "b.png", "mask.png"))), grey, grey, truth, None)
    >>> leak = np.zeros((40, 60), np.float32)
    >>> leak[10:20, 10:20] = 1
    >>> drawn = draw_errors(example, leak)
    >>> bool(drawn[15, 15, 0] > 2 * drawn[15, 15, 1]), drawn[30, 30].tolist()  # the leak is red
    (True, [155, 155, 155])
    """
    size_hw = working_size(alpha.shape, side)
    grey = resize_image(example.original, size_hw).mean(2, keepdims=True) * 0.5 + 110
    picture = np.rint(np.repeat(grey, 3, 2)).astype(np.uint8)
    for wrong, colour in ((touched(alpha, example.truth.stay), LEAK), (missed(alpha, example.truth.change), MISS)):
        # at least as visible as it would be at full size: thin rims must not vanish in the reduction
        weight = np.minimum(1, 2 * resize_map(wrong.astype(np.float32), size_hw))
        picture = tint(picture, weight, colour, strength=0.9)
    return outline(picture, resize_mask(example.truth.region, size_hw))


def _jpeg(image: Image) -> str:
    return data_uri(small_jpeg(image), "jpeg")
