"""Writes synthetic edits to disk: one folder each, or a whole set from a folder of labelled photos."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from segmask.core.errors import InputError, OptionError, OutputError, unknown
from segmask.core.files import write_files
from segmask.core.labels import PARTS
from segmask.evaluation.synth.generator import synthesise
from segmask.evaluation.synth.levels import find_level
from segmask.evaluation.synth.scene import Labelled
from segmask.evaluation.synth.synthetic import Record, SyntheticEdit
from segmask.io import encode_png, read_image, read_labels

PHOTO_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff")
SPLITS = ("train", "val", "all")
OTHERS = 2  # labelled photos that a hard scene may take bystanders from


@dataclass(frozen=True)
class LabelledSet:
    """A folder with ``photos/NAME.jpg`` and ``labels/NAME.png`` (canonical ids), and perhaps a split.json."""

    root: Path
    names: tuple[str, ...]

    def load(self, name: str) -> Labelled:
        """Photo and label map of one name."""
        return read_image(_photo(self.root, name)), read_labels(self.root / "labels" / f"{name}.png")


@dataclass(frozen=True)
class Written:
    """What became of one case."""

    name: str
    problem: str = ""
    """Why it was left out; empty for a case that was written."""


def open_labelled_set(root: Path, split: str = "all") -> LabelledSet:
    """The names of a labelled set, or of one part of its split.json ({"parts": […], "train": […], "val": […]}).

    Raises InputError where the folder is no labelled set, OptionError for a part that it doesn't have.

    >>> from segmask.io import write_png
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:160, 30:70] = 2, 6  # face and dress
    >>> for folder, values in (("photos", np.full((200, 100, 3), 90, np.uint8)), ("labels", label)):
    ...     Path(folder).mkdir()
    ...     write_png(Path(folder, "a.png"), values)
    >>> open_labelled_set(Path()).names
    ('a',)
    """
    if split not in SPLITS:
        raise unknown("split", split, SPLITS)
    if not (root / "photos").is_dir() or not (root / "labels").is_dir():
        raise InputError(f"{root}: expected a labelled set, a folder with photos/ and labels/; found none there")
    names = sorted(path.stem for path in (root / "labels").glob("*.png"))
    if split != "all":
        names = _split_names(root / "split.json", split)
    if not names:
        raise InputError(f"{root}: the labelled set has no labels/NAME.png (split {split})")
    return LabelledSet(root, tuple(names))


def write_case(case: SyntheticEdit, folder: Path, *, source: str = "") -> None:
    """The case as a folder: original, edited, mask, parsing, edited_parsing and face, and case.json with its record.

    All files or none are written. ``source`` names the photo in case.json.

    >>> from segmask.evaluation.synth.generator import synthesise
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:160, 30:70] = 2, 6  # face and dress
    >>> edit = synthesise(np.full((200, 100, 3), 90, np.uint8), label, seed=7)
    >>> write_case(edit, Path("0001"))
    >>> sorted(path.name for path in Path("0001").iterdir())[:4]
    ['case.json', 'edited.jpg', 'edited_parsing.png', 'face.png']
    """
    edited = "edited.png" if case.coded is None else "edited.jpg"
    contents = {
        "original.png": encode_png(case.original),
        edited: case.coded if case.coded is not None else encode_png(case.edited),
        "mask.png": encode_png(case.truth),
        "parsing.png": encode_png(case.parsing),
        "edited_parsing.png": encode_png(case.edited_parsing),
        "face.png": encode_png(case.face.astype(np.uint8) * 255),
        "case.json": (json.dumps(to_json(case.record, source), indent=1) + "\n").encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_files({folder / name: data for name, data in contents.items()})


def to_json(record: Record, source: str = "") -> dict[str, Any]:
    """The record as plain values; each fault with its name.

    >>> from segmask.evaluation.synth.generator import synthesise
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:160, 30:70] = 2, 6  # face and dress
    >>> edit = synthesise(np.full((200, 100, 3), 90, np.uint8), label, seed=7)
    >>> content = to_json(edit.record, source="0019")
    >>> content["source"], content["seed"], content["targets"]
    ('0019', 7, ('dress',))
    """
    plain = asdict(record)
    plain["faults"] = [{"fault": fault.name, **values} for fault, values in zip(record.faults, plain["faults"])]  # noqa: B905
    return {"generator": "segmask synth", "source": source, **plain}


def write_pairs(
    labelled: LabelledSet,
    output: Path,
    *,
    seed: int = 0,
    cases: int | None = None,
    level: str = "standard",
    without: Iterable[str] = (),
    size: int | None = None,
) -> Iterator[Written]:
    """Makes and writes cases one by one, each into its own folder of ``output``; yields what became of each.

    Photos are taken in an order that the seed shuffles, again and again if ``cases`` is larger than the set. A photo
    that shows no garment is reported and left out. Raises OutputError where ``output`` already holds something: pairs
    of two runs in one folder would pass for one set.

    >>> from segmask.io import write_png
    >>> label = np.zeros((200, 100), np.uint8)
    >>> label[10:30, 40:60], label[40:160, 30:70] = 2, 6  # face and dress
    >>> for folder, values in (("photos", np.full((200, 100, 3), 90, np.uint8)), ("labels", label)):
    ...     Path(folder).mkdir()
    ...     write_png(Path(folder, "a.png"), values)
    >>> [written.name for written in write_pairs(open_labelled_set(Path()), Path("pairs"), cases=2)]
    ['a-0', 'a-1']
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise OutputError(f"{output}: expected a new or empty folder for the pairs; choose another or empty it")
    wanted = len(labelled.names) if cases is None else cases
    if wanted < 1:
        raise OptionError(f"cases: expected at least 1; got {wanted}")
    order = np.random.default_rng([seed, 1]).permutation(len(labelled.names))
    for index in range(wanted):
        name = labelled.names[order[index % len(order)]]
        case_seed = int(np.random.SeedSequence([seed, index]).generate_state(1)[0])
        folder = f"{name}-{index // len(order)}"
        try:
            photo, label = labelled.load(name)
            others = _others(labelled, name, case_seed) if find_level(level).odds.people else ()
            case = synthesise(photo, label, seed=case_seed, level=level, without=without, size=size, others=others)
        except InputError as error:
            yield Written(folder, str(error))
            continue
        write_case(case, output / folder, source=name)
        yield Written(folder)


def _others(labelled: LabelledSet, name: str, seed: int) -> Sequence[Labelled]:
    rest = [other for other in labelled.names if other != name]
    chosen = np.random.default_rng(seed).permutation(len(rest))[:OTHERS]
    return tuple(labelled.load(rest[index]) for index in chosen)


def _photo(root: Path, name: str) -> Path:
    for suffix in PHOTO_SUFFIXES:
        if (path := root / "photos" / f"{name}{suffix}").is_file():
            return path
    raise InputError(f"{root / 'photos'}: expected a photo {name} ({', '.join(PHOTO_SUFFIXES)}); found none")


def _split_names(path: Path, split: str) -> list[str]:
    if not path.is_file():
        raise OptionError(f"{path}: not found; split {split} needs it. Take --split all")
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: expected JSON ({error})") from error
    if not isinstance(table, dict) or tuple(table.get("parts", PARTS)) != PARTS:
        raise InputError(f"{path}: its parts are not the canonical ones: {', '.join(PARTS)}")
    if split not in table:
        raise OptionError(f"{path}: has no part {split!r}; take --split all")
    return [str(name) for name in table[split]]
