"""Things that come from one picture as a whole: half an old sandal beside half a new boot is no shoe.

A shoe, a bag or a hat is what either picture outlines as one. Where the decision cuts through it, it is taken whole if
enough of it changed and enough of that was taken already; otherwise it is given back.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.labels import PART_ID
from segmask.core.regions import connected_regions
from segmask.core.types import Mask, Prob
from segmask.fusion.scene import Scene

THINGS = ("footwear", "bag", "headwear")
"""Parts that hang on a garment by nothing: each connected region of one is a thing."""


@dataclass(frozen=True)
class WholeConfig:
    """Numbers of the rule."""

    changed: float = 0.4
    """Share of a thing that must have changed for it to be another one, …"""
    apart: float = 0.4
    """… unless both pictures show one, and their outlines share less than this: black shoes beside black boots."""
    shown: float = 0.25
    """Share of what both show that each of them must show for that …"""
    some: float = 0.2
    """… and share that must have changed: a parser's outlines of one sleeve differ as well."""
    taken: float = 0.5
    """Share of what changed in it that must come from the edit already."""
    cut: float = 0.03
    """Of a thing, the least on either side of the outline where it counts as cut. Its unchanged pixels count,
    too: black on black, they are half of a shoe all the same."""
    garment: float = 0.3
    """Mean probability that a thing is the target in one of the pictures, from which nothing of it is given back."""
    least: float = 0.0003
    """Of the picture: smaller things are a parser's specks."""
    most: float = 0.1
    """Of the picture: a larger thing is no shoe and no bag but a parser's slip."""


DEFAULT = WholeConfig()


@dataclass(frozen=True)
class GarmentConfig:
    """Numbers of garments that come whole."""

    taken: float = 0.6
    """Share of a garment in the mask, from which its rest comes, too."""
    least: float = 0.002
    """Of the picture: smaller regions of a part are a parser's slips."""
    chance: float = 0.05
    """Median probability of coming from the edit below which a piece of the rest surely stayed as it was."""


GARMENT = GarmentConfig()


def as_wholes(mask: Mask, scene: Scene) -> Mask:
    """``mask``, bool (h, w), with each thing in it or out of it as a whole.

    >>> from segmask.core.types import Change
    >>> shown = np.zeros((14, 40, 40), np.float32)
    >>> shown[PART_ID["background"]] = 1
    >>> shown[:, 10:20, 10:20] = np.eye(14)[PART_ID["bag"]][:, None, None]
    >>> score = np.where(shown[PART_ID["bag"]] > 0, 9, 1).astype(np.float32)
    >>> scene = Scene.of(shown, shown, Change(score, score * 0 + 1, 3.0, score > 3), ("upper",))
    >>> half = np.zeros((40, 40), bool)
    >>> half[10:15, 10:20] = True
    >>> int(half.sum()), int(as_wholes(half, scene).sum())
    (50, 100)
    """
    result = mask.copy()
    changed = scene.changed > 0.5
    for part in (part for part in THINGS if part not in scene.parts):
        old, new = (probs[PART_ID[part]] > 0.5 for probs in (scene.before, scene.after))
        seen = old | new
        if not seen.any():
            continue
        things = connected_regions(seen)
        came, stayed = things.total(changed & mask), things.total(changed & ~mask)
        both = came + stayed
        thing = (things.areas >= DEFAULT.least * mask.size) & (things.areas <= DEFAULT.most * mask.size)
        inside = things.total(mask)
        thing &= np.minimum(inside, things.areas - inside) > DEFAULT.cut * things.areas
        thing[0] = False
        shown = np.minimum(things.total(old), things.total(new)) >= DEFAULT.shown * things.areas
        elsewhere = (
            shown & (things.total(old & new) < DEFAULT.apart * things.areas) & (both >= DEFAULT.some * things.areas)
        )
        another = ((both >= DEFAULT.changed * things.areas) | elsewhere) & (came >= DEFAULT.taken * both) & (came > 0)
        result |= things.select(thing & another)
        garment = things.total(scene.either) > DEFAULT.garment * things.areas
        result &= ~things.select(thing & ~another & ~garment)
    return result


def as_garments(mask: Mask, probability: Prob, scene: Scene, must_keep: Mask) -> Mask:
    """``mask``, bool (h, w), with the rest of each garment of which it holds the most.

    A garment is a connected region of one part in either picture; its rest must show the target in both. Black over
    black differs in no colour, and yet it is another garment. What surely stayed (``probability``, float32 (h, w), of
    coming from the edit) stays: a shirt in a coat.

    >>> labels = np.full((40, 40), PART_ID["dress"], np.uint8)
    >>> scene = Scene.of_labels(labels, labels, np.ones((40, 40), np.float32), ("dress",))
    >>> most, chance = np.arange(1600).reshape(40, 40) < 1200, np.full((40, 40), 0.3, np.float32)
    >>> int(as_garments(most, chance, scene, most & False).sum())
    1600
    >>> int(as_garments(most, 0 * chance, scene, most & False).sum())
    1200
    """
    if not mask.any():
        return mask
    left = (np.minimum(scene.was, scene.becomes) > 0.5) & ~must_keep & ~mask
    result = mask.copy()
    for shown in scene.label_maps:
        present = set(np.unique(shown[left]).tolist())
        for part in (part for part in scene.parts if PART_ID[part] in present):
            garments = connected_regions(shown == PART_ID[part])
            most = garments.total(mask) >= GARMENT.taken * garments.areas
            most &= garments.areas >= GARMENT.least * mask.size
            if not most.any():
                continue
            rest = connected_regions(left & garments.select(most))
            for index in range(1, len(rest) + 1):
                box = rest.boxes[index].slices
                piece = rest.labels[box] == index
                if np.median(probability[box][piece]) >= GARMENT.chance:
                    result[box] |= piece
    return result
