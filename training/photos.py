"""Which photos of Clothing Co-Parsing take part: ``photos.json`` names them; the others stay unseen, they judge."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

NAMES = Path(__file__).with_name("photos.json")


@dataclass(frozen=True)
class Names:
    """Photos by their numbers."""

    train: tuple[str, ...]
    val: tuple[str, ...]
    unlabelled: tuple[str, ...]


def read_names(path: Path = NAMES) -> Names:
    """The names of ``path``; by default those that the packaged files are made of."""
    named = json.loads(path.read_text())
    return Names(*(tuple(named[key]) for key in ("train", "val", "unlabelled")))
