"""Virtual try-on sets: VITON-HD and DressCode, with the masks that try-on models are given.

Choi et al., VITON-HD, CVPR 2021; Morelli et al., Dress Code, ECCV 2022. What a try-on model made of a picture is put
into ``edited/`` beside it. Masks are those of the region to be made anew, larger than the garment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from segmask.core.errors import InputError, OptionError, unknown
from segmask.evaluation.datasets.case import Case, Problem, make_case
from segmask.evaluation.datasets.files import find_picture, pictures, require_picture

SIZE_WH = (768, 1024)
"""Pixels: of both sets' pictures at the size that models are trained at."""


@dataclass(frozen=True)
class Preset:
    """Where one kind of set keeps a picture's files."""

    image: str
    """Folder of the pictures of people."""
    mask: str
    mask_ending: str
    """What a mask's name has after its picture's."""
    agnostic: str | None
    """Folder of the pictures with the mask painted grey; None where the set has none."""
    name_ending: str
    """What the name of every picture of a person ends with."""
    folders: tuple[tuple[str, str], ...]
    """Garment (a target) and the folder that holds its pictures."""


PRESETS = {
    "viton-hd": Preset("image", "agnostic-mask", "_mask", "agnostic-v3.2", "", (("upper", "test"),)),
    "dresscode": Preset(
        "images",
        "agnostic_masks",
        "",
        None,
        "_0",
        (("upper", "upper_body"), ("lower", "lower_body"), ("dress", "dresses")),
    ),
}


def garment_folder(preset: str, parts: tuple[str, ...]) -> tuple[Preset, str]:
    """A set's layout, and its folder for a garment. Raises OptionError for sets and garments that there are not.

    >>> garment_folder("dresscode", ("lower",))[1]
    'lower_body'
    """
    if preset not in PRESETS:
        raise unknown("preset", preset, PRESETS)
    found = PRESETS[preset]
    for garment, folder in found.folders:
        if garment in parts and set(parts) <= {garment, "outerwear"}:
            return found, folder
    names = " or ".join(garment for garment, _ in found.folders)
    raise OptionError(f"preset {preset}: holds one garment a picture; name it as the target: {names}")


def recognise(root: Path) -> bool:
    """Is there a folder of pictures with one of masks beside it?

    >>> for name in ("image", "agnostic-mask"):
    ...     Path("test", name).mkdir(parents=True)
    >>> recognise(Path()), recognise(Path("test"))
    (True, True)
    """
    return root.is_dir() and any(True for _ in _found(root))


def read(root: Path) -> tuple[list[Case], list[Problem]]:
    """A case for every mask; one without its picture or its edit is a problem.

    >>> for name in ("image/a_00.jpg", "agnostic-mask/a_00_mask.png", "edited/a_00.png"):
    ...     Path(name).parent.mkdir()
    ...     Path(name).touch()
    >>> cases, problems = read(Path())
    >>> cases[0].name, cases[0].target, problems
    ('a_00', 'upper', [])
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    for folder, preset, garment in _found(root):
        for mask in pictures(folder / preset.mask):
            name = mask.stem.removesuffix(preset.mask_ending)
            try:
                cases.append(_case(folder, preset, garment, name, mask))
            except InputError as error:
                problems.append(Problem(name, f"case {name}: {error}"))
    return cases, problems


def _found(root: Path) -> Iterator[tuple[Path, Preset, str]]:
    """The folders of a set that hold pictures and masks, with their layout and garment."""
    for preset in PRESETS.values():
        for garment, name in preset.folders:
            for folder in (root, root / name):
                is_one = folder == root / name or len(preset.folders) == 1 or root.name == name
                if is_one and (folder / preset.image).is_dir() and (folder / preset.mask).is_dir():
                    yield folder, preset, garment
    for split in ("train",):
        preset = PRESETS["viton-hd"]
        if (root / split / preset.image).is_dir() and (root / split / preset.mask).is_dir():
            yield root / split, preset, "upper"


def _case(folder: Path, preset: Preset, garment: str, name: str, mask: Path) -> Case:
    edited = find_picture(folder / "edited", name)
    if edited is None:
        raise InputError(f"{folder / 'edited' / name}.*: no such picture; put what the try-on model made there")
    files = {"original": require_picture(folder / preset.image, name), "edited": edited, "mask": mask}
    return make_case(name, files, target=garment)
