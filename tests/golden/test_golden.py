"""The frozen generator and one run of the demo give the same pictures as before.

A failure says how many pixels differ, by how much and where. To renew: ``python -m tests.golden.renew [NAME …]``.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segmask.evaluation.synth import VERSION
from tests.golden.pictures import EDITS, demo_run, synthetic_edits
from tests.golden.store import Golden, difference, golden_records, renew


@pytest.fixture(scope="module")
def edits() -> tuple[dict[str, Golden], dict[str, dict]]:
    goldens, records = synthetic_edits()
    return {golden.name: golden for golden in goldens}, records


@pytest.mark.parametrize("kind", ["truth", "parts", "edited"])
@pytest.mark.parametrize("name", EDITS)
def test_the_generator_is_frozen(edits: tuple[dict[str, Golden], dict], name: str, kind: str) -> None:
    told = difference(edits[0][f"{name}-{kind}"])
    assert not told, f"{told}\nThe synthetic edits are frozen: a change raises VERSION (docs/decisions/0020)"


@pytest.mark.parametrize("name", EDITS)
def test_what_the_generator_draws_is_frozen(edits: tuple[dict, dict[str, dict]], name: str) -> None:
    assert edits[1][name] == golden_records()[name]
    assert edits[1][name]["version"] == VERSION


def test_the_demo_gives_the_same_mask_and_composite(tmp_path: Path) -> None:
    told = [difference(golden) for golden in demo_run(tmp_path / "demo")]
    assert not any(told), "\n".join(filter(None, told))


@pytest.fixture
def kept(tmp_path: Path) -> Golden:
    """A grey picture of 100 x 200 with a white square, and its golden files."""
    pixels = np.full((100, 200), 90, np.uint8)
    pixels[40:60, 120:140] = 255
    golden = Golden("square", pixels)
    renew([golden], tmp_path)
    return golden


def changed(golden: Golden, place: tuple[slice, slice], by: int) -> Golden:
    pixels = golden.pixels.copy()
    pixels[place] += np.uint8(by)
    return replace(golden, pixels=pixels)


def test_the_same_pixels_pass(kept: Golden, tmp_path: Path) -> None:
    assert difference(replace(kept, pixels=kept.pixels.copy()), tmp_path) == ""


def test_a_few_levels_of_rounding_pass(kept: Golden, tmp_path: Path) -> None:
    assert difference(changed(kept, (slice(0, 1), slice(0, 150)), 1), tmp_path) == ""
    assert difference(changed(kept, (slice(0, 1), slice(0, 2)), 3), tmp_path) == ""


@pytest.mark.parametrize(
    ("place", "by"),
    [
        ((slice(0, 2), slice(0, 150)), 1),  # much rounds otherwise: that is another computation
        ((slice(20, 30), slice(50, 60)), 30),  # a place
        ((slice(0, 1), slice(0, 3)), 3),  # a few pixels, by more than rounding
    ],
)
def test_a_real_change_fails(kept: Golden, tmp_path: Path, place: tuple[slice, slice], by: int) -> None:
    assert difference(changed(kept, place, by), tmp_path)


def test_a_failure_says_how_much_and_where(kept: Golden, tmp_path: Path) -> None:
    told = difference(changed(kept, (slice(20, 30), slice(50, 60)), 30), tmp_path)
    assert "100 of 20000 stored pixels differ (0.50%), by at most 30 levels" in told
    assert "x 50..60, y 20..30" in told
    assert "by   9 to  32 levels: 100" in told
    assert told.endswith("python -m tests.golden.renew square")


def test_another_size_fails(kept: Golden, tmp_path: Path) -> None:
    assert "stores 200x99 px, its golden picture 200x100" in difference(replace(kept, pixels=kept.pixels[1:]), tmp_path)


def test_a_picture_without_golden_files_fails(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"new\.png"):
        difference(Golden("new", np.zeros((4, 4), np.uint8)), tmp_path)
