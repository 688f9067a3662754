"""Texture: tells fabrics of one colour apart by their fine structure and by the mean colour of small surroundings.

Where denim replaces denim of the same blue, or navy black, single pixels differ no more than redrawing makes them
differ. But folds and weave lie elsewhere, and the mean colour of an area the size of a palm is off by more than chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.colour import Lab, lab
from segmask.core.geometry import resize_image, resize_map, working_size
from segmask.core.morphology import blurred
from segmask.core.types import Image, Texture

Map = NDArray[np.float32]


@dataclass(frozen=True)
class TextureConfig:
    """Numbers of the comparison; lengths in pixels at a long side of ``long_side``."""

    long_side: int = 800
    """Pixels of the working size; the maps that come out have half of it."""
    detail_sigma: float = 3.0
    """Sigma of the blur that is taken off: what is finer is structure (folds and weave), the rest shading."""
    near: float = 6.0
    """Sigma of the surroundings over which structure is compared close by."""
    around: float = 16.0
    """Sigma of the wider surroundings, over which mean colours are compared as well."""
    noise: float = 1.5
    """Deviation in L* that grain, coding and redrawing leave; fainter structure counts as equal."""


DEFAULT = TextureConfig()


def compare_texture(original: Image, matched: Image) -> Texture:
    """Compare the textures of an original and its aligned, tone-matched edit, both uint8 (H, W, 3).

    The difference of structure is the variance of the difference of both details, divided by the sum of their variances
    and of the noise's. For details of the same strength that is 1 less their correlation.

    >>> weave = np.random.default_rng(0).integers(60, 120, (80, 80, 1), dtype=np.uint8).repeat(3, axis=2)
    >>> same, other = compare_texture(weave, weave), compare_texture(weave, weave[::-1].copy())
    >>> float(same.structure_around.max()), bool(other.structure_around.min() > 0.7)
    (0.0, True)
    """
    size_hw = working_size((original.shape[0], original.shape[1]), DEFAULT.long_side)
    return texture_between(lab(resize_image(original, size_hw)), lab(resize_image(matched, size_hw)))


def texture_between(first: Lab, second: Lab) -> Texture:
    """``compare_texture`` of two pictures whose CIELAB is at hand at the working size, float32 (h, w, 3) each.

    >>> grey = np.full((60, 80, 3), 50, np.float32)
    >>> round(float(texture_between(grey, grey + 3).colour_shift[30, 40]), 1)  # the root of three times 9
    5.2
    """
    half_hw = working_size((first.shape[0], first.shape[1]), DEFAULT.long_side // 2)
    lights = [np.ascontiguousarray(colours[..., 0]) for colours in (first, second)]
    details = [light - blurred(light, DEFAULT.detail_sigma) for light in lights]
    energies = [resize_map(np.square(detail), half_hw) for detail in details]
    apart = resize_map(np.square(details[0] - details[1]), half_hw)
    near, around = DEFAULT.near / 2, DEFAULT.around / 2
    floor = 2 * DEFAULT.noise**2
    both = energies[0] + energies[1]
    steps = [resize_map(np.ascontiguousarray(step), half_hw) for step in np.moveaxis(first - second, 2, 0)]
    strength = [blurred(energy, near * 2) + DEFAULT.noise**2 for energy in energies]
    return Texture(
        structure_near=np.divide(blurred(apart, near), blurred(both, near) + floor, dtype=np.float32),
        structure_around=np.divide(blurred(apart, around), blurred(both, around) + floor, dtype=np.float32),
        energy_ratio=np.abs(np.log(strength[0] / strength[1])),
        colour_shift=np.sqrt(np.sum([blurred(step, around) ** 2 for step in steps], axis=0)),
    )
