"""What becomes of the frame: shift, zoom and aspect, another output size, and the coder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from segmask.core.types import Image, Mask, Matrix
from segmask.evaluation.synth.fields import Map, Rng, blur
from segmask.evaluation.synth.levels import Strength

SIZE_STEPS = (1, 2, 8, 16, 32)  # px: networks want sides that divide by these


@dataclass(frozen=True)
class Framing:
    """The edited frame: its size, and the map from the original's pixels (x, y, 1) to its own."""

    name: ClassVar[str] = "geometry"
    shift_px: tuple[float, float]
    zoom: float
    aspect: float

    @classmethod
    def draw(cls, unit: float, strength: Strength, rng: Rng) -> Framing:
        """Numbers for one picture, normal and cut at two deviations."""
        draws = np.clip(rng.normal(size=4), -2, 2)
        dx, dy = (round(float(value), 3) for value in draws[:2] * strength.shift_u * unit)
        return cls(
            (dx, dy),
            round(float(1 + draws[2] * strength.zoom), 5),
            round(float(1 + draws[3] * strength.aspect), 5),
        )


@dataclass(frozen=True)
class OutputSize:
    """Height and width of the edited picture."""

    name: ClassVar[str] = "size"
    height: int
    width: int
    step: int

    @classmethod
    def draw(cls, size_hw: tuple[int, int], strength: Strength, rng: Rng) -> OutputSize:
        """A scale, log-uniform, then sides that divide by the step: that alone changes the aspect a little."""
        scale = np.exp(rng.uniform(-1, 1) * strength.size_log)
        step = int(rng.choice(SIZE_STEPS))
        height, width = (max(step, round(side * scale / step) * step) for side in size_hw)
        return cls(int(height), int(width), step)


@dataclass(frozen=True)
class Coder:
    """The coder that the edited picture went through."""

    name: ClassVar[str] = "jpeg"
    quality: int
    subsampled: bool

    @classmethod
    def draw(cls, strength: Strength, rng: Rng) -> Coder:
        """Numbers for one picture."""
        return cls(round(max(30.0, 97 - strength.jpeg_loss * rng.uniform(0.1, 1))), bool(rng.random() < 0.7))

    def encode(self, image: Image) -> bytes:
        """The picture as a JPEG file's bytes."""
        import cv2

        sampling = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420 if self.subsampled else cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444
        options = [cv2.IMWRITE_JPEG_QUALITY, self.quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
        return cv2.imencode(".jpg", image[..., ::-1], options)[1].tobytes()


def decode(coded: bytes) -> Image:
    """uint8 (H, W, 3) RGB of a JPEG file's bytes.

    >>> grey = np.full((8, 8, 3), 90, np.uint8)
    >>> decode(Coder(quality=95, subsampled=False).encode(grey)).shape
    (8, 8, 3)
    """
    import cv2

    return np.asarray(cv2.imdecode(np.frombuffer(coded, np.uint8), cv2.IMREAD_COLOR_RGB), np.uint8)


def frame_matrix(size_hw: tuple[int, int], framing: Framing | None, output_hw: tuple[int, int]) -> Matrix:
    """(3, 3): pixel (x, y, 1) of the original to the edited picture's pixel; pixel centres are kept.

    >>> frame_matrix((100, 100), Framing((3.0, 0.0), zoom=1.0, aspect=1.0), (100, 100)).round(3).tolist()
    [[1.0, 0.0, 3.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    height, width = size_hw
    framing = framing or Framing((0.0, 0.0), 1.0, 1.0)
    zoom_xy = np.array([framing.zoom * np.sqrt(framing.aspect), framing.zoom / np.sqrt(framing.aspect)])
    centre = np.array([width, height]) / 2
    drift = np.eye(3)
    drift[:2, :2] = np.diag(zoom_xy)
    drift[:2, 2] = centre * (1 - zoom_xy) + framing.shift_px
    half = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
    stretch = np.diag([output_hw[1] / width, output_hw[0] / height, 1.0])
    return np.linalg.inv(half) @ stretch @ drift @ half


def reframe(image: Map, matrix: Matrix, output_hw: tuple[int, int]) -> Image:
    """The picture in its new frame, rounded to uint8; what lies beyond the old one is mirrored.

    >>> reframe(np.full((10, 10, 3), 90, np.float32), frame_matrix((10, 10), None, (20, 30)), (20, 30)).shape
    (20, 30, 3)
    """
    import cv2

    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if scale < 0.95:  # area of a smaller pixel, so that detail doesn't alias
        image = blur(image, 0.4 / scale)
    if np.allclose(matrix, np.eye(3)) and output_hw == image.shape[:2]:
        framed = image
    else:
        framed = cv2.warpAffine(
            image, matrix[:2], output_hw[::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101
        )
    return np.clip(np.rint(framed), 0, 255).astype(np.uint8)


def covered(size_hw: tuple[int, int], matrix: Matrix, output_hw: tuple[int, int]) -> Mask:
    """Pixels of the original that the edited frame shows, bool (H, W).

    >>> moved = frame_matrix((4, 4), Framing((2.0, 0.0), 1.0, 1.0), (4, 4))
    >>> covered((4, 4), moved, (4, 4))[0].tolist()  # what moved out of the frame is lost
    [True, True, False, False]
    """
    rows, columns = np.indices(size_hw, dtype=np.float64)
    x = matrix[0, 0] * columns + matrix[0, 1] * rows + matrix[0, 2]
    y = matrix[1, 0] * columns + matrix[1, 1] * rows + matrix[1, 2]
    return (x >= -0.5) & (y >= -0.5) & (x <= output_hw[1] - 0.5) & (y <= output_hw[0] - 0.5)
