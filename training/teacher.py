"""What a body-part network says of photos: ``python -m training.teacher PHOTOS BODYPIX.onnx OUT``.

The network (BodyPix, Apache-2.0) finds people, also several and seated ones, and 24 body parts, but no garments.
OUT/NAME.png gets a code a pixel: 0 where it is sure that nobody is there, a code of ``training.sets`` where it is sure
of a body part or of a person, 255 elsewhere.

Source: Papandreou et al. 2018, PersonLab; the part network of tensorflow/tfjs-models, body-pix.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pictures
from scipy.special import logit

from segmask import io
from segmask.core.types import Image
from training.sets import BODY, UNKNOWN

SIDE = 513  # pixels of the longer side; the network takes sides of 8k + 1
SURE_PERSON = 0.9
SURE_NOBODY = 0.08
MARGIN = 2.0
"""Of the logits between two groups of body parts: the labels of other photos agree on 98.5-99.7 % of such pixels."""
GROUPS = (
    ("head", (0, 1)),
    ("upper arm", (2, 3, 4, 5)),
    ("lower arm", (6, 7, 8, 9, 10, 11)),
    ("torso", (12, 13)),
    ("upper leg", (14, 15, 16, 17)),
    ("lower leg", (18, 19, 20, 21)),
    ("foot", (22, 23)),
)
"""Names of ``training.sets.BODY`` and the network's parts; hands count as lower arms."""
PERSON = 210  # someone, but which part is open; no bag
EDGE = 5  # pixels at the network's size that neither side of a person's outline is sure of


class Teacher:
    """The network, run on one thread."""

    def __init__(self, path: Path) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])

    def codes(self, photo: Image) -> NDArray[np.uint8]:
        """A code for every pixel of uint8 (H, W, 3) RGB: uint8 (H, W)."""
        height, width = photo.shape[:2]
        scale = SIDE / max(height, width)
        rows, columns = (max(9, round(side * scale / 8) * 8 + 1) for side in (height, width))
        small = cv2.resize(photo, (columns, rows), interpolation=cv2.INTER_AREA)
        planes = self.session.run(["segments", "part_heatmaps"], {"input": small[None].astype(np.float32) / 127.5 - 1})
        person, parts = (
            cv2.resize(np.asarray(plane)[0], (columns, rows), interpolation=cv2.INTER_LINEAR) for plane in planes
        )
        codes = cv2.resize(codes_of(person, parts), (width, height), interpolation=cv2.INTER_NEAREST)
        return np.asarray(codes, np.uint8)


def codes_of(person: NDArray[np.float32], parts: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Codes from the logits of a person (h, w) and of the parts (h, w, 24)."""
    grouped = np.stack([parts[..., list(members)].max(-1) for _, members in GROUPS], -1)
    order = np.sort(grouped, -1)
    someone = cv2.erode((person > logit(SURE_PERSON)).astype(np.uint8), np.ones((EDGE, EDGE), np.uint8)) > 0
    nobody = cv2.erode((person < logit(SURE_NOBODY)).astype(np.uint8), np.ones((EDGE, EDGE), np.uint8)) > 0
    body = np.array([BODY[name] for name, _ in GROUPS], np.uint8)[grouped.argmax(-1)]
    sure = (order[..., -1] - order[..., -2] > MARGIN) & (order[..., -1] > 0)
    codes = np.where(someone, np.where(sure, body, PERSON), UNKNOWN).astype(np.uint8)
    codes[nobody] = 0
    return codes


def write_codes(photos: Path, teacher: Teacher, out: Path) -> None:
    """The codes of every JPEG in ``photos`` that has none in ``out`` yet."""
    out.mkdir(parents=True, exist_ok=True)
    for path in sorted(photos.glob("*.jpg")):
        goal = out / f"{path.stem}.png"
        if not goal.exists():
            partial = goal.with_suffix(".partial")
            Pictures.fromarray(teacher.codes(io.read_image(path))).save(partial, "PNG")
            partial.replace(goal)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("photos", type=Path)
    options.add_argument("network", type=Path)
    options.add_argument("out", type=Path)
    chosen = options.parse_args()
    write_codes(chosen.photos, Teacher(chosen.network), chosen.out)


if __name__ == "__main__":
    main()
