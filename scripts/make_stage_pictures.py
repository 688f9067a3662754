"""Draw the pictures of docs/how-it-works.md from the sample pair: ``python scripts/make_stage_pictures.py``."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from segmask import Masker, Result, io
from segmask.core.colour import delta_e, lab
from segmask.core.geometry import resize_image, resize_map, resize_mask
from segmask.core.labels import PARTS
from segmask.core.types import Box, Image, Parsing
from segmask.samples import write_pair
from segmask.view.preview import DOUBTFUL, PROTECTED, TAKEN, heat, outline, tint

FOLDER = Path(__file__).parents[1] / "docs" / "images" / "stages"
SIDE = 260  # px of each panel
GAP = 6
QUALITY = 82
MOST_BYTES = 60_000
SHOULDER = Box(285, 210, 385, 310)
"""Where the new garment meets collar and background, in the sample's pixels."""
DOUBTED = "accessory"
"""A target of which the sample shows none: some places are doubtful."""
FULL_DELTA_E = 25.0  # drawn white
COLOURS = np.array(
    [
        (40, 40, 44), (232, 180, 60), (240, 120, 110), (250, 190, 160), (60, 140, 220), (120, 90, 210), (210, 80, 170),
        (60, 180, 130), (140, 200, 90), (150, 110, 70), (90, 200, 220), (250, 250, 120), (170, 170, 170), (220, 60, 60),
    ],
    np.uint8,
)  # fmt: skip
"""One colour for each canonical part, in the order of ``PARTS``."""


def main() -> None:
    """Write one JPEG for each stage."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        original, edited = write_pair(Path(folder))
        pair = Masker().open(original, edited)
        result, doubted, sent = pair.apply(), pair.apply(target=DOUBTED), io.read_image(edited)
    (measured, *_) = pair.measured.values()
    toned = measured.registered.toned_small(result.stages.aligned)
    for name, panels in pictures(result, sent, toned):
        write(FOLDER / f"{name}.jpg", panels)
    write(FOLDER / "judge.jpg", [judged(result), judged(doubted)])


def pictures(result: Result, sent: Image, toned: Image) -> Iterator[tuple[str, list[Image]]]:
    """The panels of each stage; ``sent`` is the edit as it was read, ``toned`` as it was compared."""
    original, stages = result.original.image, result.stages
    size_hw = (original.shape[0], original.shape[1])
    assert stages.parsing is not None and stages.edited_parsing is not None  # noqa: PT018
    assert stages.decision is not None and stages.protected is not None and stages.prior is not None  # noqa: PT018
    resized = resize_image(sent, size_hw)
    score = resize_map(stages.change.score_map, size_hw)
    decision = resize_mask(stages.decision, size_hw)
    yield "read", [original, sent]
    parsings = stages.parsing, stages.edited_parsing
    maps = [coloured(image, parsing) for image, parsing in zip((original, stages.aligned), parsings, strict=True)]
    yield "see", [*maps, legend(parsings)]
    yield "register", [apart(original, image) for image in (resized, stages.aligned, toned)]
    yield "change", [heat(score / (3 * stages.change.threshold)), black_and_white(stages.change.mask, size_hw)]
    yield "constrain", [heat(resize_map(stages.prior, size_hw)), tint(original, weight(stages.protected), PROTECTED)]
    yield "decide", [outline(tint(original, weight(decision), TAKEN), decision)]
    pasted = np.where(decision[..., None], resized, original)
    yield "compose", [zoomed(image) for image in (original, stages.aligned, pasted, result.image)]


def weight(mask: np.ndarray) -> np.ndarray:
    """A mask as the weight of a tint."""
    return mask.astype(np.float32)


def coloured(image: Image, parsing: Parsing) -> Image:
    """A label map's colours over the picture."""
    return np.rint(0.35 * image + 0.65 * COLOURS[parsing.label_map]).astype(np.uint8)


def legend(parsings: tuple[Parsing, ...]) -> Image:
    """The colours and names of the parts that take some room in any of the label maps."""
    drawn = np.full((SIDE, SIDE, 3), 255, np.uint8)
    counts = np.sum([np.bincount(each.label_map.ravel(), minlength=len(PARTS)) for each in parsings], axis=0)
    for row, part in enumerate(np.flatnonzero(counts > 0.002 * counts.sum()).tolist()):
        top = 8 + 22 * row
        drawn[top : top + 16, 8:32] = COLOURS[part]
        cv2.putText(drawn, PARTS[part], (40, top + 13), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 1, cv2.LINE_AA)
    return drawn


def apart(first: Image, second: Image) -> Image:
    """The colour difference of two pictures, from black (equal) to white (``FULL_DELTA_E``)."""
    return heat(delta_e(lab(first, 1), lab(second, 1)) / FULL_DELTA_E)


def black_and_white(mask: np.ndarray, size_hw: tuple[int, int]) -> Image:
    """A mask as a picture."""
    return np.where(resize_mask(mask, size_hw)[..., None], np.uint8(255), np.zeros(3, np.uint8))


def judged(result: Result) -> Image:
    """The mask, the doubtful places, and the boxes of the findings."""
    taken = tint(result.original.image, result.alpha, TAKEN)
    assert result.stages.doubt is not None
    doubt = resize_mask(result.stages.doubt, result.original.size_hw)
    drawn = np.ascontiguousarray(outline(tint(taken, weight(doubt), DOUBTFUL, 0.9), doubt))
    for box in (Box(*reason.box) for reason in result.report.reasons if reason.box):
        cv2.rectangle(drawn, (box.x0, box.y0), (box.x1, box.y1), tuple(DOUBTFUL.tolist()), 2)
    return drawn


def zoomed(image: Image) -> Image:
    """The shoulder, enlarged."""
    return cv2.resize(image[SHOULDER.slices], (SIDE, SIDE), interpolation=cv2.INTER_CUBIC).astype(np.uint8)


def write(path: Path, panels: list[Image]) -> None:
    """Panels side by side as a JPEG small enough for a repository."""
    gap = np.full((SIDE, GAP, 3), 255, np.uint8)
    row: list[Image] = []
    for panel in panels:
        row += [resize_image(panel, (SIDE, SIDE)), gap]
    data = cv2.imencode(".jpg", np.hstack(row[:-1])[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()
    assert len(data) < MOST_BYTES, f"{path}: {len(data)} bytes"
    path.write_bytes(data)


if __name__ == "__main__":
    main()
