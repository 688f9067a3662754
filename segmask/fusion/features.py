"""What is known of each pixel, as the numbers that the pixel model was fitted on.

All of it is relative to the target: the same numbers describe an edited coat and an edited skirt, whatever its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_map, working_size
from segmask.core.morphology import blurred
from segmask.core.types import Change, Mask, Prob, Texture
from segmask.fusion.evidence import changed_prob
from segmask.fusion.garments import garment_share, garments_present
from segmask.fusion.scene import Scene, target_prob

Map = NDArray[np.float32]
Places = NDArray[np.intp]
"""Pixels, as indices of a flat map."""

NAMES = (
    "target before",
    "target after",
    "background before",
    "background after",
    "skin before",
    "skin after",
    "hair and face before",
    "hair and face after",
    "in front before",
    "in front after",
    "footwear before",
    "footwear after",
    "change",
    "change within .4 %",
    "change within 1.2 %",
    "noise floor",
    "changed share of the garment within 5 %",
    "changed share of the garment within 15 %",
    "changed share of the garment",
    "target within 1 %",
    "target within 3 %",
    "changed share of the rest within 5 %",
    "target's share of the changed region",
    "near a body",
    "structure's difference within .4 %",
    "structure's difference within 1 %",
    "structure's difference on the garment within 5 %",
    "structure's difference on the rest within 15 %",
    "ratio of the structures' strengths",
    "colour's step within 1 %",
    "colour's step on the garment within 5 %",
    "colour's step on the rest within 15 %",
)
"""Distances are standard deviations of a Gaussian, as shares of the long side."""

SEEN_TARGET, SEEN_CHANGE = 0.02, 0.05
"""Probabilities below which nothing speaks for a pixel."""
IN_FRONT = ("headwear", "eyewear", "bag", "accessory")


@dataclass(frozen=True)
class FeatureConfig:
    """Numbers of the features; distances as shares of the long side."""

    smoothing: float = 0.01
    """Added to both sides of the odds (additive smoothing): no probability is more certain than this."""
    least_score: float = 0.25
    least_step: float = 0.3
    """ΔE: fainter steps of the mean colour are chance."""
    near: tuple[float, float] = (0.004, 0.012)
    around: tuple[float, float] = (0.01, 0.03)
    reach: tuple[float, float] = (0.05, 0.15)
    long_side: int = 240
    """Working size of what is smooth over 1 % and more."""


DEFAULT = FeatureConfig()


def pixel_features(scene: Scene) -> Callable[[Places], Iterator[Map]]:
    """The features of any pixels: a function that gives len(NAMES) arrays float32 (n,), about between -3 and 3.

    Most pixels are never asked (``segmask.fusion.pixel_model``), so what is of a pixel alone is computed then.

    >>> labels = np.zeros((40, 40), np.uint8)
    >>> labels[10:30, 10:30] = 4  # upper
    >>> score = np.where(labels > 0, np.float32(12), np.float32(0.5))
    >>> of = pixel_features(Scene.of_labels(labels, labels, score, ("upper",)))
    >>> features = list(of(np.array([0, 20 * 40 + 20])))  # outside and inside
    >>> len(features) == len(NAMES), bool(features[0][1] > features[0][0])
    (True, True)
    """
    planes = list(_planes(scene))

    def of(places: Places) -> Iterator[Map]:
        for plane, scaled in planes:
            yield scaled(plane.ravel()[places])

    return of


def _planes(scene: Scene) -> Iterator[tuple[NDArray, Callable[[NDArray], Map]]]:
    """What each feature is made of, (h, w), and how its values are scaled."""
    change, parts, score = scene.change, scene.parts, scene.change.score_map
    either, changed = scene.either, scene.changed
    for prob in (scene.was, scene.becomes, *_shown(scene)):
        yield prob, _log_odds
    for values in (score, _blurred(score, DEFAULT.near[0] * max(score.shape)), _wide(score, DEFAULT.near[1])):
        yield values, lambda own: np.log(own + DEFAULT.least_score)
    yield change.noise_floor, np.log
    for values in changed_shares(changed, garments_present(scene)):
        yield values, _spread_out
    for share in DEFAULT.around:
        yield _wide(either, share), _spread_out
    yield _share(changed, 1 - either, DEFAULT.reach[0]), _spread_out
    yield garment_share(either, score, parts), _spread_out
    yield scene.on_people, lambda own: 2 * own.astype(np.float32) - 1
    for values in texture_maps(change, either):
        yield values, lambda own: own


def _shown(scene: Scene) -> Iterator[Prob]:
    """What else both pictures show: ground, skin, heads, things in front, shoes; without what is targeted."""
    for group in (("background",), ("skin",), ("hair", "face"), IN_FRONT, ("footwear",)):
        others = tuple(part for part in group if part not in scene.parts)
        yield from (target_prob(probs, others) for probs in (scene.before, scene.after))


def in_sight(scene: Scene) -> Mask:
    """Pixels where the target may be, bool (h, w): either parsing thinks of it, or the change map of a change.

    >>> labels, score = np.array([[4, 0, 0]], np.uint8), np.array([[0, 12, 0]], np.float32)
    >>> in_sight(Scene.of_labels(labels, labels, score, ("upper",))).tolist()
    [[True, True, False]]
    """
    return (scene.either > SEEN_TARGET) | (scene.changed > SEEN_CHANGE)


def texture_maps(change: Change, either: Prob) -> list[Map]:
    """Structure and colour, at the pixel, on the target around it and on the rest further around; (h, w) each.

    Without a texture comparison (maps made by hand) fabric counts as different where the change map says so.

    >>> score = np.full((40, 40), 0.5, np.float32)
    >>> score[10:30, 10:30] = 12
    >>> maps = texture_maps(Change(score, np.ones_like(score), 3.0, score > 3), np.ones_like(score))
    >>> len(maps), bool(maps[0][20, 20] > maps[0][0, 0])
    (8, True)
    """
    size_hw = (either.shape[0], either.shape[1])
    texture = change.texture or _texture_of(change)
    step = np.log(texture.colour_shift + DEFAULT.least_step)
    small_hw = working_size(size_hw, DEFAULT.long_side)
    target = resize_map(either, small_hw)
    spread = []
    for values in (texture.structure_near, step):
        small = resize_map(values, small_hw)
        spread.append(
            [
                _weighted(small, weight, reach * max(small_hw))
                for weight, reach in ((target, DEFAULT.reach[0]), (1 - target, DEFAULT.reach[1]))
            ]
        )
    maps = (texture.structure_near, texture.structure_around, *spread[0], texture.energy_ratio, step, *spread[1])
    return [resize_map(np.asarray(values, np.float32), size_hw) for values in maps]


def _texture_of(change: Change) -> Texture:
    changed = changed_prob(change.score_map)
    structure = 0.15 + 0.5 * changed
    return Texture(structure, structure, 0.2 * changed, 0.5 + changed * change.score_map)


def changed_shares(changed: Prob, present: list[Prob]) -> list[Map]:
    """Changed share of the garment at each pixel: within two distances, and of the whole of it; (h, w), 0 to 1.

    >>> changed = np.zeros((40, 40), np.float32)
    >>> changed[:, :30] = 1
    >>> whole = changed_shares(changed, [np.ones((40, 40), np.float32)])[2]
    >>> round(float(whole[20, 20]), 2)  # three quarters of the only garment
    0.75
    """
    size_hw = (changed.shape[0], changed.shape[1])
    small_hw = working_size(size_hw, DEFAULT.long_side)
    small = resize_map(changed, small_hw)
    total = np.full(small_hw, 1e-3, np.float32)
    sums = [np.zeros(small_hw, np.float32) for _ in range(3)]
    for garment in (resize_map(prob, small_hw) for prob in present):
        shares = [_weighted(small, garment, reach * max(small_hw)) for reach in DEFAULT.reach]
        whole = float((small * garment).sum() / max(float(garment.sum()), 1.0))
        near = _blurred(garment, DEFAULT.reach[0] * max(small_hw)) ** 2 + 1e-4  # beside a garment it is the nearest's
        for values, share in zip(sums, (*shares, np.full(small_hw, whole, np.float32)), strict=True):
            values += near * share
        total += near
    return [resize_map(values / total, size_hw) for values in sums]


def _spread_out(share: Map) -> Map:
    """A share in [0, 1] as a feature in [-2, 2]: all features have about the same spread."""
    return 4 * share - 2


def _share(values: Prob, weight: Prob, reach: float) -> Map:
    """Weighted mean of ``values`` within a distance, (h, w)."""
    size_hw = (values.shape[0], values.shape[1])
    small_hw = working_size(size_hw, DEFAULT.long_side)
    mean = _weighted(resize_map(values, small_hw), resize_map(weight, small_hw), reach * max(small_hw))
    return resize_map(mean, size_hw)


def _wide(values: Map, share: float) -> Map:
    """Blurred by a share of the long side, on a small grid: what is left of it is smooth."""
    size_hw = (values.shape[0], values.shape[1])
    small_hw = working_size(size_hw, DEFAULT.long_side)
    return resize_map(_blurred(resize_map(values, small_hw), share * max(small_hw)), size_hw)


def _weighted(values: Map, weight: Map, sigma: float) -> Map:
    return np.asarray(_blurred(values * weight, sigma) / np.maximum(_blurred(weight, sigma), 1e-3), np.float32)


def _log_odds(prob: Prob) -> Map:
    odds = prob + np.float32(DEFAULT.smoothing)
    odds /= np.float32(1 + DEFAULT.smoothing) - prob
    np.log(odds, out=odds)
    odds /= 2
    return odds


def _blurred(values: Map, sigma: float) -> Map:
    """Blurred by at least .3 pixels, which leaves a pixel as it is: small pictures have smaller distances."""
    return blurred(values, max(sigma, 0.3))
