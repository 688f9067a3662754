"""PIXAR and sets like it: a split's ``tampered/ID.png``, ``masks/ID_mask.png``, ``soft_masks/ID_mask.png``.

Shang et al., From Masks to Pixels and Meaning, 2026. ``masks`` is the region that was meant to be edited,
``soft_masks`` where pixels really changed, ``mapping.json`` names the original (in ``real/``) of each tampered
picture. Where the region was meant but nothing changed, either picture is right: those pixels don't count.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from segmask.core.errors import InputError
from segmask.evaluation.datasets.case import Case, Problem
from segmask.evaluation.datasets.files import pictures, read_json
from segmask.evaluation.metrics.truth import CHANGE, DONT_CARE, STAY
from segmask.io import read_gray

MAPPING = "mapping.json"


def recognise(root: Path) -> bool:
    """Is it a split, or a folder of splits, with its mapping?

    >>> for folder in ("real", "tampered", "masks", "soft_masks"):
    ...     Path(folder).mkdir()
    >>> Path("mapping.json").touch()
    >>> recognise(Path())
    True
    """
    return bool(_splits(root)) and _mapping_file(root) is not None


def read(root: Path) -> tuple[list[Case], list[Problem]]:
    """A case for every tampered picture of every split below ``root``.

    >>> for folder in ("real", "tampered", "masks", "soft_masks"):
    ...     Path(folder).mkdir()
    >>> for path in ("real/a.png", "tampered/b.png", "masks/b_mask.png"):
    ...     Path(path).touch()
    >>> _ = Path(MAPPING).write_text('{"b.png": {"real": "a.png", "type": "color"}}')
    >>> [(case.name, case.facts) for case in read(Path())[0]]
    [('b', (('type', 'color'),))]
    """
    mapping_file = _mapping_file(root)
    mapping = read_json(mapping_file) if mapping_file else None
    if not isinstance(mapping, dict):
        raise InputError(f"{mapping_file}: expected an object from tampered pictures to their originals")
    splits = _splits(root)
    originals = {path.name: path for split in (*splits, *_splits(root.parent)) for path in pictures(split / "real")}
    cases: list[Case] = []
    problems: list[Problem] = []
    for split in splits:
        for edited in pictures(split / "tampered"):
            try:
                cases.append(_case(edited, mapping, originals))
            except InputError as error:
                problems.append(Problem(edited.stem, f"case {edited.stem}: {error}"))
    return cases, problems


def _case(edited: Path, mapping: dict[str, Any], originals: dict[str, Path]) -> Case:
    entry = mapping.get(edited.name)
    if not isinstance(entry, dict) or entry.get("real") not in originals:
        raise InputError(f"{edited}: {MAPPING} names no original of it that is there")
    mask = edited.parent.parent / "masks" / f"{edited.stem}_mask.png"
    if not mask.is_file():
        raise InputError(f"{mask}: no such file")
    facts = (("type", str(entry["type"])),) if "type" in entry else ()
    return Case(edited.stem, originals[entry["real"]], edited, mask, facts=facts, mask_reader=read_meant_and_changed)


def read_meant_and_changed(path: Path) -> NDArray[np.uint8]:
    """The truth from a file in ``masks`` and its namesake in ``soft_masks``, uint8 (H, W).

    255 where a change was intended and is there, 128 where it was intended only, 0 elsewhere.

    >>> for folder in ("real", "tampered", "masks", "soft_masks"):
    ...     Path(folder).mkdir()
    >>> from segmask.io import write_png
    >>> write_png("masks/b_mask.png", np.uint8([[0, 255, 255]]))
    >>> write_png("soft_masks/b_mask.png", np.uint8([[255, 255, 0]]))
    >>> read_meant_and_changed(Path("masks/b_mask.png")).tolist()
    [[0, 255, 128]]
    """
    region = read_gray(path) >= DONT_CARE
    changed_file = path.parent.parent / "soft_masks" / path.name
    if not changed_file.is_file():
        return np.where(region, CHANGE, STAY).astype(np.uint8)
    changed = read_gray(changed_file) >= DONT_CARE
    if changed.shape != region.shape:
        raise InputError(f"{changed_file}: its size differs from {path}")
    return np.where(region, np.where(changed, CHANGE, DONT_CARE), STAY).astype(np.uint8)


def _splits(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    return [folder for folder in (root, *sorted(root.iterdir())) if _is_split(folder)]


def _is_split(folder: Path) -> bool:
    return all((folder / name).is_dir() for name in ("tampered", "masks", "real"))


def _mapping_file(root: Path) -> Path | None:
    """The mapping lies beside the splits."""
    return next((path for path in (root / MAPPING, root.parent / MAPPING) if path.is_file()), None)
