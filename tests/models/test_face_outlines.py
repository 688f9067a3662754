"""The faces of 40 photos, outlined by hand: each is found, and its outline is the right one."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from segmask.core.labels import CLOTHING
from segmask.core.types import Face
from segmask.fusion.protect import protected_region
from segmask.models.faces import OutlinedFaces
from segmask.models.mediapipe_tasks import FaceLandmarkerTask
from segmask.models.registry import load_face_detector, load_parser

BY_HAND = json.loads((Path(__file__).parent / "data" / "faces.json").read_text())
OUTLINES = BY_HAND["faces"]
SIZE_HW = (900, 600)  # the photos are smaller


def filled(outline: object) -> np.ndarray:
    """bool (H, W): the pixels in a polygon."""
    import cv2

    mask = np.zeros(SIZE_HW, np.uint8)
    cv2.fillPoly(mask, [np.round(np.array(outline)).astype(np.int32)], 1)
    return mask.astype(bool)


@pytest.fixture(scope="module")
def found(shared: Path) -> dict[str, tuple[Face, ...]]:
    pytest.importorskip("mediapipe")
    from PIL import Image

    models = shared / "models" / "face"
    yunet = load_face_detector(models / "face_detection_yunet_2026may.onnx", threads=2)
    assert yunet is not None
    detector = OutlinedFaces(yunet, FaceLandmarkerTask(models / "face_landmarker.task"), "both")
    photos = shared / "data" / "ccp" / "photos"
    return {name: detector.detect(np.array(Image.open(photos / f"{name}.jpg").convert("RGB"))) for name in OUTLINES}


def best_box_cover(faces: tuple[Face, ...], truth: np.ndarray) -> float:
    return max((truth[face.box.slices].sum() / truth.sum() for face in faces), default=0.0)


@pytest.mark.shared
def test_every_outlined_face_is_found(found):
    covers = [best_box_cover(found[name], filled(outline)) for name, outline in OUTLINES.items()]
    assert np.mean([cover >= 0.7 for cover in covers]) >= 0.98


@pytest.mark.shared
def test_the_outlines_agree_with_the_hand(found):
    """Not pixel by pixel: the landmarker stops below the hairline and draws on where a fringe hides the face."""
    shares, overlaps = [], []
    for name, outline in OUTLINES.items():
        truth = filled(outline)
        ovals = [filled(face.oval) for face in found[name] if face.oval is not None]
        oval = max(ovals, key=lambda mask: (mask & truth).sum(), default=np.zeros(SIZE_HW, bool))
        shares.append((oval & truth).sum() / truth.sum())
        overlaps.append((oval & truth).sum() / (oval | truth).sum())
    assert np.mean([share > 0 for share in shares]) >= 0.95
    assert np.median(shares) > 0.85
    assert np.median(overlaps) > 0.75


@pytest.mark.shared
def test_the_outlined_faces_and_ears_are_protected(shared, found):
    """With both sources; and with the detector alone, where the parser sees no face at all."""
    from PIL import Image

    parser = load_parser("builtin", threads=2)
    outside: dict[str, list[float]] = {"both": [], "detector": [], "ears": [], "ears, detector": []}
    for name, outline in OUTLINES.items():
        photo = np.array(Image.open(shared / "data" / "ccp" / "photos" / f"{name}.jpg").convert("RGB"))
        parsing = parser.parse(photo)
        blind = replace(parsing, working_probs=np.zeros_like(parsing.working_probs))
        both, alone = (protected_region(seen, found[name], (*CLOTHING, "hair")) for seen in (parsing, blind))
        for key, region, polygons in (
            ("both", both, [outline]),
            ("detector", alone, [outline]),
            ("ears", both, BY_HAND["ears"].get(name, [])),
            ("ears, detector", alone, BY_HAND["ears"].get(name, [])),
        ):
            for polygon in polygons:
                truth = filled(polygon)[: photo.shape[0], : photo.shape[1]]
                outside[key].append(float((~region)[truth].mean()))
    assert np.mean(outside["both"]) < 0.01
    assert max(outside["both"]) < 0.1
    assert np.mean(outside["ears"]) < 0.02
    assert np.mean(outside["detector"]) < 0.02
    assert np.mean(outside["ears, detector"]) < 0.1
