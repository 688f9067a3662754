"""The few names of ComfyUI and torch that the nodes touch, as small as they can be; real torch is used where it is."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np


class Tensor:
    """A tensor as far as the nodes ask: an array with a device."""

    def __init__(self, values: Any, device: str = "cpu") -> None:
        self.values, self.device = np.asarray(values), device

    def detach(self) -> Tensor:
        return self

    def float(self) -> Tensor:
        return Tensor(self.values.astype(np.float32), self.device)

    def cpu(self) -> Tensor:
        return Tensor(self.values)

    def numpy(self) -> np.ndarray:
        assert self.device == "cpu", "a tensor on another device has no numpy()"
        return self.values

    def to(self, device: str) -> Tensor:
        return Tensor(self.values, device)


@dataclass
class Made:
    """An input, output or schema: what it was made with."""

    kind: str
    arguments: tuple[Any, ...]
    details: dict[str, Any]

    @property
    def id(self) -> str:
        return self.arguments[0]


def kind(name: str) -> SimpleNamespace:
    """``io.Image`` and its like."""

    def maker(what: str) -> Any:
        return lambda *arguments, **details: Made(f"{name} {what}", arguments, details)

    return SimpleNamespace(Input=maker("input"), Output=maker("output"))


class NodeOutput:
    """``io.NodeOutput``."""

    def __init__(self, *result: Any, ui: Any = None) -> None:
        self.result, self.ui = result, ui


@dataclass
class Server:
    """A stand-in server: its folders and what its progress bars were told."""

    base: Path
    told: list[tuple[int, int]] = field(default_factory=list)
    listen: str = "127.0.0.1"

    def folder(self, name: str) -> str:
        (self.base / name).mkdir(exist_ok=True)
        return str(self.base / name)

    def modules(self) -> dict[str, Any]:
        """By name, for ``sys.modules``."""
        kinds = ("Image", "Mask", "String", "Combo", "Float", "Int", "Boolean")
        io = SimpleNamespace(
            **{name: kind(name) for name in kinds},
            ComfyNode=object,
            NodeOutput=NodeOutput,
            Schema=lambda **details: SimpleNamespace(**details),
        )
        ui = SimpleNamespace(PreviewImage=lambda image, cls: {"images": image, "cls": cls})
        latest = SimpleNamespace(io=io, ui=ui, ComfyExtension=object)
        told = self.told

        class ProgressBar:
            def __init__(self, total: int) -> None:
                self.total = total

            def update_absolute(self, value: int, total: int) -> None:
                assert total == self.total
                told.append((value, total))

        folders = {f"get_{name}_directory": lambda name=name: self.folder(name) for name in ("input", "output", "temp")}

        def annotated(name: str) -> tuple[str, str | None]:
            for ending in ("input", "output", "temp"):
                if name.endswith(f"[{ending}]"):
                    return name.removesuffix(f"[{ending}]").strip(), self.folder(ending)
            return name, None

        return {
            "comfy_api": ModuleType("comfy_api"),
            "comfy_api.latest": latest,
            "comfy": ModuleType("comfy"),
            "comfy.utils": SimpleNamespace(ProgressBar=ProgressBar),
            "comfy.cli_args": SimpleNamespace(args=self),
            "folder_paths": SimpleNamespace(**folders, annotated_filepath=annotated),
        }


def torch_or_stand_in() -> Any:
    """torch, or what the nodes need of it."""
    if "torch" in sys.modules:
        return sys.modules["torch"]
    try:
        import torch  # type: ignore[import-not-found]
    except ImportError:
        return SimpleNamespace(from_numpy=Tensor, zeros=lambda *shape: Tensor(np.zeros(shape, np.float32)))
    return torch
