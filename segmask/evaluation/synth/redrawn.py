"""Faults in places: the face and skin drawn anew, colour spilt beside the garment, patches of background repainted.

Each fault is a frozen record: ``draw`` chooses its numbers, ``apply`` follows from them alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segmask.core.types import Mask
from segmask.evaluation.synth.canvas import Canvas
from segmask.evaluation.synth.fields import Map, Rng, blur, displaced, mix, smooth_noise, within
from segmask.evaluation.synth.levels import Strength


@dataclass(frozen=True)
class FaceRedrawn:
    """Another rendering of the same face: features shift, pores go, the tone differs, down the neck and the limbs."""

    name: ClassVar[str] = "face"
    warp_px: float
    smoothing: float
    gain: tuple[float, float, float]
    hair_warp_px: float
    seed: int

    @classmethod
    def draw(cls, canvas: Canvas, strength: Strength, rng: Rng) -> FaceRedrawn:
        """Numbers for one picture, the warp in shares of the face's width."""
        width = canvas.face_width_px
        return cls(
            round(strength.face_warp * width * rng.uniform(0.5, 1.5), 3),
            round(min(1.0, strength.face_smoothing * rng.uniform(0.4, 1)), 3),
            _gains(rng, strength.skin_gain),
            round(0.5 * strength.face_warp * width * rng.uniform(0.5, 1.5), 3),
            int(rng.integers(2**31)),
        )

    def apply(self, canvas: Canvas) -> Map:
        """The picture with face, skin and hair drawn anew."""
        rng = np.random.default_rng(self.seed)
        unit, image = canvas.unit, canvas.image
        width = max(6.0, canvas.face_width_px)
        face = _soft(within(canvas.face, 2 * unit), 3 * unit)
        hair = _soft(canvas.hair, 3 * unit)
        amount = self.warp_px * face + self.hair_warp_px * hair * (1 - face)
        dx, dy = (amount * smooth_noise(canvas.size_hw, 0.6 * width, rng) for _ in range(2))
        warped = displaced(image, dx, dy)
        skin = np.maximum(face, _soft(canvas.skin, 2 * unit))
        base = blur(warped, 1.3 * unit)
        painted = base + (warped - base) * (1 - self.smoothing)
        painted += 0.25 * (base - blur(base, 3 * unit))  # models overdo the features that they keep
        return mix(warped, painted * np.asarray(self.gain, np.float32), skin)


@dataclass(frozen=True)
class Spill:
    """The new garment's colour on what lies just beside it, and the shadow at its rim."""

    name: ClassVar[str] = "spill"
    weight: float
    reach_px: float
    shadow: float

    @classmethod
    def draw(cls, canvas: Canvas, strength: Strength, rng: Rng) -> Spill:
        """Numbers for one picture."""
        return cls(
            round(min(0.6, strength.spill * rng.uniform(0.3, 1)), 3),
            round(strength.spill_reach_u * canvas.unit * rng.uniform(0.6, 1.4), 2),
            round(min(0.4, 0.6 * strength.spill * rng.uniform(0, 1)), 3),
        )

    def apply(self, canvas: Canvas) -> Map:
        """The picture with a coloured, darkened rim outside the garment."""
        glow = blur(canvas.garment, self.reach_px)
        colour = blur(canvas.image * canvas.garment[..., None], self.reach_px) / np.maximum(glow, 1e-3)[..., None]
        weight = np.clip(2 * glow, 0, 1) * (1 - canvas.garment)
        spilt = mix(canvas.image, colour, self.weight * weight)
        return spilt * (1 - self.shadow * weight)[..., None]


@dataclass(frozen=True)
class Patch:
    """One repainted place: what was done, and where."""

    kind: str
    x: float
    y: float
    radius_px: float
    weight: float
    shift_px: tuple[float, float]
    tint: tuple[float, float, float]


@dataclass(frozen=True)
class Patches:
    """Places of the background that the model painted anew: smeared, shifted, tinted or replaced."""

    name: ClassVar[str] = "patches"
    places: tuple[Patch, ...]
    seed: int

    @classmethod
    def draw(cls, canvas: Canvas, strength: Strength, rng: Rng) -> Patches:
        """One to ``strength.patches`` places, centred on background."""
        rows, columns = np.nonzero(canvas.background)
        count = int(rng.integers(1, int(strength.patches) + 1)) if len(rows) else 0
        places = []
        for index in rng.integers(0, max(1, len(rows)), count):
            radius = rng.uniform(25, 75) * canvas.unit
            far = 2.5 * radius if (kind := str(rng.choice(["smear", "shift", "tint", "replace"]))) == "replace" else 9.0
            angle = rng.uniform(0, 2 * np.pi)
            places.append(
                Patch(
                    kind,
                    float(columns[index]),
                    float(rows[index]),
                    round(radius, 1),
                    round(min(1.0, strength.patch_strength * rng.uniform(0.5, 1)), 3),
                    (round(far * float(np.cos(angle)), 2), round(far * float(np.sin(angle)), 2)),
                    _gains(rng, 0.12),
                )
            )
        return cls(tuple(places), int(rng.integers(2**31)))

    def apply(self, canvas: Canvas) -> Map:
        """The picture with its background repainted in these places; the figure stays as it is."""
        rng = np.random.default_rng(self.seed)
        image = canvas.image
        free = _soft(canvas.background, 1.5 * canvas.unit)
        rows, columns = np.indices(canvas.size_hw, dtype=np.float32)
        for place in self.places:
            distance = np.hypot(columns - place.x, rows - place.y) / place.radius_px
            ragged = distance + 0.25 * smooth_noise(canvas.size_hw, place.radius_px, rng)
            weight = np.clip((1.0 - ragged) * 3, 0, 1) * free * place.weight
            image = mix(image, _repainted(image, place, canvas.unit), weight)
        return image


def _repainted(image: Map, place: Patch, unit: float) -> Map:
    if place.kind == "smear":
        return blur(image, 5 * unit)
    if place.kind == "tint":
        return blur(image, 1.2 * unit) * np.asarray(place.tint, np.float32)
    flat = np.ones(image.shape[:2], np.float32)
    return displaced(image, place.shift_px[0] * flat, place.shift_px[1] * flat)


def _soft(mask: Mask, sigma_px: float) -> Map:
    return blur(mask.astype(np.float32), sigma_px)


def _gains(rng: Rng, deviation: float) -> tuple[float, float, float]:
    common, own = rng.normal(0, deviation), rng.normal(0, deviation / 3, 3)
    red, green, blue = (round(float(np.exp(np.clip(common + step, -0.5, 0.5))), 4) for step in own)
    return red, green, blue
