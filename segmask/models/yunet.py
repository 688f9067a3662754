"""YuNet, a face detector of 75 000 parameters, run by onnxruntime.

Source: Wu, Peng, Yu 2023, YuNet: A Tiny Millisecond-level Face Detector. The same decoding serves OpenCV Zoo's files
(2023mar, 2026may) and its authors' own (yunet_n_dynamic): BGR 0..255; ``cls``, ``obj``, ``bbox`` and ``kps`` at strides
8, 16 and 32.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from segmask.core.checks import check_image
from segmask.core.errors import ModelError
from segmask.core.geometry import resize_image, working_size
from segmask.core.types import Box, Face, Image
from segmask.models.catalog import YUNET_INPUT
from segmask.models.network_input import to_tensor
from segmask.models.session import Network

STRIDES = (8, 16, 32)
OUTPUTS = tuple(f"{kind}_{stride}" for kind in ("cls", "obj", "bbox") for stride in STRIDES)
MAX_LONG_SIDE, SCALE_STEP, WHOLE_FRAME = 1600, 2.5, 400
"""Scales of the search, in pixels of the longer side: from the largest down by the step, until a face that fills the
frame is within what YuNet knows, faces of about 10 to 300 px."""
MIN_SCORE = 0.6
"""On 100 street photos all labelled faces are found, with one or two false ones among 150; at 0.7 one face is missed
and none is false. A missed face is the greater harm."""
SAME_FACE_IOU = 0.3
"""Overlap from which two boxes are one face (OpenCV's default)."""


@dataclass(frozen=True)
class YuNet:
    """Finds faces from 20 px to the whole frame."""

    network: Network
    name: str

    def __post_init__(self) -> None:
        missing = set(OUTPUTS) - {port.name for port in self.network.outputs}
        if missing:
            raise ModelError(
                f"{self.network.path}: expected a YuNet face detector with outputs {', '.join(OUTPUTS)}; "
                f"lacking: {', '.join(sorted(missing))}"
            )

    def detect(self, image: Image) -> tuple[Face, ...]:
        """Faces in one picture, uint8 (H, W, 3) RGB, best score first."""
        check_image(image)
        found = [self._at_scale(image, size_hw) for size_hw in self._sizes(image.shape[:2])]
        boxes, scores = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return tuple(
            Face(box, float(min(scores[i], 1.0)), self.name)
            for i in strongest(boxes, scores, SAME_FACE_IOU)
            if (box := Box(*map(round, boxes[i].tolist())).clip(*image.shape[:2])).area
        )

    def _at_scale(self, image: Image, size_hw: tuple[int, int]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Boxes (N, 4) in the picture's pixels and their scores (N,), from the picture at one size."""
        height, width = size_hw
        canvas = np.zeros((*self._canvas_hw(size_hw), 3), np.uint8)
        canvas[:height, :width] = resize_image(image, size_hw)
        port = self.network.inputs[0]
        values = self.network.run({port.name: to_tensor(canvas, YUNET_INPUT)})
        outputs = dict(zip((port.name for port in self.network.outputs), values, strict=True))
        boxes, scores = decode(outputs, canvas.shape[1])
        keep = scores >= MIN_SCORE
        zoom = (image.shape[1] / width, image.shape[0] / height) * 2
        return boxes[keep] * np.array(zoom, np.float32), scores[keep]

    def _sizes(self, size_hw: tuple[int, int]) -> list[tuple[int, int]]:
        """Sizes to search at: never above the picture's own, and within the input where the file fixes it."""
        fixed = [side for side in self._input_hw if side]
        long_sides = [float(min([max(size_hw), MAX_LONG_SIDE, *fixed]))]
        while long_sides[-1] > WHOLE_FRAME:
            long_sides.append(long_sides[-1] / SCALE_STEP)
        return [working_size(size_hw, round(side)) for side in long_sides]

    def _canvas_hw(self, size_hw: tuple[int, int]) -> tuple[int, int]:
        open_hw = tuple(-(-side // STRIDES[-1]) * STRIDES[-1] for side in size_hw)
        height, width = (fixed or free for fixed, free in zip(self._input_hw, open_hw, strict=True))
        return height, width

    @property
    def _input_hw(self) -> tuple[int | None, int | None]:
        return self.network.inputs[0].shape[2], self.network.inputs[0].shape[3]


def decode(outputs: Mapping[str, NDArray[np.float32]], width: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Boxes (N, 4), x0 y0 x1 y1 in the input's pixels, and scores (N,) of every anchor of an input this wide."""
    boxes, scores = [], []
    for stride in STRIDES:
        cls, obj = (np.clip(outputs[f"{kind}_{stride}"].reshape(-1), 0, 1) for kind in ("cls", "obj"))
        bbox = outputs[f"bbox_{stride}"].reshape(-1, 4)
        rows, columns = np.divmod(np.arange(len(bbox)), width // stride)
        centre = (np.stack([columns, rows], 1) + bbox[:, :2]) * stride
        half = np.exp(bbox[:, 2:]) * stride / 2
        boxes.append(np.hstack([centre - half, centre + half]).astype(np.float32))
        scores.append(np.sqrt(cls * obj))
    return np.concatenate(boxes), np.concatenate(scores)


def strongest(boxes: NDArray[np.float32], scores: NDArray[np.float32], iou: float) -> list[int]:
    """Indices of the boxes (N, 4) left when of each overlapping group the best score stays, best first.

    >>> boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [30, 0, 40, 10]], np.float32)
    >>> strongest(boxes, np.array([0.9, 0.8, 0.7], np.float32), iou=0.3)
    [0, 2]
    """
    import cv2

    x0y0_width_height = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    return [int(i) for i in cv2.dnn.NMSBoxes(x0y0_width_height.tolist(), scores.tolist(), 0.0, iou)]
