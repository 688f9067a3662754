"""Open pairs of a service: the uploaded files in memory, under ids nobody can guess, with a cap and a lifetime."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from segmask.serve.problems import Problem, unknown_pair
from segmask.serve.settings import MIB, Settings
from segmask.serve.work import Recipe


@dataclass
class Kept:
    """One open pair."""

    recipe: Recipe
    """As last applied: with the options and masks of the result that views and downloads show."""
    used: float
    """When it was last asked for, on the shelf's clock."""
    size: int = field(init=False)

    def __post_init__(self) -> None:
        self.size = size_of(self.recipe)


class Shelf:
    """Keeps pairs until they are closed, unused for too long, or pushed out by newer ones."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self.cap, self.lifetime, self.clock = settings.memory_mib * MIB, settings.lifetime * 60, clock
        self.pairs: OrderedDict[str, Kept] = OrderedDict()

    @property
    def size(self) -> int:
        """Bytes of all that is kept."""
        return sum(kept.size for kept in self.pairs.values())

    def new_id(self) -> str:
        """An id that nobody can guess: 192 random bits."""
        return secrets.token_urlsafe(24)

    def put(self, recipe: Recipe) -> list[str]:
        """Keep a pair, or a newer state of it; returns the ids of those that had to go."""
        assert recipe.key is not None
        kept = Kept(recipe, self.clock())
        if kept.size > self.cap:
            raise Problem(413, "too-large", f"a pair may have {self.cap // MIB} MiB; make the files smaller")
        self.pairs[recipe.key] = kept
        self.pairs.move_to_end(recipe.key)
        gone = []
        while self.size > self.cap:
            gone.append(self.pairs.popitem(last=False)[0])
        return gone

    def get(self, key: str) -> Recipe:
        """A pair's recipe; it counts as used now. Problem where it is not there or has expired."""
        kept = self.pairs.get(key)
        if kept is None or self.clock() - kept.used > self.lifetime:
            raise unknown_pair()
        kept.used = self.clock()
        self.pairs.move_to_end(key)
        return kept.recipe

    def drop(self, key: str) -> bool:
        """Forget a pair; False if it was not there."""
        return self.pairs.pop(key, None) is not None

    def expired(self) -> list[str]:
        """Forget what was unused for too long; returns its ids."""
        now = self.clock()
        gone = [key for key, kept in self.pairs.items() if now - kept.used > self.lifetime]
        for key in gone:
            del self.pairs[key]
        return gone


def size_of(recipe: Recipe) -> int:
    """Bytes of a recipe's files."""
    files = (recipe.original, recipe.edited, *recipe.masks.values(), *recipe.parsing)
    return sum(len(data) for data in files)
