"""Another tool measured beside segmask on a labelled set: its masks as a function, or as files in a folder."""

import sys
from pathlib import Path

import numpy as np

import segmask
from segmask.evaluation import Example, StoredMasks


def plain_difference(example: Example) -> np.ndarray:
    """The tool that everybody writes first: whatever differs by more than 40 levels, bool (H, W)."""
    apart = np.abs(example.original.astype(int) - example.edited_on_grid.astype(int)).max(axis=2)
    return apart > 40


def main(labelled_set: str, masks: str = "") -> dict[str, float]:
    folders = [StoredMasks(Path(masks))] if masks else []  # NAME.png each, white comes from the edit
    measured = segmask.evaluate(labelled_set, strategies=["hybrid", plain_difference, *folders])
    print(measured.table())
    return {name: figures["iou"] for name, figures in measured.summary.items()}


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["my-set"]))
