"""Clothing Co-Parsing as published becomes the labelled set; only named photos are read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pictures
from scipy.io import savemat

pytest.importorskip("onnx")

from segmask.core.labels import PART_ID, PARTS
from training.photos import Names, read_names
from training.prepare import PART_OF_TAG, part_of_number, prepare
from training.smoke import TAG_NAMES, DrawnFaces, draw_all


def test_the_published_set_becomes_parts(tmp_path: Path) -> None:
    names = draw_all(tmp_path / "raw", tmp_path / "extra")
    some = Names(names.train[:2], names.val[:1], names.unlabelled[:1])
    for unnamed in names.train[2:]:  # photos that are not named need not be there
        (tmp_path / "raw" / "photos" / f"{unnamed}.jpg").unlink()
    data = prepare(tmp_path / "raw", tmp_path / "data", DrawnFaces(), some)
    label = np.array(Pictures.open(data / "labels" / f"{some.train[0]}.png"))
    shown = {PARTS[part] for part in np.unique(label)}
    assert shown == {"background", "hair", "face", "skin", "upper", "lower", "footwear"}
    rows = {part: np.nonzero(label == PART_ID[part])[0].mean() for part in ("face", "skin", "lower")}
    assert rows["face"] < rows["skin"] < rows["lower"]
    assert json.loads((data / "split.json").read_text())["val"] == list(some.val)
    assert [path.stem for path in (data / "unlabelled").iterdir()] == list(some.unlabelled)


def test_an_unknown_tag_is_an_error(tmp_path: Path) -> None:
    cells = np.empty((1, 2), object)
    cells[0] = ["null", "spacesuit"]
    savemat(tmp_path / "label_list.mat", {"label_list": cells})
    with pytest.raises(ValueError, match="spacesuit"):
        part_of_number(tmp_path / "label_list.mat")


def test_all_59_tags_have_a_part() -> None:
    assert len(PART_OF_TAG) == len(TAG_NAMES) == 59
    assert PART_OF_TAG["null"] == 0


def test_no_photo_has_two_roles() -> None:
    names = read_names()
    every = [*names.train, *names.val, *names.unlabelled]
    assert len(every) == len(set(every)) == 704 + 100 + 547
