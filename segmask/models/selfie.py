"""MediaPipe's selfie multiclass segmenter: hair, skin, face and clothes in one map, without telling garments apart.

Source: MediaPipe image segmenter, model card of selfie_multiclass_256x256. MediaPipe prepares the picture itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from segmask.core.checks import check_image
from segmask.core.errors import ModelError
from segmask.core.labels import canonical_probs
from segmask.core.types import Image, Parsing, Probs
from segmask.models.mediapipe_tasks import SegmenterTask
from segmask.models.zoom import coarse_to_fine


@dataclass(frozen=True)
class SelfieParser:
    """A parser through MediaPipe's ImageSegmenter."""

    task: SegmenterTask
    name: str
    parts: tuple[str, ...]
    """The canonical part of each class."""

    def parse(self, image: Image) -> Parsing:
        """Probabilities of the canonical parts for one picture, uint8 (H, W, 3) RGB."""
        check_image(image)
        return Parsing(coarse_to_fine(image, self._infer), (image.shape[0], image.shape[1]), self.name)

    def _infer(self, image: Image) -> Probs:
        confidences = self.task.confidences(image)
        if len(confidences) != len(self.parts):
            raise ModelError(
                f"{self.task.path}: expected a segmenter of {len(self.parts)} classes, got {len(confidences)}"
            )
        return canonical_probs(confidences, self.parts)
