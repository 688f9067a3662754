"""Which edit belongs to which original."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmask.batch.matching import match, match_cases, match_globs
from segmask.core.errors import OptionError

STEMS = st.lists(st.text("abc_-", min_size=1, max_size=6), min_size=1, max_size=6, unique=True)


def paired(found) -> dict[str, tuple[str, ...]]:
    return {pair.original: pair.edited for pair in found.pairs}


@pytest.mark.parametrize("edit", ["x.png", "x_edited.webp", "x-out.jpg", "x_tryon.png", "x_edit.tif", "x_result.png"])
def test_usual_names_and_endings_belong_together(edit: str) -> None:
    assert paired(match(["a/x.jpg"], [f"a/{edit}"])) == {"a/x.jpg": (f"a/{edit}",)}


def test_another_folder_is_another_picture() -> None:
    found = match(["a/x.jpg", "b/x.jpg"], ["a/x.png"])
    assert paired(found) == {"a/x.jpg": ("a/x.png",)}
    assert found.lone_originals == ("b/x.jpg",)


def test_the_longest_stem_wins() -> None:
    found = match(["x.jpg", "x_edited.jpg"], ["x_edited_out.png", "x_out.png"])
    assert paired(found) == {"x.jpg": ("x_out.png",), "x_edited.jpg": ("x_edited_out.png",)}


def test_a_pattern_with_a_star_takes_several_edits() -> None:
    found = match(["x.jpg", "xy.jpg"], ["x_v1.png", "x_v2.png", "xy_v1.png", "z_v1.png"], ["{stem}_v*"])
    assert paired(found) == {"x.jpg": ("x_v1.png", "x_v2.png"), "xy.jpg": ("xy_v1.png",)}
    assert found.lone_edits == ("z_v1.png",)


def test_an_edit_of_two_originals_is_ambiguous() -> None:
    assert match(["x.jpg", "x.tif"], ["x.png"]).ambiguous == (("x.png", ("x.jpg", "x.tif")),)


def test_two_folders_may_hold_the_same_names() -> None:
    assert paired(match(["x.jpg", "y.jpg"], ["x.jpg", "y.jpg"])) == {"x.jpg": ("x.jpg",), "y.jpg": ("y.jpg",)}


def test_one_listing_holds_both() -> None:
    names = ["x.jpg", "x_edited.png", "y.jpg", "notes.txt"]
    found = match(names, None)
    assert paired(found) == {"x.jpg": ("x_edited.png",)}
    assert (found.lone_originals, found.lone_edits, found.others) == (("y.jpg",), (), ("notes.txt",))


def test_case_folders() -> None:
    found = match_cases(["1/original.jpg", "1/edited.png", "2/original.jpg", "1/mask.png"])
    assert paired(found) == {"1/original.jpg": ("1/edited.png",)}
    assert (found.lone_originals, found.lone_edits) == (("2/original.jpg",), ("1/mask.png",))


def test_patterns_pair_by_what_their_stars_stand_for() -> None:
    names = ["a/1_before.jpg", "a/1_after.png", "b/c/1_before.jpg", "b/c/1_after.png", "b/2_after.png"]
    found = match_globs("**/*_before.jpg", "**/*_after.png", names, names)
    assert paired(found) == {"a/1_before.jpg": ("a/1_after.png",), "b/c/1_before.jpg": ("b/c/1_after.png",)}
    assert found.lone_edits == ("b/2_after.png",)


@pytest.mark.parametrize(("original", "edited"), [("*.jpg", "**/*.png"), ("x.jpg", "*.png"), ("*_*.jpg", "*.png")])
def test_patterns_without_the_same_stars_are_refused(original: str, edited: str) -> None:
    with pytest.raises(OptionError):
        match_globs(original, edited, [], [])


def test_a_pattern_needs_the_stem() -> None:
    with pytest.raises(OptionError):
        match([], [], ["edited"])


@given(STEMS, STEMS)
def test_every_picture_is_in_one_place(originals: list[str], edits: list[str]) -> None:
    """No name is lost and none is used twice."""
    names, edit_names = [f"{stem}.jpg" for stem in originals], [f"{stem}.png" for stem in edits]
    found = match(names, edit_names)
    used = [name for pair in found.pairs for name in pair.edited]
    ambiguous = [edit for edit, _ in found.ambiguous]
    assert sorted([*used, *found.lone_edits, *ambiguous]) == sorted(edit_names)
    assert sorted([*(pair.original for pair in found.pairs), *found.lone_originals]) == sorted(names)
