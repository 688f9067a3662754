"""The node that works on files: depth, colour profile, metadata and JPEG blocks stay, which tensors lose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from segmask.comfy.choices import loaded, options_of
from segmask.comfy.paths import input_file, output_file
from segmask.comfy.table import Outcome, Progress
from segmask.comfy.tensors import tensor_of
from segmask.comfy.work import reports_text


def run_files(given: Mapping[str, Any], progress: Progress) -> Outcome:
    """The bytes that `segmask apply` writes for the same files and options; with the mask beside it."""
    original, edited = (input_file(str(given[name]), name) for name in ("original", "edited"))
    output = output_file(str(given["output"]))
    mask = output.with_name(f"{output.stem}_mask.png")
    progress(0, 2)
    with loaded(given) as masker:
        result = masker.open(original, edited).apply(**options_of(given))
    progress(1, 2)
    report = result.save(output, mask=mask)
    progress(2, 2)
    shown = tensor_of([result.image.astype(np.float32) / np.float32(255)], _torch_like())
    return Outcome((str(output), str(mask), reports_text([report]), report.verdict, shown), shown)


def _torch_like() -> Any:
    """A tensor on the CPU, where there is torch."""
    from importlib import import_module
    from importlib.util import find_spec

    return import_module("torch").zeros(1) if find_spec("torch") else np.zeros(1)
