"""A synthetic edit, and the record of how it was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from segmask.core.types import Image, LabelMap, Mask
from segmask.evaluation.synth.garment import Material
from segmask.evaluation.synth.redesign import DesignChange
from segmask.evaluation.synth.scene import Bystander
from segmask.evaluation.synth.table import Table


class Fault(Protocol):
    """A fault with its numbers: a frozen dataclass with a name."""

    name: ClassVar[str]
    """As in ``SWITCHES``."""


@dataclass(frozen=True)
class Record:
    """All that was drawn at random. The same photo, labels, seed and version of the generator make the same edit again.

    It is written to case.json under these names, so that a renamed field would change the frozen files.
    """

    version: int
    seed: int
    level: str
    without: tuple[str, ...]
    scene: tuple[str, ...]
    """Names of the hard circumstances that it has: people, table, sheer, same_colour, negative."""
    people: tuple[Bystander, ...]
    table: Table | None
    targets: tuple[str, ...]
    size_hw: tuple[int, int]
    edited_size_hw: tuple[int, int]
    matrix: tuple[tuple[float, ...], ...]
    """(3, 3): pixel (x, y, 1) of the original to the edited picture's."""
    outline: tuple[DesignChange, ...]
    materials: tuple[Material, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class SyntheticEdit:
    """An original, its edit and the labels of both in memory; all but ``edited`` are on the original's grid (H, W)."""

    original: Image
    edited: Image
    """uint8 (h, w, 3); with the JPEG fault as it is decoded from ``coded``."""
    truth: NDArray[np.uint8]
    """uint8 (H, W): 255 must come from the edit, 0 must stay, 128 don't care."""
    parsing: LabelMap
    edited_parsing: LabelMap
    """The parts that the edit shows, on the original's grid."""
    face: Mask
    """bool (H, W): faces, less the rim that the labels leave open; every pixel of it must stay."""
    record: Record
    coded: bytes | None
    """The edited picture's JPEG file; None where it is lossless."""

    @property
    def targets(self) -> tuple[str, ...]:
        """The parts that were changed on purpose; none in a negative case."""
        return self.record.targets
