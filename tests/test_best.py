"""The best of several edits of one original."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import segmask
from segmask import io
from segmask.core.findings import Finding
from segmask.core.types import Image, Parsing
from segmask.masker import Masker
from segmask.models.base import Parser
from segmask.result import Result
from segmask.verdict.ranking import rank_key, why


class Counting:
    """A parser that counts the pictures it was asked about."""

    def __init__(self, parser: Parser) -> None:
        self.parser, self.name = parser, parser.name
        self.asked: list[Image] = []

    def parse(self, image: Image) -> Parsing:
        self.asked.append(image)
        return self.parser.parse(image)


@pytest.fixture(scope="module")
def edits(pair: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """No change at all, the sample edit, a file that is no picture, and an edit of noise."""
    folder = tmp_path_factory.mktemp("edits")
    same, text, noise = folder / "same.png", folder / "text.png", folder / "noise.png"
    io.write_png(same, io.read_image(pair[0]))
    text.write_text("no picture")
    io.write_png(noise, np.random.default_rng(1).integers(0, 256, (512, 512, 3), dtype=np.uint8))
    return [same, noise, pair[1], text]


@pytest.fixture(scope="module")
def chosen(pair: tuple[Path, Path], edits: list[Path], masker: Masker) -> tuple[Result, Counting]:
    parser = Counting(masker.parser)
    return Masker(parser=parser, face_detector="none").best(pair[0], edits), parser


def test_the_edit_that_changed_the_target_well_wins(
    chosen: tuple[Result, Counting], composed: Result, pair: tuple[Path, Path]
) -> None:
    result, _ = chosen
    np.testing.assert_array_equal(result.raster, composed.raster)
    why_it = result.report.findings[0]
    assert why_it.code == "edit-chosen"
    assert why_it.text.startswith(f"{pair[1]} was chosen of 4 edits: ")


def test_the_report_lists_all_in_the_order_given(chosen: tuple[Result, Counting], edits: list[Path]) -> None:
    candidates = chosen[0].report.candidates
    assert [candidate.name for candidate in candidates] == [str(path) for path in edits]
    places = [candidate.place for candidate in candidates]
    assert sorted(places[:2], key=str) == [2, 3]
    assert places[2:] == [1, None]
    assert [candidate.verdict for candidate in candidates[1:]] == ["review", "ok", "failed"]
    assert candidates[1].reasons
    assert candidates[3].error is not None
    assert "text.png" in candidates[3].error
    assert chosen[0].report.to_dict()["candidates"][2]["place"] == 1


def test_the_original_is_parsed_once(chosen: tuple[Result, Counting], photo: np.ndarray) -> None:
    asked = chosen[1].asked
    assert len(asked) == 4, "the original and three edits"
    np.testing.assert_array_equal(asked[0], photo)


def test_no_input_is_overwritten(chosen: tuple[Result, Counting], edits: list[Path]) -> None:
    for path in edits:
        with pytest.raises(segmask.OptionError, match="also an input"):
            chosen[0].save(path)


def test_ties_are_broken_by_order(pair: tuple[Path, Path], masker: Masker) -> None:
    result = masker.best(pair[0], [io.read_image(pair[1]), pair[1]])
    assert [candidate.place for candidate in result.report.candidates] == [1, 2]
    assert result.report.findings[0].text == "edit 1 was chosen of 2 edits: all are equal, and it was named first"


def test_if_all_fail_the_error_names_each(pair: tuple[Path, Path], edits: list[Path], masker: Masker) -> None:
    with pytest.raises(segmask.InputError, match=r"none of the edits can be used: .*text\.png: .*nowhere\.png: "):
        masker.best(pair[0], [edits[3], "nowhere.png"])


@pytest.mark.parametrize("edits", ["edit.png", [], 5])
def test_edits_are_a_list(edits: object, photo: np.ndarray) -> None:
    with pytest.raises(segmask.OptionError, match="edits: expected"):
        segmask.best(photo, edits)  # type: ignore[arg-type]


def test_a_wrong_option_is_said_once(photo: np.ndarray) -> None:
    with pytest.raises(segmask.OptionError, match="pair goes with one edit"):
        segmask.best(photo, [photo], parsing=[np.zeros((512, 512), np.uint8)] * 2)


def test_an_opened_original_belongs_to_its_strategy(photo: np.ndarray, masker: Masker) -> None:
    seen = Masker(strategy="diff").see(photo)
    with pytest.raises(segmask.OptionError, match="seen for another strategy"):
        masker.apply(seen, photo)
    with pytest.raises(segmask.OptionError, match="seen already"):
        Masker(strategy="diff").apply(seen, photo, parsing=np.zeros((512, 512), np.uint8))


LOOK = Finding("seam-in-skin", "a seam shows")


def test_ranking_goes_by_verdict_then_confidence_then_reasons(composed: Result) -> None:
    ok = composed.report
    review = replace(ok, verdict="review", findings=(LOOK,), confidence=0.9)
    twice = replace(review, findings=(LOOK, LOOK))
    unsure = replace(review, confidence=0.2)
    empty = replace(ok, mask=replace(ok.mask, share=0.0))
    order = sorted([empty, unsure, twice, review, ok], key=rank_key)
    assert order == [ok, review, twice, unsure, empty]
    assert why(review, unsure) == "its confidence is higher (0.9 against 0.2)"
    assert why(review, twice) == "there are fewer reasons to look (1 against 2)"
    assert why(ok, empty) == "it changed something of the target"
