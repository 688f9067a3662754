"""Dressed figures without a body."""

from __future__ import annotations

from tests.fusion.scenes import mask, scene, share

MANNEQUINS = """
    ............
    ..ss........
    ..UU....UU..
    ..UU....UU..
    ..LL....LL..
    ............
"""
CUSHION = """
    ............
    ..ss........
    ..UU........
    ..UU........
    ..LL....U...
    ............
"""
STILL = MANNEQUINS.replace("s", ".").replace("U", ".").replace("L", ".")


def test_a_dressed_mannequin_beside_another_counts_as_a_figure() -> None:
    on_people = scene(MANNEQUINS, MANNEQUINS, STILL).on_people
    assert share(on_people, mask(MANNEQUINS, "U")) == 1
    assert share(on_people, mask(MANNEQUINS, "L")) == 1


def test_a_cushion_that_a_parser_takes_for_a_top_does_not() -> None:
    on_people = scene(CUSHION, CUSHION, STILL).on_people
    assert on_people[100, 100]
    assert not on_people[180, 340]
