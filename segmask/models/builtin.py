"""The parser in the package: one ONNX file, made by ``training/``.

Signature: ``image`` float32 (N, 3, H, W), RGB 0..255, sides multiples of 32, the picture letterboxed into the upper
left on grey 127 -> ``logits`` float32 (N, 14, H/2, W/2), the canonical parts.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmask.errors import ModelError
from segmask.geometry import letterbox, resize_map
from segmask.labels import PARTS
from segmask.models.session import Network
from segmask.models.zoom import coarse_to_fine
from segmask.types import Image, Parsing, Probs, check_image

NAME = "builtin"
WEIGHTS = Path(__file__).parent / "weights" / "parser.onnx"
CANVAS_AREA = 384 * 256
"""Pixels that the network was trained to see at once."""
STRIDE = 32
MAX_ASPECT = 4.0


@dataclass(frozen=True)
class BuiltinParser:
    """Human parsing with the package's own network."""

    network: Network
    name: str = NAME

    def __post_init__(self) -> None:
        inputs, outputs = self.network.inputs, self.network.outputs
        fits = len(inputs) == 1 and len(inputs[0].shape) == 4 and len(outputs[0].shape) == 4
        if not fits or outputs[0].shape[1] not in (None, len(PARTS)):
            raise ModelError(
                f"{self.network.path}: expected a parser with one input (N, 3, H, W) and logits of {len(PARTS)} parts, "
                f"got {inputs} -> {outputs}; for a network of your own, give its labels file as well"
            )

    def parse(self, image: Image) -> Parsing:
        """Probabilities of the canonical parts for one picture, uint8 (H, W, 3) RGB."""
        check_image(image)
        return Parsing(coarse_to_fine(image, self._infer), (image.shape[0], image.shape[1]), self.name)

    def _infer(self, image: Image) -> Probs:
        port = self.network.inputs[0]
        boxed = letterbox(image, canvas_size(image.shape[0], image.shape[1]))
        (logits,) = self.network.run({port.name: boxed.canvas.transpose(2, 0, 1)[None].astype(np.float32)})[:1]
        height, width = boxed.canvas.shape[:2]
        full = np.stack([resize_map(plane, (height, width)) for plane in logits[0]])
        return softmax(boxed.crop(full))


def canvas_size(height: int, width: int) -> tuple[int, int]:
    """Height and width of the canvas for a picture: about its aspect, at most 4:1, the trained number of pixels."""
    aspect = min(max(height / width, 1 / MAX_ASPECT), MAX_ASPECT)
    rows = math.sqrt(CANVAS_AREA * aspect)
    return round(rows / STRIDE) * STRIDE, round(CANVAS_AREA / rows / STRIDE) * STRIDE


def softmax(logits: NDArray[np.float32]) -> Probs:
    """Probabilities over the first axis."""
    odds = np.exp(logits - logits.max(0, keepdims=True))
    return (odds / odds.sum(0, keepdims=True)).astype(np.float32)
