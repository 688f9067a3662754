"""``training.mean``: the mean of the weights of several parsers."""

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


def weights(path: Path) -> dict[str, list[float]]:
    return {item.name: numpy_helper.to_array(item).tolist() for item in onnx.load(str(path)).graph.initializer}


def test_each_parser_counts_by_its_share_and_other_constants_stay(tmp_path: Path) -> None:
    parsers = [network(tmp_path / f"{value}.onnx", value) for value in (1.0, 3.0, 8.0)]
    assert weights(mean(parsers, tmp_path / "out.onnx", [2, 1, 1])) == {"weight": [3.25] * 3, "axes": [1]}
    assert weights(mean(parsers, tmp_path / "out.onnx")) == {"weight": [4.0] * 3, "axes": [1]}


def test_one_parser_is_its_own_mean(tmp_path: Path) -> None:
    parser = network(tmp_path / "a.onnx", 1.0)
    assert weights(mean([parser, parser], tmp_path / "out.onnx", [1, 0])) == weights(parser)


def test_another_network_is_refused(tmp_path: Path) -> None:
    parsers = [network(tmp_path / "a.onnx", 1.0), network(tmp_path / "b.onnx", 3.0, 4)]
    with pytest.raises(ValueError, match="weight"):
        mean(parsers, tmp_path / "out.onnx")


@pytest.mark.parametrize("shares", [[1.0], [0.0, 0.0], [2.0, -1.0]])
def test_shares_that_do_not_fit_are_refused(tmp_path: Path, shares: list[float]) -> None:
    parsers = [network(tmp_path / f"{value}.onnx", value) for value in (1.0, 3.0)]
    with pytest.raises(ValueError, match="expected a share"):
        mean(parsers, tmp_path / "out.onnx", shares)
