"""Where the last row of each key lies, in 16 bytes a key: a million rows are 16 MB."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

LEAST_MERGE = 4096
"""Entries that wait in a dictionary before they are merged into the arrays; later an eighth of all."""

Digests = NDArray[np.uint64]


def digest64(text: str) -> int:
    """64 bits of a text's BLAKE2 hash.

    >>> digest64("a.png") == digest64("a.png"), digest64("a.png") == digest64("b.png")
    (True, False)
    """
    hashed = hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=8)
    return int.from_bytes(hashed.digest(), "little")


def digests_of(texts: Iterable[str]) -> Digests:
    """The digests of texts, uint64 (N,), without keeping the texts.

    >>> digests_of(["a", "b", "a"]).shape
    (3,)
    """
    return np.fromiter((digest64(text) for text in texts), np.uint64)


class Index:
    """From a key's digest to a place, an integer from 0; a later place takes over.

    >>> index = Index()
    >>> index.put(digest64("a.png"), 0)
    >>> index.put(digest64("a.png"), 70)
    >>> index.get(digest64("a.png")), index.get(digest64("b.png"))
    (70, None)
    """

    def __init__(self) -> None:
        self._keys: Digests = np.zeros(0, np.uint64)
        self._places = np.zeros(0, np.int64)
        self._recent: dict[int, int] = {}

    def __len__(self) -> int:
        self._merge()
        return len(self._keys)

    def put(self, key: int, place: int) -> None:
        """Note where the last row of a key lies."""
        self._recent[key] = place
        if len(self._recent) > max(LEAST_MERGE, len(self._keys) // 8):
            self._merge()

    def get(self, key: int) -> int | None:
        """Where the last row of a key lies; None if there is none."""
        if key in self._recent:
            return self._recent[key]
        at = int(np.searchsorted(self._keys, np.uint64(key)))
        if at < len(self._keys) and int(self._keys[at]) == key:
            return int(self._places[at])
        return None

    def places(self) -> Iterator[int]:
        """All places, in ascending order."""
        self._merge()
        return map(int, np.sort(self._places))

    def _merge(self) -> None:
        if not self._recent:
            return
        keys = np.concatenate([self._keys, np.fromiter(self._recent.keys(), np.uint64)])
        places = np.concatenate([self._places, np.fromiter(self._recent.values(), np.int64)])
        order = np.lexsort((places, keys))
        keys, places = keys[order], places[order]
        last = np.append(keys[1:] != keys[:-1], True)
        self._keys, self._places, self._recent = keys[last], places[last], {}
