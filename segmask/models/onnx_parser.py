"""Any ONNX network with one picture in and one map a class out; the families differ in how they frame the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from segmask.core.checks import check_image
from segmask.core.errors import ModelError
from segmask.core.geometry import resize_image, resize_planes
from segmask.core.labels import PART_ID, canonical_probs
from segmask.core.types import Box, Image, Parsing, Probs
from segmask.models.catalog import NetworkInput
from segmask.models.network_input import softmax, to_tensor
from segmask.models.session import Network
from segmask.models.zoom import coarse_to_fine

Fit = Literal["stretch", "corner", "centre"]
Activation = Literal["softmax", "none", "sigmoid", "independent"]


@dataclass(frozen=True)
class Family:
    """What networks of one kind have in common."""

    fit: Fit
    """How a picture fills the input: pressed into it, or scaled into its upper left or its centre."""
    fill: int = 0
    """Grey level of what a scaled picture leaves over."""
    output: int = 0
    """Which of the network's outputs has the classes."""
    align_corners: bool = False
    """Whether the outermost pixels of output and input have the same centres, rather than their edges."""
    activation: Activation = "softmax"
    """What makes probabilities of the output: ``softmax``; ``none`` where it gives them itself; ``sigmoid`` for one
    yes or no a class; ``independent`` where it gives those probabilities itself."""


@dataclass(frozen=True)
class OnnxParser:
    """A parser whose classes are mapped to the canonical parts."""

    network: Network
    name: str
    input: NetworkInput
    parts: tuple[str, ...]
    """The canonical part of each class."""
    family: Family

    def __post_init__(self) -> None:
        inputs, outputs, chosen = self.network.inputs, self.network.outputs, self.family.output
        shape = outputs[chosen].shape if chosen < len(outputs) else ()
        if len(inputs) != 1 or len(inputs[0].shape) != 4 or not 3 <= len(shape) <= 4:
            raise ModelError(
                f"{self.network.path}: expected one input (1, 3, H, W) and, as output {chosen}, the maps of "
                f"{len(self.parts)} classes; got {self.network.signature}"
            )
        self._check_count(shape[len(shape) - 3])

    def parse(self, image: Image) -> Parsing:
        """Probabilities of the canonical parts for one picture, uint8 (H, W, 3) RGB."""
        check_image(image)
        return Parsing(coarse_to_fine(image, self._infer), (image.shape[0], image.shape[1]), self.name)

    def _infer(self, image: Image) -> Probs:
        canvas, content = frame(image, self.input.size_hw or self._open_size(image), self.family)
        outputs = self.network.run({self.network.inputs[0].name: to_tensor(canvas, self.input)})
        maps = outputs[self.family.output].reshape(-1, *outputs[self.family.output].shape[-2:])
        self._check_count(len(maps))
        whole = self._upsample(maps.astype(np.float32), canvas.shape[:2])
        return activate(whole[:, *content.slices], self.parts, self.family.activation)

    def _check_count(self, count: int | None) -> None:
        if count not in (None, len(self.parts)):
            raise ModelError(f"{self.network.path}: expected {len(self.parts)} classes, the network has {count}")

    def _open_size(self, image: Image) -> tuple[int, int]:
        height, width = self.network.inputs[0].shape[2:]
        return height or image.shape[0], width or image.shape[1]

    def _upsample(self, maps: NDArray[np.float32], size_hw: tuple[int, int]) -> NDArray[np.float32]:
        if self.family.align_corners:
            return resize_by_corners(maps, size_hw)
        return resize_planes(maps, size_hw)


def frame(image: Image, size_hw: tuple[int, int], family: Family) -> tuple[Image, Box]:
    """The network's canvas, uint8 (H, W, 3), and where the picture lies in it."""
    height, width = size_hw
    if family.fit == "stretch":
        return resize_image(image, size_hw), Box(0, 0, width, height)
    scale = min(height / image.shape[0], width / image.shape[1])
    inner_h, inner_w = (max(1, round(side * scale)) for side in image.shape[:2])
    x0, y0 = ((width - inner_w) // 2, (height - inner_h) // 2) if family.fit == "centre" else (0, 0)
    content = Box(x0, y0, x0 + inner_w, y0 + inner_h)
    canvas = np.full((height, width, 3), family.fill, np.uint8)
    canvas[content.slices] = resize_image(image, (inner_h, inner_w))
    return canvas, content


def activate(maps: NDArray[np.float32], parts: tuple[str, ...], activation: Activation) -> Probs:
    """Probabilities (14, h, w) of the canonical parts, each pixel's sum 1, from a network's maps (K, h, w)."""
    if activation == "softmax":
        return canonical_probs(softmax(maps), parts)
    probs = 1 / (1 + np.exp(-maps)) if activation == "sigmoid" else np.clip(maps, 0, 1)
    merged = canonical_probs(probs.astype(np.float32), parts)
    if activation in ("sigmoid", "independent") and "background" not in parts:
        merged[PART_ID["background"]] = np.prod(1 - probs, axis=0)  # what no class claims
    return merged / np.maximum(merged.sum(0, keepdims=True), 1e-6)


def resize_by_corners(maps: NDArray[np.float32], size_hw: tuple[int, int]) -> NDArray[np.float32]:
    """Maps (C, h, w) at another size, bilinear, the centres of the corner pixels kept where they are."""
    import cv2

    rows = np.linspace(0, maps.shape[1] - 1, size_hw[0], dtype=np.float32)
    columns = np.linspace(0, maps.shape[2] - 1, size_hw[1], dtype=np.float32)
    column_map, row_map = np.meshgrid(columns, rows)
    planes = [cv2.remap(plane, column_map, row_map, cv2.INTER_LINEAR) for plane in maps]
    return np.stack(planes).astype(np.float32)
