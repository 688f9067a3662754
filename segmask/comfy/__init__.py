"""ComfyUI nodes: one table of nodes, from which the V3 classes and those for older versions are made.

``comfyui/__init__.py``, which ComfyUI loads from its ``custom_nodes``, takes ``comfy_entrypoint`` or ``v1_mappings``.
Nothing of ComfyUI and no torch is imported before a node is asked for.
"""
