"""A mask of the user's own instead of a decision."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import segmask
from segmask import io
from segmask.core.labels import PART_ID
from segmask.fusion.seen import Seen
from segmask.masker import Masker
from segmask.result import Result
from tests.conftest import codes

SIZE = 64
FACE = (slice(4, 24), slice(20, 44))
BOX = (20, 4, 44, 24)


@pytest.fixture(scope="module")
def small() -> tuple[Masker, Seen, np.ndarray]:
    """A Masker, a drawn figure of 64 px opened with its true parsing, and its edit; no face detector."""
    rng = np.random.default_rng(3)
    photo = rng.integers(60, 200, (SIZE, SIZE, 3), dtype=np.uint8)
    parsing = np.zeros((SIZE, SIZE), np.uint8)
    parsing[FACE] = PART_ID["face"]
    parsing[28:, 12:52] = PART_ID["upper"]
    edited = photo.copy()
    edited[28:, 12:52] = 255 - edited[28:, 12:52]
    masker = Masker(face_detector="none")
    return masker, masker.see(photo, parsing=parsing), edited


def test_a_written_mask_read_back_gives_the_same_composite(
    masker: Masker, pair: tuple[Path, Path], composed: Result, tmp_path: Path
) -> None:
    composed.save(tmp_path / "out.png", mask=tmp_path / "mask.png")
    again = masker.apply(*pair, mask_in=tmp_path / "mask.png")
    again.save(tmp_path / "again.png", mask=tmp_path / "again-mask.png")
    assert (tmp_path / "again.png").read_bytes() == (tmp_path / "out.png").read_bytes()
    assert (tmp_path / "again-mask.png").read_bytes() == (tmp_path / "mask.png").read_bytes()
    assert again.report.strategy == "given mask"
    assert again.report.verdict == "ok"
    assert again.report.given_mask is not None
    assert again.report.given_mask.protected_pixels == 0


def _drawn(levels: list[int], seed: int) -> np.ndarray:
    """Rectangles of some grey levels, uint8 (64, 64)."""
    rng = np.random.default_rng(seed)
    mask = np.zeros((SIZE, SIZE), np.uint8)
    for level in levels:
        (y0, x0), (height, width) = rng.integers(0, SIZE - 1, 2), rng.integers(1, SIZE, 2)
        mask[y0 : y0 + height, x0 : x0 + width] = level
    return mask


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(levels=st.lists(st.integers(0, 255), max_size=5), seed=st.integers(0, 2**32 - 1))
def test_any_drawn_mask_is_held_to_the_promises_and_can_be_read_back(
    levels: list[int], seed: int, small: tuple[Masker, Seen, np.ndarray], tmp_path: Path
) -> None:
    masker, seen, edited = small
    mask = _drawn(levels, seed)
    if mask.max() == 1:
        mask *= 2  # 0 and 1 alone mean black and white
    first = masker.apply(seen, edited, mask_in=mask)
    protected = first.stages.protected
    assert protected is not None
    keep = protected | ~first.stages.alignment.covered
    np.testing.assert_array_equal(first.mask, np.where(keep, 0, mask))
    np.testing.assert_array_equal(first.raster[first.alpha == 0], seen.picture.raster[first.alpha == 0])
    assert first.report.given_mask is not None
    assert first.report.given_mask.protected_pixels == int(((mask > 0) & protected).sum())
    first.save(tmp_path / "a.png", mask=tmp_path / "m.png")
    if first.mask.max() == 1:
        return
    second = masker.apply(seen, edited, mask_in=tmp_path / "m.png")
    second.save(tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_protection_holds_unless_included_and_the_report_says_what_it_took(small: tuple) -> None:
    masker, seen, edited = small
    all_of_it = np.full((SIZE, SIZE), 255, np.uint8)
    held = masker.apply(seen, edited, mask_in=all_of_it)
    assert not held.alpha[FACE].any()
    assert held.report.verdict == "review"
    protected = int(held.stages.protected.sum())
    (reason,) = held.report.reasons
    assert reason.code == "given-mask-protected"
    assert held.report.given_mask.protected_pixels == protected
    assert reason.box is not None
    assert reason.box[0] <= BOX[0] < BOX[2] <= reason.box[2]
    lifted = masker.apply(seen, edited, mask_in=all_of_it, include=all_of_it)
    assert (lifted.alpha[FACE] == 1).all()
    assert lifted.report.reasons == ()
    exclude = np.zeros((SIZE, SIZE), bool)
    exclude[40:] = True
    cut = masker.apply(seen, edited, mask_in=all_of_it, include=all_of_it, exclude=exclude)
    assert not cut.alpha[40:].any()
    assert cut.report.given_mask.other_pixels == 24 * SIZE


def test_grey_levels_are_alpha(small: tuple) -> None:
    masker, seen, edited = small
    mask = np.zeros((SIZE, SIZE), np.uint8)
    mask[30:40, 20:30] = 51
    result = masker.apply(seen, edited, mask_in=mask)
    np.testing.assert_array_equal(result.alpha[30:40, 20:30], np.float32(0.2))
    below = seen.picture.raster[35, 25].astype(int)
    assert (np.abs(result.raster[35, 25] - below) <= 0.2 * np.abs(255 - 2 * below) + 3).all()


def test_an_empty_mask_gives_the_original(small: tuple) -> None:
    masker, seen, edited = small
    result = masker.apply(seen, edited, mask_in=np.zeros((SIZE, SIZE), np.uint8))
    np.testing.assert_array_equal(result.raster, seen.picture.raster)
    assert "mask-empty" in codes(result)


def test_another_size_is_resized_with_a_note_or_refused_with_both_sizes(small: tuple) -> None:
    masker, seen, edited = small
    result = masker.apply(seen, edited, mask_in=np.full((32, 32), 255, np.uint8))
    assert "mask-resized" in codes(result)
    with pytest.raises(segmask.InputError, match="expected the original's size, 64x64, or its aspect; got 40x32"):
        masker.apply(seen, edited, mask_in=np.full((32, 40), 255, np.uint8))


def test_diff_knows_no_protection(small: tuple) -> None:
    _, seen, edited = small
    result = Masker(strategy="diff").apply(seen.picture.raster, edited, mask_in=np.full((SIZE, SIZE), 255, np.uint8))
    assert (result.alpha[result.stages.alignment.covered] == 1).all()


def test_a_feather_does_not_go_with_it(small: tuple) -> None:
    _, seen, edited = small
    with pytest.raises(segmask.OptionError, match="feather"):
        segmask.apply(seen.picture.raster, edited, feather=3, mask_in=np.zeros((SIZE, SIZE), np.uint8))


def test_the_mask_file_is_an_input(small: tuple, tmp_path: Path) -> None:
    masker, seen, edited = small
    io.write_png(tmp_path / "m.png", np.full((SIZE, SIZE, 1), 255, np.uint8))
    result = masker.apply(seen, edited, mask_in=tmp_path / "m.png")
    with pytest.raises(segmask.OptionError, match="also an input"):
        result.save(tmp_path / "m.png")


def test_reports_of_equal_runs_are_equal(small: tuple) -> None:
    masker, seen, edited = small
    mask = np.full((SIZE, SIZE), 255, np.uint8)
    first, second = (masker.apply(seen, edited, mask_in=mask).report for _ in range(2))
    assert replace(first, timings=()) == replace(second, timings=())
