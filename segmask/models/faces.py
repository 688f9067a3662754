"""Faces from two sources: a detector finds boxes, a landmarker draws each face's outline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from segmask.core.checks import check_image
from segmask.core.types import Box, Face, Image
from segmask.models.base import FaceDetector
from segmask.models.mediapipe_tasks import BlazeFaceTask, FaceLandmarkerTask
from segmask.models.yunet import SAME_FACE_IOU, strongest

CROPS = (1.9, 1.5, 2.5)
"""Sides of the landmarker's crop, in sides of the detected box: 985 of 998 faces are found with the first."""
SAME_FACE_COVER = 0.4
"""Share of the detected box that the outline's box must cover to be that face."""


@dataclass(frozen=True)
class OutlinedFaces:
    """Another detector's faces, each with its outline where the landmarker sees one."""

    detector: FaceDetector
    landmarker: FaceLandmarkerTask
    name: str

    def detect(self, image: Image) -> tuple[Face, ...]:
        """Faces in one picture, uint8 (H, W, 3) RGB, best score first; ``oval`` is None where there is no outline."""
        return tuple(
            replace(face, oval=outline(image, face.box, self.landmarker), source=self.name)
            for face in self.detector.detect(image)
        )


def outline(image: Image, box: Box, landmarker: FaceLandmarkerTask) -> NDArray[np.float32] | None:
    """Outline (N, 2), x and y in the picture's pixels, of the face in a box; None where the landmarker sees none."""
    for factor in CROPS:
        crop = box.grow(factor).clip(*image.shape[:2])
        if not crop.area:
            return None
        offset = np.array([crop.x0, crop.y0], np.float32)
        ovals = [oval + offset for oval in landmarker.ovals(image[crop.slices])]
        cover, best = max(((_cover(box, oval), i) for i, oval in enumerate(ovals)), default=(0.0, 0))
        if cover >= SAME_FACE_COVER:
            return ovals[best]
    return None


def _cover(box: Box, oval: NDArray[np.float32]) -> float:
    (x0, y0), (x1, y1) = oval.min(0), oval.max(0)
    width, height = min(x1, box.x1) - max(x0, box.x0), min(y1, box.y1) - max(y0, box.y0)
    return float(max(0, width) * max(0, height)) / max(box.area, 1)


TILE_STEPS = (1, 2, 4)
"""Tiles of the picture's shorter side over these numbers."""
MIN_TILE_PX = 96
MIN_SCORE = 0.7
"""BlazeFace's own default is 0.5; dozens of tiles need a stricter one."""


@dataclass(frozen=True)
class BlazeFace:
    """MediaPipe's short-range detector, made multi-scale: it is weak on faces under a fifth of its square input."""

    task: BlazeFaceTask
    name: str

    def detect(self, image: Image) -> tuple[Face, ...]:
        """Faces in one picture, uint8 (H, W, 3) RGB, best score first."""
        check_image(image)
        boxes, scores = [], []
        for tile in tiles((image.shape[0], image.shape[1])):
            for box, score in self.task.detect(image[tile.slices]):
                if score >= MIN_SCORE:
                    boxes.append((box.x0 + tile.x0, box.y0 + tile.y0, box.x1 + tile.x0, box.y1 + tile.y0))
                    scores.append(score)
        best = strongest(np.array(boxes, np.float32).reshape(-1, 4), np.array(scores, np.float32), SAME_FACE_IOU)
        return tuple(Face(Box(*boxes[i]).clip(*image.shape[:2]), scores[i], self.name) for i in best)


def tiles(size_hw: tuple[int, int]) -> Iterator[Box]:
    """The whole picture, then squares of falling size that overlap by half.

    >>> len(list(tiles((1000, 2000))))
    130
    """
    height, width = size_hw
    yield Box(0, 0, width, height)
    for step in TILE_STEPS:
        side = min(size_hw) // step
        if side < MIN_TILE_PX:
            return
        for y0 in _starts(height, side):
            for x0 in _starts(width, side):
                yield Box(x0, y0, x0 + side, y0 + side)


def _starts(length: int, side: int) -> list[int]:
    count = -(-2 * (length - side) // side) + 1
    return [round(start) for start in np.linspace(0, length - side, count)]
