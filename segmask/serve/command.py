"""The command line that gives the same bytes as the service did."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from segmask.options import Options

MASK_FLAGS = {"include": "--include", "exclude": "--exclude", "mask_in": "--mask-in"}


def command_words(options: dict[str, Any], masks: tuple[str, ...] = (), *, mark: bool = False) -> list[str]:
    """The words of a shell command; ``{original}`` and the like stand for files' names.

    >>> " ".join(command_words({"target": "upper", "tone_match": False}, ("include",)))
    'segmask apply {original} {edited} -o {composite} --target upper --no-tone-match --include {include}'
    """
    words = ["segmask", "apply", "{original}", "{edited}", "-o", "{composite}"]
    defaults = {entry.name: entry.default for entry in fields(Options)}
    for name, value in options.items():
        if value == defaults[name]:
            continue
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words += [f"--{flag}", f"{value:g}" if isinstance(value, float) else str(value)]
    for name in masks:
        words += [MASK_FLAGS[name], f"{{{name}}}"]
    return [*words, "--mark"] if mark else words
