"""Frames of one shot: the frame before is the prior of the mask, so that it stays steady; the flicker is measured."""

import sys
from pathlib import Path

import numpy as np

import segmask

PRIOR = 0.6  # share of the frame before; more is steadier, and slower to follow
STILL = 12  # levels: where two originals differ by less, nothing moved, and a mask that changes flickers


def flicker(alphas: list[np.ndarray], frames: list[np.ndarray]) -> float:
    """Mean change of the mask from frame to frame where nothing moved, in [0, 1]."""
    changes = []
    for index in range(1, len(alphas)):
        moved = np.abs(frames[index].astype(int) - frames[index - 1]).max(axis=2) >= STILL
        changes.append(np.abs(alphas[index] - alphas[index - 1])[~moved].mean())
    return float(np.mean(changes))


def main(originals: str, edits: str, output: str = "steady") -> tuple[float, float]:
    masker, steady, plain, frames = segmask.Masker(), [], [], []
    Path(output).mkdir(exist_ok=True)
    for original, edited in zip(sorted(Path(originals).iterdir()), sorted(Path(edits).iterdir()), strict=True):
        pair = masker.open(original, edited)
        plain.append(pair.apply().alpha)
        prior = PRIOR * steady[-1] + (1 - PRIOR) * plain[-1] if steady else plain[-1]
        result = pair.apply(mask_in=prior)  # what is protected stays protected
        result.save(Path(output) / f"{original.stem}.png")
        steady, frames = [*steady, result.alpha], [*frames, pair.seen.picture.image]
    before, after = flicker(plain, frames), flicker(steady, frames)
    print(f"flicker: {before:.5f} frame by frame, {after:.5f} with the frame before as prior")
    return before, after


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["frames", "edited-frames"]))
