"""The nodes as V3 classes (``comfy_api.latest``)."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from segmask.comfy.choices import problem_with
from segmask.comfy.host import progress
from segmask.comfy.nodes import NODES
from segmask.comfy.table import CATEGORY, Input, Node


async def comfy_entrypoint() -> Any:
    """What ComfyUI asks a pack of V3 nodes for."""
    api: Any = import_module("comfy_api.latest")

    class SegmaskExtension(api.ComfyExtension):
        """The pack."""

        async def get_node_list(self) -> list[Any]:
            """Its node classes."""
            return [node_class(node) for node in NODES]

    return SegmaskExtension()


def node_class(node: Node) -> Any:
    """A V3 class of one node."""
    api: Any = import_module("comfy_api.latest")

    class SegmaskNode(api.io.ComfyNode):
        """A node of the table."""

        @classmethod
        def define_schema(cls) -> Any:
            """Inputs and outputs."""
            return api.io.Schema(
                node_id=node.name,
                display_name=node.title,
                category=CATEGORY,
                description=node.description,
                inputs=[_input(api.io, entry) for entry in node.inputs],
                outputs=[
                    _kind(api.io, entry.kind).Output(
                        f"out_{entry.name}", display_name=entry.name, tooltip=entry.tooltip
                    )
                    for entry in node.outputs
                ],
                is_output_node=True,
            )

        @classmethod
        def validate_inputs(
            cls, strategy: Any = None, target: Any = None, prompt: Any = None, person: Any = None
        ) -> bool | str:
            """The widgets checked before anything runs."""
            given = {"strategy": strategy, "target": target, "prompt": prompt, "person": person}
            return problem_with(given) or True

        @classmethod
        def execute(cls, **given: Any) -> Any:
            """The node's work."""
            found = node.run(given, progress())
            shown = {} if found.preview is None else {"ui": api.ui.PreviewImage(found.preview, cls=cls)}
            return api.io.NodeOutput(*found.values, **shown)

    if node.fingerprint is not None:
        fingerprint = node.fingerprint
        SegmaskNode.fingerprint_inputs = classmethod(lambda _cls, **given: fingerprint(given))
    SegmaskNode.__name__ = SegmaskNode.__qualname__ = node.name
    return SegmaskNode


def _kind(io: Any, kind: str) -> Any:
    return getattr(io, kind.capitalize())


def _input(io: Any, entry: Input) -> Any:
    """An input of the schema."""
    made: dict[str, Any] = {"tooltip": entry.tooltip, "optional": entry.optional}
    if entry.default is not None:
        made["default"] = entry.default
    if entry.options:
        made["options"] = list(entry.options)
    if entry.limits is not None:
        made |= dict(zip(("min", "max", "step"), entry.limits, strict=True))
    if entry.multiline:
        made["multiline"] = True
    return _kind(io, entry.kind).Input(entry.name, **made)
