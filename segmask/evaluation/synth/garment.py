"""New material: colour, weave and pattern, laid over the folds of the old garment.

The photo's own light and folds are kept as a shading map (log luminance of the old garment, its pattern flattened,
taken on beyond its outline); patterns are drawn in cloth coordinates that bend with the folds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from segmask.core.colour import delta_e, lab
from segmask.core.types import Mask
from segmask.evaluation.synth.fields import Map, Rng, blur, signed_distance, smooth_noise, spread

PATTERNS = ("plain", "melange", "twill", "stripes", "check", "dots", "print", "camouflage")
PATTERN_ODDS = (0.3, 0.12, 0.1, 0.14, 0.1, 0.08, 0.1, 0.06)
LEAST_DELTA_E = 14.0  # CIE76 distance of a new colour from the old one: about six just noticeable differences
# Colours that clothes have, sRGB: white, ivory, greys, black, navy, blues, teal, greens, mustard, rust, reds, pinks, …
PALETTE = np.array(
    [
        (238, 238, 236), (228, 217, 196), (158, 160, 163), (84, 86, 90), (28, 28, 31), (31, 40, 66), (62, 96, 148),
        (132, 168, 201), (28, 110, 116), (42, 84, 58), (118, 128, 84), (206, 164, 58), (172, 84, 44), (150, 30, 40),
        (206, 52, 58), (214, 140, 152), (236, 200, 204), (96, 54, 104), (122, 88, 62), (196, 172, 140), (236, 122, 60),
    ],
    np.float32,
)  # fmt: skip


@dataclass(frozen=True)
class Material:
    """What one new garment is made of; the whole of its look follows from these numbers."""

    part: str
    pattern: str
    colour: tuple[float, float, float]
    second: tuple[float, float, float]
    """Colour of stripes, dots and prints."""
    period_u: float
    """Repeat of the pattern, px at 830 px height."""
    angle: float
    """Of the pattern, radians."""
    folds: float
    """Gain of the old garment's folds; 1 keeps them as they were."""
    sheen: float
    """Weight of the highlights: 0 matt, 1 satin or leather."""
    opacity: float
    """1 is cloth, less lets what is behind it show: sheer fabric over the old clothes."""
    delta_e: float
    """CIE76 distance of the new mean colour from the old."""


def choose_material(part: str, old_colour: Map, rng: Rng, *, same_colour: bool, opacity: float) -> Material:
    """A material for one garment whose old mean colour is ``old_colour``, sRGB (3,).

    With ``same_colour`` it stays within a few ΔE of that; otherwise it is a common colour of clothes, at least
    ``LEAST_DELTA_E`` away.

    >>> grey = np.float32([120, 120, 120])
    >>> material = choose_material("upper", grey, np.random.default_rng(0), same_colour=False, opacity=1.0)
    >>> material.pattern in PATTERNS, material.delta_e >= LEAST_DELTA_E
    (True, True)
    """
    order = rng.permutation(len(PALETTE))
    jitter = rng.normal(0, 8, (len(PALETTE), 3)).astype(np.float32)
    shades = np.clip(PALETTE + jitter, 8, 247)[order]
    distance = delta_e(lab(shades[None])[0], lab(old_colour[None, None])[0])
    first = int(np.argmax(distance >= LEAST_DELTA_E))
    colour, second = shades[first], shades[(first + 1 + int(rng.integers(len(shades) - 1))) % len(shades)]
    pattern = str(rng.choice(PATTERNS, p=PATTERN_ODDS))
    if same_colour:
        colour = np.clip(old_colour + rng.normal(0, 4, 3), 4, 251).astype(np.float32)
        second = np.clip(colour + rng.normal(0, 12, 3), 4, 251)
    return Material(
        part,
        pattern,
        _triple(colour),
        _triple(second),
        period_u=round(float(rng.uniform(7, 34)), 2),
        angle=round(float(rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)])), 3),
        folds=round(float(rng.uniform(0.7, 1.2)), 3),
        sheen=round(float(rng.beta(1, 3)), 3),
        opacity=round(opacity, 3),
        delta_e=round(float(np.linalg.norm(lab(colour[None, None]) - lab(old_colour[None, None]))), 2),
    )


def shading(image: Map, old: Mask, unit: float, rng: Rng) -> Map:
    """Log light and folds of the old garment, float32 (H, W), about 0 in the mean, taken on beyond its outline.

    A pattern on the old garment would pass for folds: fine contrast is blurred away and wide contrast is bounded.

    >>> old = np.zeros((60, 40), bool)
    >>> old[10:50, 5:35] = True
    >>> folds = shading(np.full((60, 40, 3), 90, np.float32), old, 0.1, np.random.default_rng(0))
    >>> folds.shape, bool(abs(folds).max() < 0.3)
    ((60, 40), True)
    """
    grey = image @ np.array([0.299, 0.587, 0.114], np.float32)
    core = old & (signed_distance(old) > 2.5 * unit)
    core = core if core.any() else old
    light = np.log(spread(grey, core) + 20)
    light = blur(light, 1.6 * unit)
    light -= float(np.median(light[core]))
    light *= min(1.0, 0.25 / max(float(light[core].std()), 1e-3))
    rim = np.clip(blur(core.astype(np.float32), 3 * unit) * 1.2, 0, 1)  # beyond the old outline its last pixels mislead
    light *= 0.25 + 0.75 * rim
    folds = smooth_noise(old.shape, (110 * unit, 24 * unit), rng)
    return (np.clip(light, -0.7, 0.45) + 0.045 * folds).astype(np.float32)


def weave(material: Material, light: Map, alpha: Map, unit: float, rng: Rng) -> Map:
    """The garment's picture, float32 (H, W, 3) in [0, 255], drawn everywhere; ``alpha`` only shapes its round sides.

    >>> rng = np.random.default_rng(0)
    >>> material = choose_material("upper", np.float32([120, 120, 120]), rng, same_colour=False, opacity=1.0)
    >>> flat, all_of_it = np.zeros((60, 40), np.float32), np.ones((60, 40), np.float32)
    >>> weave(material, flat, all_of_it, 0.1, rng).shape
    (60, 40, 3)
    """
    bend = blur(light, 3 * unit)
    shade = np.exp(material.folds * light)
    sides = blur(alpha, 7 * unit)
    shade = (
        shade
        * (0.7 + 0.3 * np.clip(sides / 0.9, 0, 1))
        * (1 + 0.05 * np.gradient(blur(sides, 6 * unit), axis=1) * 40 * unit)
    )
    weight = _pattern(material, bend, unit, rng)
    colour, second = np.array(material.colour, np.float32), np.array(material.second, np.float32)
    cloth = (colour + (second - colour) * weight[..., None]) * shade[..., None]
    gloss = material.sheen * 60 * np.clip(2 * bend, 0, 1) ** 1.5
    grain = 2.2 * rng.standard_normal(light.shape, dtype=np.float32)
    return np.clip(cloth + (gloss + grain)[..., None], 2, 253).astype(np.float32)


def _pattern(material: Material, bend: Map, unit: float, rng: Rng) -> Map:
    """Weight of the second colour, float32 (H, W) in [0, 1]."""
    shape, period = bend.shape, material.period_u * unit
    rows, columns = np.indices(shape, dtype=np.float32)
    rows, columns = rows + 14 * unit * bend, columns + 18 * unit * bend
    along = columns * np.cos(material.angle) + rows * np.sin(material.angle)
    across = rows * np.cos(material.angle) - columns * np.sin(material.angle)
    match material.pattern:
        case "melange":
            return np.clip(0.25 + 0.22 * smooth_noise(shape, (2.0, 5.0), rng), 0, 0.7)
        case "twill":
            return 0.12 + 0.1 * np.sin((rows + columns) * (2 * np.pi / (3.2 * unit)))
        case "stripes":
            return _soft(np.sin(along * 2 * np.pi / period) - 0.2, period)
        case "check":
            bars = _soft(np.sin(along * 2 * np.pi / period), period), _soft(np.sin(across * 2 * np.pi / period), period)
            return 0.5 * bars[0] + 0.5 * bars[1]
        case "dots":
            return _soft(np.sin(along * 2 * np.pi / period) * np.sin(across * 2 * np.pi / period) - 0.45, period)
        case "print":
            return _soft(smooth_noise(shape, 1.6 * period, rng) - 0.5, period)
        case "camouflage":
            return _soft(smooth_noise(shape, 2.5 * period, rng), period) * 0.6
        case _:
            return np.clip(0.04 * smooth_noise(shape, 40 * unit, rng), 0, 1)


def _soft(level: Map, period: float) -> Map:
    """A step at zero, about a pixel wide whatever the period."""
    return np.clip(level * period / 6 + 0.5, 0, 1)


def _triple(colour: Map) -> tuple[float, float, float]:
    red, green, blue = (round(float(channel), 1) for channel in colour)
    return red, green, blue
