"""The packaged ONNX file: what runtimes it needs, batches of any size, and a net rebuilt from it."""

from __future__ import annotations

import numpy as np
import pytest

from segmask.models.builtin import WEIGHTS
from segmask.models.session import Network

NEWEST_OPSET, NEWEST_IR = 22, 10  # what onnxruntime 1.20 runs


@pytest.fixture
def images(rng):
    return rng.uniform(0, 255, (3, 3, 96, 64)).astype(np.float32)


def test_old_runtimes_run_it():
    onnx = pytest.importorskip("onnx")
    model = onnx.load(str(WEIGHTS))
    assert model.ir_version <= NEWEST_IR
    assert {item.domain: item.version for item in model.opset_import}[""] <= NEWEST_OPSET


def test_a_batch_gives_what_its_pictures_give_alone(images):
    network = Network(WEIGHTS, threads=1)
    together = network.run({"image": images})[0]
    assert together.shape == (3, 14, 48, 32)
    for index in range(3):
        alone = network.run({"image": images[index : index + 1]})[0]
        np.testing.assert_allclose(together[index : index + 1], alone, atol=1e-3)


def test_a_net_rebuilt_from_the_file_is_the_same_net(images):
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnx")
    from training.net import ParsingNet, load_parser

    net = ParsingNet()
    scaled = torch.from_numpy(images) / 127.5 - 1
    load_parser(net, WEIGHTS, scaled)
    with torch.no_grad():
        rebuilt = net.eval()(scaled).numpy()
    np.testing.assert_allclose(rebuilt, Network(WEIGHTS, threads=1).run({"image": images})[0], atol=1e-3)


def test_perfect_answers_cost_nothing_in_the_extension_of_iou():
    torch = pytest.importorskip("torch")
    from training.losses import lovasz_loss

    label = torch.tensor([[[0, 1], [1, 255]]])
    right = 50.0 * torch.nn.functional.one_hot(label.clamp(max=1), 2).movedim(-1, 1).float()
    assert lovasz_loss(right, label, 255).item() == pytest.approx(0, abs=1e-5)
    assert lovasz_loss(-right, label, 255).item() == pytest.approx(1, abs=1e-5)
