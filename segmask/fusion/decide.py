"""Which strategy decides, and what it decides: the one door to the fusion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from segmask.core.findings import Finding
from segmask.core.geometry import resize_map
from segmask.core.types import GIVEN, Alpha, Change
from segmask.fusion.constraints import Constraints
from segmask.fusion.decision import HYBRID, Decision
from segmask.fusion.hybrid import decide_hybrid
from segmask.fusion.pixel_model import PixelModel
from segmask.fusion.scene import Scene, shows_person, shows_target
from segmask.fusion.simple import decide_diff, decide_fallback, decide_semantic
from segmask.options import Options

GIVEN_MASK = "given mask"
"""Name of the strategy where the user's own mask is used."""


def decide(
    scene: Scene | None,
    change: Change,
    constraints: Constraints,
    options: Options,
    mask_in: Alpha | None = None,
    model: PixelModel | None = None,
) -> Decision:
    """What comes from the edit at the working size, by the strategy that the options name.

    ``hybrid`` falls back to ``diff`` where no person or no target is in sight, and says so. Of a person who
    doesn't wear what was asked for nothing comes.

    Args:
        scene: what both pictures show; None for ``diff``.
        change: the change map.
        constraints: what must stay and what must come.
        options: strategy and target.
        mask_in: a mask of the user's own, float32 (H, W), which is the decision then.
        model: another pixel model than the package's.

    >>> from segmask.fusion.constraints import constrain
    >>> none = np.zeros((40, 40), bool)
    >>> change = Change(np.where(none, 0, np.float32(9)), np.ones((40, 40), np.float32), 3.0, ~none)
    >>> held = constrain(None, include=none, exclude=none, covered=~none, others=None)
    >>> decision = decide(None, change, held, Options(strategy="diff"))
    >>> decision.strategy, bool(decision.mask.all())
    ('diff', True)
    """
    if mask_in is not None:
        return decide_given(mask_in, change.size_hw)
    keep, take = constraints.at(change.size_hw)
    if scene is None:
        return decide_diff(change, keep, take)
    before, after = scene.parsings
    sight = shows_target(before, scene.parts) or shows_target(after, scene.parts)
    if options.strategy == "semantic":
        decision = decide_semantic(scene, keep, take)
        missing = Finding("target-not-found", f"nothing of the target ({options.asked}) was found")
        return decision if sight else replace(decision, findings=(missing,))
    person = before.source == GIVEN or shows_person(before) or shows_person(after)
    if person and sight:
        return decide_hybrid(scene, keep, take, model)
    missing = f"{options.asked} was found in neither picture" if person else "no person was found"
    fallback = decide_fallback(scene, keep, take)
    if person and not (fallback.mask & ~take).any():
        absent = Finding("target-not-found", f"{missing}, and no change that could be it: nothing was taken")
        return replace(fallback, strategy=HYBRID, findings=(absent,))
    text = f"{missing}: hybrid fell back to diff, which decides by what changed alone"
    return replace(fallback, findings=(Finding("fell-back-to-diff", text),))


def decide_given(mask_in: Alpha, size_hw: tuple[int, int]) -> Decision:
    """A mask of the user's own, float32 (H, W), as the decision at the working size.

    >>> decision = decide_given(np.array([[0, 0, 0.25, 1]], np.float32), (1, 2))
    >>> decision.mask.tolist(), decision.strategy
    ([[False, True]], 'given mask')
    """
    weight = resize_map(mask_in, size_hw)
    return Decision(weight >= 0.5, np.zeros(size_hw, np.float32), weight, strategy=GIVEN_MASK)
