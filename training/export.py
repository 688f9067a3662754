"""From a trained net to the ONNX file in the package: float16 weights, dynamic batch and size.

``python -m training.export OUT/last.pt FILE.onnx`` exports a checkpoint of a run.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from segmask.core.labels import PARTS
from training.net import ParsingNet

if TYPE_CHECKING:
    from onnx import ModelProto

OPSET = 18


class Exported(nn.Module):
    """RGB 0..255 float32 (N, 3, H, W) -> logits float32 (N, C, H/2, W/2)."""

    def __init__(self, net: ParsingNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, image: Tensor) -> Tensor:
        return self.net(image / 127.5 - 1)


def export(net: ParsingNet, path: Path) -> Path:
    """Write ``net`` to ``path``, which is returned, and check that onnxruntime gives the same logits."""
    import onnx

    path = Path(path)
    partial = path.with_suffix(".partial")
    batch, rows, columns = (torch.export.Dim(name, min=1, max=64) for name in ("batch", "rows", "columns"))
    plain = Exported(net).eval()
    torch.onnx.export(
        plain.to(memory_format=torch.contiguous_format),  # type: ignore[call-overload]  # not in PyTorch's stubs
        (torch.zeros(2, 3, 384, 256),),
        str(partial),
        input_names=["image"],
        output_names=["logits"],
        dynamic_shapes={"image": {0: batch, 2: 32 * rows, 3: 32 * columns}},
        opset_version=OPSET,
        dynamo=True,
        external_data=False,
        optimize=True,
    )
    model = onnx.load(str(partial))
    onnx.save(_half_weights(model), str(partial))
    _compare(net, partial)
    return partial.replace(path)


def _half_weights(model: ModelProto) -> ModelProto:
    """Store the large weights as float16, followed by a cast: half the file, arithmetic as before."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    graph = model.graph
    casts, kept = [], []
    for item in graph.initializer:
        if item.data_type != TensorProto.FLOAT or int(np.prod(item.dims)) < 256:
            kept.append(item)
            continue
        half = numpy_helper.from_array(numpy_helper.to_array(item).astype(np.float16), item.name + "_half")
        kept.append(half)
        casts.append(helper.make_node("Cast", [half.name], [item.name], to=TensorProto.FLOAT))
    nodes = list(graph.node)
    del graph.initializer[:], graph.node[:]
    graph.initializer.extend(kept)
    graph.node.extend(casts + nodes)
    _strip(model)
    onnx.checker.check_model(model)
    return model


def _strip(model: ModelProto) -> None:
    """Take out what the exporter noted about this machine: stack traces, paths, names of tensors' origins."""
    graph = model.graph
    for item in (model, graph, *graph.node, *graph.initializer, *graph.value_info, *graph.input, *graph.output):
        item.ClearField("metadata_props")
        if "doc_string" in item.DESCRIPTOR.fields_by_name:
            item.ClearField("doc_string")
    del graph.value_info[:]


def _compare(net: ParsingNet, path: Path) -> None:
    import onnxruntime

    image = torch.rand(1, 3, 384, 256, generator=torch.Generator().manual_seed(0)) * 255
    image = F.avg_pool2d(image, 9, 1, 4)
    with torch.no_grad():
        expected = Exported(net)(image).numpy()
    run = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    got = run.run(None, {"image": image.numpy()})[0]
    worst = float(np.abs(got - expected).max())
    if worst > 0.15:
        raise SystemExit(f"export: logits differ by {worst:.3f} between PyTorch and ONNX")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("onnx", type=Path)
    options = parser.parse_args()
    net = ParsingNet(len(PARTS))
    net.load_state_dict(torch.load(options.checkpoint, map_location="cpu", weights_only=True)["average"])
    export(net, options.onnx)


if __name__ == "__main__":
    main()
