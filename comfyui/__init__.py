"""Segmask nodes for ComfyUI. They live in the package: `pip install segmask` into ComfyUI's Python."""

from importlib.util import find_spec

if find_spec("comfy_api") is not None and find_spec("comfy_api.latest") is not None:
    from segmask.comfy.v3 import comfy_entrypoint as comfy_entrypoint
else:  # before the V3 schema
    from segmask.comfy.v1 import v1_mappings

    NODE_CLASS_MAPPINGS, NODE_DISPLAY_NAME_MAPPINGS = v1_mappings()
