"""The parsing network: a MobileNetV2 encoder and a feature-pyramid decoder.

Sources: Sandler et al. 2018, MobileNetV2; Lin et al. 2017, Feature Pyramid Networks; Kirillov et al.
2019, Panoptic Feature Pyramid Networks (the semantic branch).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

# expansion, output channels, repeats, first stride: table 2 of the MobileNetV2 paper.
STAGES = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
TAPS = (0, 1, 2, 4, 6)  # the stages whose output the decoder reads: strides 2, 4, 8, 16, 32
TAP_CHANNELS = (16, 24, 32, 96, 320)


class ConvUnit(nn.Sequential):
    """Convolution with TensorFlow's "same" padding, batch norm and, if wanted, ReLU6."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, groups: int = 1, relu: bool = True
    ) -> None:
        pad = (kernel - 1) // 2
        layers: list[nn.Module] = []
        if stride == 2:
            layers.append(nn.ZeroPad2d((0, kernel - 2, 0, kernel - 2)))
            pad = 0
        layers.append(nn.Conv2d(inputs, outputs, kernel, stride, pad, groups=groups, bias=False))
        layers.append(nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.03))
        if relu:
            layers.append(nn.ReLU6(inplace=True))
        super().__init__(*layers)

    @property
    def conv(self) -> nn.Conv2d:
        return next(layer for layer in self if isinstance(layer, nn.Conv2d))

    @property
    def norm(self) -> nn.BatchNorm2d:
        return next(layer for layer in self if isinstance(layer, nn.BatchNorm2d))


class InvertedResidual(nn.Module):
    """MobileNetV2's block: expand, depthwise, project, and a skip where the shapes allow it."""

    def __init__(self, inputs: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        hidden = inputs * expansion
        units = [] if expansion == 1 else [ConvUnit(inputs, hidden, 1)]
        units.append(ConvUnit(hidden, hidden, 3, stride, groups=hidden))
        units.append(ConvUnit(hidden, outputs, 1, relu=False))
        self.units = nn.Sequential(*units)
        self.skip = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        return x + self.units(x) if self.skip else self.units(x)


class Encoder(nn.Module):
    """MobileNetV2 without its classifier; returns five feature maps, strides 2 to 32."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvUnit(3, 32, 3, 2)
        channels, stages = 32, []
        for expansion, outputs, repeats, stride in STAGES:
            blocks = []
            for index in range(repeats):
                blocks.append(InvertedResidual(channels, outputs, stride if index == 0 else 1, expansion))
                channels = outputs
            stages.append(nn.Sequential(*blocks))
        self.stages = nn.ModuleList(stages)

    def forward(self, x: Tensor) -> list[Tensor]:
        x, taps = self.stem(x), []
        for index, stage in enumerate(self.stages):
            x = stage(x)
            if index in TAPS:
                taps.append(x)
        return taps


class Decoder(nn.Module):
    """Top-down pyramid with a global context vector; logits at stride 2."""

    def __init__(self, classes: int, width: int = 96) -> None:
        super().__init__()
        self.context = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(TAP_CHANNELS[-1], width, 1), nn.ReLU())
        self.lateral = nn.ModuleList(ConvUnit(c, width, 1, relu=False) for c in TAP_CHANNELS[1:])
        self.mix = nn.ModuleList(InvertedResidual(width, width, 1, 3) for _ in TAP_CHANNELS[2:])
        self.fine = ConvUnit(width, width // 2, 3)
        self.edge = ConvUnit(TAP_CHANNELS[0] + width // 2, width // 2, 3)
        self.dropout = nn.Dropout2d(0.1)
        self.head = nn.Conv2d(width // 2, classes, 1)

    def forward(self, taps: list[Tensor]) -> Tensor:
        x = self.lateral[3](taps[4]) + self.context(taps[4])
        x = self.mix[2](x)
        for level in (2, 1, 0):
            x = upsample(x, taps[level + 1]) + self.lateral[level](taps[level + 1])
            x = self.mix[level - 1](x) if level else self.fine(x)
        x = torch.cat([taps[0], upsample(x, taps[0])], dim=1)
        return self.head(self.dropout(self.edge(x)))


class ParsingNet(nn.Module):
    """RGB in [-1, 1], (N, 3, H, W), sides multiples of 32 -> logits (N, classes, H/2, W/2)."""

    def __init__(self, classes: int = 14) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.decoder = Decoder(classes)

    def forward(self, x: Tensor) -> Tensor:
        return self.decoder(self.encoder(x))


def channels_last(net: ParsingNet, device: torch.device) -> ParsingNet:
    """The net on a device, its weights with the channels innermost: what convolutions on a CPU are fastest with."""
    return net.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]  # not in PyTorch's stubs


def upsample(x: Tensor, like: Tensor) -> Tensor:
    return F.interpolate(x, size=like.shape[-2:], mode="bilinear", align_corners=False)


def load_imagenet(net: ParsingNet, path: Path, batch: Tensor) -> None:
    """Start the encoder from a MobileNetV2 ONNX file whose batch norms are folded into its convolutions.

    Each norm is put back so that the function stays what it was: its running moments are those of ``batch``
    (float32 (N, 3, H, W) in [-1, 1]) at that layer, its gain undoes the division, its offset carries the folded
    bias.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    arrays = {item.name: numpy_helper.to_array(item) for item in graph.initializer}
    convs = [node for node in graph.node if node.op_type == "Conv"]
    units = [module for module in net.encoder.modules() if isinstance(module, ConvUnit)]
    net.eval()
    with torch.no_grad():
        for unit, node in zip(units, convs, strict=False):
            weight, bias = (torch.from_numpy(np.array(arrays[name])) for name in node.input[1:3])
            unit.conv.weight.copy_(weight)
            unit.norm.bias.copy_(bias)
        _restore_norms(net.encoder, batch)


def load_parser(net: ParsingNet, path: Path, batch: Tensor) -> None:
    """Start the whole net from a ``parser.onnx`` of this recipe: where the checkpoint is gone, or to train on.

    The exporter folds norms into convolutions; they are put back as in ``load_imagenet``.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    arrays = {
        item.name.removesuffix("_half"): torch.from_numpy(numpy_helper.to_array(item).astype(np.float32))
        for item in graph.initializer
    }
    net.eval()
    with torch.no_grad():
        for name, unit in net.named_modules():
            if isinstance(unit, ConvUnit):
                weight, bias = _folded(arrays, f"net.{name}", unit)
                unit.conv.weight.copy_(weight)
                unit.norm.bias.copy_(bias)
        for layer in (net.decoder.context[1], net.decoder.head):
            name = next(name for name, module in net.named_modules() if module is layer)
            assert isinstance(layer, nn.Conv2d)
            assert layer.bias is not None
            layer.weight.copy_(arrays[f"net.{name}.weight"])
            layer.bias.copy_(arrays[f"net.{name}.bias"])
        _restore_norms(net, batch)


def _folded(arrays: dict[str, Tensor], name: str, unit: ConvUnit) -> tuple[Tensor, Tensor]:
    """Weight and bias of a unit's convolution with the norm in it, wherever the exporter left the norm."""
    index = next(index for index, layer in enumerate(unit) if isinstance(layer, nn.Conv2d))
    norm = f"{name}.{index + 1}"
    if f"{norm}.running_mean" in arrays:
        weight = arrays[f"{name}.{index}.weight"]
        gain = arrays[f"{norm}.weight"] / (arrays[f"{norm}.running_var"] + unit.norm.eps).sqrt()
        return weight * gain[:, None, None, None], arrays[f"{norm}.bias"] - arrays[f"{norm}.running_mean"] * gain
    bias = next(arrays[key] for key in (f"{name}.{index}.weight_bias", f"{norm}.weight_bias") if key in arrays)
    return arrays[f"{name}.{index}.weight"], bias


def _restore_norms(net: nn.Module, batch: Tensor) -> None:
    """Give each norm, which holds only the folded bias, the moments of ``batch`` at its layer, and undo them."""
    hooks = [unit.norm.register_forward_pre_hook(_restore) for unit in net.modules() if isinstance(unit, ConvUnit)]
    net(batch)
    for hook in hooks:
        hook.remove()


def _restore(norm: nn.BatchNorm2d, inputs: tuple[Tensor]) -> None:
    mean, var = inputs[0].mean((0, 2, 3)), inputs[0].var((0, 2, 3))
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(var)
    norm.weight.copy_((var + norm.eps).sqrt())
    norm.bias.add_(mean)
