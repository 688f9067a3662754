"""Adapters on stand-in networks that tell classes by colour: right size, channels, normalisation, geometry, parts."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from segmask.core.errors import ModelError
from segmask.core.labels import LABEL_SETS, PARTS, canonical_label_map, set_parts
from segmask.models.catalog import BY_NAME, CATALOG, NetworkInput
from segmask.models.network_input import softmax, to_tensor
from segmask.models.onnx_parser import Family, OnnxParser, activate, frame, resize_by_corners
from segmask.models.registry import load_parser
from segmask.models.session import Network

STAND_INS = [entry for entry in CATALOG if entry.adapter in ("segformer", "schp")]


@pytest.mark.parametrize("entry", STAND_INS, ids=lambda entry: entry.name)
@pytest.mark.parametrize("size_hw", [(540, 360), (360, 540)])
def test_every_class_of_a_listed_parser_becomes_its_part(
    entry, size_hw, home, colour_reader, colour_bands, monkeypatch
):
    """The file in the cache is a stand-in; everything else is what a user's call goes through."""
    classes = len(LABEL_SETS[entry.labels])
    home.mkdir(parents=True)
    stand_in = colour_reader(classes, entry.input, decoys=entry.adapter == "schp")
    stand_in.rename(home / entry.file)
    monkeypatch.setitem(BY_NAME, entry.name, replace(entry, size=None))
    image, class_map = colour_bands(classes, size_hw)

    parsing = load_parser(entry.name, threads=1).parse(image)

    assert parsing.source == entry.name
    assert parsing.label_map.shape == size_hw
    np.testing.assert_allclose(parsing.working_probs.sum(0), 1, atol=1e-5)
    wrong = parsing.label_map != canonical_label_map(class_map, entry.labels)
    assert wrong[inside_bands(class_map)].mean() < 0.01


def inside_bands(class_map: np.ndarray) -> np.ndarray:
    """Pixels at least six rows from another class."""
    same = np.ones(class_map.shape, bool)
    for shift in range(1, 7):
        same[:-shift] &= class_map[:-shift] == class_map[shift:]
        same[shift:] &= class_map[shift:] == class_map[:-shift]
    return same


@pytest.mark.parametrize(
    ("name", "black", "white"),
    [
        ("segformer-b2-clothes", (-2.1179, -2.0357, -1.8044), (2.2489, 2.4286, 2.6400)),
        ("schp-atr", (-1.8044, -2.0357, -2.1179), (2.6400, 2.4286, 2.2489)),
    ],
)
def test_black_and_white_become_the_published_numbers(name, black, white):
    spec = BY_NAME[name].input
    assert spec is not None
    pixels = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)
    tensor = to_tensor(pixels, spec)
    np.testing.assert_allclose(tensor[0, :, 0, 0], black, atol=1e-4)
    np.testing.assert_allclose(tensor[0, :, 0, 1], white, atol=1e-4)


def test_bgr_turns_the_channels():
    red = np.array([[[255, 0, 0]]], np.uint8)
    assert to_tensor(red, NetworkInput(None, "BGR", scale=1))[0, :, 0, 0].tolist() == [0, 0, 255]


def test_framing():
    wide = np.full((10, 20, 3), 9, np.uint8)
    centred, content = frame(wide, (8, 8), Family("centre", fill=0))
    assert (content.x0, content.y0, content.x1, content.y1) == (0, 2, 8, 6)
    assert centred[:, 0, 0].tolist() == [0, 0, 9, 9, 9, 9, 0, 0]
    cornered, content = frame(wide, (8, 8), Family("corner", fill=127))
    assert cornered[:, 0, 0].tolist() == [9, 9, 9, 9, 127, 127, 127, 127]
    stretched, content = frame(wide, (8, 8), Family("stretch"))
    assert (stretched == 9).all()
    assert (content.width, content.height) == (8, 8)


def test_corners_stay_where_they_are():
    ramp = np.array([[[0.0, 1.0, 2.0]]], np.float32)
    np.testing.assert_allclose(resize_by_corners(ramp, (1, 5))[0, 0], [0, 0.5, 1, 1.5, 2], atol=1e-3)


def test_softmax_of_large_logits():
    np.testing.assert_allclose(softmax(np.array([1e4, 1e4], np.float32)), [0.5, 0.5])


def test_independent_classes_leave_the_rest_to_the_background():
    skin, clothes = np.full((1, 1), 0.5, np.float32), np.zeros((1, 1), np.float32)
    probs = activate(np.stack([skin, clothes]), ("skin", "upper"), "independent")
    assert probs[PARTS.index("background"), 0, 0] == pytest.approx(0.5)
    assert probs[PARTS.index("skin"), 0, 0] == pytest.approx(0.5)


def test_one_yes_or_no_a_class():
    logits = np.array([[[0.0]], [[-50.0]]], np.float32)
    probs = activate(logits, ("skin", "upper"), "sigmoid")
    assert probs[PARTS.index("skin"), 0, 0] == pytest.approx(0.5)


def test_a_network_with_other_classes_is_refused(colour_reader):
    spec = NetworkInput((64, 64))
    network = Network(colour_reader(7, spec))
    with pytest.raises(ModelError, match="expected 18 classes, the network has 7"):
        OnnxParser(network, "toy", spec, set_parts("atr-18"), Family("stretch"))


def test_a_network_without_the_output_is_refused(colour_reader):
    spec = NetworkInput((64, 64))
    with pytest.raises(ModelError, match="as output 1"):
        OnnxParser(Network(colour_reader(7, spec)), "toy", spec, set_parts("pascal-7"), Family("centre", output=1))


@pytest.mark.usefixtures("home")
def test_a_listed_parser_that_is_not_there():
    with pytest.raises(ModelError, match="segmask models download schp-lip"):
        load_parser("schp-lip")


@pytest.mark.parametrize("entry", CATALOG, ids=lambda entry: entry.name)
def test_the_table_is_whole(entry):
    assert entry.sha256 is None or len(bytes.fromhex(entry.sha256)) == hashlib.sha256().digest_size
    assert all(url.startswith("https://") for url in entry.urls)
    assert entry.licence
    if entry.task == "parser":
        assert entry.labels in LABEL_SETS


def test_restricted_weights_are_never_a_default(home):
    """``auto`` with every listed file in the cache is still a permissive, proven parser."""
    home.mkdir(parents=True)
    for entry in CATALOG:
        if entry.urls:
            with (home / entry.file).open("wb") as file:
                file.truncate(entry.size or 1)
    assert load_parser("auto").name == "builtin"
