from __future__ import annotations

import numpy as np

from benchmarks.rules import grown
from tests.fusion.scenes import mask, scene

SEEN = """
    ...FF.....
    ..UUUUU...
    ..UUUUU...
    ..UUUUU...
    ..........
    ..........
"""
CHANGED = """
    ..........
    ..xxxxx...
    ..xxxxx...
    ..xxxxx...
    ..xxxxx...
    ..........
"""
TAIL = mask(CHANGED) & ~mask(SEEN, "U")


def raised(seen: str, changed: str) -> np.ndarray:
    drawn = scene(seen, seen, changed)
    return grown(drawn.prior, drawn)


def test_a_coat_tail_that_the_parser_missed_is_likely_coat() -> None:
    assert (raised(SEEN, CHANGED)[TAIL] > 0.5).mean() > 0.9


def test_a_changed_background_that_holds_little_garment_gains_nothing() -> None:
    everywhere = "xxxxxxxxxx\n" * 6
    assert (raised(SEEN, everywhere)[~mask(SEEN, "U")] < 0.2).all()


def test_a_new_background_around_a_large_garment_gains_nothing() -> None:
    large = ".UUUUUUUU.\n" * 6
    everywhere = "xxxxxxxxxx\n" * 6
    assert (raised(large, everywhere)[~mask(large, "U")] < 0.2).all()


def test_what_is_surely_skin_gains_nothing() -> None:
    with_skin = SEEN.replace("    ..........\n    ..........\n", "    ..sssss...\n    ..........\n")
    assert (raised(with_skin, CHANGED)[TAIL] < 0.2).all()
