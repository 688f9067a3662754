"""An evaluation's folder: finished rows, masks and pictures. A second run takes them from there."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segmask.batch.journal import Journal
from segmask.core.errors import OutputError
from segmask.core.files import write_files
from segmask.core.fingerprint import stamp
from segmask.core.geometry import resize_image, working_size
from segmask.evaluation.datasets import Case
from segmask.evaluation.strategies import Outcome, Strategy
from segmask.io import Metadata, encode, encode_png

JOURNAL = "journal"
"""Folder of the finished rows, JSON lines (``segmask.batch.journal``)."""
PICTURE_SIDE = 320
"""Long side of the pictures that the report shows, in pixels."""
SCORING = 2
"""Version of the metrics' definitions: raise it when one changes, and no row from before is reused."""


@dataclass(frozen=True)
class Workspace:
    """What is finished, under ``root``; a row's key is the digest of all that it depends on."""

    root: Path

    @classmethod
    def open(cls, root: Path) -> Workspace:
        """The folder with what an earlier run left in it; made if it isn't there. Raises OutputError."""
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{root}: can't be used as output folder ({error.strerror})") from error
        return cls(root)

    def journal(self) -> Journal:
        """The finished rows, to be closed. Raises OutputError where another run writes them."""
        return Journal(str(self.root / JOURNAL), "key")

    def find(self, journal: Journal, key: str | None, strategy: str, case: str) -> dict[str, Any] | None:
        """The finished row under this key, if its mask is still there."""
        if key is None or not self.mask_path(strategy, case).is_file():
            return None
        found = journal.find(key)
        return None if found is None else found["row"]

    def save_outcome(self, strategy: str, case: str, outcome: Outcome) -> None:
        """Keep the mask as it is and a small picture of the composite."""
        mask, picture = self.mask_path(strategy, case), self.picture_path(strategy, case)
        for path in (mask, picture):
            path.parent.mkdir(parents=True, exist_ok=True)
        stored = np.rint(outcome.alpha * 255).astype(np.uint8)
        write_files({mask: encode_png(stored), picture: small_jpeg(outcome.image)})

    def mask_path(self, strategy: str, case: str) -> Path:
        """Where a mask is kept; ``--masks`` can score it again."""
        return self.root / "masks" / file_name(strategy) / f"{file_name(case)}.png"

    def picture_path(self, strategy: str, case: str) -> Path:
        """Where the composite's picture is kept."""
        return self.root / "composites" / file_name(strategy) / f"{file_name(case)}.jpg"


def row_key(case: Case, strategy: Strategy) -> str | None:
    """Digest of all that a row depends on: the case's files and facts, the strategy and the metrics' definitions.

    None where the strategy has no fingerprint or a file is gone: the row is not reused then.

    >>> from segmask.evaluation.strategies import FunctionStrategy
    >>> case = Case("a", *map(Path, ("a.png", "b.png", "mask.png")))
    >>> for path in case.files:
    ...     path.touch()
    >>> keys = [row_key(case, FunctionStrategy(len, "mine", version)) for version in ("1", "1", "2", None)]
    >>> keys[0] == keys[1], keys[0] == keys[2], keys[3]
    (True, False, None)
    """
    options = strategy.fingerprint(case.name)
    if options is None:
        return None
    try:
        files = [stamp(path) for path in case.files]
    except OSError:  # gone since the set was listed: reading the case will say so
        return None
    parts = [case.name, strategy.name, options, case.target, case.facts, case.mask_reader.__qualname__, files, SCORING]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def small_jpeg(image: np.ndarray) -> bytes:
    """A picture for people: at most PICTURE_SIDE px, JPEG.

    >>> small_jpeg(np.zeros((640, 640, 3), np.uint8))[:3]  # a JPEG's first bytes
    b'\\xff\\xd8\\xff'
    """
    height, width = image.shape[:2]
    small = resize_image(image, working_size((height, width), PICTURE_SIDE))
    return encode(small, Metadata(), "JPEG")[0]


def file_name(name: str) -> str:
    """A name that every file system takes: other characters become ``_``, and a digest keeps such names apart.

    >>> file_name("hybrid"), file_name("set/a")
    ('hybrid', 'set_a-04f651')
    """
    plain = re.sub(r"[^\w.+-]+", "_", name).strip(".") or "_"
    return plain if plain == name else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"
