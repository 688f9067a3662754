"""In the place of torchvision or torchaudio: every name and submodule is there and does nothing.

``scripts/try_comfyui.sh`` copies it where a library is missing that ComfyUI imports and the segmask nodes don't use.
"""

from __future__ import annotations

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

__version__ = "0.0"


class _Nothing:
    """Takes any call and attribute."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __call__(self, *_: Any, **__: Any) -> _Nothing:
        return self

    def __getattr__(self, name: str) -> _Nothing:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Nothing()


def __getattr__(name: str) -> Any:
    """Any name as a class."""
    if name.startswith("__"):
        raise AttributeError(name)
    return type(name, (_Nothing,), {})


class _Module(ModuleType):
    def __getattr__(self, name: str) -> Any:
        return __getattr__(name)


class _Submodules(MetaPathFinder, Loader):
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:  # noqa: ARG002
        return ModuleSpec(fullname, self, is_package=True) if fullname.startswith(f"{__name__}.") else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__path__ = []


sys.meta_path.append(_Submodules())
