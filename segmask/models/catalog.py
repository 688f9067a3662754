"""The models that segmask knows: one literal table, the single truth about names, files, sources and licences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from segmask.errors import unknown

PERMISSIVE = ("Apache-2.0", "MIT", "BSD-3-Clause")


@dataclass(frozen=True)
class ModelEntry:
    """One downloadable file."""

    name: str
    task: Literal["parser", "face detector", "face outline"]
    file: str
    sha256: str | None
    """None where no source states it: the first download is then trusted, recorded and held to."""
    size: int | None
    """Bytes; None where no source states them."""
    urls: tuple[str, ...]
    licence: str
    adapter: str


CATALOG = (
    ModelEntry(
        name="yunet-2026may",
        task="face detector",
        file="face_detection_yunet_2026may.onnx",
        sha256="ebafce4e3c118d6554634be5c27ab333b4c047a9a8c3faf1d7cf93101c22f0f0",
        size=229738,
        urls=(),
        licence="MIT",
        adapter="yunet",
    ),
    ModelEntry(
        name="yunet-2023mar",
        task="face detector",
        file="face_detection_yunet_2023mar.onnx",
        sha256="8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4",
        size=None,
        urls=(),
        licence="MIT",
        adapter="yunet",
    ),
    ModelEntry(
        name="yunet-n-dynamic",
        task="face detector",
        file="yunet_n_dynamic.onnx",
        sha256="104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12",
        size=322906,
        urls=(),
        licence="Apache-2.0",
        adapter="yunet",
    ),
    ModelEntry(
        name="blaze-face",
        task="face detector",
        file="blaze_face_short_range.tflite",
        sha256="b4578f35940bf5a1a655214a1cce5cab13eba73c1297cd78e1a04c2380b0152f",
        size=229746,
        urls=(),
        licence="Apache-2.0",
        adapter="mediapipe",
    ),
    ModelEntry(
        name="face-landmarker",
        task="face outline",
        file="face_landmarker.task",
        sha256="64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff",
        size=3758596,
        urls=(),
        licence="Apache-2.0",
        adapter="mediapipe",
    ),
)
BY_NAME = {entry.name: entry for entry in CATALOG}


def entry(name: str) -> ModelEntry:
    """The entry of a name; OptionError with the valid ones for another."""
    if name not in BY_NAME:
        raise unknown("model", name, tuple(BY_NAME))
    return BY_NAME[name]
