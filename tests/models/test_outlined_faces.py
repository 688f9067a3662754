"""MediaPipe's detector and landmarker, and the detector that takes its outlines from the landmarker."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmask.core.errors import ModelError
from segmask.core.types import Box, Face
from segmask.models.faces import BlazeFace, OutlinedFaces, tiles
from segmask.models.mediapipe_tasks import BlazeFaceTask, FaceLandmarkerTask
from segmask.models.registry import load_face_detector


class FixedBoxes:
    """A detector that always says the same."""

    name = "fixed"

    def __init__(self, *boxes: Box) -> None:
        self.boxes = boxes

    def detect(self, image: np.ndarray) -> tuple[Face, ...]:
        return tuple(Face(box.clip(*image.shape[:2]), 0.9, self.name) for box in self.boxes)


@pytest.fixture(scope="module")
def face_models(shared) -> Path:
    pytest.importorskip("mediapipe")
    return shared / "models" / "face"


@pytest.fixture(scope="module")
def portrait(shared) -> np.ndarray:
    from PIL import Image

    picture = Image.open(shared / "data" / "portraits" / "usnavy_grace_hopper_2400.jpg").convert("RGB")
    return np.array(picture.reduce(4))


@pytest.mark.shared
def test_the_face_has_an_outline(face_models, portrait):
    detector = load_face_detector(face_models / "face_detection_yunet_2026may.onnx")
    assert detector is not None
    (face,) = detector.detect(portrait)
    outlined = OutlinedFaces(detector, FaceLandmarkerTask(face_models / "face_landmarker.task"), "both")
    (same,) = outlined.detect(portrait)
    assert same.box == face.box
    assert same.source == "both"
    assert same.oval is not None
    assert same.oval.shape == (36, 2)
    inside = ((same.oval >= (face.box.x0, face.box.y0)) & (same.oval <= (face.box.x1, face.box.y1))).all(1)
    assert inside.mean() > 0.5
    import cv2

    assert cv2.contourArea(same.oval) > 0.5 * face.box.area  # a ring in order, not a star


@pytest.mark.shared
def test_a_box_without_a_face_keeps_its_box(face_models, portrait):
    """What the detector saw stays protected when the landmarker sees nothing."""
    boxes = FixedBoxes(Box(0, 600, 60, 660))
    (face,) = OutlinedFaces(boxes, FaceLandmarkerTask(face_models / "face_landmarker.task"), "both").detect(portrait)
    assert face.oval is None
    assert face.box == boxes.boxes[0]


@pytest.mark.shared
def test_of_two_faces_in_a_crop_the_boxes_own_is_taken(face_models, portrait):
    detector = load_face_detector(face_models / "face_detection_yunet_2026may.onnx")
    assert detector is not None
    box = detector.detect(portrait)[0].box
    head = portrait[box.grow(1.5).clip(*portrait.shape[:2]).slices]
    pair = np.hstack([head, head])
    faces = OutlinedFaces(detector, FaceLandmarkerTask(face_models / "face_landmarker.task"), "both").detect(pair)
    assert len(faces) == 2
    for face in faces:
        assert face.oval is not None
        assert face.box.x0 < face.oval[:, 0].mean() < face.box.x1


@pytest.mark.shared
@pytest.mark.parametrize("file", ["blaze_face_short_range.tflite", "face_landmarker.task"])
def test_blaze_face_finds_a_small_face(face_models, portrait, file):
    """Also out of the landmarker's bundle, which holds the same detector."""
    import cv2

    street = np.full((500, 400, 3), 120, np.uint8)
    small = cv2.resize(portrait, (120, 150), interpolation=cv2.INTER_AREA)
    street[300:450, 200:320] = small
    (face,) = BlazeFace(BlazeFaceTask(face_models / file), "blaze").detect(street)
    assert 200 < face.box.x0 < face.box.x1 < 320
    assert 300 < face.box.y0 < face.box.y1 < 450


@pytest.mark.shared
@pytest.mark.parametrize("size_hw", [(1, 1), (10, 4000)])
def test_odd_sizes_have_no_face(face_models, size_hw):
    assert (
        BlazeFace(BlazeFaceTask(face_models / "face_landmarker.task"), "b").detect(np.zeros((*size_hw, 3), np.uint8))
        == ()
    )


@pytest.mark.parametrize("suffix", [".task", ".tflite"])
@pytest.mark.parametrize("content", [b"", b"no model at all"])
def test_a_damaged_file_is_named(tmp_path, suffix, content):
    pytest.importorskip("mediapipe")
    path = tmp_path / f"damaged{suffix}"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="damaged"):
        load_face_detector(path)


@pytest.mark.shared
def test_mediapipe_is_quiet(face_models):
    """No start-up chatter and no complaint of a destructor at the end."""
    script = (
        "import numpy as np\n"
        "from segmask.models.registry import load_face_detector\n"
        f"load_face_detector({str(face_models / 'face_landmarker.task')!r}).detect(np.zeros((200, 200, 3), np.uint8))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    # LiteRT warns now and then, by the luck of where memory lies, that it copies a tensor; nothing silences that.
    lines = [line for line in done.stderr.splitlines() if "memory alignment" not in line and "InitGoogle" not in line]
    assert lines == []


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_tiles_cover_the_picture_and_stay_inside(height, width):
    found = list(tiles((height, width)))
    assert found[0] == Box(0, 0, width, height)
    for tile in found:
        assert tile == tile.clip(height, width)
        assert tile.area
    assert len(found) < 700
