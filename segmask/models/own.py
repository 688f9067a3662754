"""Networks of the user's own: an ONNX file and one small JSON file that describes it.

    {
      "input": {"height": 512, "width": 512, "channels": "RGB",
                "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "scale": 255},
      "fit": "stretch",
      "activation": "softmax",
      "classes": {"background": "background", "shirt": "upper", "trousers": "lower", "person": "skin"}
    }

``classes`` names each class in the order of the network's output and the part that it becomes; a string is the name of
a known label set. Only ``classes`` has no default.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from segmask.core.errors import InputError, SegmaskError
from segmask.core.files import read_text
from segmask.core.labels import PARTS, set_parts
from segmask.models.catalog import NetworkInput
from segmask.models.onnx_parser import Activation, Family, Fit, OnnxParser
from segmask.models.session import Network


def load_own_parser(network: Network, description: Path) -> OnnxParser:
    """The parser that a JSON file describes. InputError where the file says something that can't be."""
    fields = _Fields(description, _read(description))
    shape = network.inputs[0].shape
    spec = fields.network_input(shape[2:4] if len(shape) == 4 else ())
    family = Family(
        fit=fields.choice("fit", get_args(Fit), "stretch"),
        fill=fields.integer("fill", 127),
        output=fields.integer("output", 0),
        align_corners=bool(fields.top.pop("align_corners", False)),
        activation=fields.choice("activation", get_args(Activation), "softmax"),
    )
    parts = fields.parts()
    fields.done()
    return OnnxParser(network, network.path.stem, spec, parts, family)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_text(path))
    except OSError as error:
        raise InputError(f"{path}: can't read the labels file: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: expected JSON: {error}") from error
    if not isinstance(content, dict):
        raise InputError(f"{path}: expected a JSON object with a field 'classes'")
    return content


@dataclass
class _Fields:
    """The description's fields; each is taken out as it is read, so that what is left over is a mistake."""

    path: Path
    top: dict[str, Any]

    def network_input(self, open_hw: tuple[int | None, ...]) -> NetworkInput:
        described = self.top.pop("input", {})
        if not isinstance(described, dict):
            raise self.wrong("input", "an object with height, width, channels, mean, std and scale", described)
        size = (described.pop("height", None), described.pop("width", None))
        if size != (None, None) and not all(isinstance(side, int) and side > 0 for side in size):
            raise self.wrong("input.height and input.width", "two positive whole numbers", size)
        channels = described.pop("channels", "RGB")
        if channels not in ("RGB", "BGR"):
            raise self.wrong("input.channels", "'RGB' or 'BGR'", channels)
        mean, std = self.triple(described, "mean", 0.0), self.triple(described, "std", 1.0)
        scale = described.pop("scale", 255)
        if not isinstance(scale, int | float) or scale <= 0 or 0 in std:
            raise self.wrong("input.scale and input.std", "positive numbers", (scale, std))
        if described:
            raise self.wrong("input", "height, width, channels, mean, std and scale", sorted(described))
        fixed = tuple(open_hw) if open_hw and all(open_hw) else None
        return NetworkInput(size if size[0] else fixed, channels, mean, std, float(scale))  # type: ignore[arg-type]

    def triple(self, described: dict[str, Any], key: str, default: float) -> tuple[float, float, float]:
        value = described.pop(key, [default] * 3)
        if not isinstance(value, list) or len(value) != 3 or not all(isinstance(x, int | float) for x in value):
            raise self.wrong(f"input.{key}", "three numbers", value)
        return float(value[0]), float(value[1]), float(value[2])

    def choice(self, key: str, known: tuple[str, ...], default: str) -> Any:
        value = self.top.pop(key, default)
        if value not in known:
            raise self.wrong(key, "one of " + ", ".join(known), value)
        return value

    def integer(self, key: str, default: int) -> int:
        value = self.top.pop(key, default)
        if not isinstance(value, int) or not 0 <= value <= 255:
            raise self.wrong(key, "a whole number from 0 to 255", value)
        return value

    def parts(self) -> tuple[str, ...]:
        classes = self.top.pop("classes", None)
        if isinstance(classes, str):
            try:
                return set_parts(classes)
            except SegmaskError as error:
                raise InputError(f"{self.path}: classes: {error}") from error
        if not isinstance(classes, dict) or not classes:
            raise self.wrong("classes", "an object of class names and parts, or the name of a label set", classes)
        strange = sorted({str(part) for part in classes.values()} - set(PARTS))
        if strange:
            raise self.wrong("classes", f"parts among {', '.join(PARTS)}", ", ".join(strange))
        return tuple(classes.values())

    def done(self) -> None:
        if self.top:
            raise InputError(
                f"{self.path}: unknown fields {', '.join(sorted(self.top))}; "
                "expected input, fit, fill, output, align_corners, activation, classes"
            )

    def wrong(self, key: str, expected: str, got: object) -> InputError:
        return InputError(f"{self.path}: {key}: expected {expected}, got {got!r}")
