"""A measured pair and a target: what no correction changes, so that it is made once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from segmask.compose.hair import HairNearGarment, hair_near_garment
from segmask.compose.preview import SmallPair
from segmask.core.labels import WORN
from segmask.core.types import Mask
from segmask.fusion.one_cloth import covers_hair
from segmask.fusion.scene import Scene
from segmask.register.registered import Measured


@dataclass(frozen=True, eq=False)
class Aimed:
    """A pair as a target sees it, before any corrections."""

    measured: Measured
    scene: Scene | None
    """What both pictures show; None for ``diff``."""
    protected: tuple[Mask, Mask] | None
    """Faces and hair that must stay original (``protected_parts``); None for ``diff``."""

    small: dict[int, SmallPair] = field(default_factory=dict)
    """The pair at the last preview's size."""

    @cached_property
    def has_hair(self) -> bool:
        """May hair lie over what is targeted?"""
        below_hair = set(WORN) - {"headwear"}  # a hat lies over the hair
        return self.scene is not None and set(self.scene.parts) <= below_hair and not covers_hair(self.scene)

    @cached_property
    def hair(self) -> HairNearGarment | None:
        """The original's hair over what is worn; None where there is none, or something else is targeted."""
        if self.scene is None or not self.has_hair:
            return None
        registered = self.measured.registered
        return hair_near_garment(registered.original, registered.toned_in, self.scene)
