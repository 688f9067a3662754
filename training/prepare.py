"""Clothing Co-Parsing as published -> the labelled set of this recipe: ``python -m training.prepare RAW OUT``.

RAW holds photos/NNNN.jpg, annotations/pixel-level/NNNN.mat (``groundtruth``, a tag a pixel) and label_list.mat
(``label_list``, the tags' names). Only the photos of ``photos.json`` are read. OUT gets photos/ and unlabelled/
(copies), labels/ (part ids) and split.json. The set has no tag for the face: skin in the outline of a detected face is
``face``, with the ears and the forehead that the outline leaves out.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures
from scipy.io import loadmat

from segmask import io
from segmask.core.labels import PART_ID, PARTS
from segmask.core.types import Face, Image
from segmask.models.base import FaceDetector
from segmask.models.registry import load_face_detector
from training.photos import NAMES, Names, read_names

TAGS: dict[str, tuple[str, ...]] = {
    "background": ("null",),
    "hair": ("hair",),
    "skin": ("skin",),
    "upper": (
        "blouse", "bodysuit", "bra", "hoodie", "intimate", "jumper", "shirt", "sweater", "sweatshirt", "swimwear",
        "t-shirt", "top",
    ),
    "outerwear": ("blazer", "cape", "cardigan", "coat", "jacket", "suit", "vest"),
    "dress": ("dress", "romper"),
    "lower": ("jeans", "leggings", "panties", "pants", "shorts", "skirt"),
    "legwear": ("socks", "stockings", "tights"),
    "footwear": (
        "boots", "clogs", "flats", "heels", "loafers", "pumps", "sandals", "shoes", "sneakers", "wedges",
    ),
    "headwear": ("hat",),
    "eyewear": ("glasses", "sunglasses"),
    "bag": ("bag", "purse", "wallet"),
    "accessory": (
        "accessories", "belt", "bracelet", "earrings", "gloves", "necklace", "ring", "scarf", "tie", "watch",
    ),
}  # fmt: skip
"""The 59 tags by part; ``suit`` is outerwear, also where it includes trousers."""
PART_OF_TAG = {tag: PART_ID[part] for part, tags in TAGS.items() for tag in tags}
EARS = 0.12  # of a face's width, on either side of the outline
FOREHEAD = 0.25  # of a face's height, above it


def prepare(raw: Path, out: Path, detector: FaceDetector | None, names: Names) -> Path:
    """Write the labelled set to ``out``, which is returned; files that are there stay.

    Raises FileNotFoundError for a photo or annotation that is not in ``raw``, ValueError for a tag without a part.
    """
    for folder in ("photos", "labels", "unlabelled"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    parts = part_of_number(raw / "label_list.mat")
    for name in (*names.train, *names.val):
        goal = out / "labels" / f"{name}.png"
        if goal.exists():
            continue
        shutil.copyfile(raw / "photos" / f"{name}.jpg", out / "photos" / f"{name}.jpg")
        photo = io.read_image(out / "photos" / f"{name}.jpg")
        tags = loadmat(raw / "annotations" / "pixel-level" / f"{name}.mat")["groundtruth"]
        partial = goal.with_suffix(".partial")
        Pictures.fromarray(labelled(photo, parts[tags], detector)).save(partial, "PNG")
        partial.replace(goal)
    for name in names.unlabelled:
        if not (out / "unlabelled" / f"{name}.jpg").exists():
            shutil.copyfile(raw / "photos" / f"{name}.jpg", out / "unlabelled" / f"{name}.jpg")
    split = {"parts": list(PARTS), "train": list(names.train), "val": list(names.val)}
    (out / "split.json").write_text(json.dumps(split))
    return out


def part_of_number(label_list: Path) -> NDArray[np.uint8]:
    """The part of each tag's number, uint8 (tags,), from ``label_list.mat``."""
    cells = loadmat(label_list)["label_list"].ravel()
    tags = [str(np.ravel(cell)[0]) for cell in cells]
    unknown = [tag for tag in tags if tag not in PART_OF_TAG]
    if unknown:
        raise ValueError(f"{label_list}: no part for the tags {', '.join(unknown)}; prepare.py names the parts")
    return np.array([PART_OF_TAG[tag] for tag in tags], np.uint8)


def labelled(photo: Image, parts: NDArray[np.uint8], detector: FaceDetector | None) -> NDArray[np.uint8]:
    """The parts with the face told from the skin, uint8 (H, W)."""
    result = parts.copy()
    for face in detector.detect(photo) if detector else ():
        inside = _face_region(face, parts.shape) & (parts == PART_ID["skin"])
        result[inside] = PART_ID["face"]
    return result


def _face_region(face: Face, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """The outline, or the detected box without one, widened for ears and forehead: bool (H, W)."""
    box = face.box
    points = (
        np.array([[box.x0, box.y0], [box.x1, box.y0], [box.x1, box.y1], [box.x0, box.y1]], np.float32)
        if face.oval is None
        else np.asarray(face.oval, np.float32)
    )
    (left, top), (right, bottom) = points.min(0), points.max(0)
    ears = np.array([[EARS * (right - left), 0.0]], np.float32)
    upper = points[points[:, 1] < (top + bottom) / 2] - np.array([[0.0, FOREHEAD * (bottom - top)]], np.float32)
    middle = points[(points[:, 1] > top + 0.3 * (bottom - top)) & (points[:, 1] < top + 0.7 * (bottom - top))]
    hull = cv2.convexHull(np.concatenate([points, upper, middle - ears, middle + ears]))
    region = np.zeros(shape, np.uint8)
    cv2.fillPoly(region, [np.rint(hull).astype(np.int32)], 1)
    return region > 0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("raw", type=Path)
    options.add_argument("out", type=Path)
    options.add_argument("--photos", type=Path, default=NAMES, help="names of the photos; training/photos.json")
    options.add_argument("--face-detector", default="auto", help="a name of `segmask models list`, or none")
    chosen = options.parse_args()
    prepare(chosen.raw, chosen.out, load_face_detector(chosen.face_detector), read_names(chosen.photos))


if __name__ == "__main__":
    main()
