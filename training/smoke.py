"""Drawn figures in the formats of the real data: what ``training.all --smoke`` runs on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image as Pictures
from scipy.io import savemat

from segmask.core.types import Box, Face, Image
from training.photos import Names
from training.prepare import TAGS
from training.sets import SETS

HW = (240, 160)
TRAIN, VAL, UNLABELLED, SCENES = 16, 3, 4, 4
SKIN = (224, 172, 140)  # of every figure, so that a face is where this colour is highest up
NEAR = 12  # levels from SKIN that still count as skin, after JPEG
TAG_NAMES = ("null", *sorted(tag for tags in TAGS.values() for tag in tags if tag != "null"))
PERSON, UNKNOWN = 200, 255

Rng = np.random.Generator


@dataclass(frozen=True)
class DrawnFaces:
    """Finds the face of a drawn figure by its colour."""

    name: str = "drawn"

    def detect(self, image: Image) -> tuple[Face, ...]:
        """The highest patch of skin, or nothing."""
        near = np.abs(image.astype(int) - SKIN).max(2) < NEAR
        count, _, boxes, centres = cv2.connectedComponentsWithStats(near.astype(np.uint8))
        found = [index for index in range(1, count) if boxes[index][4] > 60]
        if not found:
            return ()
        x, y, width, height, _ = (int(value) for value in boxes[min(found, key=lambda index: centres[index][1])])
        return (Face(Box(x, y, x + width, y + height), 1.0, self.name),)


def draw_all(raw: Path, extra: Path) -> Names:
    """Write both folders, unless they are there, and return the names of the photos."""
    numbers = [f"{number:04d}" for number in range(1, TRAIN + VAL + UNLABELLED + 1)]
    names = Names(
        tuple(numbers[:TRAIN]), tuple(numbers[TRAIN : TRAIN + VAL]), tuple(numbers[TRAIN + VAL :])
    )  # fmt: skip
    if not (extra / "codes.json").exists():
        _draw_raw(raw, names)
        _draw_extra(extra)
    return names


def _draw_raw(raw: Path, names: Names) -> None:
    (raw / "photos").mkdir(parents=True, exist_ok=True)
    (raw / "annotations" / "pixel-level").mkdir(parents=True, exist_ok=True)
    cells = np.empty((1, len(TAG_NAMES)), object)
    cells[0] = TAG_NAMES
    savemat(raw / "label_list.mat", {"label_list": cells})
    for name in (*names.train, *names.val, *names.unlabelled):
        image, tags = figure(np.random.default_rng(int(name)))
        Pictures.fromarray(image).save(raw / "photos" / f"{name}.jpg", quality=95)
        if name not in names.unlabelled:
            savemat(raw / "annotations" / "pixel-level" / f"{name}.mat", {"groundtruth": tags})


def figure(rng: Rng) -> tuple[np.ndarray, np.ndarray]:
    """A figure before a wall: uint8 (240, 160, 3) RGB, and the number of a tag a pixel."""
    image = np.full((*HW, 3), rng.integers(120, 250, 3), np.float32)
    image += rng.normal(0, 3, (*HW, 1)) + np.linspace(-15, 15, HW[0])[:, None, None]
    tags = np.zeros(HW, np.uint8)
    x, wide = int(rng.integers(70, 91)), int(rng.integers(20, 27))
    dark = rng.integers(0, 70, 3)

    def paint(tag: str, colour: tuple[int, ...] | np.ndarray, shape: np.ndarray) -> None:
        place = shape > 0
        image[place] = np.array(colour) + rng.normal(0, 3, (int(place.sum()), 1))
        tags[place] = TAG_NAMES.index(tag)

    paint("hair", dark, _ellipse((x, 38), (17, 21)))
    paint("skin", SKIN, _box(x - 5, 50, x + 5, 66))
    paint("skin", SKIN, _box(x - wide - 8, 70, x - wide, 140) + _box(x + wide, 70, x + wide + 8, 140))
    paint("shirt", rng.integers(0, 256, 3), _box(x - wide, 64, x + wide, 130))
    paint("pants", rng.integers(0, 256, 3), _box(x - wide, 130, x - 3, 212) + _box(x + 3, 130, x + wide, 212))
    paint("pants", image[140, x - 10], _box(x - wide, 130, x + wide, 150))
    paint("shoes", rng.integers(0, 90, 3), _box(x - wide - 4, 212, x - 3, 222) + _box(x + 3, 212, x + wide + 4, 222))
    paint("skin", SKIN, _ellipse((x, 42), (11, 15)))
    return np.clip(np.rint(image), 0, 255).astype(np.uint8), tags


def _box(x0: int, y0: int, x1: int, y1: int) -> np.ndarray:
    return cv2.rectangle(np.zeros(HW, np.uint8), (x0, y0), (x1 - 1, y1 - 1), 1, -1)


def _ellipse(centre: tuple[int, int], axes: tuple[int, int]) -> np.ndarray:
    return cv2.ellipse(np.zeros(HW, np.uint8), centre, axes, 0, 0, 360, 1, -1)


def _draw_extra(extra: Path) -> None:
    """Scenes with a figure of whom only "a person" is known, codes.json and a teacher that knows skin alone."""
    folder = extra / "train" / "drawn"
    for name in ("photos", "labels", "sets"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number in range(SCENES):
        image, tags = figure(np.random.default_rng(1000 + number))
        someone = cv2.dilate((tags > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        codes = np.where(tags > 0, PERSON, np.where(someone, UNKNOWN, 0)).astype(np.uint8)
        Pictures.fromarray(image).save(folder / "photos" / f"{number}.jpg", quality=95)
        Pictures.fromarray(np.where(codes == PERSON, UNKNOWN, codes).astype(np.uint8)).save(
            folder / "labels" / f"{number}.png"
        )
        Pictures.fromarray(codes).save(folder / "sets" / f"{number}.png")
    (extra / "teacher").mkdir(exist_ok=True)
    _write_teacher(extra / "teacher" / "drawn.onnx")
    (extra / "codes.json").write_text(json.dumps({"names": {str(code): list(parts) for code, parts in SETS.items()}}))


def _write_teacher(path: Path) -> None:
    """A network of BodyPix's signature: sure of a person, and of a face, where red is well above blue."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    red_over_blue = np.zeros((25, 3, 1, 1), np.float32)
    red_over_blue[:2, :, 0, 0] = (20, 0, -20)  # the person, and the first part: half of a face
    bias = np.full(25, -4, np.float32)
    nodes = [
        helper.make_node("Transpose", ["input"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "weight", "bias"], ["logits"], strides=[8, 8]),
        helper.make_node("Transpose", ["logits"], ["rows"], perm=[0, 2, 3, 1]),
        helper.make_node("Split", ["rows", "sizes"], ["segments", "part_heatmaps"], axis=3),
    ]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, None, None, size])
        for name, size in (("segments", 1), ("part_heatmaps", 24))
    ]
    weights = {"weight": red_over_blue, "bias": bias, "sizes": np.array([1, 24], np.int64)}
    graph = helper.make_graph(
        nodes,
        "teacher",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, None, None, 3])],
        outputs,
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 10
    onnx.save(model, str(path))
