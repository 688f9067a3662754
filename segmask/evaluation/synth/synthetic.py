"""A labelled pair, and the record of how it was made."""

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
    """All that was drawn for a case; with the photo, its labels and the generator's version it makes it again."""

    version: int
    seed: int
    level: str
    without: tuple[str, ...]
    scene: tuple[str, ...]
    """Names of the hard circumstances that the case has: people, table, sheer, same_colour, negative."""
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
    """One synthetic edit; everything but ``edited`` is on the original's grid (H, W)."""

    original: Image
    edited: Image
    """uint8 (h, w, 3): as decoded, where a coder was among the faults."""
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
        """The parts that were changed on purpose; empty in a negative case."""
        return self.record.targets
