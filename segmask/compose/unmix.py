"""How much of each pixel is hair by its colour, where the colours of the hair and of what lies behind it are known.

Both are given by a few typical colours each. A pixel between two of them mixes both (Porter and Duff 1984, *over*,
turned round): its place on the line between them is the share of hair. Of all pairs the one that explains it best
counts, as in sampling-based matting (Wang and Cohen 2007, Optimized color sampling for robust matting).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.geometry import resize_map, working_size
from segmask.core.types import Mask

Map = NDArray[np.float32]


@dataclass(frozen=True)
class UnmixConfig:
    """Numbers of the unmixing; colours in [0, 1], their differences as distances in RGB. Chosen by looking at pairs."""

    front_colours: int = 6
    """Of the hair: from its shadow to its highlight."""
    back_colours: int = 12
    """Of garments, skin and ground together: prints have many."""
    samples: int = 3000
    """Pixels that the typical colours are made of."""
    rounds: int = 6
    """Of k-means (Lloyd 1982)."""
    presence: float = 0.01
    """Share of the surroundings that a colour behind must have to be there."""
    contrast: float = 0.25
    """Least distance of two colours whose mixtures are told apart."""
    prior: float = 0.02
    """Weight of the parser's probability against the squared distance that a mixture leaves unexplained."""
    noise: float = 0.06
    """Distance that a well explained pixel is left with."""
    margin: float = 0.02
    """Difference in cost between 'rather hair' and 'rather not' from which a pixel is not ambiguous."""


DEFAULT = UnmixConfig()


@dataclass(frozen=True)
class Mixture:
    """Each pixel as a mixture."""

    share: Map
    """float32 (h, w): how much of it is hair."""
    pure: Map
    """float32 (h, w, 3): the hair's colour without what lies behind; as certain as the mixture, else a typical one."""
    contrast: Map
    """float32 (h, w): distance of the two colours that are mixed; 0 where one explains the pixel."""
    certainty: Map
    """float32 (h, w) in [0, 1]: is it well explained, and one way only?"""


def unmixed(image: Map, front: Mask, back: Mask, asked: Mask, hair: Map, reach: float) -> Mixture:
    """Each asked pixel as a mixture of hair and of what lies behind it.

    Args:
        image: float32 (h, w, 3) in [0, 1].
        front: bool (h, w): surely nothing but hair.
        back: bool (h, w): surely no hair.
        asked: bool (h, w): elsewhere the parser's probability is taken.
        hair: float32 (h, w): the parser's probability of hair.
        reach: pixels; sigma of the surroundings in which a colour behind must be there.

    >>> image = np.zeros((60, 60, 3), np.float32)
    >>> image[:, 30:] = 0.8, 0.2, 0.2  # black hair before a red coat
    >>> image[:, 28:32] = 0.4, 0.1, 0.1  # half of each
    >>> front, back, hair = np.zeros((60, 60), bool), np.zeros((60, 60), bool), np.full((60, 60), 0.5, np.float32)
    >>> front[:, :25], back[:, 35:] = True, True
    >>> float(unmixed(image, front, back, ~(front | back), hair, 10.0).share[30, 30].round(1))
    0.5
    """
    fronts = _typical(image[front], DEFAULT.front_colours)
    backs = _typical(image[back], DEFAULT.back_colours)
    there = _presence(image, back, backs, reach)[asked]
    share, pure, contrast, certainty = hair.copy(), image.copy(), np.zeros_like(hair), np.zeros_like(hair)
    seen = image[asked]
    share[asked], own, behind, certainty[asked] = _best(seen, fronts, backs, there, hair[asked])
    way = own - behind
    contrast[asked] = np.linalg.norm(way, axis=1)
    freed = seen + (1 - share[asked])[:, None] * way
    pure[asked] = np.clip(own + certainty[asked][:, None] * (freed - own), 0, 1)
    return Mixture(share, pure, contrast, certainty)


def _typical(colours: Map, count: int) -> Map:
    """Means of clusters, float32 (count, 3); started at quantiles of the lightness, so that each run gives the same."""
    colours = colours[:: max(1, len(colours) // DEFAULT.samples)]
    order = np.argsort(colours.sum(1), kind="stable")
    centres = colours[order[np.linspace(0, len(colours) - 1, count + 2).astype(int)[1:-1]]]
    for _ in range(DEFAULT.rounds):
        nearest = _distances(colours, centres).argmin(1)
        members = np.bincount(nearest, minlength=count)[:, None]
        sums = np.stack([np.bincount(nearest, colours[:, channel], count) for channel in range(3)], 1)
        centres = np.where(members > 0, sums / np.maximum(members, 1), centres).astype(np.float32)
    return centres


def _distances(colours: Map, centres: Map) -> Map:
    """Squared distances, (n, k)."""
    crossed = colours @ centres.T
    return np.maximum((colours**2).sum(1)[:, None] + (centres**2).sum(1) - 2 * crossed, 0)


def _presence(image: Map, back: Mask, backs: Map, reach: float) -> NDArray[np.bool_]:
    """Which of the colours behind are there around each pixel, bool (h, w, k)."""
    import cv2

    hw = (back.shape[0], back.shape[1])
    small_hw = working_size(hw, max(1, round(max(hw) / reach)))  # as coarse as the blur
    nearest = _distances(image.reshape(-1, 3), backs).argmin(1).reshape(hw)
    around = []
    for index in range(len(backs)):
        share = resize_map(((nearest == index) & back).astype(np.float32), small_hw)
        share = np.asarray(cv2.GaussianBlur(share, (0, 0), reach * small_hw[0] / hw[0]), np.float32)
        around.append(resize_map(share, hw))
    return np.dstack(around) > DEFAULT.presence


def _best(colours: Map, fronts: Map, backs: Map, there: NDArray[np.bool_], hair: Map) -> tuple[Map, Map, Map, Map]:
    """Share, both colours and certainty of the cheapest explanation of each colour, (n,), (n, 3) twice, (n,)."""
    absent = np.where(there, 0, np.float32(1e3))
    to_front, to_back = _distances(colours, fronts), _distances(colours, backs) + absent
    cost = np.stack([to_back.min(1) + DEFAULT.prior * hair**2, to_front.min(1) + DEFAULT.prior * (1 - hair) ** 2])
    share = np.stack([np.zeros_like(hair), np.ones_like(hair)])  # rather not hair, rather hair
    pair = np.stack([np.stack([to_front.argmin(1), to_back.argmin(1)])] * 2)
    for first, (front, near) in enumerate(zip(fronts, to_front.T, strict=True)):
        for index, back in enumerate(backs):
            towards = front - back
            length = float((towards**2).sum())
            if length < DEFAULT.contrast**2:
                continue
            # Both squared distances give the place on the line between the two colours and the distance from it.
            from_back = to_back[:, index] - absent[:, index]
            place = np.clip((from_back - near) / (2 * length) + 0.5, 0, 1)
            beside = from_back - 2 * place * (from_back - near + length) / 2 + place**2 * length
            total = beside + DEFAULT.prior * (place - hair) ** 2 + absent[:, index]
            for side, holds in enumerate((place < 0.5, place >= 0.5)):
                better = holds & (total < cost[side])
                cost[side][better], share[side][better] = total[better], place[better]
                pair[side][:, better] = [[first], [index]]
    side, pixel = cost.argmin(0), np.arange(len(colours))
    chosen = share[side, pixel]
    unexplained = np.maximum(cost[side, pixel] - DEFAULT.prior * (chosen - hair) ** 2, 0)
    clear = np.minimum(np.abs(cost[1] - cost[0]) / DEFAULT.margin, 1)
    first, second = pair[side, 0, pixel], pair[side, 1, pixel]
    return chosen, fronts[first], backs[second], np.exp(-unexplained / DEFAULT.noise**2) * clear
