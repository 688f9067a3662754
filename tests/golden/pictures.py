"""The pictures that are held against golden ones: synthetic edits of a drawn figure, and one run of the demo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from segmask.cli.main import run
from segmask.core.labels import PART_ID
from segmask.core.types import Image
from segmask.evaluation.synth import synthesise
from segmask.evaluation.synth.writer import to_json
from segmask.io import read_gray, read_image
from tests.evaluation.synth.conftest import COLOURS, draw_label
from tests.golden.store import Golden

EDITS = {
    "synth-cut": ("standard", 53),  # sleeves, hem and collar; melange and check
    "synth-scene": ("hard", 32),  # bystander, table, a thing forgotten; stripes
    "synth-sheer": ("hard", 8),  # sheer cloth, print
}
STORED_SIDE = 64
"""Pixels of the longer side that are stored of an edited picture, at most about twice as many."""


def synthetic_edits() -> tuple[list[Golden], dict[str, Any]]:
    """Truth, parts and edited picture of each of ``EDITS``, and what was drawn for it.

    The JPEG fault is left out, as it leaves all others as they were: a picture that differs by one level before the
    coder may differ by many after it.
    """
    photo, label = drawn_photo()
    goldens, records = [], {}
    for name, (level, seed) in EDITS.items():
        case = synthesise(photo, label, seed=seed, level=level, without=("jpeg",), others=((photo, label),))
        records[name] = json.loads(json.dumps(to_json(case.record)))
        goldens += [
            Golden(f"{name}-truth", case.truth),
            Golden(f"{name}-parts", case.edited_parsing),
            Golden(f"{name}-edited", case.edited, step=max(1, max(case.edited.shape) // STORED_SIDE)),
        ]
    return goldens, records


def drawn_photo() -> tuple[Image, np.ndarray]:
    """A figure before a wall and its label map, in integers alone: the same on every processor."""
    label = draw_label()
    rows, columns = np.indices(label.shape)
    image = np.stack([150 + rows // 5, 148 + columns // 10, np.full(label.shape, 140)], axis=2)
    for part, colour in COLOURS.items():
        image[label == PART_ID[part]] = colour
    folds = (columns + rows // 3) % 16
    speckle = np.random.default_rng(3).integers(-12, 13, label.shape)
    return np.clip(image + (folds + speckle)[..., None], 0, 255).astype(np.uint8), label


def demo_run(folder: Path) -> list[Golden]:
    """Mask and composite as ``segmask demo`` writes them into a folder."""
    try:
        run(["demo", str(folder)])
    except SystemExit as ended:
        if ended.code:
            raise
    mask, composite = read_gray(folder / "mask.png"), read_image(folder / "result.png")
    return [Golden("demo-mask", mask), Golden("demo-composite", composite, step=8)]
