"""The only door to onnxruntime: sessions by file and options, shared inside a process, remade after a fork.

onnxruntime 1.29 and later report to their maker over the network unless told not to before they are loaded:
docs/decisions/0040-onnxruntime-stays-silent.md.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import ModelError, OptionError, unknown
from segmask.models.process import OncePerProcess, file_version
from segmask.options import DEVICES

PROVIDERS = {
    "cpu": "CPUExecutionProvider",
    "cuda": "CUDAExecutionProvider",
    "coreml": "CoreMLExecutionProvider",
    "directml": "DmlExecutionProvider",
}
TELEMETRY_VARIABLE = "ORT_DISABLE_TELEMETRY"
PACKAGES = {"cuda": "onnxruntime-gpu", "coreml": "onnxruntime on macOS", "directml": "onnxruntime-directml"}


@dataclass(frozen=True)
class Port:
    """An input or output of a graph; a dimension that the file leaves open is None."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str


@dataclass(frozen=True)
class Network:
    """An ONNX file with the options to run it. The session behind it is made when first used.

    It holds no session itself, so it may be copied, pickled and used on both sides of a fork.
    """

    path: Path
    device: str = "cpu"
    threads: int | None = None
    """Threads inside one operator; None leaves it to onnxruntime (one a core)."""

    def __post_init__(self) -> None:
        if self.device not in DEVICES:
            raise unknown("device", self.device, DEVICES)
        if self.threads is not None and self.threads < 1:
            raise OptionError(f"threads: expected a number of at least 1, got {self.threads}")

    @property
    def inputs(self) -> tuple[Port, ...]:
        """What the graph takes."""
        return tuple(map(_port, _session(self).get_inputs()))

    @property
    def outputs(self) -> tuple[Port, ...]:
        """What the graph gives."""
        return tuple(map(_port, _session(self).get_outputs()))

    @property
    def signature(self) -> str:
        """Inputs and outputs with their shapes, for messages."""
        return " -> ".join(
            ", ".join(f"{port.name} ({', '.join(str(side or '?') for side in port.shape)})" for port in ports)
            for ports in (self.inputs, self.outputs)
        )

    def run(self, feeds: Mapping[str, NDArray]) -> list[NDArray]:
        """All outputs, in the graph's order. ModelError when the graph can't take these inputs."""
        session = _session(self)
        try:
            return [np.asarray(output) for output in session.run(None, dict(feeds))]
        except Exception as error:  # onnxruntime's exceptions share no base class
            shapes = ", ".join(f"{name} {array.dtype} {array.shape}" for name, array in feeds.items())
            raise ModelError(f"{self.path}: the network failed on {shapes}: {_first_line(error)}") from error


def _onnxruntime() -> Any:
    """The library, with its telemetry off: nothing leaves the machine."""
    os.environ[TELEMETRY_VARIABLE] = "1"  # read once, when the library is loaded
    import onnxruntime

    onnxruntime.disable_telemetry_events()  # for a program that has loaded it before, and for Windows
    return onnxruntime


def provider(device: str) -> str:
    """onnxruntime's provider for a device; ``auto`` takes the best one that is there.

    >>> provider("cpu")
    'CPUExecutionProvider'
    """
    present = _onnxruntime().get_available_providers()
    if device == "auto":
        return next((name for key, name in PROVIDERS.items() if key != "cpu" and name in present), PROVIDERS["cpu"])
    if PROVIDERS[device] not in present:
        here = ", ".join(key for key, name in PROVIDERS.items() if name in present)
        raise OptionError(
            f"device {device!r} is not available: the installed onnxruntime offers {here}; "
            f"install {PACKAGES[device]} in its place, or choose device 'cpu'"
        )
    return PROVIDERS[device]


_sessions: OncePerProcess[Any] = OncePerProcess()


def _session(network: Network) -> Any:
    key = (*file_version(network.path), network.device, network.threads)
    return _sessions.get(key, lambda: _load(network))


def _load(network: Network) -> Any:
    wanted = provider(network.device)
    onnxruntime = _onnxruntime()
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4  # fatal only: errors come back as exceptions
    options.inter_op_num_threads = 1
    if network.threads is not None:
        options.intra_op_num_threads = network.threads
    fallback = [PROVIDERS["cpu"]] if wanted != PROVIDERS["cpu"] else []
    try:
        session = onnxruntime.InferenceSession(str(network.path), options, providers=[wanted, *fallback])
    except Exception as error:  # onnxruntime's exceptions share no base class
        raise ModelError(
            f"{network.path}: expected an ONNX network, but onnxruntime can't load it: {_first_line(error)}; "
            "the file may be damaged or of another kind: `segmask models verify` checks downloaded ones"
        ) from error
    if network.device != "auto" and wanted not in session.get_providers():
        raise ModelError(
            f"device {network.device!r} could not be started: its driver or libraries are missing or too old; "
            "choose device 'cpu' or mend the installation"
        )
    return session


def _port(value: Any) -> Port:
    shape = tuple(size if isinstance(size, int) and size > 0 else None for size in value.shape)
    return Port(value.name, shape, value.type)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300] or type(error).__name__
