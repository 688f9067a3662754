"""One picture's work, as it travels to a worker: names only, no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MASKS = ("include", "exclude", "mask_in", "parsing")
"""Inputs besides the two pictures, each a column of a manifest."""
SIDES = ("mask", "report", "preview", "layers")
"""Outputs besides the composite, each a column of a manifest."""

Pairs = tuple[tuple[str, Any], ...]
"""A mapping that can be hashed: (name, value), in order of name."""


@dataclass(frozen=True)
class Task:
    """An original, its edits and what to make of them.

    >>> Task("sub/photo.png", "in/sub/photo.jpg", ("edits/sub/photo.png",)).inputs
    (('original', 'in/sub/photo.jpg'), ('edited', 'edits/sub/photo.png'))
    """

    output: str
    """The composite's name under the output folder, with ``/``: the row's key."""
    original: str
    """Path or URL."""
    edited: tuple[str, ...]
    """Paths or URLs; of several the best is taken."""
    masks: Pairs = ()
    """(name of ``MASKS``, path or URL)."""
    sides: Pairs = ()
    """(name of ``SIDES``, name under the output folder)."""
    options: Pairs = ()
    """Fields of ``Options`` that differ from the run's."""
    facts: Pairs = ()
    """Other columns of the manifest; they go into the journal as they are."""

    @property
    def inputs(self) -> tuple[tuple[str, str], ...]:
        """Every file that is read, with its role."""
        return (("original", self.original), *(("edited", edit) for edit in self.edited), *self.masks)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Every name that is written."""
        return (self.output, *(name for _, name in self.sides))
