"""An opened pair gives what one call gives, whatever was asked of it before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import segmask
import segmask.pair
from segmask import Masker, io
from segmask.core.geometry import resize_image
from segmask.core.types import Image
from segmask.pair import OpenPair
from segmask.result import Result
from tests.two_people import NEW, labels, pictures, place

SIDE = 256  # the sample at half its size: the package's own parser and everything behind it, in little time


def _corner(size: int) -> np.ndarray:
    mask = np.zeros((SIDE, SIDE), bool)
    mask[-size:, :size] = True
    return mask


GRADES = np.tile(np.linspace(0, 255, SIDE).astype(np.uint8), (SIDE, 1))
ASKED: dict[str, dict[str, Any]] = {
    "as opened": {},
    "another garment": {"target": "upper"},
    "hair": {"target": "hair"},
    "background": {"target": "background"},
    "by a prompt": {"prompt": "change the hair"},
    "include": {"include": _corner(60)},
    "exclude": {"exclude": _corner(150)},
    "both": {"include": _corner(150), "exclude": _corner(60)},
    "soft edge": {"feather": 20},
    "own mask": {"mask_in": GRADES},
    "own mask and another target": {"mask_in": GRADES, "target": "hair", "include": _corner(60)},
    "drift kept": {"tone_match": False},
    "the largest person": {"person": "largest"},
}


@pytest.fixture(scope="module")
def small(pair: tuple[Path, Path]) -> tuple[Image, Image]:
    """The sample pair at half its size."""
    first, second = (resize_image(io.read_image(path), (SIDE, SIDE)) for path in pair)
    return first, second


@pytest.fixture(scope="module")
def opened(masker: Masker, small: tuple[Image, Image]) -> OpenPair:
    return masker.open(*small)


@pytest.fixture(scope="module")
def alone(small: tuple[Image, Image]) -> Callable[[str], Result]:
    """What one call gives; each is made once."""
    made: dict[str, Result] = {}

    def result(name: str) -> Result:
        if name not in made:
            made[name] = segmask.apply(*small, **ASKED[name])
        return made[name]

    return result


def same(one: Result, other: Result) -> None:
    np.testing.assert_array_equal(one.alpha, other.alpha)
    np.testing.assert_array_equal(one.raster, other.raster)
    assert replace(one.report, timings=()) == replace(other.report, timings=())


@pytest.mark.parametrize("name", ASKED)
def test_an_opened_pair_gives_the_bytes_of_one_call(name: str, opened: OpenPair, alone: Any) -> None:
    same(opened.apply(**ASKED[name]), alone(name))


def test_order_is_no_matter(masker: Masker, small: tuple[Image, Image], alone: Any) -> None:
    """The same pair asked the other way round, each twice: nothing that was measured for one stays for another."""
    again = masker.open(*small)
    for name in list(ASKED)[::-3]:
        for _ in range(2):
            same(again.apply(**ASKED[name]), alone(name))


def test_garments_are_measured_once(masker: Masker, small: tuple[Image, Image]) -> None:
    pair = masker.open(*small)
    for target in ("clothing", "upper", "upper,lower"):
        pair.apply(target=target)
    assert len(pair.measured) == 1
    pair.apply(target="hair")
    assert len(pair.measured) == 2


def test_a_decision_is_made_once_for_a_preview_and_any_feather(
    masker: Masker, small: tuple[Image, Image], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def counting(*arguments: Any) -> Any:
        asked.append(1)
        return decide(*arguments)

    decide = segmask.pair.decide
    monkeypatch.setattr(segmask.pair, "decide", counting)
    pair, corner = masker.open(*small), _corner(150)
    pair.preview(128, exclude=corner)
    pair.apply(exclude=corner.copy())
    soft = pair.apply(exclude=corner, feather=20)
    assert len(asked) == 1
    assert (soft.alpha == masker.open(*small).apply(exclude=corner, feather=20).alpha).all()
    pair.apply(exclude=corner[::-1])
    pair.apply(target="upper", exclude=corner)
    assert len(asked) == 4


def test_the_last_targets_are_kept(masker: Masker, small: tuple[Image, Image]) -> None:
    pair = masker.open(*small)
    targets = ("upper", "lower", "hair", "background", "lower")
    for target in targets:
        pair.apply(target=target)
    assert [parts for parts, *_ in pair.aimed] == [("hair",), ("background",), ("lower",)]


def test_diff_measures_anew_for_another_threshold() -> None:
    pair = Masker(strategy="diff").open(*pictures())
    usual, blind = pair.apply(), pair.apply(threshold=1e6)
    assert usual.alpha.any()
    assert not blind.alpha.any()
    same(pair.apply(), usual)


def test_each_target_comes_alone() -> None:
    original, edited = pictures()
    pair = Masker(strategy="semantic", face_detector="none", tone_match=False).open(
        original, edited, parsing=(labels(), labels())
    )
    for part in NEW:
        result = pair.apply(target=part)
        for other in NEW:
            for whose in ("left", "right"):
                came = (result.image[place(other, whose)] == edited[place(other, whose)]).all()
                assert came == (other == part)


def test_the_maskers_options_hold_unless_others_are_named() -> None:
    pair = Masker(strategy="semantic", face_detector="none", target="hair").open(
        *pictures(), parsing=(labels(), labels())
    )
    assert pair.apply().report.target == ("hair",)
    assert pair.apply(target="upper").report.target == ("upper",)
    assert pair.apply().report.target == ("hair",)
    assert pair.apply(prompt="change the shoes").report.target == ("footwear",)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"strategy": "diff"}, "strategy"),
        ({"parser": "builtin"}, "parser"),
        ({"face_detector": "none"}, "face_detector"),
        ({"device": "cpu"}, "device"),
        ({"threads": 1}, "threads"),
        ({"labels": "atr-18"}, "labels"),
        ({"tagret": "hair"}, "target"),
        ({"target": "cape"}, "cape"),
        ({"threshold": 3.0}, "threshold"),
        ({"mask_in": GRADES, "feather": 2.0}, "feather"),
        ({"mask_in": GRADES, "person": 1}, "person"),
    ],
)
def test_what_an_opened_pair_has_no_choice_in_is_refused(options: Any, named: str, opened: OpenPair) -> None:
    with pytest.raises(segmask.OptionError, match=named):
        opened.apply(**options)


def test_one_original_serves_many_edits(masker: Masker, small: tuple[Image, Image], alone: Any) -> None:
    seen = masker.see(small[0])
    same(masker.apply(seen, small[1]), alone("as opened"))
    assert not masker.apply(seen, small[0]).alpha.any()
    same(masker.open(seen, small[1]).apply(target="upper"), alone("another garment"))


def test_what_was_seen_fits_the_strategy(masker: Masker, small: tuple[Image, Image]) -> None:
    with pytest.raises(segmask.OptionError):
        Masker(strategy="diff").open(masker.see(small[0]), small[1])
    with pytest.raises(segmask.OptionError):
        masker.open(Masker(strategy="diff").see(small[0]), small[1])


def test_what_is_taken_grows_and_shrinks_beside_what_is_protected(masker: Masker, pair: tuple[Path, Path]) -> None:
    opened = masker.open(*pair)
    plain, wide, narrow = (opened.apply(grow=grow) for grow in (0, 12, -12))
    assert (wide.alpha > plain.alpha).any()
    assert (narrow.alpha < plain.alpha).any()
    assert wide.alpha.sum() > plain.alpha.sum() > narrow.alpha.sum()
    assert wide.stages.protected is not None
    assert not wide.alpha[wide.stages.protected].any()
