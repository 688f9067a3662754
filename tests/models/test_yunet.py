"""YuNet: decoding by hand, one box a face, and the real files against OpenCV's own decoder."""

from __future__ import annotations

import numpy as np
import pytest

from segmask.core.errors import ModelError
from segmask.core.types import Box
from segmask.models.catalog import NetworkInput
from segmask.models.session import Network
from segmask.models.yunet import STRIDES, YuNet, decode, strongest


def blank(side: int) -> dict[str, np.ndarray]:
    """Outputs of a square input without faces."""
    return {
        f"{kind}_{stride}": np.zeros((1, (side // stride) ** 2, width), np.float32)
        for kind, width in (("cls", 1), ("obj", 1), ("bbox", 4))
        for stride in STRIDES
    }


def test_an_anchor_becomes_a_box():
    """Stride 16 in a 32 px input: 2 x 2 anchors; the last is at column 1, row 1."""
    outputs = blank(32)
    outputs["cls_16"][0, 3] = 0.81
    outputs["obj_16"][0, 3] = 1.5  # clipped to 1
    outputs["bbox_16"][0, 3] = (0.5, -0.5, 0, np.log(2))  # centre (24, 8), 16 wide, 32 high
    boxes, scores = decode(outputs, 32)
    best = int(scores.argmax())
    assert scores[best] == pytest.approx(0.9)
    np.testing.assert_allclose(boxes[best], [16, -8, 32, 24], atol=1e-4)


def test_of_overlapping_boxes_the_best_stays():
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]], np.float32)
    assert strongest(boxes, np.array([0.7, 0.9, 0.8], np.float32), 0.3) == [1, 2]


def test_of_no_boxes_none_stays():
    assert strongest(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), 0.3) == []


def test_another_network_is_refused(colour_reader):
    network = Network(colour_reader(3, NetworkInput((32, 32))))
    with pytest.raises(ModelError, match=r"expected a YuNet face detector.*lacking: .*cls_8"):
        YuNet(network, "toy")


@pytest.fixture(scope="module", params=["face_detection_yunet_2026may.onnx", "yunet_n_dynamic.onnx"])
def yunet(request, shared) -> YuNet:
    return YuNet(Network(shared / "models" / "face" / request.param, threads=2), "yunet")


@pytest.fixture(scope="module")
def portrait(shared) -> np.ndarray:
    """800 x 1000 px, one face of about 230 px."""
    from PIL import Image

    picture = Image.open(shared / "data" / "portraits" / "usnavy_grace_hopper_2400.jpg").convert("RGB")
    return np.array(picture.reduce(3))


@pytest.mark.shared
@pytest.mark.parametrize("face_px", [20, 30, 60, 120, 230])
def test_a_face_of_every_size_is_found(yunet, portrait, face_px):
    """The portrait, smaller and smaller, in a street-sized frame or its own."""
    import cv2

    (known,) = yunet.detect(portrait)
    scale = face_px / known.box.width
    small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    frame = np.full((max(600, small.shape[0]), max(900, small.shape[1]), 3), 120, np.uint8)
    frame[-small.shape[0] :, -small.shape[1] :] = small
    (found,) = yunet.detect(frame)
    goal_x = frame.shape[1] - small.shape[1] + (known.box.x0 + known.box.x1) / 2 * scale
    assert abs((found.box.x0 + found.box.x1) / 2 - goal_x) < 0.2 * face_px
    assert 0.7 * face_px < found.box.width < 1.4 * face_px


@pytest.mark.shared
def test_a_face_that_fills_the_frame(yunet, portrait):
    box = yunet.detect(portrait)[0].box
    (found,) = yunet.detect(np.ascontiguousarray(portrait[box.grow(1.1).slices]))
    assert found.box.width > 0.7 * box.width


@pytest.mark.shared
@pytest.mark.parametrize("size_hw", [(1, 1), (1, 50), (10, 4000), (33, 17)])
def test_pictures_of_odd_sizes_have_no_face(yunet, size_hw):
    assert yunet.detect(np.zeros((*size_hw, 3), np.uint8)) == ()


@pytest.mark.shared
def test_the_decoder_agrees_with_opencvs(shared):
    import cv2
    from PIL import Image

    path = shared / "models" / "face" / "face_detection_yunet_2026may.onnx"
    photo = np.array(Image.open(shared / "data" / "ccp" / "photos" / "0001.jpg").convert("RGB"))[:800, :544]
    theirs = cv2.FaceDetectorYN.create(str(path), "", (544, 800), 0.7, 0.3, 5000)
    _, rows = theirs.detect(np.ascontiguousarray(photo[..., ::-1]))
    ours = YuNet(Network(path), "yunet")._at_scale(photo, (800, 544))
    for row in rows:
        nearest = np.abs(ours[0] - [row[0], row[1], row[0] + row[2], row[1] + row[3]]).max(1)
        assert nearest.min() < 0.1


@pytest.mark.shared
def test_a_file_of_one_fixed_size(shared, tmp_path, portrait):
    """The 2023mar file has these weights at 640 x 640 only."""
    import onnx

    model = onnx.load(str(shared / "models" / "face" / "face_detection_yunet_2026may.onnx"))
    for dimension, size in zip(model.graph.input[0].type.tensor_type.shape.dim, (1, 3, 640, 640), strict=True):
        dimension.Clear()
        dimension.dim_value = size
    path = tmp_path / "fixed.onnx"
    onnx.save(model, str(path))
    (free,) = YuNet(Network(shared / "models" / "face" / "face_detection_yunet_2026may.onnx"), "free").detect(portrait)
    (fixed,) = YuNet(Network(path), "fixed").detect(portrait)
    assert overlap(free.box, fixed.box) > 0.8


def overlap(a: Box, b: Box) -> float:
    inner = Box(max(a.x0, b.x0), max(a.y0, b.y0), min(a.x1, b.x1), min(a.y1, b.y1)).area
    return inner / (a.area + b.area - inner)
