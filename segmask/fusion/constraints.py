"""What must stay original and what must come from the edit, whatever the evidence says; decided once, here.

Stays: faces and the core of the hair unless they are targeted, people who were not chosen, what the user excludes,
and what the edit's frame does not cover. Comes: what the user includes, unless it is excluded or not covered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from segmask.core.geometry import resize_mask
from segmask.core.types import Mask


@dataclass(frozen=True, eq=False)
class Constraints:
    """Masks at the picture's size, bool (H, W) each."""

    firm: Mask
    """Stays whatever hangs there: faces, other people, what the user excluded and what the edit doesn't cover."""
    hair: Mask
    """The core of the hair, which stays but for what is matted (``segmask.compose.hair``)."""
    include: Mask
    """What the user wants from the edit; lifts protection."""
    faces: Mask | None = None
    """Protected faces before ``include``; None without a parsing."""
    own_hair: Mask | None = None
    """Protected hair before ``include``; None without a parsing."""

    @cached_property
    def keep(self) -> Mask:
        """All that must stay."""
        return self.firm | self.hair

    @cached_property
    def take(self) -> Mask:
        """All that must come."""
        return self.include & ~self.keep if self.include.any() else self.include

    @cached_property
    def protected(self) -> Mask | None:
        """What is protected before ``include``; None without a parsing."""
        return None if self.faces is None or self.own_hair is None else self.faces | self.own_hair

    def at(self, size_hw: tuple[int, int]) -> tuple[Mask, Mask]:
        """What must stay and what must come at a working size, bool (h, w) each."""
        return resize_mask(self.keep, size_hw), resize_mask(self.take, size_hw)

    def without(self, freed: Mask | None) -> Constraints:
        """The same less what a parser calls hair and yet may come from the edit, bool (H, W)."""
        if freed is None or self.own_hair is None:
            return self
        return replace(self, hair=self.hair & ~freed, own_hair=self.own_hair & ~freed)


def constrain(
    protected: tuple[Mask, Mask] | None, include: Mask, exclude: Mask, covered: Mask, others: Mask | None
) -> Constraints:
    """The constraints of a run.

    Args:
        protected: faces and the core of the hair, bool (H, W) each; None where no parsing tells of them.
        include: bool (H, W): comes from the edit, protected or not.
        exclude: bool (H, W): stays original; beats ``include``.
        covered: bool (H, W): what the edit's frame reaches.
        others: bool (H, W): the ground of people who were not chosen; None where all are.

    >>> none, left = np.zeros((1, 3), bool), np.array([[True, False, False]])
    >>> made = constrain((left, none), include=~left, exclude=none, covered=~none, others=None)
    >>> made.keep.tolist(), made.take.tolist()
    ([[True, False, False]], [[False, True, True]])
    """
    firm = ~covered
    firm |= exclude
    lifts = include.any()  # else large masks need not be made once more
    if others is not None:
        firm |= others & ~include if lifts else others
    if protected is None:
        return Constraints(firm, np.zeros_like(firm), include)
    faces, hair = protected
    firm |= faces & ~include if lifts else faces
    return Constraints(firm, hair & ~include if lifts else hair, include, faces, hair)
