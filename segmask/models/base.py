"""What a parser and a face detector are, for the rest of the package."""

from __future__ import annotations

from typing import Protocol

from segmask.core.types import Face, Image, Parsing


class Parser(Protocol):
    """Tells what each pixel shows."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def parse(self, image: Image) -> Parsing:
        """Probabilities of the canonical parts for one picture, uint8 (H, W, 3) RGB."""
        ...


class FaceDetector(Protocol):
    """Finds faces."""

    @property
    def name(self) -> str:
        """What reports call it."""
        ...

    def detect(self, image: Image) -> tuple[Face, ...]:
        """Faces in one picture, uint8 (H, W, 3) RGB, best score first; none is an empty tuple."""
        ...
