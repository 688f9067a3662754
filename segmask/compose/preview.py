"""A preview: a decision's composite at a small size, made of small copies of both pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from segmask import io
from segmask.compose.compose import compose
from segmask.compose.hair import HairNearGarment, hair_near_garment
from segmask.core.geometry import resize_alpha, resize_image, resize_mask, working_size
from segmask.core.types import Alpha, Image
from segmask.fusion.constraints import Constraints
from segmask.fusion.decision import Decision
from segmask.fusion.scene import Scene
from segmask.options import Options
from segmask.register.registered import Measured, Registered
from segmask.register.warp import scaled_alignment

SIDE = 1024
"""Pixels of the long side: what a window shows."""


@dataclass(frozen=True, eq=False)
class Preview:
    """A composite as it will look, smaller; where it shows the original, that was shrunk, too."""

    image: Image
    """uint8 (h, w, 3), sRGB."""
    alpha: Alpha
    """float32 (h, w), multiples of 1/255: 0 = original, 1 = edited."""


@dataclass(frozen=True, eq=False)
class SmallPair:
    """A measured pair at a small size; made once, for any number of previews of one target."""

    measured: Measured
    """Both small pictures; the change map is the large pair's own."""
    scene: Scene | None

    @classmethod
    def of(cls, measured: Measured, scene: Scene | None, side: int = SIDE) -> SmallPair:
        """A pair with a long side of at most ``side`` pixels."""
        large = measured.registered
        size_hw = working_size((large.original.shape[0], large.original.shape[1]), side)
        original, aligned = (resize_image(image, size_hw) for image in (large.original, large.aligned))
        alignment = scaled_alignment(large.alignment, size_hw)
        return cls(Measured(Registered(original, aligned, alignment, large.tone, large.light), measured.change), scene)

    @cached_property
    def hair(self) -> HairNearGarment | None:
        """The original's hair over what is worn."""
        if self.scene is None:
            return None
        return hair_near_garment(self.measured.registered.original, self.measured.registered.toned_in, self.scene)

    @cached_property
    def pictures(self) -> tuple[io.Picture, io.Picture]:
        """The original and the aligned edit."""
        registered = self.measured.registered
        return io.read_picture(registered.original), io.read_picture(registered.aligned)

    def preview(
        self, decision: Decision, held: Constraints, options: Options, mask_in: Alpha | None, *, with_hair: bool
    ) -> Preview:
        """The composite of a decision, of which ``held`` are the constraints at the picture's own size."""
        size_hw = self.pictures[0].size_hw
        own = None
        if mask_in is not None:
            own = np.asarray(np.rint(resize_alpha(mask_in, size_hw) * 255) / 255, np.float32)
        hair = self.hair if with_hair else None
        done = compose(self.pictures, self.measured, self.scene, decision, _small(held, size_hw), options, hair, own)
        return Preview(io.raster_to_image(done.raster, self.pictures[0].metadata), done.alpha)


def _small(held: Constraints, size_hw: tuple[int, int]) -> Constraints:
    names = ("firm", "hair", "include", "faces", "own_hair")
    masks = {name: mask for name in names if (mask := getattr(held, name)) is not None}
    return replace(held, **{name: resize_mask(mask, size_hw) for name, mask in masks.items()})
