"""The commands, each loaded when it is run: `segmask --help` lists them without numpy and all that they need."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from copy import copy
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

COMMANDS = {
    "apply": ("apply", "Take the target from EDITED and everything else from ORIGINAL, bit for bit."),
    "mask": ("mask", "Write the mask alone."),
    "crop": ("crop", "Cut the region round the target, with its surroundings, to send it to an inpainting service."),
    "stitch": (
        "crop",
        "Put ANSWER, what a service made of a crop, back into ORIGINAL; all else stays the original, bit for bit.",
    ),
    "batch": ("batch", "Run every pair of SOURCE into OUT; what an earlier run finished there is not done again."),
    "watch": ("watch", "Process pairs as they arrive in DIR, until Ctrl-C; what was done before is not done again."),
    "verify": ("verify", "Compare RESULT with ORIGINAL wherever MASK is black."),
    "inspect": ("look", "Show what segmask sees in one picture: its parts and their shares, its faces, its people."),
    "compare": ("look", "Show what changed from picture A to picture B, whatever they show; no model is used."),
    "demo": ("demo", "Write a sample pair into DIR, run the main job on it and say where the pictures are."),
    "evaluate": (
        "evaluate",
        "Score strategies, parsers or any tool's masks on a labelled set: results.json, results.csv, report.html.",
    ),
    "synth": (
        "synth",
        "Make labelled pairs: new outfits on labelled photos, with the faults of generative models and the true masks.",
    ),
    "serve": ("serve", "Serve the page at / and the HTTP API under /v1, on this machine."),
    "models": (
        "models",
        "Better parsers and face detectors: list them, fetch them once, use them offline ever after.",
    ),
    "comfyui": ("comfyui", "Nodes for ComfyUI."),
}
"""By name: the module in this folder, and the first paragraph of the command's help (a test compares them)."""


def load_command(name: str) -> Any:
    """A command of Typer, or a group of them, by its name.

    >>> load_command("mask").name
    'mask'
    """
    module = import_module(f"segmask.cli.{COMMANDS[name][0]}")
    if hasattr(module, "app"):
        return typer.main.get_command(module.app)
    alone = typer.Typer(add_completion=False)
    alone.command(name)(getattr(module, name))
    return typer.main.get_command(alone)


class _Loaded(MutableMapping[str, Any]):
    """The commands by name; each is loaded when it is looked up."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = load_command(name)
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return name in COMMANDS

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Commands(TyperGroup):
    """The group of all commands; its own help knows their names and first paragraphs alone."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _Loaded()

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help."""
        listed = copy(self)
        listed.commands = {name: TyperCommand(name, help=text) for name, (_, text) in COMMANDS.items()}
        TyperGroup.format_help(listed, ctx, formatter)
