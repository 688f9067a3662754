"""What a node is: its inputs, outputs and work, for whichever version of ComfyUI makes a class of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Progress = Callable[[int, int], None]
"""Told how many steps are done, and how many there are. Ends the run where the user interrupted it."""


@dataclass(frozen=True)
class Input:
    """A socket or a widget of a node."""

    name: str
    kind: str
    """``IMAGE``, ``MASK``, ``STRING``, ``COMBO``, ``FLOAT``, ``INT`` or ``BOOLEAN``."""
    tooltip: str
    default: Any = None
    options: tuple[str, ...] = ()
    """Of a ``COMBO``."""
    limits: tuple[float, float, float] | None = None
    """Least, most and step of a number."""
    optional: bool = False
    multiline: bool = False


@dataclass(frozen=True)
class Output:
    """What a node gives."""

    name: str
    kind: str
    tooltip: str


@dataclass(frozen=True)
class Outcome:
    """What a run of a node gave."""

    values: tuple[Any, ...]
    """In the order of the node's outputs."""
    preview: Any = None
    """Tensor (B, H, W, 3) that is shown in the node; None for no picture."""


@dataclass(frozen=True)
class Node:
    """A node of the pack."""

    name: str
    """Its class type in workflows: never changed."""
    title: str
    description: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    run: Callable[[Mapping[str, Any], Progress], Outcome]
    fingerprint: Callable[[Mapping[str, Any]], str] | None = None
    """Another text whenever the node is to run anew though its inputs are the same: a file behind a path changed."""


CATEGORY = "segmask"
