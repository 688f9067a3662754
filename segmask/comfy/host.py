"""What the nodes ask of ComfyUI whichever schema they have."""

from __future__ import annotations

from importlib import import_module

from segmask.comfy.table import Progress


def progress() -> Progress:
    """Steps to the bar on the node that runs; ComfyUI ends the run there where the user interrupted it.

    ``comfy.utils.ProgressBar`` is the way that all versions have; ``ComfyAPISync`` of ``comfy_api.latest`` has no
    ``execution`` in 0.3.64.
    """
    make = import_module("comfy.utils").ProgressBar
    bars = {}

    def told(done: int, total: int) -> None:
        if total not in bars:
            bars[total] = make(total)
        bars[total].update_absolute(done, total)

    return told
