"""Faults of the whole picture: tone and white balance, a smooth light, detail that is lost and invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segmask.evaluation.synth.canvas import Canvas
from segmask.evaluation.synth.fields import Map, Rng, blur, displaced, smooth_noise
from segmask.evaluation.synth.levels import Strength


@dataclass(frozen=True)
class ToneDrift:
    """Gain and offset per channel, a tone curve and the saturation: out = 255 (in / 255)^gamma * gain + offset."""

    name: ClassVar[str] = "tone"
    gain: tuple[float, float, float]
    offset: tuple[float, float, float]
    gamma: float
    saturation: float

    @classmethod
    def draw(cls, _: Canvas, strength: Strength, rng: Rng) -> ToneDrift:
        """Numbers for one picture."""
        gain = 1 + _cut(rng, strength.gain) + np.array([_cut(rng, strength.gain / 3) for _ in range(3)])
        offset = _cut(rng, strength.offset) + np.array([_cut(rng, strength.offset / 2) for _ in range(3)])
        return cls(
            _rounded(gain), _rounded(offset), round(float(np.exp(_cut(rng, strength.gamma))), 4),
            round(float(np.exp(_cut(rng, strength.saturation))), 4),
        )  # fmt: skip

    def apply(self, canvas: Canvas) -> Map:
        """The picture in another tone."""
        curved = 255 * (np.clip(canvas.image, 0, 255) / 255) ** np.float32(self.gamma)
        grey = curved.mean(2, keepdims=True)
        return (grey + (curved - grey) * self.saturation) * np.asarray(self.gain, np.float32) + np.asarray(
            self.offset, np.float32
        )


@dataclass(frozen=True)
class LightField:
    """Light that comes from elsewhere: a smooth step of brightness, a little coloured."""

    name: ClassVar[str] = "light"
    deviation: float
    seed: int

    @classmethod
    def draw(cls, _: Canvas, strength: Strength, rng: Rng) -> LightField:
        """Numbers for one picture."""
        return cls(round(strength.light * rng.uniform(0.4, 1.6), 2), int(rng.integers(2**31)))

    def apply(self, canvas: Canvas) -> Map:
        """The picture in other light."""
        rng = np.random.default_rng(self.seed)
        wave = max(canvas.size_hw)
        common = smooth_noise(canvas.size_hw, wave, rng)
        tint = np.stack([0.3 * smooth_noise(canvas.size_hw, wave, rng) for _ in range(3)], axis=2)
        return canvas.image + self.deviation * (common[..., None] + tint)


@dataclass(frozen=True)
class Detail:
    """An image coder's view: fine texture goes, other texture comes, and everything sits a fraction of a pixel off."""

    name: ClassVar[str] = "detail"
    lost: float
    invented: float
    elastic_px: float
    seed: int

    @classmethod
    def draw(cls, canvas: Canvas, strength: Strength, rng: Rng) -> Detail:
        """Numbers for one picture."""
        return cls(
            round(min(0.9, strength.detail_lost * rng.uniform(0.3, 1)), 3),
            round(strength.detail_invented * rng.uniform(0.3, 1), 3),
            round(strength.elastic_u * canvas.unit * rng.uniform(0.4, 1.6), 3),
            int(rng.integers(2**31)),
        )

    def apply(self, canvas: Canvas) -> Map:
        """The picture with other fine detail, as strong as the detail around."""
        rng = np.random.default_rng(self.seed)
        unit = canvas.unit
        dx, dy = (self.elastic_px * smooth_noise(canvas.size_hw, 45 * unit, rng) for _ in range(2))
        image = displaced(canvas.image, dx, dy)
        base = blur(image, 1.2 * unit)
        fine = image - base
        energy = blur(np.abs(fine).mean(2), 4 * unit) + 0.5
        invented = smooth_noise(canvas.size_hw, 3.0 * unit, rng) * energy * 1.6 * self.invented
        return base + fine * (1 - self.lost) + invented[..., None]


def _cut(rng: Rng, deviation: float) -> float:
    """A normal draw, cut at two deviations."""
    return float(np.clip(rng.normal(), -2, 2) * deviation)


def _rounded(values: np.ndarray) -> tuple[float, float, float]:
    first, second, third = (round(float(value), 4) for value in values)
    return first, second, third
