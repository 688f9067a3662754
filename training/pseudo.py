"""Labels for photos that have none, from a parser: ``python -m training.pseudo PHOTOS PARSER.onnx OUT``.

Writes OUT/photos (links), OUT/labels and OUT/split.json, so that the folder reads like the labelled set. A photo and
its mirror image are parsed and their probabilities averaged; pixels that neither part holds with at least ``SURE`` are
``UNSURE``: seen, but without a loss (Xie et al. 2020, Self-training with Noisy Student, of whom the noise in the
student's samples is taken too).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image as Pictures

from segmask import io
from segmask.core.labels import PARTS
from segmask.core.types import Image, LabelMap
from segmask.models.base import Parser
from segmask.models.registry import load_parser

SURE = 0.55
UNSURE = 254
"""Label of pixels that the parser is not sure of; not 255, which is what lies beyond a photo."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("photos", type=Path)
    options.add_argument("parser", help="an ONNX file of this recipe, or a name of `segmask models list`")
    options.add_argument("out", type=Path)
    chosen = options.parse_args()
    write_labels(chosen.photos, load_parser(chosen.parser), chosen.out)


def write_labels(photos: Path, parser: Parser, out: Path) -> None:
    """Parse every JPEG in ``photos`` and write the labels beside links to the photos."""
    (out / "labels").mkdir(parents=True, exist_ok=True)
    (out / "photos").mkdir(exist_ok=True)
    names = sorted(path.stem for path in photos.glob("*.jpg"))
    for name in names:
        label = out / "labels" / f"{name}.png"
        if label.exists():
            continue
        Pictures.fromarray(labelled(io.read_image(photos / f"{name}.jpg"), parser)).save(label)
        link = out / "photos" / f"{name}.jpg"
        if not link.exists():
            link.symlink_to((photos / f"{name}.jpg").resolve())
    (out / "split.json").write_text(json.dumps({"train": names}))


def labelled(photo: Image, parser: Parser) -> LabelMap:
    """Part ids, uint8 (H, W), ``UNSURE`` where the parser is."""
    plain, mirrored = parser.parse(photo), parser.parse(np.ascontiguousarray(photo[:, ::-1]))
    best = np.zeros(photo.shape[:2], np.float32)
    label = np.zeros(photo.shape[:2], np.uint8)
    for index, part in enumerate(PARTS):
        share = (plain.probs(part) + mirrored.probs(part)[:, ::-1]) / 2
        label[share > best] = index
        best = np.maximum(best, share)
    label[best < SURE] = UNSURE
    return label


if __name__ == "__main__":
    main()
