"""A network of one's own: an ONNX file and the JSON file that describes it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from segmask.core.errors import InputError, ModelError, OptionError
from segmask.core.labels import PART_ID
from segmask.models.catalog import NetworkInput
from segmask.models.registry import load_parser

SPEC = NetworkInput((128, 96), "BGR", (0.1, 0.2, 0.3), (0.5, 0.6, 0.7), 255)
GOOD = {
    "input": {"height": 128, "width": 96, "channels": "BGR", "mean": [0.1, 0.2, 0.3], "std": [0.5, 0.6, 0.7]},
    "fit": "corner",
    "classes": {"nothing": "background", "shirt": "upper", "trousers": "lower", "person": "skin"},
}


@pytest.fixture
def described(tmp_path: Path):
    def write(content: object) -> Path:
        path = tmp_path / "labels.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def test_its_classes_become_parts(colour_reader, colour_bands, described):
    image, class_map = colour_bands(4, (300, 150))
    parser = load_parser(colour_reader(4, SPEC), labels=described(GOOD))
    parts = np.array([PART_ID[part] for part in GOOD["classes"].values()])
    rows = [37, 112, 187, 262]  # the bands' middles
    np.testing.assert_array_equal(parser.parse(image).label_map[rows], parts[class_map[rows]])
    assert parser.name == "stand-in-4"


def test_size_and_label_set_may_come_from_elsewhere(colour_reader, colour_bands, described):
    """The file itself fixes the size; a known label set is named instead of listed."""
    image, _ = colour_bands(7, (140, 140))
    parser = load_parser(colour_reader(7, NetworkInput((64, 64))), labels=described({"classes": "pascal-7"}))
    label_map = parser.parse(image).label_map
    assert label_map[10, 70] == PART_ID["background"]
    assert label_map[50, 70] == PART_ID["upper"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("{", "expected JSON"),
        ("[]", "expected a JSON object"),
        ({"classes": {}}, "classes: expected"),
        ({"classes": {"shirt": "shirts"}}, "classes: expected parts among background.*shirts"),
        ({"classes": "atr"}, "unknown label set 'atr'"),
        ({**GOOD, "fit": "squeeze"}, "fit: expected one of stretch, corner, centre, got 'squeeze'"),
        ({**GOOD, "activation": "max"}, "activation: expected one of"),
        ({**GOOD, "output": "first"}, "output: expected a whole number"),
        ({**GOOD, "colour": "RGB"}, "unknown fields colour"),
        ({**GOOD, "input": 512}, "input: expected an object"),
        ({**GOOD, "input": {"height": 128}}, "input.height and input.width"),
        ({**GOOD, "input": {"channels": "GBR"}}, "input.channels"),
        ({**GOOD, "input": {"mean": [0, 0]}}, "input.mean: expected three numbers"),
        ({**GOOD, "input": {"std": [0, 1, 1]}}, "positive numbers"),
        ({**GOOD, "input": {"size": 128}}, "input: expected height, width"),
    ],
)
def test_a_description_that_cant_be(colour_reader, described, change, message):
    with pytest.raises(InputError, match=message):
        load_parser(colour_reader(4, SPEC), labels=described(change))


def test_a_description_that_is_not_there(colour_reader, tmp_path):
    with pytest.raises(InputError, match="can't read the labels file"):
        load_parser(colour_reader(4, SPEC), labels=tmp_path / "none.json")


@pytest.mark.skipif(os.name != "posix", reason="pipes of POSIX")
def test_a_description_that_is_a_pipe_is_refused_and_not_waited_for(colour_reader, tmp_path):
    os.mkfifo(tmp_path / "labels.json")
    with pytest.raises(InputError, match="not a regular file"):
        load_parser(colour_reader(4, SPEC), labels=tmp_path / "labels.json")


def test_more_classes_than_the_network_has(colour_reader, described):
    with pytest.raises(ModelError, match="expected 4 classes, the network has 3"):
        load_parser(colour_reader(3, SPEC), labels=described(GOOD))


def test_labels_go_with_a_file(described):
    with pytest.raises(OptionError, match="builtin"):
        load_parser("builtin", labels=described(GOOD))


@pytest.mark.shared
def test_a_published_network_with_three_independent_classes(shared, described):
    """Skin, clothes and hair of a street photo, as its labels have them."""
    from PIL import Image

    network = shared / "models" / "peers" / "pan_skin_clothes_hair.onnx"
    labels = described(
        {
            "input": {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]},
            "activation": "independent",
            "classes": {"skin": "skin", "clothes": "upper", "hair": "hair"},
        }
    )
    photo = np.array(Image.open(shared / "data" / "ccp" / "photos" / "0001.jpg").convert("RGB"))
    truth = np.array(Image.open(shared / "data" / "ccp" / "labels" / "0001.png"))
    got = load_parser(network, labels=labels).parse(photo).label_map == PART_ID["upper"]
    clothes = np.isin(truth, [PART_ID[part] for part in ("upper", "outerwear", "dress", "lower")])
    assert (got & clothes).sum() / (got | clothes).sum() > 0.6
