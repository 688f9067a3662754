"""The worst cases with pictures: what came in, what was true, what was decided, what came out, what went wrong."""

from __future__ import annotations

import numpy as np

from segmask.core.errors import SegmaskError
from segmask.core.geometry import resize_image, resize_map, resize_mask, working_size
from segmask.core.types import Alpha, Image
from segmask.evaluation.criteria import shortfall
from segmask.evaluation.datasets import Case, Dataset, Example, load_example
from segmask.evaluation.metrics.region import missed, touched
from segmask.evaluation.report.markup import colour_of, data_uri, number, section, swatch, text
from segmask.evaluation.results import Evaluation, Row
from segmask.evaluation.workspace import PICTURE_SIDE, Workspace, small_jpeg
from segmask.io import encode_png, read_gray
from segmask.view.preview import outline, tint

SHOWN = 4
"""Cases a strategy."""
LEAK = np.array([235, 60, 20], np.float32)
MISS = np.array([20, 105, 255], np.float32)


def worst_cases(evaluation: Evaluation, dataset: Dataset, workspace: Workspace) -> str:
    """The worst cases of every strategy; perfect ones are not shown."""
    cases = {case.name: case for case in dataset.cases}
    parts = [_strategy(evaluation, index, name, cases, workspace) for index, name in enumerate(evaluation.strategies)]
    lead = (
        "Ordered by what is missing from kept, coverage and face kept. In the last picture "
        '<b class="leak">leaks</b> had to stay and were changed, <b class="miss">misses</b> had to change and were '
        "not; the white line is the truth's outline, grey in the truth does not count."
    )
    return section("Worst cases", lead, "".join(parts))


def _strategy(evaluation: Evaluation, index: int, name: str, cases: dict[str, Case], workspace: Workspace) -> str:
    rows = [row for row in evaluation.rows_of(name) if row.name in cases and shortfall(row) > 0]
    worst = sorted(rows, key=shortfall, reverse=True)[:SHOWN]
    body = "".join(_case(row, cases[row.name], workspace) for row in worst)
    body = body or "<p>No case has any leak or miss.</p>"
    opened = " open" if index == 0 else ""
    heading = f"<summary>{swatch(index, name)}</summary>"
    return f'<details class="worst" style="--c:{colour_of(index)}"{opened}>{heading}{body}</details>'


def _case(row: Row, case: Case, workspace: Workspace) -> str:
    said = f" · it said <em>{text(row.verdict)}</em>" if row.verdict else ""
    scores = " · ".join(f"{label} {number(metric, row.score(metric))}" for metric, label in _SCORES)
    title = f"<h4>{text(row.name)}<small>{scores}{said}</small></h4>"
    try:
        pictures = _pictures(load_example(case), row, workspace)
    except SegmaskError as error:
        return f"{title}<p>{text(error)}</p>"
    figures = "".join(
        f'<figure><img src="{address}" alt="{caption}"><figcaption>{caption}</figcaption></figure>'
        for caption, address in pictures
    )
    return f'<div class="case">{title}<div class="strip">{figures}</div></div>'


_SCORES = (("iou", "IoU"), ("coverage", "coverage"), ("kept", "kept"), ("face_kept", "face kept"))


def _pictures(example: Example, row: Row, workspace: Workspace) -> list[tuple[str, str]]:
    """Captions and addresses of the six pictures."""
    stored = read_gray(workspace.mask_path(row.strategy, row.name))
    alpha = stored.astype(np.float32) / np.float32(255)
    size_hw = working_size(stored.shape, PICTURE_SIDE)
    composite = workspace.picture_path(row.strategy, row.name)
    return [
        ("original", _jpeg(example.original)),
        ("edited", _jpeg(example.edited)),
        ("truth", data_uri(encode_png(resize_image(example.truth.values, size_hw)), "png")),
        ("mask", data_uri(encode_png(resize_image(stored, size_hw)), "png")),
        ("composite", data_uri(composite.read_bytes(), "jpeg") if composite.is_file() else ""),
        ("leak and miss", _jpeg(draw_errors(example, alpha))),
    ]


def draw_errors(example: Example, alpha: Alpha, side: int = PICTURE_SIDE) -> Image:
    """The original in grey, leaks red and misses blue, with the truth's outline, uint8 (h, w, 3)."""
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
