"""``training.mean``: weights between two parsers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")

import onnx
from onnx import TensorProto, helper, numpy_helper

from training.mean import mean


def network(path: Path, value: float, size: int = 3) -> Path:
    weight = numpy_helper.from_array(np.full(size, value, np.float32), "weight")
    axes = numpy_helper.from_array(np.array([1], np.int64), "axes")
    ports = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [size]) for name in ("x", "y")]
    node = helper.make_node("Mul", ["x", "weight"], ["y"])
    onnx.save(helper.make_model(helper.make_graph([node], "g", ports[:1], ports[1:], [weight, axes])), str(path))
    return path


def test_weights_lie_between_and_other_constants_stay(tmp_path: Path) -> None:
    first, second = network(tmp_path / "a.onnx", 1.0), network(tmp_path / "b.onnx", 3.0)
    model = onnx.load(str(mean(first, second, tmp_path / "c.onnx", 0.25)))
    arrays = {item.name: numpy_helper.to_array(item).tolist() for item in model.graph.initializer}
    assert arrays == {"weight": [1.5, 1.5, 1.5], "axes": [1]}


def test_another_network_is_refused(tmp_path: Path) -> None:
    first, second = network(tmp_path / "a.onnx", 1.0), network(tmp_path / "b.onnx", 3.0, 4)
    with pytest.raises(ValueError, match="weight"):
        mean(first, second, tmp_path / "c.onnx")
