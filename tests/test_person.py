"""``person``: of several people, whose clothing comes from the edit."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import segmask
from segmask import io
from segmask.cli.main import app
from segmask.core.labels import CLOTHING, PART_ID
from segmask.masker import Masker
from tests.conftest import codes

SUIT = (slice(420, 470), slice(60, 110))
FACE = (slice(80, 180), slice(185, 265))
SIDE = 512  # of the sample


@pytest.fixture(scope="module")
def twins(pair: tuple[Path, Path]) -> tuple[np.ndarray, np.ndarray]:
    """The sample twice, side by side and touching: both suits are changed."""
    original, edited = (io.read_image(path) for path in pair)
    return np.hstack([original, original]), np.hstack([edited, edited])


def taken(alpha: np.ndarray) -> tuple[float, float]:
    """How much of the left and of the right suit comes from the edit."""
    left, right = alpha[:, :SIDE], alpha[:, SIDE:]
    return float((left[SUIT] == 1).mean()), float((right[SUIT] == 1).mean())


@pytest.mark.parametrize(("person", "expected"), [("all", (1, 1)), (1, (1, 0)), ("2", (0, 1))])
def test_only_the_chosen_persons_suit_comes_from_the_edit(masker, twins, person, expected):
    result = Masker(person=person, parser=masker.parser, face_detector="none").apply(*twins)
    assert taken(result.alpha) == expected
    for half in (result.alpha[:, :SIDE], result.alpha[:, SIDE:]):
        assert not half[FACE].any(), "all faces stay protected"
    assert [p.number for p in result.report.people] == [1, 2]
    assert [p.chosen for p in result.report.people] == [bool(share) for share in expected]
    if person != "all":
        other = result.alpha[:, SIDE:] if person == 1 else result.alpha[:, :SIDE]
        assert (other > 0).mean() < 0.01
        assert "person-chosen" in codes(result)


def test_the_sample_shows_one_person(composed):
    """And a model of a rocket, and a flag."""
    (person,) = composed.report.people
    assert (person.number, person.chosen) == (1, True)


def test_the_largest(masker, pair):
    """The left one at half the size, on a grey wall."""
    import cv2

    halves = []
    for path in pair:
        picture = io.read_image(path)
        half = len(picture) // 2
        wall = np.full_like(picture, 128)
        wall[half:, half // 2 : half // 2 + half] = cv2.resize(picture, (half, half))
        halves.append(np.hstack([wall, picture]))
    result = Masker(person="largest", parser=masker.parser, face_detector="none").apply(*halves)
    assert taken(result.alpha)[1] == 1
    assert not result.alpha[:, : SIDE - 20].any()


def test_the_mask_of_one_picture(masker, twins):
    result = Masker(person=2, parser=masker.parser, face_detector="none").mask(twins[0])
    assert taken(result.alpha) == (0, 1)
    assert [p.chosen for p in result.report.people] == [False, True]


def test_a_person_who_is_not_there(masker, twins):
    with pytest.raises(segmask.InputError, match=r"person 3: 2 found in the original .*: 1 at .*, 2 at "):
        Masker(person=3, parser=masker.parser, face_detector="none").apply(*twins)


def test_include_reaches_another_person(masker, twins):
    include = np.zeros(twins[0].shape[:2], bool)
    include[SUIT[0], SIDE + SUIT[1].start : SIDE + SUIT[1].stop] = True
    result = Masker(person=1, parser=masker.parser, face_detector="none").apply(*twins, include=include)
    assert (result.alpha[include] == 1).all()


@pytest.mark.parametrize("person", [0, "first", -1, True, "1,2"])
def test_what_is_no_choice(person):
    with pytest.raises(segmask.OptionError, match="person: expected all, largest or a number"):
        Masker(person=person)


@pytest.mark.parametrize("options", [{"strategy": "diff"}, {"target": "background"}, {"target": "all"}])
def test_what_does_not_go_with_a_person(options):
    with pytest.raises(segmask.OptionError, match="person"):
        Masker(person=1, **options)


def test_a_given_mask_says_itself_whose_it_is(masker, twins):
    with pytest.raises(segmask.OptionError, match="person"):
        Masker(person=1, parser=masker.parser).apply(*twins, mask_in=np.full(twins[0].shape[:2], 255, np.uint8))


def test_from_the_shell(twins, tmp_path):
    for name, picture in zip(("original", "edited"), twins, strict=True):
        (tmp_path / f"{name}.png").write_bytes(io.encode(picture, io.Metadata(), "PNG")[0])
    paths = [str(tmp_path / f"{name}.png") for name in ("original", "edited")]
    out, report = tmp_path / "out.png", tmp_path / "report.json"
    done = CliRunner().invoke(app, ["apply", *paths, "-o", str(out), "--person", "1", "--report", str(report)])
    assert done.exit_code == 0, done.stderr
    assert "person 1 of 2 was chosen" in done.stderr
    assert [p["chosen"] for p in json.loads(report.read_text())["people"]] == [True, False]
    assert (io.read_image(out)[:, SIDE + 20 :] == twins[0][:, SIDE + 20 :]).all()
    absent = CliRunner().invoke(app, ["mask", paths[0], "-o", str(tmp_path / "mask.png"), "--person", "9"])
    assert isinstance(absent.exception, segmask.InputError)
    assert not (tmp_path / "mask.png").exists()


@pytest.mark.shared
@pytest.mark.parametrize(
    ("left", "right", "numbers"), [("0013", "0019", (1, 2)), ("0028", "0040", (1, 3)), ("0060", "0082", (1, 2))]
)
def test_two_street_photos_side_by_side(shared, masker, left, right, numbers):
    """Both people's clothing is recoloured; each in turn is the chosen one. In 0040 a passer-by stands left of her."""
    ccp = shared / "data" / "ccp"
    photos = [io.read_image(ccp / "photos" / f"{name}.jpg") for name in (left, right)]
    labels = [io.read_labels(ccp / "labels" / f"{name}.png") for name in (left, right)]
    height = min(photo.shape[0] for photo in photos)
    original = np.hstack([photo[:height] for photo in photos])
    parts = np.hstack([label[:height] for label in labels])
    clothes = np.isin(parts, [PART_ID[part] for part in CLOTHING])
    edited = original.copy()
    edited[clothes] = 255 - edited[clothes]
    middle = photos[0].shape[1]
    halves = (slice(None), slice(None, middle)), (slice(None), slice(middle, None))
    for person, (own, other) in zip(numbers, (halves, halves[::-1]), strict=True):
        result = Masker(person=person, parser=masker.parser, face_detector="none").apply(original, edited)
        assert (result.alpha[own][clothes[own]] >= 0.98).mean() > 0.9
        assert (result.alpha[other] > 0).mean() < 0.001
        assert (result.alpha[parts == PART_ID["face"]] == 0).mean() > 0.99
