"""Cloth of one piece that a parser gives to two parts: a headscarf over head and shoulders is taken as a whole.

What belongs together has one colour before and one after: the joint histogram of both pictures' a* and b* over the
target that changed tells it. Lightness does not count, for folds. From there the cloth reaches as far as strong change
of those colours hangs together, onto parts that parsers take such cloth for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.labels import CLOTHING, PART_ID
from segmask.core.morphology import widened
from segmask.core.regions import connected_regions
from segmask.core.types import Mask
from segmask.fusion.garments import TORSO
from segmask.fusion.scene import Scene, once_a_scene, target_prob

DRAPED = ("headwear", "accessory")
"""A scarf on the head, and one around the neck."""


@dataclass(frozen=True)
class OneClothConfig:
    """Numbers of the rule."""

    strong: float = 6.0
    """Score from which cloth has changed for sure."""
    bin: float = 10.0
    """Units of a* and b*: side of the histogram's bins, smoothed by one bin."""
    least: float = 0.003
    """Of the target's pixels in a colour's bin, from which that colour is the target's."""
    fold: float = 0.012
    """Of the long side: folds narrower than twice this part no cloth."""
    seed: float = 0.002
    """Of the picture: a smaller target tells no colour."""
    face: float = 0.15
    """Probability of a face in the original that the cloth leaves alone (``segmask.fusion.protect``)."""
    no_hair: float = 0.3
    """Of the original's hair that is such cloth, from which the parser took a scarf for hair."""
    quiet: float = 0.5
    """Weight of the change map (``segmask.fusion.quiet``) from which a change shows cloth."""


DEFAULT = OneClothConfig()


@once_a_scene
def one_cloth(scene: Scene) -> Mask | None:
    """Where the target's cloth goes on, in other parts, bool (h, w); None where nothing tells.

    Never onto bare skin of both pictures, or what may be a face in the original.
    """
    onto = _onto(scene.parts)
    if not onto or scene.change.colours is None or scene.quiet.weight <= DEFAULT.quiet:
        return None
    strong = scene.change.score_map >= DEFAULT.strong
    seeds = strong & (np.minimum(scene.was, scene.becomes) > 0.5)
    if seeds.mean() < DEFAULT.seed:
        return None
    bare = np.minimum(*(target_prob(probs, ("face", "skin")) for probs in (scene.before, scene.after))) > 0.5
    face = scene.before[PART_ID["face"]] > DEFAULT.face
    alike = _colours_of(seeds, scene.change.colours, strong) & ~bare & ~face & ~seeds
    if not set(scene.parts) <= set(DRAPED):
        worn = (*scene.parts, *onto)  # in both pictures: hair that the edit drew over the wall is no scarf
        alike &= np.minimum(*(target_prob(probs, worn) for probs in (scene.before, scene.after))) > 0.5
    pieces = connected_regions(widened(alike | seeds, max(1, round(DEFAULT.fold * max(seeds.shape))), corners=False))
    return alike & pieces.select(pieces.total(seeds) >= DEFAULT.seed * seeds.size)


def covers_hair(scene: Scene) -> bool:
    """Is what the original's parsing calls hair mostly such cloth? Then there is no hair to lay over the edit."""
    cloth, hair = one_cloth(scene), scene.before[PART_ID["hair"]] > 0.5
    return cloth is not None and bool((cloth & hair).sum() > DEFAULT.no_hair * hair.sum())


def _onto(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The parts that the target's cloth may be mistaken for; none for what is no cloth."""
    if set(parts) <= set(DRAPED):
        return tuple(part for part in (*TORSO, *DRAPED, "hair") if part not in parts)
    if set(parts) <= {*CLOTHING, *DRAPED} and not set(parts).isdisjoint(TORSO):
        return tuple(part for part in (*DRAPED, "hair") if part not in parts)
    return ()


def _colours_of(seeds: Mask, colours: tuple[NDArray[np.float32], NDArray[np.float32]], where: Mask) -> Mask:
    """Pixels of ``where`` whose colours in both pictures are frequent among the seeds, which it holds, bool (h, w).

    Grey and black in both tell nothing: a dark suit has the colour of dark hair.
    """
    from scipy.ndimage import gaussian_filter

    tints = [lab[where][:, 1:] for lab in colours]
    index = np.clip(np.floor((np.concatenate(tints, axis=1) + 128) / DEFAULT.bin), 0, 25).astype(np.int64)
    flat = np.asarray(np.ravel_multi_index(tuple(index.T), (26,) * 4))
    counts = np.bincount(flat[seeds[where]], minlength=26**4).reshape((26,) * 4).astype(np.float32)
    share = np.asarray(gaussian_filter(counts, 1.0, truncate=2.0), np.float32) / max(int(seeds.sum()), 1)
    chroma = np.maximum(*(np.hypot(tint[:, 0], tint[:, 1]) for tint in tints))
    result = np.zeros_like(where)
    result[where] = (share.ravel()[flat] >= DEFAULT.least) & (chroma >= DEFAULT.bin)
    return result
