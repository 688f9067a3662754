"""Where the two pictures agree, the parsing of each is a second look at what the other shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import PART_ID
from segmask.core.morphology import blurred
from segmask.core.types import GIVEN, Change, Parsing, Probs
from segmask.fusion.scene import resized_probs
from segmask.options import Options

EVEN = 2.2
"""Score (units of the noise floor) at which two pixels are as likely two looks at one thing as not, …"""
STEEP = 7
"""… and the power of the score that decides: an old sleeve on a wall of its colour has 2.5, a redrawn cushion 1."""
SPREAD = 3.0
"""Sigma in pixels of the working size: the weight falls before it reaches what changed."""
SURE = 1e-3
"""Probability of all parts but background, up to which a pixel is background whatever the other picture shows."""
GROUND = PART_ID["background"]


def looks_at(parsings: tuple[Parsing, Parsing], change: Change, options: Options) -> tuple[Probs, Probs]:
    """What both pictures show, at the size of the change map, float32 (14, h, w) each: ``agreed`` for ``hybrid``.

    Parsings of the user's own are taken at their word, and by ``semantic`` all are.

    >>> shirt, wall = (Parsing(np.eye(14, dtype=np.float32)[part][:, None, None], (1, 1), "a net") for part in (4, 0))
    >>> equal = np.zeros((1, 1), np.float32)
    >>> change = Change(equal, equal + 1, 3.0, equal > 3)
    >>> [looks_at((shirt, wall), change, Options(strategy=name))[0][4].item() for name in ("hybrid", "semantic")]
    [0.5, 1.0]
    """
    before, after = (resized_probs(parsing, change.size_hw) for parsing in parsings)
    if options.strategy != "hybrid" or GIVEN in (parsings[0].source, parsings[1].source):
        return before, after
    return agreed(before, after, change)


def agreed(before: Probs, after: Probs, change: Change) -> tuple[Probs, Probs]:
    """Both parsings, how much of a pixel is background averaged where nothing changed; float32 (14, h, w) each.

    A parser that takes a cushion for a skirt in one picture may know it in the other. The other parts share what is
    left as they did before: a dress in place of trousers of its black is not to be averaged away.

    Args:
        before: float32 (14, h, w): what the original shows.
        after: float32 (14, h, w): what the aligned edit shows.
        change: the change map at the same size.

    >>> shirt, wall = np.eye(14, dtype=np.float32)[[4, 0]][:, :, None, None]
    >>> for score in (0, 40):
    ...     score_map = np.full((1, 1), score, np.float32)
    ...     shown, _ = agreed(shirt, wall, Change(score_map, np.ones_like(score_map), 3.0, score_map > 3))
    ...     print(shown[[GROUND, 4], 0, 0].round(2).tolist())
    [0.5, 0.5]
    [0.0, 1.0]
    """
    same = 1 / (1 + (change.score_map / EVEN) ** STEEP)
    weight = np.minimum(same, blurred(same, SPREAD))
    step = (weight * (after[GROUND] - before[GROUND]) / 2).astype(np.float32)
    return _grounded(before, step), _grounded(after, -step)


def _grounded(shown: Probs, step: NDArray[np.float32]) -> Probs:
    """A parsing with so much added to its background, except where it is nothing else."""
    rest = 1 - shown[GROUND]
    factor = np.where(rest > SURE, (rest - step) / np.maximum(rest, SURE), 1)
    moved = shown * factor
    moved[GROUND] = 1 - rest * factor
    return moved
