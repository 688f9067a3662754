"""MagicBrush and sets like it: ``edit_turns.json`` and ``images/ID/`` with ``ID-input.png``, ``ID-mask1.png`` …

Zhang et al., MagicBrush: A Manually Annotated Dataset for Instruction-Guided Image Editing, NeurIPS 2023. A mask is
the input with the region to edit made transparent; its rim was brushed by hand, so the masks are loose.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.evaluation.datasets.case import Case, Problem
from segmask.evaluation.datasets.files import read_json
from segmask.io import read_picture

TURNS = "edit_turns.json"
KEYS = ("input", "output", "mask")


def recognise(root: Path) -> bool:
    """Is the list of turns there?

    >>> Path("edit_turns.json").touch()
    >>> recognise(Path())
    True
    """
    return (root / TURNS).is_file()


def read(root: Path) -> tuple[list[Case], list[Problem]]:
    """A case a turn, named after its output (``ID-output1``).

    >>> Path("images/7").mkdir(parents=True)
    >>> turn = {"input": "7-input.png", "mask": "7-mask1.png", "output": "7-output1.png"}
    >>> for name in turn.values():
    ...     Path("images/7", name).touch()
    >>> import json
    >>> _ = Path(TURNS).write_text(json.dumps([turn]))
    >>> [case.name for case in read(Path())[0]]
    ['7-output1']
    """
    turns = read_json(root / TURNS)
    if not isinstance(turns, list):
        raise InputError(f"{root / TURNS}: expected a list of turns, got {type(turns).__name__}")
    cases: list[Case] = []
    problems: list[Problem] = []
    for number, turn in enumerate(turns, start=1):
        name = f"turn {number}"
        try:
            if not isinstance(turn, dict) or not all(isinstance(turn.get(key), str) for key in KEYS):
                raise InputError(f"{root / TURNS}, turn {number}: expected the file names input, output and mask")
            name = Path(turn["output"]).stem
            cases.append(_case(root, name, turn))
        except InputError as error:
            problems.append(Problem(name, f"case {name}: {error}"))
    return cases, problems


def _case(root: Path, name: str, turn: dict[str, str]) -> Case:
    folder = root / "images" / turn["input"].split("-")[0]
    original, edited, mask = (folder / turn[key] for key in KEYS)
    for path in (original, edited, mask):
        if not path.is_file():
            raise InputError(f"{path}: no such file")
    return Case(name, original, edited, mask, mask_reader=read_transparency)


def read_transparency(path: Path) -> NDArray[np.uint8]:
    """A mask stored as transparency: 255 where the picture is clear, 0 where it is opaque, uint8 (H, W).

    >>> from segmask.io import write_png
    >>> write_png("mask.png", np.uint8([[[9, 9, 9, 0], [9, 9, 9, 255]]]))
    >>> read_transparency(Path("mask.png")).tolist()
    [[255, 0]]
    """
    picture = read_picture(path)
    if not picture.has_alpha:
        raise InputError(f"{path}: has no transparency; expected the region to edit to be transparent")
    return np.where(picture.raster[..., -1] == 0, 255, 0).astype(np.uint8)
