"""The nodes as plain classes, for versions of ComfyUI before the V3 schema: made from the same table."""

from __future__ import annotations

import secrets
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from segmask import io
from segmask.comfy.choices import problem_with
from segmask.comfy.host import progress
from segmask.comfy.nodes import NODES
from segmask.comfy.table import CATEGORY, Input, Node
from segmask.comfy.tensors import images_of


def v1_mappings() -> tuple[dict[str, Any], dict[str, str]]:
    """``NODE_CLASS_MAPPINGS`` and ``NODE_DISPLAY_NAME_MAPPINGS``.

    >>> classes, titles = v1_mappings()
    >>> titles["SegmaskAlign"], classes["SegmaskAlign"].RETURN_TYPES
    ('Segmask Align', ('IMAGE', 'MASK', 'STRING'))
    """
    return {node.name: node_class(node) for node in NODES}, {node.name: node.title for node in NODES}


def node_class(node: Node) -> type:
    """A plain class of one node.

    >>> node_class(NODES[0]).INPUT_TYPES()["required"]["tone_match"][0]
    'BOOLEAN'
    """
    kinds: dict[str, dict[str, Any]] = {"required": {}, "optional": {}}
    for entry in node.inputs:
        kinds["optional" if entry.optional else "required"][entry.name] = _declared(entry)

    def run(_self: Any, **given: Any) -> dict[str, Any]:
        found = node.run(given, progress())
        shown = {} if found.preview is None else {"ui": {"images": _saved_previews(found.preview)}}
        return {**shown, "result": found.values}

    def validate(
        _cls: Any, strategy: Any = None, target: Any = None, prompt: Any = None, person: Any = None
    ) -> bool | str:
        given = {"strategy": strategy, "target": target, "prompt": prompt, "person": person}
        return problem_with(given) or True

    members: dict[str, Any] = {
        "__doc__": node.description,
        "INPUT_TYPES": classmethod(lambda _cls: kinds),
        "RETURN_TYPES": tuple(entry.kind for entry in node.outputs),
        "RETURN_NAMES": tuple(entry.name for entry in node.outputs),
        "OUTPUT_TOOLTIPS": tuple(entry.tooltip for entry in node.outputs),
        "DESCRIPTION": node.description,
        "CATEGORY": CATEGORY,
        "FUNCTION": "run",
        "OUTPUT_NODE": True,
        "VALIDATE_INPUTS": classmethod(validate),
        "run": run,
    }
    if node.fingerprint is not None:
        fingerprint = node.fingerprint
        members["IS_CHANGED"] = classmethod(lambda _cls, **given: fingerprint(given))
    return type(node.name, (), members)


def _declared(entry: Input) -> tuple[Any, dict[str, Any]]:
    """An input as V1 writes it: its type, or the values of a drop-down, and its details."""
    details: dict[str, Any] = {"tooltip": entry.tooltip}
    if entry.default is not None:
        details["default"] = entry.default
    if entry.limits is not None:
        details |= dict(zip(("min", "max", "step"), entry.limits, strict=True))
    if entry.multiline:
        details["multiline"] = True
    return (list(entry.options) if entry.kind == "COMBO" else entry.kind), details


def _saved_previews(preview: Any) -> list[dict[str, str]]:
    """The pictures in ComfyUI's temporary folder, as its page wants them named."""
    folder, found = Path(import_module("folder_paths").get_temp_directory()), []
    folder.mkdir(parents=True, exist_ok=True)
    for image in images_of(np.asarray(preview) if not hasattr(preview, "detach") else preview, "preview"):
        name = f"segmask_{secrets.token_hex(8)}.png"
        io.write_png(folder / name, image)
        found.append({"filename": name, "subfolder": "", "type": "temp"})
    return found
