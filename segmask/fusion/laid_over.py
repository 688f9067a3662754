"""What an edit lays over a protected face or hair: glasses, a hat, a mask, new hair. Protection gives way to it alone.

The face under new glasses can't stay. It gives way where the edit's parsing shows the target and the pictures differ,
with the rim of mixed pixels around; every other pixel of the face stays bit for bit. Where the original itself shows
the target, nothing but its margin was protected: hair beside a cheek, the ground around a head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.geometry import resize_mask
from segmask.core.labels import CLOTHING, PART_ID
from segmask.core.morphology import widened, within
from segmask.core.regions import connected_regions
from segmask.core.types import Mask, Prob
from segmask.fusion.one_cloth import one_cloth
from segmask.fusion.scene import Scene, target_prob
from segmask.fusion.things import quietness

LAID_OVER = ("hair", "headwear", "eyewear", "accessory")
"""Targets that may come to lie on a face."""


@dataclass(frozen=True)
class LaidOverConfig:
    """Numbers of the rule; lengths as shares of the long side, scores in units of the noise floor."""

    shown: float = 0.5
    """Probability of a part."""
    differs: float = 2.5
    """Score from which a pixel differs: what stayed equal needs no way."""
    rim: float = 0.004
    """Width of the mixed rim around the target that goes with it."""
    strong: float = 5.0
    """Score of a change that is the target's, though no parser sees it there: the corner of a lens, a strand …"""
    reach: float = 0.02
    """… that near to the target, where its surroundings stayed equal;"""
    ground_reach: float = 0.08
    """to a new ground: parsers take foliage behind a head for hair."""
    quiet: float = 0.5
    """Weight of the change map (``segmask.fusion.things.quietness``) from which that holds."""


DEFAULT = LaidOverConfig()


def gives_way(scene: Scene) -> Mask | None:
    """Where the protection of faces and hair gives way to the target, bool (h, w); None where it never does."""
    parts = tuple(part for part in scene.parts if part not in CLOTHING)
    over = tuple(part for part in parts if part in LAID_OVER)
    if not over and "background" not in parts:
        return None
    score, unit = scene.change.score_map, max(scene.was.shape)
    own = target_prob(scene.before, parts) > DEFAULT.shown
    new = target_prob(scene.after, over or parts) > DEFAULT.shown
    bare = scene.before[PART_ID["face"]] <= DEFAULT.shown
    if not over:
        new &= bare  # a ground never covers a face
    rim = max(1, round(DEFAULT.rim * unit))
    around = widened(new, rim, corners=False) if over else new
    free = own | ((around | (widened(own, rim, corners=False) & bare)) & (score >= DEFAULT.differs))
    target: Prob = (own | new).astype(np.float32)
    if quietness(scene, target) > DEFAULT.quiet:
        reach = DEFAULT.reach if over else DEFAULT.ground_reach
        hangs = _hanging(own | new, (score >= DEFAULT.strong) & within(own | new, reach * unit))
        free |= hangs & (bare | within(new, reach * unit) if over else bare)
    return free


def _hanging(target: Mask, change: Mask) -> Mask:
    """The regions of a change, bool (h, w), that the target reaches into."""
    pieces = connected_regions(change, diagonal=False)
    return pieces.select(pieces.total(target) > 0)


def lifted(protected: tuple[Mask, Mask], scene: Scene) -> tuple[Mask, Mask]:
    """Protected faces and hair, bool (H, W) each, less what gives way to the target."""
    free, cloth = gives_way(scene), one_cloth(scene)
    if cloth is not None:
        free = cloth if free is None else free | cloth
    if free is None or not free.any():
        return protected
    size_hw = (protected[0].shape[0], protected[0].shape[1])
    stays = ~resize_mask(free, size_hw)
    return protected[0] & stays, protected[1] & stays
